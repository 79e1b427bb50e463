#ifndef PH_SMTP_REPLY_H
#define PH_SMTP_REPLY_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum {
	/* All lines of a reply together. */
	PH_REPLY_MAX = 64 * 1024,
	/* RFC 5321 4.5.3.1.5 allows 512; we allow servers that ramble. */
	PH_REPLY_LINE_MAX = 2048,
	PH_REPLY_LINES_MAX = 500
};

/* A server's answer (RFC 5321 4.2).  The text is a loan from whoever gave the
   reply and says for how long. */
struct ph_reply {
	uint16_t code;        /* 200..599; 0: there was none */
	uint16_t enhanced[3]; /* RFC 3463; class 0 when absent */
	uint16_t line_count;
	/* Without codes, lines joined by '\n'; the enhanced code is taken off
	   each line that carries it.  As sent, but that a bare CR is a space:
	   may hold any byte but CR and NUL. */
	struct ph_span text;
};

/* 2, 3, 4 or 5. */
static inline unsigned ph_reply_class(const struct ph_reply *r)
{
	return r->code / 100U;
}

/* Whether these words stand in the text, in any case. */
bool ph_reply_mentions(const struct ph_reply *r, struct ph_span words);

/* Writes `250 2.1.0 "text"` for an error chain: control bytes and bytes that
   are no UTF-8 become '?', lines are joined by " / ", text over 400 octets is
   cut with "...".  out is always a string. */
void ph_reply_format(const struct ph_reply *r, char *out, size_t out_size);

/* The same for any text from a server: `"text"`.  "" where out is too small to
   hold a quotation. */
void ph_reply_quote(struct ph_span text, char *out, size_t out_size);

struct ph_reply_parser;

/* PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_reply_parser_new(struct ph_reply_parser **out);
void ph_reply_parser_free(struct ph_reply_parser *p);

/* Feed bytes from the server.  Consumes *in up to the end of one reply and
   advances it past what was used.

   PH_OK       *out is complete, and valid until the next call
   PH_AGAIN    all of *in was used and the reply goes on
   PH_EPROTO   not an SMTP reply (a code outside 200..599, codes that differ
               within a reply, a NUL); a bare LF ends a line as CRLF does
   PH_ETOOBIG  a line or the whole reply is over its limit

   After an error the parser is only good for ph_reply_parser_line() and
   _free(). */
PH_MUST_USE enum ph_err ph_reply_parser_feed(
    struct ph_reply_parser *p, struct ph_span *in, struct ph_reply *out);

/* What has come of the line that is not complete or was wrong: evidence for an
   error text.  Valid until the next call. */
struct ph_span ph_reply_parser_line(const struct ph_reply_parser *p);

/* Puts '*' over each secret in text, for servers that repeat what they were
   told. */
void ph_reply_hide(char *text, size_t len, struct ph_span secret);
/* The same in what the parser handed out, or holds of a line. */
void ph_reply_parser_hide(struct ph_reply_parser *p, struct ph_span secret);

#endif
