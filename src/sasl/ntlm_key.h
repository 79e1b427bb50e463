#ifndef PH_SASL_NTLM_KEY_H
#define PH_SASL_NTLM_KEY_H

#include "base/err.h"
#include "base/span.h"
#include "sasl/legacy.h"

/* What NTLM version 2 makes of a password ([MS-NLMP] 3.3.2). */

enum {
	PH_NTLM_KEY_SIZE = PH_LEGACY_DIGEST_SIZE
};

struct ph_ntlm_key {
	unsigned char octets[PH_NTLM_KEY_SIZE];
};

/* NTOWFv2: the key of this user, domain and password, all UTF-8.  PH_EINVAL: no
   UTF-8, or longer than PH_NTLM_TEXT_MAX; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_ntlm_key_make(const struct ph_legacy *hash,
    struct ph_span username, struct ph_span domain, struct ph_span password,
    struct ph_ntlm_key *out);

/* NTProofStr over the server's nonce and what the client has to say beside it
   (temp), and the session key that comes of it. */
struct ph_ntlm_proof {
	struct ph_ntlm_key proof;
	struct ph_ntlm_key session;
};

void ph_ntlm_key_prove(const struct ph_legacy *hash,
    const struct ph_ntlm_key *key, struct ph_span nonce, struct ph_span temp,
    struct ph_ntlm_proof *out);

static inline struct ph_span ph_ntlm_key_span(const struct ph_ntlm_key *key)
{
	return (
	    struct ph_span){ (const char *)key->octets, sizeof(key->octets) };
}

#endif
