#ifndef PH_DIAGNOSE_CLOCK_DOUBT_H
#define PH_DIAGNOSE_CLOCK_DOUBT_H

#include "base/clock.h"
#include "base/span.h"

/* Whether it is this computer's clock, and not the certificate. */

struct ph_clock_view {
	ph_unixtime now;        /* as this computer has it */
	ph_unixtime made;       /* this program was not there before */
	ph_unixtime not_before; /* of the certificate; 0: not known */
	ph_unixtime not_after;
	const char *greeting; /* some servers tell the time in it */
	/* Further certificates that are out of date, and those that are not. */
	size_t others_off;
	size_t others_good;
};

enum ph_clock_doubt {
	PH_CLOCK_UNKNOWN = 0, /* nothing says so or so */
	PH_CLOCK_RIGHT,       /* the server's clock agrees */
	PH_CLOCK_WRONG,
	PH_CLOCK_DOUBTFUL /* it may be */
};

enum {
	PH_CLOCK_TEXT_MAX = 256
};

/* out: a sentence that says why, without a full stop; "" for UNKNOWN. */
enum ph_clock_doubt ph_clock_judge(
    const struct ph_clock_view *v, char out[PH_CLOCK_TEXT_MAX]);

/* "2027-01-01T00:00:00Z"; 0: that is none. */
ph_unixtime ph_clock_read_iso(const char *text);
/* The first "28 Nov 2026 04:23:34 +0000" in a text; 0: there is none. */
ph_unixtime ph_clock_read_date(const char *text);

#endif
