#ifndef DOMAIN_FILE_TYPE_H
#define DOMAIN_FILE_TYPE_H
/*
 * Types of files that people may upload: the rows of file_type.def, published by GET /limits.
 * Numbers are those of the table's order and used between our programs only.
 */
#include "base/base.h"
#include "base/sv.h"

enum file_type {
	FILE_TYPE_NONE,
#define FILE_TYPE(id, word, extensions, form) FILE_TYPE_##id,
#include "domain/file_type.def"
#undef FILE_TYPE
	FILE_TYPE_END,
};

enum file_form { FILE_FORM_TEXT, FILE_FORM_MARKUP, FILE_FORM_ZIP, FILE_FORM_OLE, FILE_FORM_GZIP };

/* By the extension of a file's name in either case; FILE_TYPE_NONE when no type has it. */
enum file_type file_type_of_name(struct sv name);
/* Why a name's extension is not taken, for people; NULL: nothing in particular. */
const char *file_type_refusal(struct sv name);
/* "csv"; NULL for anything that is no type. */
const char *file_type_word(enum file_type type);
/* All extensions, separated by blanks. */
const char *file_type_extensions(enum file_type type);
enum file_form file_type_form(enum file_type type);

#endif
