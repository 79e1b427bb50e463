#ifndef PH_PROXY_HTTP_HEAD_H
#define PH_PROXY_HTTP_HEAD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* The head of an HTTP answer (RFC 9112 2 to 6), a line at a time, and of its
   fields those that matter to CONNECT. */

enum {
	PH_HTTP_LINE_MAX = 16 * 1024, /* a ticket of Kerberos fits */
	PH_HTTP_HEAD_MAX = 64 * 1024,
	PH_HTTP_TEXT_MAX = 128
};

struct ph_http_head {
	uint16_t status;               /* 0: no line was read */
	unsigned minor;                /* of HTTP/1. */
	char reason[PH_HTTP_TEXT_MAX]; /* printable ASCII and UTF-8, cut */
	bool close;
	bool keep_alive;
	bool chunked;
	bool has_length;
	uint64_t length;
	bool is_page; /* text/html, application/xhtml+xml */
	/* What a proxy of some renown says of its own failures
	   ("ERR_DNS_FAIL"), or "". */
	char error[PH_HTTP_TEXT_MAX];
	/* The values of Proxy-Authenticate, each followed by LF. */
	struct ph_buf challenges;
	size_t octets; /* of all lines */
	bool done;
};

/* All zero may be released. */
void ph_http_head_init(struct ph_http_head *h);
void ph_http_head_release(struct ph_http_head *h);
/* For the next answer; memory is kept. */
void ph_http_head_clear(struct ph_http_head *h);

/* Could text, as far as it goes, be the beginning of an answer in HTTP/1? */
bool ph_http_head_may_begin(struct ph_span text);

/* Takes the next line, without its end.  done is set by the empty one.
   PH_EPROTO    no answer of HTTP/1, or lengths that contradict each other
   PH_ETOOBIG   over PH_HTTP_HEAD_MAX
   PH_ENOMEM */
PH_MUST_USE enum ph_err ph_http_head_line(
    struct ph_http_head *h, struct ph_span line);

/* The connection serves no further request after this answer. */
bool ph_http_head_is_last(const struct ph_http_head *h);

#endif
