#ifndef PH_MAIL_COMPOSE_H
#define PH_MAIL_COMPOSE_H

#include "mail/charset.h"
#include "mail/draft.h"
#include "mail/message.h"

/* A message being composed: what its parts in compose.c (fields) and content.c
   (text and files) share. */
struct ph_composer {
	const struct ph_compose *c;
	struct ph_message *m;
	struct ph_charset charset;
	bool utf8; /* header fields hold raw UTF-8 (RFC 6532) */
	struct ph_fault *fault;
	unsigned boundary_count;
};

/* Says what is missing for an err of the functions that write in a charset:
   which of the message's places, and which character. */
enum ph_err ph_composer_blame(const struct ph_composer *k, const char *place,
    enum ph_err err, uint32_t missing);

/* The same for a body, "text" or "html", whose line is named too. */
enum ph_err ph_composer_blame_text(const struct ph_composer *k,
    const char *part, struct ph_span text, enum ph_err err, uint32_t missing);

/* Refuses files and texts that cannot be sent. */
PH_MUST_USE enum ph_err ph_content_check(const struct ph_composer *k);

/* Writes the content with its Content-... fields, which end the header
   section. */
PH_MUST_USE enum ph_err ph_content_write(struct ph_composer *k);

#endif
