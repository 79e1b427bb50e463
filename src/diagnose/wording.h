#ifndef PH_DIAGNOSE_WORDING_H
#define PH_DIAGNOSE_WORDING_H

#include "diagnose/wording_row.h"
#include "diagnose/wordlist.h"

/* What is known of a refusal when its words are looked up. */
struct ph_evidence {
	uint16_t code;        /* 0: none */
	uint16_t enhanced[3]; /* class 0: none */
	const char *stage;    /* or NULL */
	const char *provider; /* or NULL */
	const struct ph_wordlist *words;
};

/* What the first row that fits says; NULL: none does.  Never goes by less than
   the row asks for: words that are not there, another code, a provider or stage
   that is not known to be the one. */
const struct ph_meaning *ph_wording_find(const struct ph_evidence *e);

#endif
