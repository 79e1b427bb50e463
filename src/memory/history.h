#ifndef PH_MEMORY_HISTORY_H
#define PH_MEMORY_HISTORY_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* The last tests of a connection: when, how they went, how long they took, what
   was offered.  No secret and no user name. */

enum {
	PH_HISTORY_MAX = 50,
	PH_HISTORY_OFFERS_MAX = 32,
	PH_HISTORY_OFFER_SIZE = 32,
	PH_HISTORY_TEXT_MAX = 128 * 1024
};

/* What took how long, in the order in which it is written. */
enum ph_history_step {
	PH_HISTORY_DNS = 0,
	PH_HISTORY_CONNECT,
	PH_HISTORY_PROXY,
	PH_HISTORY_GREETING,
	PH_HISTORY_TLS,
	PH_HISTORY_EHLO,
	PH_HISTORY_AUTH,
	PH_HISTORY_TOTAL,
	PH_HISTORY_STEPS
};

/* Strings are "" where nothing is known. */
struct ph_history_test {
	ph_unixtime at;
	char host[256];
	uint16_t port;
	char mode[16]; /* of encryption, as asked for */
	bool ok;
	char stage[16]; /* the deepest, or the one that failed */
	char cause[32]; /* "none" where it went well */
	uint16_t code;
	int64_t ms[PH_HISTORY_STEPS]; /* below 0: it did not come to it */
	char version[16];             /* of TLS; "": in clear */
	bool verified;
	ph_unixtime not_after; /* of the certificate; 0: none */
	char key[65];          /* SPKI SHA-256 in hex */
	char mechanism[24];    /* that logged in */
	bool has_offer;        /* EHLO was answered where it counts */
	/* Keywords of EHLO, and "AUTH=NAME" for each mechanism. */
	char offers[PH_HISTORY_OFFERS_MAX][PH_HISTORY_OFFER_SIZE];
	size_t offer_count;
};

/* Oldest first.  All zero: none.  It is big: not for the stack. */
struct ph_history {
	struct ph_history_test tests[PH_HISTORY_MAX];
	size_t count;
};

/* What fits no line of words is cut, or left out. */
void ph_history_add(struct ph_history *h, const struct ph_history_test *t);

/* A keyword that EHLO offers; one that is none, or is there already, is left
   out. */
void ph_history_offer(
    struct ph_history_test *t, const char *prefix, struct ph_span word);
bool ph_history_offers(const struct ph_history_test *t, const char *word);

/* PH_EPROTO: it is damaged; *out is all zero then. */
PH_MUST_USE enum ph_err ph_history_read(
    struct ph_span text, struct ph_history *out);
/* PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_history_write(
    const struct ph_history *h, struct ph_buf *out);

#endif
