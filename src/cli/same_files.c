/* See same_files.h. Rows are ordered by counting, so time is linear. */
#include "cli/same_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

#define FLUSH ((size_t)1 << 20)

struct sink {
	FILE *f;
	struct hash *hash;
	struct buf text;
	bool failed;
};

static void flush(struct sink *s)
{
	if (s->text.n == 0)
		return;
	hash_update(s->hash, buf_cstr(&s->text), s->text.n);
	s->failed |= fwrite(buf_cstr(&s->text), 1, s->text.n, s->f) != s->text.n;
	buf_reset(&s->text);
}

/* Rows of the table cluster by cluster; NULL without memory. */
static uint32_t *order_rows(const struct clusters *c, uint32_t rows)
{
	uint32_t *order = calloc((size_t)rows + 1, sizeof(*order));
	uint32_t *first = calloc((size_t)c->n + 2, sizeof(*first));

	if (order != NULL && first != NULL) {
		for (uint32_t r = 0; r < rows; r++)
			first[c->of[r] + 1]++;
		for (uint32_t k = 1; k <= c->n; k++)
			first[k] += first[k - 1];
		for (uint32_t r = 0; r < rows; r++)
			order[first[c->of[r]]++] = r;
	} else {
		free(order);
		order = NULL;
	}
	free(first);
	return order;
}

/* By row its data row in the file; NULL without memory. */
static uint32_t *number_rows(const struct read_result *side)
{
	const struct col *line = col_find(&side->rejects, COL_FIELD, SV("line"));
	uint32_t *number = malloc(((size_t)side->table.rows + 1) * sizeof(*number)), k = 0;

	for (uint32_t row = 0; number != NULL && row < side->table.rows; row++) {
		while (line != NULL && side->table.line != NULL && k < side->rejects.rows &&
			line->i64[k] < (int64_t)side->table.line[row])
			k++;
		number[row] = row + 1 + k;
	}
	return number;
}

static int put_rows(struct sink *s, bool json, const struct read_result *side,
	const struct clusters *c, struct err *err)
{
	uint32_t *order = order_rows(c, side->table.rows), *number = number_rows(side);
	int rc = order == NULL || number == NULL ? err_set(err, E_NO_MEMORY, NULL) : 0;

	if (!json)
		buf_add_cstr(&s->text, "cluster_id,row,confidence\n");
	for (uint32_t i = 0; order != NULL && number != NULL && i < side->table.rows; i++) {
		uint32_t row = order[i], p = c->confidence[row];
		buf_printf(&s->text, "%s%u%s%u%s%u.%06u%s\n", json ? "{\"cluster_id\":" : "",
			c->of[row] + 1, json ? ",\"row\":" : ",", number[row],
			json ? ",\"confidence\":" : ",", p / CLUSTER_ONE, p % CLUSTER_ONE,
			json ? "}" : "");
		if (s->text.n >= FLUSH)
			flush(s);
	}
	flush(s);
	free(order);
	free(number);
	if (rc == 0 && !buf_ok(&s->text))
		rc = err_set(err, E_NO_MEMORY, NULL);
	return rc;
}

static void finish_hash(struct hash *h, char out[2 * SHA256_LEN + 1])
{
	struct buf hex CLEANUP(buf_free) = BUF_INIT;
	uint8_t digest[SHA256_LEN];

	hash_final(h, digest);
	buf_add_hex(&hex, digest, sizeof(digest));
	snprintf(out, 2 * SHA256_LEN + 1, "%s", buf_cstr(&hex));
}

int same_files_write(const char *dir, bool json, const struct read_result *side,
	const struct clusters *c, char ret_sha256[2 * SHA256_LEN + 1], struct err *err)
{
	struct hash *h CLEANUP(hash_freep) = hash_new();
	struct sink s = {.hash = h};
	char path[4096], part[4100];

	if (h == NULL)
		return err_set(err, E_NO_MEMORY, NULL);
	if ((size_t)snprintf(path, sizeof(path), "%s/clusters.%s", dir, json ? "jsonl" : "csv") >=
		sizeof(path))
		return err_set(err, E_LIMIT, "The folder's name is too long.");
	snprintf(part, sizeof(part), "%s~", path);
	s.f = fopen(part, "we");
	if (s.f == NULL)
		return err_set_errno(err, errno, "%s", part);
	int rc = put_rows(&s, json, side, c, err);
	buf_free(&s.text);
	s.failed |= fclose(s.f) != 0;
	if (rc == 0 && (s.failed || rename(part, path) != 0))
		rc = err_set_errno(err, errno, "%s", path);
	if (rc < 0)
		(void)unlink(part);
	else
		finish_hash(h, ret_sha256);
	return rc;
}
