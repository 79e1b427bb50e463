#ifndef PH_SASL_TOLD_H
#define PH_SASL_TOLD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* What a transcript may tell of a login's messages, all of which else are
   hidden: neither the secret nor anything that it could be guessed from. */

enum {
	PH_TOLD_MAX = 1024
};

/* Appends a challenge as it is: LOGIN's questions, CRAM-MD5's number, and the
   words of a refused token, on one line of printable UTF-8.  Nothing where it
   is of another mechanism, longer than PH_TOLD_MAX, or holds the secret in
   clear, as base64 or as hexadecimal.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_told_challenge(struct ph_span mechanism,
    struct ph_span challenge, struct ph_span secret, struct ph_buf *out);

/* Appends what an NTLM message says of names and flags, "NTLM challenge, flags
   0x00828201, target EXAMPLE, DNS domain example.com", never a response, a
   nonce or a key.  Nothing for what is no such message.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_told_ntlm(
    struct ph_span message, struct ph_buf *out);

/* Appends the iterations that SCRAM's challenge asks for, "SCRAM, 4096
   iterations", or its refusal.  Nothing for what is none.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_told_scram(
    struct ph_span message, struct ph_buf *out);

#endif
