#ifndef PH_BASE_BASE64_H
#define PH_BASE_BASE64_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* RFC 4648 section 4, for SASL: one line, padded. */
PH_MUST_USE enum ph_err ph_base64_encode(struct ph_span in, struct ph_buf *out);

/* Strict: no line breaks, no stray bits, padding required.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_base64_decode(struct ph_span in, struct ph_buf *out);

/* The same into cap octets, which it may have begun to fill when it fails.
   PH_EINVAL.  PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_base64_decode_into(
    struct ph_span in, unsigned char *out, size_t cap, size_t *len);

enum {
	/* RFC 2045 6.8: 76 characters a line, from 57 octets. */
	PH_BASE64_LINE_IN = 57,
	PH_BASE64_LINE_OUT = 76 + 2
};

/* The octets that len octets take as lines of 76 characters, each, also the
   last, ended by CRLF. */
uint64_t ph_base64_lines_size(uint64_t len);

/* Encodes as such lines.  in.len must be a multiple of PH_BASE64_LINE_IN except
   in the last piece of a content.  out has room for
   ph_base64_lines_size(in.len); returns what was written, which is that. */
size_t ph_base64_lines(struct ph_span in, char *out);

#endif
