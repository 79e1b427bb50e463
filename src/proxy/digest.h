#ifndef PH_PROXY_DIGEST_H
#define PH_PROXY_DIGEST_H

#include "base/buf.h"
#include "base/err.h"
#include "proxy/challenge.h"

/* HTTP's Digest (RFC 7616), the client's side: algorithms SHA-256 and MD5, qop
   auth. */

enum {
	PH_DIGEST_MD5_SIZE = 16,
	PH_DIGEST_SHA256_SIZE = 32
};

/* NULL: cannot be had. */
struct ph_digest_hashes {
	void (*md5)(struct ph_span in, unsigned char out[PH_DIGEST_MD5_SIZE]);
	void (*sha256)(
	    struct ph_span in, unsigned char out[PH_DIGEST_SHA256_SIZE]);
};

enum ph_digest_algorithm {
	PH_DIGEST_NONE = 0, /* not Digest, or of a kind we do not speak */
	PH_DIGEST_MD5,
	PH_DIGEST_SHA256 /* the stronger one is the greater */
};

enum ph_digest_algorithm ph_digest_algorithm(const struct ph_challenge *c);
/* The nonce was too old, user and password need not be wrong (3.3). */
bool ph_digest_is_stale(const struct ph_challenge *c);

struct ph_digest_login {
	struct ph_span username;
	struct ph_span password;
	struct ph_span method; /* "CONNECT" */
	struct ph_span uri;    /* "mail.example.com:587" */
	struct ph_digest_hashes hashes;
	struct ph_span cnonce; /* random; printable ASCII without quotes */
};

/* Appends `Digest username="...", ...`, the first answer to that nonce.
   PH_EPROTO   realm or nonce are missing or hold a control byte
   PH_EIO      there is no such hash
   PH_ENOMEM, PH_ETOOBIG */
PH_MUST_USE enum ph_err ph_digest_answer(const struct ph_digest_login *login,
    const struct ph_challenge *c, struct ph_buf *out);

#endif
