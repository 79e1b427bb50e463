#ifndef PH_IO_DIGEST_H
#define PH_IO_DIGEST_H

#include "base/err.h"
#include "base/span.h"

/* SHA-256 by OpenSSL. */

enum {
	PH_DIGEST_SIZE = 32
};

/* Of the parts as if they were one.  PH_EIO: there is no SHA-256 here. */
PH_MUST_USE enum ph_err ph_digest_sha256(const struct ph_span *parts,
    size_t count, unsigned char out[PH_DIGEST_SIZE]);

#endif
