/*
 * The scan, once per instruction set: included by csv_scan.c with SCAN_NAME (the function),
 * SCAN_MASKS (block of 64 bytes -> masks) and SCAN_TARGET (attribute) defined. No include guard.
 */

SCAN_TARGET static void SCAN_NAME(
	const char *p, size_t n, char delimiter, char quote, struct csv_index *ret)
{
	struct scan_state s = {.before_ok = 1};
	uint32_t ncells = 0, nrows = 0;
	uint64_t line_ends = 0, lines_at_row = 0;
	bool quoted = false;

	ret->stopped = false;
	for (size_t at = 0; at < n; at += CSV_SCAN_BLOCK) {
		struct scan_masks m = SCAN_MASKS(p + at, delimiter, quote);
		uint64_t used = n - at >= 64 ? UINT64_MAX : (UINT64_C(1) << (n - at)) - 1;

		uint64_t line = ((m.lf & ~(m.cr << 1 | s.after_cr)) | m.cr) & used, inside = 0;
		s.after_cr = m.cr >> 63;
		if ((m.quote & used) != 0 || s.inside != 0) {
			quoted = true;
			m.quote &= used;
			inside = scan_quotes(&s, &m);
			uint64_t bad = scan_bad(&s, &m, inside, used);
			if (bad != 0) {
				used = (bad & -bad) - 1; /* all before it still counts */
				ret->stopped = true;
			}
		} else {
			s.before_ok = (m.lf | m.cr | m.delimiter) >> 63;
			s.after_close = 0;
		}
		uint64_t ends = (line | m.delimiter) & ~inside & used;
		uint64_t rows = line & ~inside & used;
		uint64_t all_lines = line & used;

		for (uint64_t r = rows; r != 0; r &= r - 1) {
			uint64_t upto = r & -r;

			ret->row_end[nrows++] =
				ncells + (uint32_t)__builtin_popcountll(ends & (upto - 1));
			lines_at_row = line_ends +
				(uint64_t)__builtin_popcountll(all_lines & (upto | (upto - 1)));
		}
		line_ends += (uint64_t)__builtin_popcountll(all_lines);
		uint32_t found = (uint32_t)__builtin_popcountll(ends);
		uint32_t *out = ret->cell_end + ncells;
		/* Eight at a time without a branch per bit; what is beyond found is overwritten. */
		for (uint32_t k = 0; k < found; k += 8)
			for (uint32_t j = 0; j < 8; j++) {
				out[k + j] = (uint32_t)at +
					(uint32_t)__builtin_ctzll(ends | UINT64_C(1) << 63);
				ends &= ends - 1;
			}
		ncells += found;
		if (ret->stopped)
			break;
	}
	ret->ncells = ncells;
	ret->nrows = nrows;
	ret->line_ends = lines_at_row;
	ret->quoted = quoted;
}

#undef SCAN_NAME
#undef SCAN_MASKS
#undef SCAN_TARGET
