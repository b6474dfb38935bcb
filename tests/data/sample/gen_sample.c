/*
 * Writes ledger.csv, bank.csv and truth.csv into a folder: gen_sample DIR
 */
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

static bool write_file(const char *dir, const char *name, const struct buf *text)
{
	struct buf path CLEANUP(buf_free) = BUF_INIT;
	FILE *f;
	bool ok;

	buf_printf(&path, "%s/%s", dir, name);
	f = fopen(buf_cstr(&path), "wb");
	if (!f) {
		perror(buf_cstr(&path));
		return false;
	}
	ok = fwrite(text->p, 1, text->n, f) == text->n;
	return fclose(f) == 0 && ok;
}

int main(int argc, char **argv)
{
	struct sample s CLEANUP(sample_free) = {0};

	if (argc != 2) {
		fprintf(stderr, "Usage: gen_sample DIR\n");
		return 2;
	}
	if (sample_make(SAMPLE_SEED, &s) || !write_file(argv[1], "ledger.csv", &s.ledger) ||
		!write_file(argv[1], "bank.csv", &s.bank) ||
		!write_file(argv[1], "truth.csv", &s.truth))
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
