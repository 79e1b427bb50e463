#ifndef PH_MEMORY_LEDGER_H
#define PH_MEMORY_LEDGER_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"
#include "memory/words.h"

#include <stdint.h>

/* How many messages the accounts of a host have sent of late, and when the next
   may go.  Of an account only a mark is held, as in a tally.  All zero is a
   host that nothing was sent to. */

enum ph_ledger_kind {
	PH_LEDGER_RATE = 0, /* who is over it waits */
	PH_LEDGER_QUOTA     /* and who is over this is sent away */
};

enum {
	PH_LEDGER_MAX = 1024,
	PH_LEDGER_TEXT_MAX = 96 * 1024,
	/* Messages that fall into the same part of a period stand in one
	   entry, by the time of the last of them: so many entries at most for
	   an account, and one is held against it by a part too long. */
	PH_LEDGER_PARTS = 48,
	/* No period is longer. */
	PH_LEDGER_DAY_MS = 24 * 60 * 60 * 1000
};

struct ph_ledger_entry {
	char mark[PH_MARK_SIZE];
	enum ph_ledger_kind kind;
	ph_unixmsec at; /* up to a period ahead of now: whose turn is then */
	uint64_t count;
};

struct ph_ledger { /* big: not for the stack of a thread */
	char salt[PH_MARK_SIZE];
	struct ph_ledger_entry entries[PH_LEDGER_MAX];
	size_t count;
};

/* What is counted of whom, and how many are allowed in how long.  allowed and
   per_ms are 1 at least. */
struct ph_ledger_series {
	const char *mark;
	enum ph_ledger_kind kind;
	uint64_t allowed;
	ph_msec per_ms;
};

/* Those of the period before now, and those whose turn is to come. */
uint64_t ph_ledger_used(const struct ph_ledger *l,
    const struct ph_ledger_series *s, ph_unixmsec now);
/* When so many more may go, never before those that came earlier: now, or a
   time to come.  More than are allowed at all go as soon as nothing else
   counts. */
ph_unixmsec ph_ledger_turn(const struct ph_ledger *l,
    const struct ph_ledger_series *s, ph_unixmsec now, uint64_t more);
/* So many go at that time.  Drops what counts no more. */
void ph_ledger_add(struct ph_ledger *l, const struct ph_ledger_series *s,
    ph_unixmsec now, ph_unixmsec at, uint64_t more);
/* They did not: what was added for that time counts no more. */
void ph_ledger_take_back(struct ph_ledger *l, const struct ph_ledger_series *s,
    ph_unixmsec at, uint64_t less);

/* As ph_tally_read() and _write(). */
PH_MUST_USE enum ph_err ph_ledger_read(
    struct ph_span text, struct ph_ledger *out);
PH_MUST_USE enum ph_err ph_ledger_write(
    const struct ph_ledger *l, struct ph_buf *out);

#endif
