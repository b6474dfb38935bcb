/* Look-ups in the table of types that may be uploaded. */
#include "domain/file_type.h"

#include <assert.h>

static const struct {
	const char *word;
	const char *extensions;
	enum file_form form;
} types[] = {
	[FILE_TYPE_NONE] = {NULL, "", FILE_FORM_TEXT},
#define FILE_TYPE(id, word, extensions, form)                                                      \
	[FILE_TYPE_##id] = {word, extensions, FILE_FORM_##form},
#include "domain/file_type.def"
#undef FILE_TYPE
};

static bool has_extension(const char *extensions, struct sv extension)
{
	struct sv rest = sv_from_cstr(extensions);

	while (rest.n > 0)
		if (sv_eq_nocase(sv_cut(&rest, ' '), extension))
			return true;
	return false;
}

static struct sv extension_of(struct sv name)
{
	size_t dot = name.n;

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	/* No dot, or nothing before it. */
	return dot <= 1 ? SV_NULL : sv_from(name.p + dot, name.n - dot);
}

enum file_type file_type_of_name(struct sv name)
{
	struct sv extension = extension_of(name);

	for (int t = FILE_TYPE_NONE + 1; extension.n > 0 && t < FILE_TYPE_END; t++)
		if (has_extension(types[t].extensions, extension))
			return (enum file_type)t;
	return FILE_TYPE_NONE;
}

const char *file_type_refusal(struct sv name)
{
	static const struct {
		const char *extension, *reason;
	} refused[] = {
#define FILE_TYPE(id, word, extensions, form)
#define FILE_TYPE_REFUSED(extension, reason) {extension, reason},
#include "domain/file_type.def"
#undef FILE_TYPE_REFUSED
#undef FILE_TYPE
	};
	struct sv extension = extension_of(name);

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (sv_eq_nocase(extension, sv_from_cstr(refused[i].extension)))
			return refused[i].reason;
	return NULL;
}

static bool is_type(enum file_type type)
{
	return type > FILE_TYPE_NONE && type < FILE_TYPE_END;
}

const char *file_type_word(enum file_type type)
{
	return is_type(type) ? types[type].word : NULL;
}

const char *file_type_extensions(enum file_type type)
{
	return is_type(type) ? types[type].extensions : "";
}

enum file_form file_type_form(enum file_type type)
{
	assert(is_type(type));
	return types[type].form;
}
