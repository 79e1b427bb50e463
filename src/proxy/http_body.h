#ifndef PH_PROXY_HTTP_BODY_H
#define PH_PROXY_HTTP_BODY_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* Where the body of an HTTP answer ends (RFC 9112 6.3, 7.1); what is in it does
   not matter.  A value without memory.  One that only the end of the connection
   ends is nothing to read: the connection is of no more use. */

enum {
	/* Longer ones are not worth reading: a new connection is cheaper. */
	PH_HTTP_BODY_MAX = 1024 * 1024
};

enum ph_http_body_kind {
	PH_HTTP_BODY_LENGTH = 0,
	PH_HTTP_BODY_CHUNKED
};

struct ph_http_body {
	enum ph_http_body_kind kind;
	uint64_t left; /* of the length, or of the chunk */
	uint64_t seen;
	unsigned line; /* octets of the line under way */
	int at;        /* within a chunk's frame */
	unsigned digits;
};

void ph_http_body_init(
    struct ph_http_body *b, enum ph_http_body_kind kind, uint64_t length);

/* Takes what belongs to the body; *used of it (set unless PH_EPROTO).
   PH_OK       it is over
   PH_AGAIN    it goes on
   PH_ETOOBIG  it goes on, and is over PH_HTTP_BODY_MAX
   PH_EPROTO   chunks that are none */
PH_MUST_USE enum ph_err ph_http_body_take(
    struct ph_http_body *b, struct ph_span in, size_t *used);

#endif
