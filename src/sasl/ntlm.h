#ifndef PH_SASL_NTLM_H
#define PH_SASL_NTLM_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

/* NTLM version 2, the client's side ([MS-NLMP]): two messages of ours around
   the server's challenge, as raw octets.  SMTP carries them in base64 after
   AUTH, HTTP in its headers.

   The responses of version 1 and of LAN Manager are never made: whoever has one
   has the password soon.  Nothing is signed or sealed afterwards, so that no
   key is exchanged. */

enum {
	PH_NTLM_NONCE_SIZE = 8,
	/* A challenge has some 200 octets, with every name Windows knows 1 KiB;
	   a reply line carries no more. */
	PH_NTLM_CHALLENGE_MAX = 16 * 1024,
	/* Windows takes 256 characters of a password, 104 of a name. */
	PH_NTLM_TEXT_MAX = 1024,
	/* What ph_ntlm_authenticate() needs room for at most. */
	PH_NTLM_MESSAGE_MAX = 64 * 1024
};

/* All of it is borrowed for the call. */
struct ph_ntlm_login {
	struct ph_span username; /* UTF-8; "DOMAIN\name" where domain is
	                            empty */
	struct ph_span password; /* UTF-8 */
	struct ph_span domain;   /* UTF-8; may be empty */
	/* The name of the service, "SMTP/mail.example.com", "HTTP/proxy": a
	   server may refuse a login meant for another.  Empty: not said. */
	struct ph_span service;
	/* Under TLS the hash of the server's certificate, tls-server-end-point
	   (RFC 5929 4.1): the login is bound to that channel.  Empty: none. */
	struct ph_span end_point;
	ph_unixtime now; /* used where the server tells no time */
	unsigned char nonce[PH_NTLM_NONCE_SIZE]; /* random */
};

/* Appends NEGOTIATE_MESSAGE (2.2.1.1), always the same one.  PH_ENOMEM,
   PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_ntlm_negotiate(struct ph_buf *out);

/* Appends AUTHENTICATE_MESSAGE (2.2.1.3), the answer to the server's
   CHALLENGE_MESSAGE.  Where the server tells the time or sets flags a MIC over
   all three is in it.
   PH_EPROTO   the challenge is none
   PH_EINVAL   user name, password or domain are no UTF-8 or too long, or not
               ASCII where the server knows no Unicode
   PH_EIO      the module PH_LEGACY_FILE (legacy.h) cannot be loaded
   PH_ENOMEM, PH_ETOOBIG (out holds a part then) */
PH_MUST_USE enum ph_err ph_ntlm_authenticate(const struct ph_ntlm_login *login,
    struct ph_span challenge, struct ph_buf *out);

#endif
