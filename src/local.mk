# Folders, lowest layer first. A folder may include only from folders above it in this list
# that its own local.mk links.
include src/base/local.mk
include src/sys/local.mk
include src/wire/local.mk
include src/bus/local.mk
include src/seal/local.mk
include src/domain/local.mk
include src/col/local.mk
include src/store/local.mk
include src/http/local.mk
include src/net/local.mk
include src/vault/local.mk
include src/read/local.mk
include src/rules/local.mk
include src/match/local.mk
include src/grid/local.mk
include src/write/local.mk
include src/scan/local.mk
include src/api/local.mk
include src/cli/local.mk
include src/scanner/local.mk
include src/intake/local.mk
include src/matcher/local.mk
include src/courier/local.mk
include src/auditor/local.mk
