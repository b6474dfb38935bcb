/*
 * The scan, once per instruction set: included by csv_scan.c with SCAN_NAME (the function),
 * SCAN_MASKS (block of 64 bytes -> masks), SCAN_PLACES (bits -> places) and SCAN_TARGET (attribute)
 * defined. No include guard.
 */

SCAN_TARGET static void SCAN_NAME(
	const char *p, size_t n, char delimiter, char quote, struct csv_index *ret)
{
	struct scan_state s = {.before_ok = 1, .after_stop = 1};
	uint32_t ncells = 0, nrows = 0;
	uint64_t line_ends = 0, lines_at_row = 0, odd = 0, gap = 0, returns = 0, edge = 0;
	bool quoted = false;

	ret->stopped = false;
	for (size_t at = 0; at < n; at += CSV_SCAN_BLOCK) {
		struct scan_masks m = SCAN_MASKS(p + at, delimiter, quote);
		uint64_t used = n - at >= 64 ? UINT64_MAX : (UINT64_C(1) << (n - at)) - 1;

		uint64_t line = ((m.lf & ~(m.cr << 1 | s.after_cr)) | m.cr) & used, inside = 0;
		s.after_cr = m.cr >> 63;
		returns |= m.cr;
		uint64_t behind_blank = m.blank << 1 | s.after_blank, stop = m.delimiter | m.lf | m.cr;
		gap |= m.blank & behind_blank & used;
		edge |= ((stop & behind_blank) | (m.blank & (stop << 1 | s.after_stop))) & used;
		s.after_blank = m.blank >> 63;
		s.after_stop = stop >> 63;
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
			s.before_ok = stop >> 63;
			s.after_close = 0;
		}
		uint64_t ends = (line | m.delimiter) & ~inside & used;
		uint64_t rows = line & ~inside & used;

		odd |= m.other & ~(stop & ~inside) & used;
		for (uint64_t r = rows; r != 0; r &= r - 1)
			ret->row_end[nrows++] = ncells +
				(uint32_t)__builtin_popcountll(ends & ((r & -r) - 1));
		line &= used;
		if (rows != 0)
			lines_at_row = line_ends +
				(uint64_t)__builtin_popcountll(
					line & (UINT64_MAX >> __builtin_clzll(rows)));
		line_ends += (uint64_t)__builtin_popcountll(line);
		SCAN_PLACES(ret->cell_end + ncells, ends, (uint32_t)at);
		ncells += (uint32_t)__builtin_popcountll(ends);
		if (ret->stopped)
			break;
	}
	ret->ncells = ncells;
	ret->nrows = nrows;
	ret->line_ends = lines_at_row;
	ret->quoted = quoted;
	ret->returns = returns != 0;
	ret->odd = odd != 0;
	ret->gap = gap != 0;
	ret->edge = edge != 0 || quoted;
}

#undef SCAN_NAME
#undef SCAN_MASKS
#undef SCAN_PLACES
#undef SCAN_TARGET
