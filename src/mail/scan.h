#ifndef PH_MAIL_SCAN_H
#define PH_MAIL_SCAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

#include <stdint.h>

/* One pass over a ready-made message, fed in pieces cut anywhere: what
   sending it needs to know. */
struct ph_scan {
	uint64_t octets; /* as read */
	uint64_t
	    wire_octets; /* once every line ends in CRLF, the last one too */
	uint64_t
	    header_octets; /* as read, up to and with the empty line; all when
	                           there is none */
	uint64_t bare_cr;  /* CR not followed by LF */
	uint64_t bare_lf;  /* LF not after CR */
	uint64_t crlf;
	uint64_t nul;
	size_t longest_line; /* octets without the line end */
	bool eight_bit;
	bool header_eight_bit;
	bool in_body;
	uint64_t header_wire_octets; /* header_octets once mended */
	/* private */
	size_t line_len;
	bool last_cr;
};

void ph_scan_init(struct ph_scan *s);
void ph_scan_feed(struct ph_scan *s, struct ph_span in);
void ph_scan_finish(struct ph_scan *s);

enum {
	PH_HEADER_MAX = 4 * 1024 * 1024, /* octets of a header section */
	PH_HEADER_FIELDS_MAX = 20000
};

/* A field of a header section (RFC 5322 2.2). */
struct ph_header_field {
	struct ph_span name;
	struct ph_span
	    value; /* raw: folds are in it, without the last line end */
	struct ph_span whole; /* with the line end */
};

/* Takes the next field from *in, line ends of any kind, folds by the line
   after it starting with a space or a tab.  *out holds spans of *in.  PH_EOF at
   the empty line (consumed) or the end; PH_EPROTO: a line that is no field
   (*out->whole is that line; "From " of mbox and ">From " too): the caller
   decides. */
PH_MUST_USE enum ph_err ph_header_next(
    struct ph_span *in, struct ph_header_field *out);

/* "From " or ">From " at its start: what mailbox files put before a message. */
bool ph_header_is_mbox_line(struct ph_span line);

/* The text without the byte order mark some editors put before it. */
struct ph_span ph_header_unmark(struct ph_span header);

/* The fields of a header section: without a byte order mark and what a mailbox
   file puts on top, up to the empty line or to the first line that is no
   field. */
struct ph_span ph_header_fields(struct ph_span header);

/* Undoes the folds of a value into out, without the blanks at both ends.
   PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_header_unfold(
    struct ph_span value, struct ph_buf *out);

#endif
