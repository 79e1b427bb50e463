#ifndef PH_MAIL_MESSAGE_H
#define PH_MAIL_MESSAGE_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "mail/address.h"
#include "mail/body.h"

/* A message ready to be sent: its content as a rope, and what was done to get
   it there.  Made by compose() or adopt(), both in memory of its own; files
   stay with the caller, who numbers them. */
struct ph_message;

void ph_message_free(struct ph_message *m);
PH_DEFINE_CLEANUP(ph_message_free, struct ph_message)

/* Valid as long as m. */
const struct ph_body *ph_message_body(const struct ph_message *m);
struct ph_span ph_message_id(const struct ph_message *m);      /* with <> */
struct ph_span ph_message_subject(const struct ph_message *m); /* decoded */

/* What was mended, a sentence each ("2 lines over 998 octets: the text part was
   encoded as quoted-printable"); NULL at the end. */
const char *ph_message_note(const struct ph_message *m, size_t i);

/* A file the caller has opened: number i of files, with its size. */
struct ph_message_file {
	const char *name; /* file name to show, UTF-8; not a path */
	/* Media type, parameters may follow; or NULL: by the name's ending.  A
	   message/... becomes application/octet-stream (RFC 2046 5.2.1 forbids
	   base64 there, and the file is never read here), and a note says so;
	   a multipart/... is refused. */
	const char *type;
	uint64_t size;
	size_t file;    /* what ph_body_part.file will hold */
	bool is_inline; /* --inline: Content-ID is the file's name */
};

struct ph_message_header {
	struct ph_span name;
	struct ph_span value; /* UTF-8 */
};

/* Where randomness and time come from: arguments, never asked for below io/. */
struct ph_message_stamp {
	ph_unixtime now;
	int utc_offset_min;       /* for Date */
	unsigned char random[16]; /* Message-ID, boundaries */
	struct ph_span hostname;  /* right side of the Message-ID when the From
	                             domain cannot serve */
};

struct ph_compose {
	struct ph_address from;
	const struct ph_address *sender; /* Sender: header; NULL: none */
	struct ph_address_list to;
	struct ph_address_list cc; /* Bcc never reaches the content */
	struct ph_address_list reply_to;
	struct ph_span subject; /* ptr NULL: no Subject at all */
	bool has_text;
	struct ph_span text; /* UTF-8, any line ends */
	bool has_html;
	struct ph_span html;
	const struct ph_message_file *files;
	size_t file_count;
	const struct ph_message_header *headers; /* extra ones */
	size_t header_count;
	/* A charset (base/code_page.h) for all of the message: subject, names,
	   texts, names of files; "": that of code_page; "auto": that of
	   code_page where it holds all of it, else utf-8. */
	struct ph_span charset;
	struct ph_span code_page; /* the connection's; "": utf-8 */
	unsigned priority;        /* 0: none, 1 highest .. 5 lowest: X-Priority,
	                      Importance */
	bool request_receipt;     /* Disposition-Notification-To: the From */
	struct ph_message_stamp stamp;
};

/* Extra headers may replace Date and Message-ID by good ones of their own.

   Text parts are encoded so that the result is 7-bit and no line is over 998
   octets; header fields by RFC 2047, parameters by RFC 2231 and, for old
   readers, RFC 2047 in the name parameter.  PH_EINVAL: *fault
   (PH_CAUSE_BAD_INPUT or PH_CAUSE_BAD_ADDRESS) says which option holds what
   cannot be sent: a control byte in a header, a header name that is none or
   that Posthaste writes itself, text that is not UTF-8, a character the charset
   lacks (named).  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_message_compose(const struct ph_compose *c,
    struct ph_message **out, struct ph_fault *fault);

/* A ready-made message (--raw, sendmail): file number file whose pass gave
   scan, and whose header section (scan->header_octets) is header. */
struct ph_adopt {
	struct ph_span header;
	size_t file;
	const struct ph_scan *scan;
	bool keep_bcc;    /* false: Bcc and Resent-Bcc are left out */
	bool add_missing; /* Date, Message-ID, From (of .from) where absent */
	struct ph_span from; /* mailbox, for a missing From */
	/* Stands in the place of every From, the first of which becomes the
	   Reply-To where there is none; a note says so.  NULL: From stays. */
	const struct ph_address *replace_from;
	struct ph_message_stamp stamp;
};

/* Where the header section ends in a line that is no field, an empty line goes
   before it and the rest is text; so it does before a message without headers.
   Lines end in CRLF afterwards; mbox's "From " line and a byte order mark are
   left out.  NULs are refused (PH_EINVAL), and so is a Bcc header that such a
   line makes text.  Lines over 998 octets: PH_ETOOBIG with *fault; octets
   above 0x7f among the headers that are no UTF-8 (RFC 6532 3.2): PH_EPROTO with
   *fault; the caller then re-encodes with ph_message_reencode() and adopts the
   result. */
PH_MUST_USE enum ph_err ph_message_adopt(
    const struct ph_adopt *in, struct ph_message **out, struct ph_fault *fault);

/* The recipients in To, Cc, Bcc of a header section (Resent-* of the first
   block where there are any, RFC 5322 3.6.6) for --read-recipients and sendmail
   -t, in *out, doubles left out; *from: the From or Sender to use as envelope
   sender (mailbox empty when there is none, or none that is an address: cron
   writes "From: root").  All in the arena.  PH_EINVAL: *fault names the header
   and the wrong address. */
PH_MUST_USE enum ph_err ph_message_read_recipients(struct ph_span header,
    struct ph_arena *a, struct ph_address_list *out, struct ph_address *from,
    struct ph_fault *fault);

/* Parses a ready-made message from in_fd and writes it to out_fd (both
   seekable, both stay open) with every part in 7 bit and no line over 998
   octets.  Signed parts are refused: PH_EINVAL with *fault (mending would break
   the signature). */
PH_MUST_USE enum ph_err ph_message_reencode(
    int in_fd, int out_fd, struct ph_fault *fault);

#endif
