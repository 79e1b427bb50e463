#ifndef PH_DISCOVER_RECORD_H
#define PH_DISCOVER_RECORD_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* Records of the domain name system, from their data on the wire. */

enum {
	/* RFC 1035 2.3.4, as text, and the NUL. */
	PH_RECORD_NAME_SIZE = 254
};

/* RFC 2782. */
struct ph_srv {
	uint16_t priority, weight, port;
	char target[PH_RECORD_NAME_SIZE]; /* "": it is not offered (".") */
};

/* RFC 5321 5.1, RFC 7505. */
struct ph_mx {
	uint16_t preference;
	char host[PH_RECORD_NAME_SIZE]; /* "": no mail is taken (".") */
};

/* A name of a host, not compressed, becomes text in lower case without the dot
   at its end; "" is the root.  PH_EINVAL: it is cut off, something follows, or
   it holds what no host's name does. */
PH_MUST_USE enum ph_err ph_record_name(
    struct ph_span data, char out[PH_RECORD_NAME_SIZE]);

/* PH_EINVAL: it is no such record. */
PH_MUST_USE enum ph_err ph_srv_read(struct ph_span data, struct ph_srv *out);
PH_MUST_USE enum ph_err ph_mx_read(struct ph_span data, struct ph_mx *out);

/* The order in which they count: lower priority first, then higher weight, so
   that the same answer always gives the same order. */
void ph_srv_sort(struct ph_srv *list, size_t count);
void ph_mx_sort(struct ph_mx *list, size_t count);

#endif
