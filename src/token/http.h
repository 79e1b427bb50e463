#ifndef PH_TOKEN_HTTP_H
#define PH_TOKEN_HTTP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

/* What libcurl does for Posthaste: the room http, a module of its own that is
   loaded on first need.  libcurl brings some thirty libraries with it, and most
   starts of a program ask no web server for anything. */

/* A proxy on the way.  Everything is borrowed for the call. */
struct ph_http_proxy {
	/* KIND://HOST:PORT: http, https, socks4, socks4a, or socks5h, by which
	   the proxy looks the server's name up. */
	const char *url;
	const char *username; /* "": no login is made; DOMAIN\USER too */
	struct ph_span password;
	const char *ca_file; /* for an https proxy; "": the system's */
};

/* A form for an authorization server.  Everything is borrowed for the call. */
struct ph_http_post {
	const char *url;     /* one that ph_oauth_url_is_safe() */
	struct ph_span form; /* application/x-www-form-urlencoded */
	const char *ca_file; /* trusted in place of the system's; "": those */
	const struct ph_http_proxy *proxy; /* NULL: none, whatever the
	                                      environment says */
	ph_msec timeout;                   /* for all of it */
	/* Asked about once a second and after each piece: true ends it.
	   is_sent: the server may have the form by now.  NULL: never. */
	bool (*is_stopped)(void *ctx, bool is_sent);
	void *ctx;
};

/* A question to a web server that tells it nothing but its URL: no cookies, no
   login, no proxy.  Everything is borrowed for the call. */
struct ph_http_get {
	const char *url;     /* without a user name; https, or where allows_http
	                        http */
	const char *ca_file; /* trusted in place of the system's; "": those */
	bool allows_http;
	unsigned redirects_max; /* never from https to http */
	ph_msec timeout;        /* for all of it */
	/* Asked twenty times a second: true ends it. */
	bool (*is_stopped)(void *ctx);
	void *ctx;
};

struct ph_http_got {
	unsigned status;
	struct ph_buf body; /* over its limit: refused */
	struct ph_buf hops; /* each URL asked beyond the first, a line each */
};

struct ph_http {
	/* Sends the form, which blocks, and gives the answer: its status and
	   its body, appended to *body_out (for ph_buf_wipe(); what goes over
	   its limit is refused).  No redirect is followed: the form is for one
	   server.  Certificates are always checked.

	   PH_EIO with *fault: PH_CAUSE_TOKEN_UNREACHABLE, _TOKEN_TLS,
	   _TOKEN_PROTOCOL or _INTERRUPTED, stage auth, or PROXY_LOGIN_REQUIRED
	   or _REFUSED, stage proxy; the names of server and proxy in the text
	   and nothing of what was sent.  PH_ENOMEM. */
	enum ph_err (*post)(const struct ph_http_post *p, unsigned *status_out,
	    struct ph_buf *body_out, struct ph_fault *fault);
	/* Gets it, which blocks; *out's buffers are the caller's, and what they
	   hold then also where it fails.  PH_EIO with *fault: HOST_NOT_FOUND,
	   CONNECT_FAILED, TIMEOUT, CERT_OTHER, TLS_HANDSHAKE, PROTOCOL,
	   REPLY_TOO_BIG, TLS_DOWNGRADE (a redirect to http, or to what is not
	   the web) or INTERRUPTED; the text begins with the host.
	   PH_ENOMEM. */
	enum ph_err (*get)(const struct ph_http_get *g, struct ph_http_got *out,
	    struct ph_fault *fault);
	/* "libcurl/7.88.1 OpenSSL/3.0.17 ..." */
	const char *(*version)(void);
};

/* NULL when the module cannot be loaded.  Any thread. */
const struct ph_http *ph_http(void);

/* The module's one symbol, and its name, which the loader looks for where the
   program or the library says (its RUNPATH). */
#define PH_HTTP_SYMBOL "ph_http_module"
#define PH_HTTP_FILE   "posthaste-http.so"

#endif
