#ifndef PH_MEMORY_KNOWN_H
#define PH_MEMORY_KNOWN_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* What is known of a server from earlier sessions: the last good offer, its
   key, and how its login mechanisms behaved.  A value of fixed size; all zero
   is a server that nothing is known of.  It holds no secret and no user name.

   A good offer is one made over TLS whose certificate was verified: nobody on
   the way can have made it better or worse. */

enum {
	PH_KNOWN_HOST_SIZE = 256,
	PH_KNOWN_KEY_SIZE = 65,
	PH_KNOWN_MECHANISM_SIZE = 21, /* RFC 4422 3.1: 20, and a NUL */
	PH_KNOWN_MECHANISMS_MAX = 32, /* servers offer ten at most */
	PH_KNOWN_TEXT_MAX = 16 * 1024,
	/* Failures running after which a mechanism is tried last. */
	PH_KNOWN_BROKEN_MIN = 2,
	/* 90 days, in seconds: what was not seen for so long is forgotten. */
	PH_KNOWN_AGE_MAX = 90 * 24 * 60 * 60,
	PH_KNOWN_DAY_SIZE = 11, /* "2026-11-27" */
	PH_KNOWN_TIME_SIZE = 21 /* "2026-11-27 14:02 UTC" */
};

struct ph_known_mechanism {
	char name[PH_KNOWN_MECHANISM_SIZE]; /* upper case */
	bool offered;                       /* last time, whatever the
	                                       channel */
	bool good;                          /* in the last good offer */
	ph_unixtime worked;                 /* last, to the day; 0: never */
	uint32_t worked_ms;                 /* AUTH to its answer, that time */
	/* Offered, and it failed for its own sake: refused as a mechanism
	   (RFC 4954 4), broken off, hung up on, or refused where another took
	   the same password. */
	ph_unixtime broken; /* last; 0: never */
	uint32_t broken_ms;
	uint32_t broken_count; /* running: a success ends it */
	bool broken_good;      /* the last time over verified TLS */
};

struct ph_known {
	char host[PH_KNOWN_HOST_SIZE]; /* "": nothing is known */
	uint16_t port;
	ph_unixtime seen; /* last, to the day */

	ph_unixtime good; /* the last good offer, to the day; 0: none yet */
	bool good_starttls;
	char good_version[16]; /* "TLSv1.3" */

	char key[PH_KNOWN_KEY_SIZE]; /* SPKI SHA-256 in hex; "": none seen */
	ph_unixtime key_since;
	bool key_good; /* its certificate was verified */

	struct ph_known_mechanism mechanisms[PH_KNOWN_MECHANISMS_MAX];
	size_t mechanism_count;
};

/* What one session has to tell. */
struct ph_known_attempt {
	struct ph_span mechanism;
	bool worked; /* false: failed for its own sake */
	uint32_t ms;
};

struct ph_known_news {
	struct ph_span host;
	uint16_t port;
	ph_unixtime now;
	bool good;              /* TLS, certificate verified */
	bool starttls;          /* TLS came by STARTTLS */
	struct ph_span version; /* of TLS; empty in clear */
	struct ph_span key;     /* SPKI SHA-256 in hex, or empty */
	bool has_offer;         /* EHLO was answered where it counts */
	bool is_poorer;         /* than the last good offer, which stays */
	const struct ph_span *offered; /* mechanisms */
	size_t offered_count;
	const struct ph_known_attempt *attempts;
	size_t attempt_count;
};

/* Takes news in.  True: there is something in it worth writing down; times are
   kept to the day, so that a server that is always the same is written of once
   a day.  A key whose certificate was not verified takes no other's place. */
bool ph_known_learn(struct ph_known *k, const struct ph_known_news *news);

/* NULL: nothing is known of it (any case). */
const struct ph_known_mechanism *ph_known_mechanism(
    const struct ph_known *k, struct ph_span name);
/* It failed so often running that it is tried last. */
bool ph_known_is_broken(const struct ph_known *k, struct ph_span name);

/* Forgets what is too old at this time. */
void ph_known_expire(struct ph_known *k, ph_unixtime now);

/* The text of a file: lines of words.  Nothing known, or none of it new enough:
   all zero.  Lines that begin with a word not known are passed over (a later
   version's).  PH_EPROTO: it is damaged; *out is all zero then. */
PH_MUST_USE enum ph_err ph_known_read(
    struct ph_span text, ph_unixtime now, struct ph_known *out);
/* PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_known_write(
    const struct ph_known *k, struct ph_buf *out);

/* UTC, for people. */
void ph_known_day(ph_unixtime t, char out[PH_KNOWN_DAY_SIZE]);
void ph_known_time(ph_unixtime t, char out[PH_KNOWN_TIME_SIZE]);

#endif
