#include "io/certificate.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "io/sockaddr.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

enum {
	SHA256_LEN = 32,
	NAME_MAX_LEN = 256
};

/* A foreign text as one that a terminal and JSON can take. */
static void printable(struct ph_span in, char *out, size_t size)
{
	struct ph_span s = ph_utf8_cut(in, size - 1);
	bool ok = ph_utf8_valid(s);

	for (size_t i = 0; i < s.len; i++) {
		bool plain = !ph_ascii_is_control(s.ptr[i]) &&
		    (ok || (unsigned char)s.ptr[i] < 0x80);
		out[i] = plain ? s.ptr[i] : '?';
	}
	out[s.len] = '\0';
}

static void name_text(const X509_NAME *name, char out[PH_CERT_TEXT_MAX])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *ptr = NULL;

	out[0] = '\0';
	if (bio == NULL)
		return;
	/* RFC 2253, but UTF-8 as it is. */
	if (X509_NAME_print_ex(bio, name, 0,
		XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		long len = BIO_get_mem_data(bio, &ptr);
		if (len > 0) {
			printable((struct ph_span){ ptr, (size_t)len }, out,
			    PH_CERT_TEXT_MAX);
		}
	}
	BIO_free(bio);
}

void ph_certificate_time(const ASN1_TIME *t, char out[PH_CERT_TIME_MAX])
{
	struct tm tm;

	out[0] = '\0';
	if (t != NULL && ASN1_TIME_to_tm(t, &tm) == 1) {
		(void)strftime(
		    out, PH_CERT_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
}

/* Where names are gathered. */
struct gather {
	struct ph_certificate *c;
	struct ph_arena *arena;
};

static void add_name(struct gather *g, struct ph_span name)
{
	struct ph_certificate *c = g->c;
	char text[NAME_MAX_LEN];

	if (c->name_count == PH_CERT_NAMES_MAX)
		return;
	printable(name, text, sizeof(text));
	const char *copy = ph_arena_str(g->arena, ph_span_of(text));
	if (copy != NULL)
		c->names[c->name_count++] = copy;
}

static struct ph_span asn1_span(const ASN1_STRING *s)
{
	int len = ASN1_STRING_length(s);

	return (struct ph_span){ (const char *)ASN1_STRING_get0_data(s),
		len > 0 ? (size_t)len : 0 };
}

static void add_address(struct gather *g, struct ph_span raw)
{
	struct ph_sockaddr a = { 0 };
	char text[PH_SOCKADDR_TEXT_MAX];

	if (ph_sockaddr_parse(raw.len == 4 ? "0.0.0.0" : "::", 0, &a) != PH_OK)
		return;
	if (!ph_sockaddr_set_octets(&a, raw))
		return;
	ph_sockaddr_host(&a, text);
	add_name(g, ph_span_of(text));
}

static void add_general_name(struct gather *g, const GENERAL_NAME *n)
{
	if (n->type == GEN_DNS) {
		add_name(g, asn1_span(n->d.dNSName));
	} else if (n->type == GEN_IPADD) {
		add_address(g, asn1_span(n->d.iPAddress));
	}
}

/* OpenSSL takes the common name for a host name where there is no other. */
static void add_common_name(struct gather *g, X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *utf8 = NULL;

	if (at < 0)
		return;
	int len = ASN1_STRING_to_UTF8(
	    &utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	if (len > 0)
		add_name(g, (struct ph_span){ (char *)utf8, (size_t)len });
	OPENSSL_free(utf8);
}

static void read_names(struct gather *g, X509 *x)
{
	GENERAL_NAMES *list =
	    X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++)
		add_general_name(g, sk_GENERAL_NAME_value(list, i));
	GENERAL_NAMES_free(list);
	if (g->c->name_count == 0)
		add_common_name(g, x);
}

bool ph_certificate_pin(X509 *x, unsigned char out[PH_PIN_LEN])
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (len <= 0)
		return false;
	int ok = EVP_Digest(der, (size_t)len, out, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	return ok == 1;
}

bool ph_certificate_names(X509 *x, const char *name)
{
	struct ph_sockaddr a;
	int rc = ph_sockaddr_parse(name, 0, &a) == PH_OK
	    ? X509_check_ip_asc(x, name, 0)
	    : X509_check_host(
		  x, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);

	ERR_clear_error();
	return rc == 1;
}

void ph_certificate_read(
    X509 *x, struct ph_arena *a, struct ph_certificate *out)
{
	unsigned char digest[SHA256_LEN];
	struct gather g = { out, a };

	memset(out, 0, sizeof(*out));
	name_text(X509_get_subject_name(x), out->subject);
	name_text(X509_get_issuer_name(x), out->issuer);
	ph_certificate_time(X509_get0_notBefore(x), out->not_before);
	ph_certificate_time(X509_get0_notAfter(x), out->not_after);
	if (X509_digest(x, EVP_sha256(), digest, NULL) == 1)
		ph_hex_write(digest, sizeof(digest), out->sha256);
	if (ph_certificate_pin(x, digest))
		ph_hex_write(digest, sizeof(digest), out->spki_sha256);
	read_names(&g, x);
	ERR_clear_error();
}

static const struct {
	int code;
	enum ph_cause cause;
} causes[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, PH_CAUSE_CERT_EXPIRED },
	{ X509_V_ERR_CERT_NOT_YET_VALID, PH_CAUSE_CERT_NOT_YET },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, PH_CAUSE_CERT_SELF_SIGNED },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, PH_CAUSE_CERT_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, PH_CAUSE_CERT_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    PH_CAUSE_CERT_UNTRUSTED },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, PH_CAUSE_CERT_UNTRUSTED },
	{ X509_V_ERR_CERT_UNTRUSTED, PH_CAUSE_CERT_UNTRUSTED },
	{ X509_V_ERR_HOSTNAME_MISMATCH, PH_CAUSE_CERT_NAME },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, PH_CAUSE_CERT_NAME },
	{ X509_V_ERR_APPLICATION_VERIFICATION, PH_CAUSE_CERT_PIN },
};

static enum ph_cause cause_of(int code)
{
	for (size_t i = 0; i < PH_COUNT(causes); i++) {
		if (causes[i].code == code)
			return causes[i].cause;
	}
	return PH_CAUSE_CERT_OTHER;
}

/* "a.example, b.example", with what does not fit left out. */
static void list_names(const struct ph_certificate *c, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < c->name_count; i++) {
		size_t need = strlen(c->names[i]) + sizeof(", and others");
		if (used + need >= size) {
			(void)snprintf(out + used, size - used, " and others");
			return;
		}
		used += (size_t)snprintf(out + used, size - used, "%s%s",
		    i > 0 ? ", " : "", c->names[i]);
	}
	if (c->name_count == 0)
		(void)snprintf(out, size, "no name at all");
}

/* "aa.., bb..", what does not fit told by its number. */
static void list_pins(
    const struct ph_certificate_want *want, char *out, size_t size)
{
	char text[PH_PIN_TEXT_MAX];
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < want->pin_count; i++) {
		if (used + sizeof(text) + sizeof(", and 99999 more") > size) {
			(void)snprintf(out + used, size - used, " and %zu more",
			    want->pin_count - i);
			return;
		}
		ph_pin_write(want->pins[i], text);
		used += (size_t)snprintf(
		    out + used, size - used, "%s%s", i > 0 ? ", " : "", text);
	}
}

static const char *whose(const struct ph_certificate_flaw *flaw)
{
	return flaw->depth == 0 ? "the certificate"
				: "an issuer's certificate in the chain";
}

static void now_text(char out[PH_CERT_TIME_MAX])
{
	ASN1_TIME *now = X509_gmtime_adj(NULL, 0);

	ph_certificate_time(now, out);
	ASN1_TIME_free(now);
}

/* Which of the two clocks is wrong, people can see when both are told. */
static void fault_time(const struct ph_certificate_flaw *flaw,
    enum ph_cause cause, struct ph_fault *fault)
{
	bool expired = cause == PH_CAUSE_CERT_EXPIRED;
	char when[PH_CERT_TIME_MAX] = "";
	char now[PH_CERT_TIME_MAX];

	now_text(now);
	if (flaw->at != NULL) {
		ph_certificate_time(expired ? X509_get0_notAfter(flaw->at)
					    : X509_get0_notBefore(flaw->at),
		    when);
	}
	ph_fault_set(fault, cause, PH_STAGE_TLS,
	    "%s %s %s, and this computer's clock says %s", whose(flaw),
	    expired ? "expired on" : "is not valid before", when, now);
}

static void fault_untrusted(const struct ph_certificate_flaw *flaw,
    const struct ph_certificate *c, const struct ph_certificate_want *want,
    struct ph_fault *fault)
{
	bool own = want->ca_file != NULL;

	ph_fault_set(fault, PH_CAUSE_CERT_UNTRUSTED, PH_STAGE_TLS,
	    "the certificate is issued by \"%s\", which leads to no %s%s "
	    "(%s)",
	    c->issuer, own ? "authority in " : "trusted authority",
	    own ? want->ca_file : "",
	    X509_verify_cert_error_string(flaw->code));
}

static void fault_self_signed(const struct ph_certificate *c,
    const struct ph_certificate_want *want, struct ph_fault *fault)
{
	bool own = want->ca_file != NULL;

	ph_fault_set(fault, PH_CAUSE_CERT_SELF_SIGNED, PH_STAGE_TLS,
	    "the certificate is self-signed (%s)%s%s", c->subject,
	    own ? " and is not in " : "", own ? want->ca_file : "");
}

static void fault_name(const struct ph_certificate *c,
    const struct ph_certificate_want *want, struct ph_fault *fault)
{
	char names[400];

	list_names(c, names, sizeof(names));
	ph_fault_set(fault, PH_CAUSE_CERT_NAME, PH_STAGE_TLS,
	    "the certificate is for %s, not for %s", names, want->name);
}

static void fault_pin(const struct ph_certificate *c,
    const struct ph_certificate_want *want, struct ph_fault *fault)
{
	char pins[400];

	list_pins(want, pins, sizeof(pins));
	ph_fault_set(fault, PH_CAUSE_CERT_PIN, PH_STAGE_TLS,
	    "the certificate's key is none of those pinned: it is %s, pinned "
	    "is %s",
	    c->spki_sha256, pins);
}

void ph_certificate_fault(const struct ph_certificate_flaw *flaw,
    const struct ph_certificate *c, const struct ph_certificate_want *want,
    struct ph_fault *fault)
{
	enum ph_cause cause = cause_of(flaw->code);

	if (cause == PH_CAUSE_CERT_EXPIRED || cause == PH_CAUSE_CERT_NOT_YET) {
		fault_time(flaw, cause, fault);
	} else if (cause == PH_CAUSE_CERT_SELF_SIGNED) {
		fault_self_signed(c, want, fault);
	} else if (cause == PH_CAUSE_CERT_UNTRUSTED) {
		fault_untrusted(flaw, c, want, fault);
	} else if (cause == PH_CAUSE_CERT_NAME) {
		fault_name(c, want, fault);
	} else if (cause == PH_CAUSE_CERT_PIN) {
		fault_pin(c, want, fault);
	} else {
		ph_fault_set(fault, cause, PH_STAGE_TLS, "%s: %s", whose(flaw),
		    X509_verify_cert_error_string(flaw->code));
	}
}
