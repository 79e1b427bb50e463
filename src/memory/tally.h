#ifndef PH_MEMORY_TALLY_H
#define PH_MEMORY_TALLY_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"
#include "memory/words.h"

#include <stdint.h>

/* The logins that a server refused in the last hour, for its accounts.  Of an
   account only a mark is held, which the caller makes of salt and user name;
   of a password nothing whatever.  All zero is a server that refused nobody. */

enum {
	PH_TALLY_MAX = 256, /* of further ones the oldest goes */
	PH_TALLY_TEXT_MAX = 24 * 1024,
	PH_TALLY_HOUR_MS = 60 * 60 * 1000
};

struct ph_refusal {
	char mark[PH_MARK_SIZE];
	ph_unixmsec at;
};

struct ph_tally {
	char salt[PH_MARK_SIZE];                  /* "": none yet */
	struct ph_refusal refusals[PH_TALLY_MAX]; /* oldest first */
	size_t count;
};

/* The logins of an account that count against it. */
struct ph_tally_sum {
	unsigned count;
	ph_unixmsec since; /* the oldest; 0 with a count of 0 */
	/* When fewer than allowed are left; 0: that is so now. */
	ph_unixmsec free_at;
};

/* Those of the hour before now, and not from before changed_at, when the
   password became what it is (0: not known).  allowed is 1 at least. */
void ph_tally_sum(const struct ph_tally *t, const char *mark, ph_unixmsec now,
    ph_unixmsec changed_at, unsigned allowed, struct ph_tally_sum *out);

/* One more.  Drops those over an hour old. */
void ph_tally_add(struct ph_tally *t, const char *mark, ph_unixmsec now);
/* The account's are forgotten.  True: there were some. */
bool ph_tally_absolve(struct ph_tally *t, const char *mark);

/* As ph_known_read() and _write(). */
PH_MUST_USE enum ph_err ph_tally_read(
    struct ph_span text, struct ph_tally *out);
PH_MUST_USE enum ph_err ph_tally_write(
    const struct ph_tally *t, struct ph_buf *out);

#endif
