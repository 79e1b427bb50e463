#ifndef PH_CONNECTION_DOUBT_H
#define PH_CONNECTION_DOUBT_H

#include "base/span.h"
#include "connection/connection.h"

/* What is odd about a connection that does not work, known without a network:
   what its provider publishes, what is often mistyped, what a password looks
   like.  No text holds the password, or a part of it. */

enum {
	PH_DOUBTS_MAX = 16,
	PH_DOUBT_TEXT_MAX = 320,
	PH_DOUBT_VALUE_MAX = 256
};

struct ph_doubt {
	const char *setting; /* the word of ph_cause_setting() */
	char text[PH_DOUBT_TEXT_MAX];
	/* What would mend it, as `connection set` takes it: "port", "587".  key
	   NULL: no value does. */
	const char *key;
	char value[PH_DOUBT_VALUE_MAX];
};

struct ph_doubts {
	struct ph_doubt items[PH_DOUBTS_MAX];
	size_t count;
};

/* password.ptr NULL: there is none, or it is a token. */
void ph_doubts_find(const struct ph_connection *c, struct ph_span password,
    struct ph_doubts *out);

/* The first about that setting ("username-or-password" is about both); NULL:
   none is. */
const struct ph_doubt *ph_doubts_about(
    const struct ph_doubts *d, const char *setting);

/* The provider whose server that is; NULL: none is known. */
struct ph_preset;
const struct ph_preset *ph_preset_of_host(struct ph_span host);

#endif
