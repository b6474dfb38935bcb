#ifndef READ_MT940_TEXT_H
#define READ_MT940_TEXT_H
/*
 * Field 86 of MT940 and MT942, information to the account owner, in the dialects that banks use:
 *   structured  159?00RETOURE?20EREF+4711?32NAME   a business code, then subfields by two digits
 *               behind a separator of the bank's choice; the purpose (20 to 29, 60 to 63) may hold
 *               the keywords of SEPA (EREF+ KREF+ MREF+ CRED+ SVWZ+ …)
 *   words       /TRTP/SEPA/IBAN/NL02…/NAME/…/REMI/…
 *   free text
 * Banks cut long texts at 27 characters of a subfield and 64 or 65 of a line, in the middle of
 * words: a full one is joined to the next as it is, a shorter one by a space.
 */
#include "base/sv.h"
#include "read/bank.h"

/* Puts the cells of the current entry; what is there already stays in front. text has its lines
 * with \n between. */
void mt940_text_put(struct bank *b, struct sv text);

#endif
