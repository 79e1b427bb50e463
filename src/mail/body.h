#ifndef PH_MAIL_BODY_H
#define PH_MAIL_BODY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* The content of a message as a rope: pieces of memory and ranges of files.  It
   never holds a file's bytes; who sends it reads them (io/) and encodes them
   with a struct ph_encoder.  It can be gone through any number of times. */

enum ph_encoding {
	PH_ENCODE_NONE = 0, /* as it is; every line ends in CRLF already */
	PH_ENCODE_CRLF,     /* a bare LF, and a bare CR, becomes CRLF */
	PH_ENCODE_BASE64    /* lines of 76 characters and CRLF */
};

struct ph_body_part {
	/* Memory when file is PH_BODY_NO_FILE: bytes as sent. */
	struct ph_span bytes;
	/* Else a range of the caller's file number file. */
	size_t file;
	uint64_t offset;
	uint64_t length;
	enum ph_encoding encoding;
	uint64_t encoded_length; /* octets as sent */
};

#define PH_BODY_NO_FILE SIZE_MAX

struct ph_body {
	const struct ph_body_part *parts;
	size_t count;
	uint64_t size;       /* octets as sent, before dot-stuffing */
	bool eight_bit;      /* holds octets above 0x7f */
	bool utf8_headers;   /* its header section does */
	size_t longest_line; /* octets without CRLF */
};

/* Sets size to the sum of the parts' encoded lengths. */
void ph_body_measure(struct ph_body *b);

/* Turns a file range's bytes into those sent, piece by piece.  A value. */
struct ph_encoder {
	enum ph_encoding encoding;
	bool last_was_cr;
	bool mid_line;
	size_t kept_len;
	char kept[64];
};

void ph_encoder_init(struct ph_encoder *e, enum ph_encoding encoding);
/* The room that in_len octets need at most in ph_encoder_run(). */
size_t ph_encoder_bound(const struct ph_encoder *e, size_t in_len);
/* Encodes; last: nothing follows in this range.  out has room for the bound;
   returns what was written.  PH_ENCODE_BASE64 runs at memory speed when in.len
   is a multiple of 57. */
size_t ph_encoder_run(
    struct ph_encoder *e, struct ph_span in, bool last, char *out);

#endif
