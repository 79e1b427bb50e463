#ifndef PH_CLI_DRAFT_H
#define PH_CLI_DRAFT_H

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "connection/connection.h"
#include "deliver/content.h"
#include "mail/address.h"
#include "smtp/envelope.h"

/* A message as the options of `send` describe it, on its way to a content and an
   envelope. */

enum ph_draft_key {
	PH_DRAFT_KEY_FROM = 1,
	PH_DRAFT_KEY_TO,
	PH_DRAFT_KEY_CC,
	PH_DRAFT_KEY_BCC,
	PH_DRAFT_KEY_REPLY_TO,
	PH_DRAFT_KEY_SUBJECT,
	PH_DRAFT_KEY_TEXT,
	PH_DRAFT_KEY_HTML,
	PH_DRAFT_KEY_TEXT_FILE,
	PH_DRAFT_KEY_HTML_FILE,
	PH_DRAFT_KEY_ATTACH,
	PH_DRAFT_KEY_INLINE,
	PH_DRAFT_KEY_HEADER,
	PH_DRAFT_KEY_PRIORITY,
	PH_DRAFT_KEY_CHARSET,
	PH_DRAFT_KEY_RECEIPT,
	PH_DRAFT_KEY_RAW,
	PH_DRAFT_KEY_READ_RECIPIENTS,
	PH_DRAFT_KEY_DSN
};

/* All zero may be released. */
struct ph_draft {
	const struct ph_options *options; /* borrowed */
	struct ph_arena arena;
	bool has_from;
	struct ph_address from; /* mailbox empty: the null sender */
	struct ph_address_list to, cc, bcc, reply_to;
	struct ph_address_list others; /* named without an option */
	unsigned notify;               /* enum ph_dsn_notify */
	struct ph_buf text, html;
	struct ph_content *content;
	/* Everyone, each once, in the order of first mention. */
	struct ph_envelope_rcpt *rcpts;
	size_t rcpt_count;
};

/* Reads the options and every address in them; opens nothing.  PH_EINVAL,
   PH_ENOMEM with *fault (wrong usage, or the address that is wrong). */
PH_MUST_USE enum ph_err ph_draft_read(struct ph_draft *d,
    const struct ph_options *options, struct ph_fault *fault);

/* Reads texts and files and makes the content; settles sender and recipients.
   PH_EINVAL, PH_ENOTFOUND, PH_EIO, PH_ETOOBIG, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_draft_finish(struct ph_draft *d,
    const struct ph_connection *connection, struct ph_fault *fault);

void ph_draft_release(struct ph_draft *d);

#endif
