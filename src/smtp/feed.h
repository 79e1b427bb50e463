#ifndef PH_SMTP_FEED_H
#define PH_SMTP_FEED_H

#include "smtp/client.h"
#include "smtp/outbox.h"

/* A content on its way from the caller's pieces into the outbox: dots stuffed
   (RFC 5321 4.5.2) wherever the pieces are cut, nothing copied but what lies
   between dots that are close together. */
struct ph_feed {
	struct ph_span pieces[PH_SMTP_PIECES_MAX];
	size_t count;
	size_t at;     /* the piece that is next */
	bool last;     /* no pieces come after these */
	bool searched; /* pieces are to be searched for dots */
	bool in_line;  /* the octet before was no LF: a dot may stand here */
	/* How the content ends so far. */
	bool ends_cr;
	bool ends_crlf;
	uint64_t octets; /* given so far, before stuffing */
};

void ph_feed_init(struct ph_feed *f);

/* Octets in a body's pieces. */
uint64_t ph_feed_size(const struct ph_smtp_body *body);

/* Takes pieces; those before must be drained.  stuff: for DATA, not for
   BDAT. */
void ph_feed_give(
    struct ph_feed *f, const struct ph_smtp_body *body, bool stuff);

static inline bool ph_feed_is_drained(const struct ph_feed *f)
{
	return f->at == f->count;
}

/* Moves what the outbox has room for.  PH_OK: drained, PH_AGAIN: the outbox is
   full, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_feed_move(struct ph_feed *f, struct ph_outbox *o);

/* What is missing for the last line to be a line: CRLF, or nothing. */
struct ph_span ph_feed_missing_end(const struct ph_feed *f);

#endif
