#ifndef PH_IO_STAPLE_H
#define PH_IO_STAPLE_H

#include "base/span.h"
#include "io/tls.h"

#include <openssl/x509.h>

/* What a certificate's issuer says of it, as the server hands it over in the
   handshake (OCSP, RFC 6960; stapled, RFC 6066 8 and RFC 8446 4.4.2.1). */
struct ph_staple {
	enum ph_ocsp state;
	/* PH_OCSP_DOUBTFUL, after "the staple": "expired on 2026-...";
	   PH_OCSP_REVOKED, after "revoked": "on 2026-... (keyCompromise)". */
	char text[PH_OCSP_TEXT_MAX];
};

/* response: the DER octets that came; empty: none.  Only what issuer, or who
   holds a certificate for that by it, has signed counts.  What was revoked
   stays so, however old the word is. */
void ph_staple_judge(
    struct ph_span response, X509 *leaf, X509 *issuer, struct ph_staple *out);

/* RFC 7633: the certificate must not be believed without one. */
bool ph_staple_is_demanded(X509 *leaf);

#endif
