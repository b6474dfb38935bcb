/*
 * Compares what the engine wrote with the truth of the generator, over pairs (left row, right row)
 * with groups expanded, the measure of record linkage:
 *   recon-score TRUTH.csv MATCHES.csv          precision, recall, F1 by kind and in all
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
	if (argc != 3) {
		fputs("usage: recon-score TRUTH.csv MATCHES.csv\n"
		      "       recon-score --baseline LEFT.csv RIGHT.csv TRUTH.csv\n",
			stderr);
		return 2;
	}
	struct pairs truth = pairs_read(argv[1]), said = pairs_read(argv[2]);
	const struct score all = pairs_score(&truth, &said, true);

	score_print("all", &all);
	free(truth.p);
	free(said.p);
	return 0;
}
