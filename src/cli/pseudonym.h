#ifndef PH_CLI_PSEUDONYM_H
#define PH_CLI_PSEUDONYM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Names for addresses that nobody is to know: the first mailbox is
   address1@domain1.example wherever it stands again, another one of its domain
   address2@domain1.example, whatever the case of their letters. */

enum {
	PH_PSEUDONYMS_MAX = 20000
};

struct ph_pseudonym_list {
	struct ph_span *items; /* in lower case, number 1 first */
	size_t count;
	size_t cap;
};

/* All zero is without a limit of memory: call _init(). */
struct ph_pseudonyms {
	struct ph_arena arena;
	struct ph_pseudonym_list addresses;
	struct ph_pseudonym_list domains;
};

void ph_pseudonyms_init(struct ph_pseudonyms *p);
void ph_pseudonyms_release(struct ph_pseudonyms *p);

/* Appends the line with its addresses replaced; those beyond
   PH_PSEUDONYMS_MAX are all address0@domain0.example.  PH_ENOMEM,
   PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_pseudonyms_apply(
    struct ph_pseudonyms *p, struct ph_span line, struct ph_buf *out);

#endif
