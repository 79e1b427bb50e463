#ifndef PH_DIAGNOSE_MARK_H
#define PH_DIAGNOSE_MARK_H

#include "base/span.h"
#include "diagnose/wordlist.h"

/* Whose server it is, as the word its preset is called by ("gmail"); NULL where
   nothing gives it away. */

const char *ph_mark_of_host(struct ph_span host);

/* By the first host in a text that is known.  The domain of an address is no
   host: it says who writes to whom. */
const char *ph_mark_of_text(struct ph_span text);

/* By a wording that is one provider's. */
const char *ph_mark_of_words(const struct ph_wordlist *w);

#endif
