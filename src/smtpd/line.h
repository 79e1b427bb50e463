#ifndef PH_SMTPD_LINE_H
#define PH_SMTPD_LINE_H

#include "base/buf.h"
#include "base/span.h"

enum ph_smtpd_line_state {
	PH_LINE_MORE = 0, /* all input is used and the line goes on */
	PH_LINE_READY,    /* *line is one, without its CRLF */
	PH_LINE_TOO_LONG, /* one over the limit has ended, and was dropped */
	PH_LINE_BARE_LF,  /* an LF came without CR: the rest is dropped too */
	PH_LINE_DROPPED   /* the end of what followed a bare LF */
};

/* A command line being collected.  Ends in CRLF and nowhere else: what holds a
   bare LF is never looked at (no smuggling). */
struct ph_smtpd_line {
	struct ph_buf buf; /* what came in earlier reads */
	bool last_cr;
	bool too_long;
	bool bare_lf;
	size_t dropped; /* octets of this line that were not kept */
};

/* max: the longest limit that will be given. */
void ph_smtpd_line_init(struct ph_smtpd_line *l, size_t max);
void ph_smtpd_line_release(struct ph_smtpd_line *l);

/* Takes octets up to LF from *in.  limit counts the CRLF.  *line lies in the
   caller's octets, or in l until ph_smtpd_line_clear(), which is due before the
   next line after READY, TOO_LONG and DROPPED. */
enum ph_smtpd_line_state ph_smtpd_line_take(struct ph_smtpd_line *l,
    size_t limit, struct ph_span *in, struct ph_span *line);
void ph_smtpd_line_clear(struct ph_smtpd_line *l);

/* The first octets of the line, at most cap, from those kept and those in
   in. */
size_t ph_smtpd_line_peek(
    const struct ph_smtpd_line *l, struct ph_span in, char *out, size_t cap);

#endif
