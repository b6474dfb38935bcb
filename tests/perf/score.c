/*
 * Compares what the engine wrote with the truth of the generator, over pairs (left row, right row)
 * with groups expanded, the measure of record linkage:
 *   recon-score TRUTH.csv MATCHES.csv [LEFT.csv RIGHT.csv COLUMN...]
 *                                              precision, recall, F1 by kind and in all; with the
 *                                              compared columns, matches that the engine flags as
 *                                              interchangeable count by classes of equal rows
 *   recon-score --baseline LEFT.csv RIGHT.csv TRUTH.csv
 *                                              how hard the files are, and what simple rules get
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pairs.h"

int main(int argc, char **argv)
{
	if (argc == 5 && strcmp(argv[1], "--baseline") == 0) {
		baseline(argv[2], argv[3], argv[4]);
		return 0;
	}
	if (argc != 3 && argc < 6) {
		fputs("usage: recon-score TRUTH.csv MATCHES.csv [LEFT.csv RIGHT.csv COLUMN...]\n"
		      "       recon-score --baseline LEFT.csv RIGHT.csv TRUTH.csv\n",
			stderr);
		return 2;
	}
	struct pairs truth = pairs_read(argv[1]), said = pairs_read(argv[2]);
	if (argc >= 6) {
		const struct score strict = pairs_score(&truth, &said, false);
		const size_t spare = pairs_settle_bulk(&truth, &said);
		const size_t n =
			pairs_exchange(&truth, &said, argv[3], argv[4], argv + 5, (size_t)argc - 5);
		score_print("by rows", &strict);
		printf("%zu pairs are right but for which of several equal rows was taken; flagged "
		       "interchangeable, they count as right below;\n%zu pairs of n:m matches "
		       "flagged so "
		       "do not count: such a match says one pair a row\n",
			n, spare);
	}
	const struct score all = pairs_score(&truth, &said, true);

	score_print("all", &all);
	free(truth.p);
	free(said.p);
	return 0;
}
