#ifndef PH_CLI_LETTER_H
#define PH_CLI_LETTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "cli/cli.h"
#include "connection/connection.h"
#include "deliver/content.h"
#include "deliver/sender.h"
#include "mail/address.h"
#include "smtp/envelope.h"

/* A message as the options of `send` describe it, on its way to a content and
   an envelope. */

enum ph_letter_key {
	PH_LETTER_KEY_FROM = 1,
	PH_LETTER_KEY_TO,
	PH_LETTER_KEY_CC,
	PH_LETTER_KEY_BCC,
	PH_LETTER_KEY_REPLY_TO,
	PH_LETTER_KEY_SUBJECT,
	PH_LETTER_KEY_TEXT,
	PH_LETTER_KEY_HTML,
	PH_LETTER_KEY_TEXT_FILE,
	PH_LETTER_KEY_HTML_FILE,
	PH_LETTER_KEY_ATTACH,
	PH_LETTER_KEY_INLINE,
	PH_LETTER_KEY_HEADER,
	PH_LETTER_KEY_PRIORITY,
	PH_LETTER_KEY_CHARSET,
	PH_LETTER_KEY_RECEIPT,
	PH_LETTER_KEY_RAW,
	PH_LETTER_KEY_READ_RECIPIENTS,
	PH_LETTER_KEY_DSN
};

/* All zero may be released. */
struct ph_letter {
	const struct ph_options *options; /* borrowed */
	struct ph_arena arena;
	struct ph_sender_given given;
	struct ph_sender sender; /* once finished */
	struct ph_address_list to, cc, bcc;
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
PH_MUST_USE enum ph_err ph_letter_read(struct ph_letter *d,
    const struct ph_options *options, struct ph_fault *fault);

/* Reads texts and files and makes the content; settles sender and recipients.
   PH_EINVAL, PH_ENOTFOUND, PH_EIO, PH_ETOOBIG, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_letter_finish(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault);

void ph_letter_release(struct ph_letter *d);

#endif
