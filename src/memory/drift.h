#ifndef PH_MEMORY_DRIFT_H
#define PH_MEMORY_DRIFT_H

#include "memory/history.h"

/* What has changed from test to test, as sentences without a full stop, and how
   long they take. */

enum {
	PH_DRIFT_MAX = 16,
	PH_DRIFT_TEXT_MAX = 160,
	PH_DRIFT_DAY_SIZE = 20, /* "3 May", "3 May 2025" */
	/* From then on a certificate's end is told of. */
	PH_DRIFT_CERTIFICATE_DAYS = 30
};

struct ph_drift {
	char texts[PH_DRIFT_MAX][PH_DRIFT_TEXT_MAX];
	size_t count;
	/* Of the good tests' total, in milliseconds; below 0: there are
	   none. */
	int64_t p50, p90;
	size_t measured; /* how many those are */
};

/* Only tests of that server, and of the channel that the last one had, are
   compared: a server offers another thing in clear than over TLS. */
void ph_drift_find(const struct ph_history *h, const char *host, uint16_t port,
    ph_unixtime now, struct ph_drift *out);

/* "3 May", with the year where it is not that of now; UTC. */
void ph_drift_day(ph_unixtime t, ph_unixtime now, char out[PH_DRIFT_DAY_SIZE]);

#endif
