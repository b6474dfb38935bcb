/* Readers and loans; see reader.h and vault.h. */
#include "vault/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOW_FIRST ((size_t)64 * 1024)
#define WINDOW_LAST ((size_t)8 << 20)

struct vault_reader {
	struct aead_reader *open;
	int fd;
	bool own_fd;
	uint64_t sealed_size;
	/* Of an object that is read in ranges: the last one. A range that goes on where the last
	 * ended is twice as long. */
	vault_range_fn range; /* NULL: by fd */
	void *ctx;
	struct uuid id;
	char *window;
	uint64_t window_at;
	size_t window_n, window_next;
};

/* Makes the window hold offset and, when it fits, n bytes from there. */
static int window_move(struct vault_reader *r, size_t n, uint64_t offset, struct err *err)
{
	bool goes_on = r->window && offset == r->window_at + r->window_n;
	size_t size = goes_on ? MIN(r->window_next * 2, WINDOW_LAST) : WINDOW_FIRST;
	char *room;
	int rc;

	if (offset >= r->sealed_size)
		return err_set(err, E_CORRUPT, "The stored file was cut.");
	n = MIN(n, WINDOW_LAST);
	size = MAX(size, n);
	size = (size_t)MIN((uint64_t)size, r->sealed_size - offset);
	room = realloc(r->window, size);
	if (!room)
		return err_set(err, E_NO_MEMORY, NULL);
	r->window = room;
	r->window_n = 0;
	rc = r->range(r->ctx, &r->id, room, size, offset, err);
	if (rc < 0)
		return rc;
	r->window_at = offset;
	r->window_n = r->window_next = size;
	return 0;
}

static int window_pread(
	struct vault_reader *r, char *at, size_t n, uint64_t offset, struct err *err)
{
	while (n > 0) {
		uint64_t skip = offset - r->window_at;
		size_t some;

		if (offset < r->window_at || skip >= r->window_n) {
			int rc = window_move(r, n, offset, err);

			if (rc < 0)
				return rc;
			skip = 0;
		}
		some = MIN(n, r->window_n - (size_t)skip);
		memcpy(at, r->window + skip, some);
		at += some;
		offset += some;
		n -= some;
	}
	return 0;
}

/* Bytes that the format says are there but are not mean a cut file, not a caller's mistake. */
static int reader_pread(void *ctx, void *p, size_t n, uint64_t offset, struct err *err)
{
	struct vault_reader *r = ctx;
	char *at = p;

	if (r->range)
		return window_pread(r, at, n, offset, err);
	while (n > 0) {
		ssize_t got = pread(r->fd, at, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, errno, "The vault cannot read");
		if (got == 0)
			return err_set(err, E_CORRUPT, "The stored file was cut.");
		at += got;
		offset += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

int vault_reader_new(const struct vault_loan *loan, vault_range_fn range, void *ctx, bool own_fd,
	struct vault_reader **ret_reader, struct err *err)
{
	struct vault_reader *r CLEANUP(vault_reader_free) = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return err_set(err, E_NO_MEMORY, NULL);
	r->fd = loan->fd;
	r->sealed_size = loan->sealed_size;
	r->range = range;
	r->ctx = ctx;
	r->id = loan->id;
	rc = aead_reader_new(&loan->key, vault_id_context(&loan->id), reader_pread, r,
		loan->sealed_size, &r->open, err);
	if (rc < 0)
		return rc;
	r->own_fd = own_fd;
	*ret_reader = TAKE(r);
	return 0;
}

void vault_reader_free(struct vault_reader **r)
{
	if (!*r)
		return;
	if ((*r)->own_fd)
		fd_close(&(*r)->fd);
	aead_reader_free(&(*r)->open);
	free((*r)->window);
	free(*r);
	*r = NULL;
}

uint64_t vault_reader_size(const struct vault_reader *r)
{
	return aead_reader_size(r->open);
}

int vault_pread(
	struct vault_reader *r, void *p, size_t n, uint64_t offset, size_t *ret_n, struct err *err)
{
	return aead_reader_pread(r->open, p, n, offset, ret_n, err);
}

/* --- loans ------------------------------------------------------------------------------------ */

void vault_loan_end(struct vault_loan *loan)
{
	fd_close(&loan->fd);
	aead_key_wipe(&loan->key);
}

int vault_read_loan(
	const struct vault_loan *loan, struct vault_reader **ret_reader, struct err *err)
{
	return vault_reader_new(loan, NULL, NULL, false, ret_reader, err);
}
