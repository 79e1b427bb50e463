#ifndef PH_LIB_MAIL_H
#define PH_LIB_MAIL_H

#include "base/arena.h"
#include "base/buf.h"
#include "deliver/content.h"
#include "lib/problem.h"
#include "mail/address.h"
#include "smtp/envelope.h"

/* What a struct ph_mail holds: the inside of posthaste.h's opaque message. */

enum ph_lib_list {
	PH_LIB_TO,
	PH_LIB_CC,
	PH_LIB_BCC,
	PH_LIB_REPLY_TO,
	PH_LIB_LISTS
};

struct ph_lib_addresses {
	struct ph_address *items; /* spans lie in the mail's arena */
	size_t count;
	size_t cap;
};

struct ph_mail {
	struct ph_arena arena; /* everything below but the arrays */
	struct ph_lib_problem problem;
	struct ph_address from;
	struct ph_lib_addresses lists[PH_LIB_LISTS];
	struct ph_span sender;
	struct ph_span subject;
	struct ph_span text;
	struct ph_span html;
	struct ph_span charset;
	struct ph_message_header *headers;
	size_t header_count;
	struct ph_attachment *attachments;
	size_t attachment_count;
	const char *raw_path;
	struct ph_span raw_bytes;
	unsigned priority;
	unsigned report; /* enum ph_report; the bits of enum ph_dsn_notify */
	bool has_from;
	bool has_sender;
	bool has_text;
	bool has_html;
	bool has_raw;
	bool header_recipients;
};

#endif
