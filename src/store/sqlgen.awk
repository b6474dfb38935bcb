# Turns sql/<area>.sql into rows of sql_gen.def:
#   SQL_STATEMENT(USER_BY_ID, "user_by_id", "uuid", "SELECT ...")
# A statement starts at a line `-- name: user_by_id(uuid)`; its parameter types stand in
# parentheses, in the order of $1, $2 ... Other comment lines and the final semicolon are dropped.

function flush_statement() {
	if (name == "")
		return
	sub(/;[ \n]*$/, "", text)
	if (text == "") {
		print FILENAME ": " name " is empty" > "/dev/stderr"
		exit 1
	}
	if (text ~ /[\\"]/) {
		print FILENAME ": " name " has a backslash or double quote" > "/dev/stderr"
		exit 1
	}
	gsub(/\n/, "\\n\"\n\t\"", text)
	printf "SQL_STATEMENT(%s, \"%s\", \"%s\",\n\t\"%s\")\n", toupper(name), name, types, text
	name = ""
}

/^-- name: / {
	flush_statement()
	if (match($0, /^-- name: [a-z][a-z0-9_]*\([a-z0-9, \[\]]*\)$/) == 0) {
		print FILENAME ": bad header: " $0 > "/dev/stderr"
		exit 1
	}
	name = $3
	sub(/\(.*/, "", name)
	types = $0
	sub(/^[^(]*\(/, "", types)
	sub(/\)$/, "", types)
	if (name in seen) {
		print FILENAME ": " name " is there twice" > "/dev/stderr"
		exit 1
	}
	seen[name] = 1
	text = ""
	next
}

/^[ \t]*--/ || /^[ \t]*$/ {
	next
}

name == "" {
	print FILENAME ": SQL before a name: " $0 > "/dev/stderr"
	exit 1
}

{
	text = text (text == "" ? "" : "\n") $0
}

END {
	flush_statement()
}
