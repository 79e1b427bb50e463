#ifndef PH_PROXY_TUNNEL_H
#define PH_PROXY_TUNNEL_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "proxy/digest.h"

#include <stdint.h>

/* How a proxy is asked for a way to a server, without the connection: bytes in,
   bytes out.  It makes no system call, reads no clock, uses no randomness.

   SOCKS 4 (an IPv4 address goes to the proxy), SOCKS 4A (a name does), SOCKS 5
   (RFC 1928, with the login of RFC 1929), HTTP CONNECT (RFC 9110 9.3.6) with a
   login by Negotiate (RFC 4559, with Kerberos), NTLM version 2, Digest (RFC
   7616) or Basic (RFC 7617).  CONNECT over TLS is the same: the stream below is
   TLS then.

   How a driver uses it:

       while PH_TUNNEL_TALKING:
	   write what _pending() gives, _sent()
	   _receive() what was read, _lost() or _timeout() if need be
       PH_TUNNEL_WANTS_TOKEN:  have Kerberos answer _challenge(), then _token()
	   or _no_token(); nothing has to be read meanwhile
       PH_TUNNEL_OPEN:  _surplus() is the beginning of the server's stream
       PH_TUNNEL_RECONNECT:  connect to the proxy again, then _restart()
       PH_TUNNEL_FAILED:  _fault() says why

   No password is shown before the proxy has asked for one, and none is sent
   again after a refusal.  The strongest scheme that the proxy offers is taken,
   a weaker one only where that fails for its own sake. */
struct ph_tunnel;

enum ph_tunnel_protocol {
	PH_TUNNEL_SOCKS4 = 0,
	PH_TUNNEL_SOCKS4A,
	PH_TUNNEL_SOCKS5,
	PH_TUNNEL_HTTP
};

enum {
	PH_TUNNEL_RANDOM_SIZE = 24,
	/* A name fills one octet's count (RFC 1928 5). */
	PH_TUNNEL_HOST_MAX = 255,
	/* What may be read at once. */
	PH_TUNNEL_READ_MAX = 64 * 1024,
	/* New connections that one tunnel may ask for. */
	PH_TUNNEL_RECONNECTS_MAX = 4
};

struct ph_tunnel_options;

/* What a login computes, which is another room's work: valid as long as the
   tunnel.  Without one the scheme that needs it is passed over. */
struct ph_tunnel_tools {
	/* Append NTLM's first message, and its answer to the proxy's challenge.
	   PH_ENOMEM; anything else: not by this scheme. */
	enum ph_err (*ntlm_negotiate)(struct ph_buf *out);
	enum ph_err (*ntlm_answer)(const struct ph_tunnel_options *opt,
	    struct ph_span challenge, struct ph_buf *out);
	/* For Digest.  NULL where they cannot be had. */
	struct ph_digest_hashes (*hashes)(void);
};

/* Copied, but for password and tools, which stay valid as long as the
   tunnel. */
struct ph_tunnel_options {
	enum ph_tunnel_protocol protocol;
	/* The server: A-labels or an address without brackets; with
	   PH_TUNNEL_SOCKS4 an IPv4 address. */
	struct ph_span host;
	uint16_t port;
	bool has_login; /* the next three count */
	struct ph_span username;
	struct ph_span password;
	struct ph_span domain;               /* NTLM's; may be empty */
	const struct ph_tunnel_tools *tools; /* NULL: none */
	/* "HTTP/proxy.example.com", what NTLM and Kerberos log in at. */
	struct ph_span service;
	/* The driver may have a ticket, with or without a user name: it is
	   asked where the proxy offers Negotiate. */
	bool has_tokens;
	bool encrypted; /* the stream to the proxy is TLS */
	bool trace;
	ph_unixtime now;
	unsigned char random[PH_TUNNEL_RANDOM_SIZE];
};

enum ph_tunnel_state {
	PH_TUNNEL_TALKING,
	PH_TUNNEL_WANTS_TOKEN,
	PH_TUNNEL_OPEN,
	PH_TUNNEL_RECONNECT,
	PH_TUNNEL_FAILED
};

/* PH_EINVAL with *fault: what is asked for cannot be said in that protocol (a
   name over 255 octets, an IPv6 address in SOCKS 4, a control byte in the user
   name ...).  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_tunnel_new(const struct ph_tunnel_options *opt,
    struct ph_tunnel **out, struct ph_fault *fault);
/* Secrets are wiped. */
void ph_tunnel_free(struct ph_tunnel *t);
PH_DEFINE_CLEANUP(ph_tunnel_free, struct ph_tunnel)

enum ph_tunnel_state ph_tunnel_state(const struct ph_tunnel *t);

/* Bytes for the proxy, borrowed until the next call on t; report what was
   written, even in part, with _sent(). */
struct ph_span ph_tunnel_pending(const struct ph_tunnel *t);
void ph_tunnel_sent(struct ph_tunnel *t, size_t len);

/* Bytes from the proxy, cut anywhere, at most PH_TUNNEL_READ_MAX.  Ignored
   unless TALKING. */
void ph_tunnel_receive(struct ph_tunnel *t, struct ph_span in);
/* The stream ended (why NULL: orderly) or failed with that text. */
void ph_tunnel_lost(struct ph_tunnel *t, const char *why);
/* The proxy did not come to an end in so many milliseconds. */
void ph_tunnel_timeout(struct ph_tunnel *t, ph_msec limit);
/* Connected again, after RECONNECT. */
void ph_tunnel_restart(struct ph_tunnel *t);

/* WANTS_TOKEN: what Kerberos is to answer; empty at the beginning, where a
   context made before is of no more use.  Borrowed until the next call on t. */
struct ph_span ph_tunnel_challenge(const struct ph_tunnel *t);
/* What it answers, copied.  is_through: it wants to hear nothing more, and the
   proxy has proved who it is; the token may be empty then. */
void ph_tunnel_token(
    struct ph_tunnel *t, struct ph_span token, bool is_through);
/* It has no answer, for a reason in words that go on from a colon, and hold no
   secret: there is no ticket, the KDC is silent, the challenge is false. */
void ph_tunnel_no_token(struct ph_tunnel *t, const char *why);

/* What came behind the proxy's last answer: the server's first words.  Valid
   until t is freed; empty unless OPEN. */
struct ph_span ph_tunnel_surplus(const struct ph_tunnel *t);

/* The name of the scheme that logged in ("NTLM", "user/password"), "" when none
   did. */
const char *ph_tunnel_scheme(const struct ph_tunnel *t);

/* Why it failed, stage proxy; the text goes on from the proxy's name ("refused
   the user name or password"), which the caller puts before.  Valid as long as
   t. */
const struct ph_fault *ph_tunnel_fault(const struct ph_tunnel *t);

/* One line of the conversation, secrets already removed; oldest first.  dir is
   '<' from the proxy, '>' to it, '*' about it.  Valid until the next call on t.
   False: none is left. */
struct ph_tunnel_trace {
	char dir;
	struct ph_span line;
};

bool ph_tunnel_next_trace(struct ph_tunnel *t, struct ph_tunnel_trace *out);

#endif
