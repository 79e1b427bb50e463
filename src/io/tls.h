#ifndef PH_IO_TLS_H
#define PH_IO_TLS_H

#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "base/span.h"

#include <stdint.h>

/* TLS by OpenSSL over memory BIOs: no descriptor, bytes in and out.  The only
   header that knows how a certificate is judged. */

/* A context may serve any number of streams of one thread. */
struct ph_tls_context;

enum ph_tls_verify {
	PH_TLS_VERIFY_CA = 0, /* chain and name */
	PH_TLS_VERIFY_PIN,    /* SPKI SHA-256 is one of pins, nothing else
	                      matters */
	PH_TLS_VERIFY_OFF
};

struct ph_tls_client_config {
	unsigned versions; /* bits 1.0 1.1 1.2 1.3, lowest first; 0: 1.2, 1.3 */
	enum ph_tls_verify verify;
	const char *ca_file;        /* NULL or "": the system's directory */
	const struct ph_span *pins; /* SPKI SHA-256: 64 hex digits or base64 */
	size_t pin_count;
	/* PEM or PKCS#12 (tls_identity.h); NULL or "": none. */
	const char *client_certificate;
	const char *client_key;               /* NULL or "": in the same file */
	const struct ph_secret *key_password; /* NULL: none */
};
/* PH_EINVAL with *fault (PH_CAUSE_CONFIG, PH_CAUSE_CLIENT_CERTIFICATE,
   PH_CAUSE_CLIENT_KEY): a file or pin is wrong. */
PH_MUST_USE enum ph_err ph_tls_client_context(
    const struct ph_tls_client_config *cfg, struct ph_tls_context **out,
    struct ph_fault *fault);

/* certificate: a file with the chain and the key (tls_identity.h). */
PH_MUST_USE enum ph_err ph_tls_server_context(const char *certificate,
    struct ph_tls_context **out, struct ph_fault *fault);
/* A fresh CA and a certificate by it for the host names and addresses given
   (at least one), valid for 7 days, P-256.  *ca_pem (replaced) is the CA's
   certificate. */
struct ph_buf;
PH_MUST_USE enum ph_err ph_tls_self_made_context(const char *const *names,
    size_t count, struct ph_tls_context **out, struct ph_buf *ca_pem,
    struct ph_fault *fault);

/* What is wrong with a certificate that was made to be wrong. */
enum ph_tls_flaw {
	PH_TLS_FLAW_NONE = 0,
	PH_TLS_FLAW_EXPIRED, /* yesterday */
	PH_TLS_FLAW_NOT_YET, /* valid from tomorrow */
	PH_TLS_FLAW_NAME,    /* for another host */
	PH_TLS_FLAW_WEAK,    /* RSA of 1024 bits */
	PH_TLS_FLAW_CHAIN,   /* what is between it and the CA is left out */
	PH_TLS_FLAW_SELF_SIGNED
};

enum {
	PH_TLS_FLAW_COUNT = PH_TLS_FLAW_SELF_SIGNED + 1
};
/* The same, for a server that is made to be wrong: out[0] is sound, and there
   is an out[flaw] for each bit of flaws; NULL for the others, and for all on
   failure. */
PH_MUST_USE enum ph_err ph_tls_self_made_contexts(const char *const *names,
    size_t count, unsigned flaws, struct ph_tls_context *out[PH_TLS_FLAW_COUNT],
    struct ph_buf *ca_pem, struct ph_fault *fault);
void ph_tls_context_free(struct ph_tls_context *c);

struct ph_tls_options {
	struct ph_tls_context *context;
	/* Client only: SNI unless it is an address literal, and what the
	   certificate must name, unless verify_name (NULL or "") says
	   otherwise. */
	const char *host;
	const char *verify_name;
};

enum {
	PH_CERT_NAMES_MAX = 100,
	PH_CERT_TEXT_MAX = 512,
	PH_OCSP_TEXT_MAX = 128
};

/* What its issuer says of a certificate.  Only asked for with verify = ca. */
enum ph_ocsp {
	PH_OCSP_NONE = 0, /* the server brought no word of it */
	PH_OCSP_GOOD,
	PH_OCSP_REVOKED,
	PH_OCSP_DOUBTFUL /* expired, about another, not its issuer's ... */
};

struct ph_certificate {
	char subject[PH_CERT_TEXT_MAX];
	char issuer[PH_CERT_TEXT_MAX];
	char not_before[24]; /* 2027-01-01T00:00:00Z */
	char not_after[24];
	char sha256[65];      /* of the certificate, lower-case hex */
	char spki_sha256[65]; /* of the key, lower-case hex */
	bool names_host;      /* what it must name, verified or not */
	enum ph_ocsp ocsp;
	/* PH_OCSP_DOUBTFUL: why, as in "the staple ... expired on ...". */
	char ocsp_doubt[PH_OCSP_TEXT_MAX];
	size_t name_count;
	const char
	    *names[PH_CERT_NAMES_MAX]; /* DNS names and addresses, printable */
};

struct ph_tls_info {
	char version[16]; /* "TLSv1.3" */
	char cipher[64];
	bool verified; /* by CA and name, or by pin */
	bool has_certificate;
	struct ph_certificate certificate; /* the other side's */
	/* For SASL -PLUS; len 0: none to be had. */
	bool binding_is_exporter;
	size_t binding_len;
	unsigned char binding[64];
	/* For NTLM: the hash of the server's certificate, tls-server-end-point
	   (RFC 5929 4.1); len 0: none to be had. */
	size_t end_point_len;
	unsigned char end_point[64];
};

#endif
