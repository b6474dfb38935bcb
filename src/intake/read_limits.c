/* See read_limits.h. */
#include "intake/read_limits.h"

#include "domain/file_type.h"

#define MEMORY_FLOOR (INT64_C(512) << 20)
#define MEMORY_PER_BYTE 16
#define SECONDS_FLOOR INT64_C(30)
#define BYTES_PER_SECOND (INT64_C(1) << 20)
#define PACKED_FACTOR 8
#define LENGTH_MAX (INT64_C(1) << 46) /* keeps the products in range */

struct read_limits read_limits(const struct conf *conf, struct sv name, uint64_t length)
{
	enum file_type type = file_type_of_name(name);
	enum file_form form = type == FILE_TYPE_NONE ? FILE_FORM_TEXT : file_type_form(type);
	bool packed = form == FILE_FORM_ZIP || form == FILE_FORM_GZIP;
	int64_t bytes = (int64_t)MIN(length, (uint64_t)LENGTH_MAX) * (packed ? PACKED_FACTOR : 1);

	return (struct read_limits){
		.memory_bytes = MIN(
			MAX(MEMORY_FLOOR, bytes * MEMORY_PER_BYTE), conf->intake_memory_bytes),
		.seconds = MIN(MAX(SECONDS_FLOOR, bytes / BYTES_PER_SECOND), conf->intake_seconds),
	};
}
