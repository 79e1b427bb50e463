#ifndef PH_TESTS_SCRAM_PEER_H
#define PH_TESTS_SCRAM_PEER_H

#include "base/buf.h"

#include <stdbool.h>

/* RFC 5802 once more, by OpenSSL and by other hands than those under test. */
struct scram_peer {
	bool sha256;
	const char *password;
	const char *salt64;
	unsigned iterations;
};

/* The ClientProof and the ServerSignature over an AuthMessage, in base64. */
void scram_peer_prove(const struct scram_peer *p, const char *auth_message,
    char proof64[64], char verifier64[64]);

#endif
