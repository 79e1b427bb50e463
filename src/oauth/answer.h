#ifndef PH_OAUTH_ANSWER_H
#define PH_OAUTH_ANSWER_H

#include "base/err.h"
#include "base/secret.h"
#include "base/span.h"

#include <stdint.h>

/* What an authorization server answers, read strictly: JSON objects (RFC 8259,
   no key twice), tokens of printable ASCII and nothing else, so that none can
   put a line or a field into what it is sent in. */

enum {
	PH_OAUTH_ANSWER_MAX = 64 * 1024,
	PH_OAUTH_TOKEN_MAX = 16 * 1024,
	PH_OAUTH_USER_CODE_MAX = 64,
	PH_OAUTH_PAGE_MAX = 1024,
	PH_OAUTH_WORDS_MAX = 400
};

/* The errors that something follows from (RFC 6749 5.2, RFC 8628 3.5). */
enum ph_oauth_error {
	PH_OAUTH_NO_ERROR = 0,
	PH_OAUTH_PENDING,       /* nobody has consented yet */
	PH_OAUTH_SLOW_DOWN,     /* that, and we ask too often */
	PH_OAUTH_EXPIRED,       /* the device code */
	PH_OAUTH_DENIED,        /* the person said no */
	PH_OAUTH_INVALID_GRANT, /* consent or refresh token ended */
	PH_OAUTH_CLIENT,        /* this client is not known, or not so */
	PH_OAUTH_SCOPE,
	PH_OAUTH_BUSY, /* for now; also any 5xx, 408 and 429 */
	PH_OAUTH_OTHER
};

/* Why there is no token. */
struct ph_oauth_refusal {
	enum ph_oauth_error error;
	char name[64];                  /* "invalid_grant" */
	char words[PH_OAUTH_WORDS_MAX]; /* error_description; not cleaned */
	const char *broken; /* PH_EPROTO: what is wrong with the answer */
};

struct ph_oauth_tokens {
	struct ph_secret access;
	struct ph_secret refresh;   /* none: the old one stays */
	int64_t expires_in;         /* seconds; -1: not said */
	int64_t refresh_expires_in; /* likewise */
};

/* RFC 8628 3.2 */
struct ph_oauth_device {
	struct ph_secret code;
	char user_code[PH_OAUTH_USER_CODE_MAX + 1];
	char page[PH_OAUTH_PAGE_MAX + 1];
	char page_complete[PH_OAUTH_PAGE_MAX + 1]; /* "": none */
	int64_t expires_in;                        /* seconds, at most a day */
	int64_t interval;                          /* seconds, 1 to 300 */
};

/* status is HTTP's.  PH_EDENIED: the server refused, *why says with what;
   PH_EPROTO: that is no such answer (or there is no memory to read it in),
   why->broken; PH_ENOMEM.  *out is written on success only. */
PH_MUST_USE enum ph_err ph_oauth_answer_tokens(unsigned status,
    struct ph_span body, struct ph_oauth_tokens *out,
    struct ph_oauth_refusal *why);
PH_MUST_USE enum ph_err ph_oauth_answer_device(unsigned status,
    struct ph_span body, struct ph_oauth_device *out,
    struct ph_oauth_refusal *why);

void ph_oauth_tokens_release(struct ph_oauth_tokens *t);
void ph_oauth_device_release(struct ph_oauth_device *d);

/* Printable ASCII without spaces, 1 to PH_OAUTH_TOKEN_MAX octets. */
bool ph_oauth_token_is_valid(struct ph_span token);

#endif
