#ifndef READ_GUARD_H
#define READ_GUARD_H
/*
 * Text that a spreadsheet would take for a formula, in files without types. What is written as CSV
 * for people gets an apostrophe in front of such text (CWE-1236); what was written so is read back
 * without it. The two undo each other exactly, whatever the text is: an apostrophe that was there
 * already gets a second one.
 *
 * Text opens a formula when behind blanks and apostrophes it starts with one of = + - @, their
 * full-width twins, a tab or a line end. A plain number (-12.30) opens none.
 */
#include "base/base.h"
#include "base/sv.h"

/* Whether an apostrophe goes in front of s. */
bool guard_needed(struct sv s);
/* s without the apostrophe, where it is one of ours; a part of s. */
struct sv guard_strip(struct sv s);

#endif
