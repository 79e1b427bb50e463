#ifndef PH_SASL_LEGACY_H
#define PH_SASL_LEGACY_H

#include "base/span.h"

/* The hashes that NTLM and HTTP's Digest are made of, and nothing new should be
   (SHA-256 is here for Digest alone): the room legacy, a module of its own that
   is loaded on first need, so that nobody else's start pays for them.  Fixed
   sizes, no errors. */
enum {
	PH_LEGACY_DIGEST_SIZE = 16,
	PH_LEGACY_SHA256_SIZE = 32
};

struct ph_legacy {
	void (*md4)(
	    struct ph_span in, unsigned char out[PH_LEGACY_DIGEST_SIZE]);
	void (*md5)(
	    struct ph_span in, unsigned char out[PH_LEGACY_DIGEST_SIZE]);
	/* Over the parts, one after the other. */
	void (*hmac_md5)(struct ph_span key, const struct ph_span *parts,
	    size_t count, unsigned char out[PH_LEGACY_DIGEST_SIZE]);
	void (*sha256)(
	    struct ph_span in, unsigned char out[PH_LEGACY_SHA256_SIZE]);
};

/* NULL when the module cannot be loaded.  Any thread. */
const struct ph_legacy *ph_legacy(void);

#define PH_LEGACY_SYMBOL "ph_legacy_module"
#define PH_LEGACY_FILE   "posthaste-legacy.so"

#endif
