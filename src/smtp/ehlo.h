#ifndef PH_SMTP_EHLO_H
#define PH_SMTP_EHLO_H

#include "smtp/reply.h"

#include <stdint.h>

/* Extensions we act upon, as bits. */
enum ph_ehlo_flag {
	PH_EHLO_PIPELINING = 1 << 0, /* RFC 2920 */
	PH_EHLO_CHUNKING = 1 << 1,   /* RFC 3030 */
	PH_EHLO_8BITMIME = 1 << 2,   /* RFC 6152 */
	PH_EHLO_SMTPUTF8 = 1 << 3,   /* RFC 6531 */
	PH_EHLO_DSN = 1 << 4,        /* RFC 3461 */
	PH_EHLO_ENHANCED = 1 << 5,   /* RFC 2034 */
	PH_EHLO_STARTTLS = 1 << 6,   /* RFC 3207 */
	PH_EHLO_AUTH = 1 << 7,       /* RFC 4954; also the old "AUTH=" form */
	PH_EHLO_SIZE = 1 << 8,       /* RFC 1870 */
	PH_EHLO_BINARYMIME = 1 << 9, /* RFC 3030 */
	PH_EHLO_LIMITS = 1 << 10,    /* RFC 9422 */
	PH_EHLO_REQUIRETLS = 1 << 11 /* RFC 8689 */
};

enum {
	PH_EHLO_TEXT_MAX = 16 * 1024, /* beyond it keywords are ignored */
	PH_EHLO_LINES_MAX = 100,
	PH_EHLO_MECHANISMS_MAX = 64
};

/* What a server said it can do.  A value of fixed size; all zero is a server
   that offers nothing. */
struct ph_ehlo {
	uint32_t flags;    /* enum ph_ehlo_flag */
	uint64_t size_max; /* 0: no limit was named */
	uint32_t mail_max; /* LIMITS MAILMAX, RCPTMAX, RCPTDOMAINMAX; 0: */
	uint32_t rcpt_max; /* none was named */
	uint32_t rcpt_domain_max;
	/* The lines after the first, as sent, each a string; index 0 is the
	   first line after the greeting line. */
	size_t line_count;
	uint16_t lines[PH_EHLO_LINES_MAX]; /* offsets into text */
	/* Mechanism names in upper case, in the server's order, no doubles. */
	size_t mechanism_count;
	uint16_t mechanisms[PH_EHLO_MECHANISMS_MAX]; /* offsets into text */
	size_t text_len;
	char text[PH_EHLO_TEXT_MAX];
	char domain[256]; /* the first word of the first line */
};

/* Reads the 250 reply to EHLO.  Lines that make no sense are kept in lines and
   set no flag: servers may offer what they like (RFC 5321 4.1.1.1). */
void ph_ehlo_parse(const struct ph_reply *reply, struct ph_ehlo *out);

/* A server that offers nothing. */
void ph_ehlo_clear(struct ph_ehlo *e);

/* Valid as long as *e. */
const char *ph_ehlo_line(const struct ph_ehlo *e, size_t i);
const char *ph_ehlo_mechanism(const struct ph_ehlo *e, size_t i);

static inline bool ph_ehlo_has(const struct ph_ehlo *e, enum ph_ehlo_flag flag)
{
	return (e->flags & (uint32_t)flag) != 0;
}

#endif
