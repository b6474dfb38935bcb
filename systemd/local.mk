# systemd: units, accounts and folders. Complete files; only the installation paths are filled in.
systemdsystemunit_DATA = \
	%D%/recon-api@.service \
	%D%/recon-api@.socket \
	%D%/recon-auditor.service \
	%D%/recon-courier.service \
	%D%/recon-expire.service \
	%D%/recon-expire.timer \
	%D%/recon-intake.service \
	%D%/recon-matcher.service \
	%D%/recon-scanner.service \
	%D%/recon-scanner.socket \
	%D%/recon-watch.service \
	%D%/recon.target

pooluploaddir = $(systemdsystemunitdir)/recon-api@upload.service.d
pooldatadir = $(systemdsystemunitdir)/recon-api@data.service.d
nginxdropindir = $(systemdsystemunitdir)/nginx.service.d
# Not active by itself: docs/install.md says where it is copied to.
dropinsdir = $(pkgdatadir)/systemd
dropins_DATA = %D%/vault-s3.conf
poolupload_DATA = %D%/pool-upload.conf
pooldata_DATA = %D%/pool-data.conf
nginxdropin_DATA = %D%/nginx-recon.conf

sysusersdir = $(prefix)/lib/sysusers.d
tmpfilesdir = $(prefix)/lib/tmpfiles.d
sysusers_DATA = %D%/recon-users.conf
tmpfiles_DATA = %D%/recon-folders.conf

SYSTEMD_GENERATED = \
	%D%/recon-api@.service \
	%D%/recon-auditor.service \
	%D%/recon-courier.service \
	%D%/recon-expire.service \
	%D%/recon-intake.service \
	%D%/recon-matcher.service \
	%D%/recon-scanner.service \
	%D%/recon-watch.service \
	%D%/pool-upload.conf \
	%D%/pool-data.conf \
	%D%/nginx-recon.conf

$(SYSTEMD_GENERATED): Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && $(SED) -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|@bindir[@]|$(bindir)|g' -e 's|@pkgdatadir[@]|$(pkgdatadir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/$@.in > $@
%D%/recon-api@.service: $(srcdir)/%D%/recon-api@.service.in
%D%/recon-auditor.service: $(srcdir)/%D%/recon-auditor.service.in
%D%/recon-courier.service: $(srcdir)/%D%/recon-courier.service.in
%D%/recon-expire.service: $(srcdir)/%D%/recon-expire.service.in
%D%/recon-intake.service: $(srcdir)/%D%/recon-intake.service.in
%D%/recon-matcher.service: $(srcdir)/%D%/recon-matcher.service.in
%D%/recon-scanner.service: $(srcdir)/%D%/recon-scanner.service.in
%D%/recon-watch.service: $(srcdir)/%D%/recon-watch.service.in
%D%/pool-upload.conf: $(srcdir)/%D%/pool-upload.conf.in
%D%/pool-data.conf: $(srcdir)/%D%/pool-data.conf.in
%D%/nginx-recon.conf: $(srcdir)/%D%/nginx-recon.conf.in

CLEANFILES += $(SYSTEMD_GENERATED)
EXTRA_DIST += \
	%D%/recon-watch.service.in \
	%D%/recon-auditor.service.in \
	%D%/recon-courier.service.in \
	%D%/recon-expire.service.in %D%/recon-expire.timer \
	%D%/recon-api@.service.in %D%/recon-api@.socket %D%/recon-intake.service.in \
	%D%/recon-matcher.service.in %D%/recon-scanner.service.in %D%/recon-scanner.socket %D%/recon.target \
	%D%/pool-upload.conf.in %D%/pool-data.conf.in %D%/nginx-recon.conf.in %D%/vault-s3.conf \
	%D%/recon-users.conf %D%/recon-folders.conf
