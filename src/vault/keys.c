/* Loading and making the vault's key files. */
#include "vault/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seal/hash.h"
#include "sys/conf.h"

#define KEY_FILE_MAX 4096
#define CREDENTIAL_NAME "vault-key"

/* Reads a small file whole. */
static int public_read(const char *path, struct buf *out, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_RDONLY | O_CLOEXEC);
	char *p = buf_reserve(out, KEY_FILE_MAX);
	ssize_t got = -1;

	if (!p)
		return err_set(err, E_NO_MEMORY, NULL);
	if (fd >= 0)
		got = read(fd, p, KEY_FILE_MAX);
	if (got < 0)
		return err_set(err, E_CONFIG, "The vault's public key %s cannot be read: %s.", path,
			strerror(errno));
	buf_commit(out, (size_t)got);
	return 0;
}

static int public_load(const char *path, struct vault_keys *keys, struct err *err)
{
	struct buf text CLEANUP(buf_free) = BUF_INIT;
	int rc = public_read(path, &text, err);

	if (rc == 0)
		rc = envelope_public_parse(buf_sv(&text), &keys->public_key, err);
	keys->can_wrap = rc == 0;
	return rc;
}

static int private_load(const char *path, struct vault_keys *keys, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;
	struct sv rest;
	int rc = conf_read_credential(CREDENTIAL_NAME, path, KEY_FILE_MAX, &text, err);

	rest = buf_sv(&text);
	while (rc == 0 && rest.n > 0) {
		struct sv line = sv_trim(sv_cut(&rest, '\n'));

		if (line.n == 0)
			continue;
		if (keys->ring_n == VAULT_RING_MAX)
			return err_set(
				err, E_CONFIG, "%s holds more than %d keys.", path, VAULT_RING_MAX);
		rc = envelope_private_parse(line, &keys->ring[keys->ring_n], err);
		keys->ring_n += rc == 0;
	}
	if (rc == 0 && keys->ring_n == 0)
		return err_set(err, E_CONFIG, "%s holds no key.", path);
	return rc;
}

static int keys_fill(const char *public_key_file, const char *private_key_file,
	struct vault_keys *keys, struct err *err)
{
	int rc = 0;

	if (public_key_file)
		rc = public_load(public_key_file, keys, err);
	if (rc == 0 && private_key_file)
		rc = private_load(private_key_file, keys, err);
	if (rc < 0 || !keys->can_wrap || keys->ring_n == 0)
		return rc;
	for (size_t i = 0; i < keys->ring_n; i++)
		if (hash_equal(keys->ring[i].public_key.b, keys->public_key.b,
			    sizeof(keys->public_key.b)))
			return 0;
	return err_set(err, E_CONFIG, "%s has no private key for the public key %s.",
		private_key_file, public_key_file);
}

int vault_keys_load(const char *public_key_file, const char *private_key_file,
	struct vault_keys *ret_keys, struct err *err)
{
	struct vault_keys keys CLEANUP(vault_keys_wipe) = {0};
	int rc = keys_fill(public_key_file, private_key_file, &keys, err);

	if (rc == 0)
		*ret_keys = keys;
	return rc;
}

void vault_keys_wipe(struct vault_keys *keys)
{
	hash_wipe(keys, sizeof(*keys));
}

int vault_keys_wrap(const struct vault_keys *keys, const struct aead_key *key,
	uint8_t ret_wrapped[ENVELOPE_WRAPPED_LEN], struct err *err)
{
	if (!keys->can_wrap)
		return err_set(err, E_CONFIG, "The vault was opened without its public key.");
	return envelope_wrap(&keys->public_key, key, ret_wrapped, err);
}

int vault_keys_unwrap(const struct vault_keys *keys, const uint8_t wrapped[ENVELOPE_WRAPPED_LEN],
	struct aead_key *ret_key, struct err *err)
{
	if (keys->ring_n == 0)
		return err_set(err, E_CONFIG, "The vault was opened without its private key.");
	for (size_t i = 0; i < keys->ring_n; i++)
		if (envelope_unwrap(&keys->ring[i], wrapped, ret_key, NULL) == 0)
			return 0;
	return err_set(err, E_CORRUPT, "A file's key was not wrapped for any of the vault's keys.");
}

int vault_keys_seal(const struct vault_keys *keys, struct sv text, struct buf *out, struct err *err)
{
	return keys->can_wrap
		       ? envelope_seal(&keys->public_key, text, out, err)
		       : err_set(err, E_CONFIG, "The vault was opened without its public key.");
}

int vault_keys_unseal(
	const struct vault_keys *keys, struct sv sealed, struct buf *out, struct err *err)
{
	if (keys->ring_n == 0)
		return err_set(err, E_CONFIG, "The vault was opened without its private key.");
	for (size_t i = 0; i < keys->ring_n; i++)
		if (envelope_open(&keys->ring[i], sealed, out, NULL) == 0)
			return 0;
	return err_set(err, E_CORRUPT, "A text was not sealed for any of the vault's keys.");
}

static int key_file_write(const char *path, mode_t mode, const struct buf *text, struct err *err)
{
	int fd CLEANUP(fd_close) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 && errno == EEXIST)
		return err_set(
			err, E_EXISTS, "%s exists already; a key is never overwritten.", path);
	if (fd < 0)
		return err_set_errno(err, errno, "%s cannot be made", path);
	if (write(fd, text->p, text->n) != (ssize_t)text->n || fsync(fd) < 0) {
		int rc = err_set_errno(err, errno ? errno : EIO, "%s cannot be written", path);

		unlink(path);
		return rc;
	}
	return 0;
}

int vault_keys_generate(const char *public_key_file, const char *private_key_file, struct err *err)
{
	struct envelope_private pair CLEANUP(envelope_private_wipe);
	struct buf secret CLEANUP(buf_wipe) = BUF_INIT;
	struct buf public CLEANUP(buf_free) = BUF_INIT;
	int rc;

	envelope_new(&pair);
	envelope_private_format(&pair, &secret);
	envelope_public_format(&pair.public_key, &public);
	if (!buf_ok(&secret) || !buf_ok(&public))
		return err_set(err, E_NO_MEMORY, NULL);
	rc = key_file_write(private_key_file, 0400, &secret, err);
	if (rc < 0)
		return rc;
	rc = key_file_write(public_key_file, 0444, &public, err);
	if (rc < 0)
		unlink(private_key_file);
	return rc;
}

static int folder_sync(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%.*s", slash == NULL ? 1 : (int)(slash - path) + 1,
		slash == NULL ? "." : path);
	int fd CLEANUP(fd_close) = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_set_errno(err, errno, "%s", name);
	return 0;
}

/* Exchanges a key file: beside it, flushed, with its owner and mode, then renamed over it. */
static int key_file_replace(const char *path, const struct buf *text, struct err *err)
{
	char beside[PATH_MAX];
	struct stat st;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
		return err_set(err, E_CONFIG, "%s is too long a path.", path);
	if (stat(path, &st) < 0)
		return err_set_errno(err, errno, "%s", path);
	if (unlink(beside) < 0 && errno != ENOENT)
		return err_set_errno(err, errno, "%s", beside);
	int rc = key_file_write(beside, st.st_mode & 0777, text, err);
	if (rc < 0)
		return rc;
	if (chown(beside, st.st_uid, st.st_gid) < 0 || chmod(beside, st.st_mode & 0777) < 0 ||
		rename(beside, path) < 0) {
		rc = err_set_errno(err, errno, "%s cannot be exchanged", path);
		unlink(beside);
		return rc;
	}
	return folder_sync(path, err);
}

static int ring_replace(const char *path, const struct envelope_private *first,
	const struct envelope_private *rest, size_t nrest, struct err *err)
{
	struct buf text CLEANUP(buf_wipe) = BUF_INIT;

	envelope_private_format(first, &text);
	for (size_t i = 0; i < nrest; i++)
		envelope_private_format(&rest[i], &text);
	return buf_ok(&text) ? key_file_replace(path, &text, err) : err_set(err, E_NO_MEMORY, NULL);
}

int vault_keys_rotate(const char *public_key_file, const char *private_key_file, struct err *err)
{
	struct vault_keys keys CLEANUP(vault_keys_wipe) = {0};
	struct envelope_private pair CLEANUP(envelope_private_wipe);
	struct buf public CLEANUP(buf_free) = BUF_INIT;
	int rc = keys_fill(public_key_file, private_key_file, &keys, err);

	envelope_new(&pair);
	if (rc == 0 && keys.ring_n == VAULT_RING_MAX)
		rc = err_set(err, E_LIMIT, "%s holds %d keys already; retire the old ones first.",
			private_key_file, VAULT_RING_MAX);
	if (rc == 0)
		rc = ring_replace(private_key_file, &pair, keys.ring, keys.ring_n, err);
	envelope_public_format(&pair.public_key, &public);
	if (rc == 0 && !buf_ok(&public))
		rc = err_set(err, E_NO_MEMORY, NULL);
	return rc < 0 ? rc : key_file_replace(public_key_file, &public, err);
}

int vault_keys_retire(const char *public_key_file, const char *private_key_file,
	size_t *ret_retired, struct err *err)
{
	struct vault_keys keys CLEANUP(vault_keys_wipe) = {0};
	size_t at = 0;
	int rc = keys_fill(public_key_file, private_key_file, &keys, err);

	if (rc < 0)
		return rc;
	*ret_retired = keys.ring_n - 1;
	while (at < keys.ring_n - 1 && !hash_equal(keys.ring[at].public_key.b, keys.public_key.b,
					       sizeof(keys.public_key.b)))
		at++;
	return keys.ring_n == 1 ? 0 : ring_replace(private_key_file, &keys.ring[at], NULL, 0, err);
}
