#include "base/buf.h"
#include "io/loop.h"
#include "io/sockaddr.h"
#include "io/tls_context.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* A certificate authority for one run, and a certificate by it. */

enum {
	DAY = 24 * 3600,
	VALID_SECONDS = 7 * DAY,
	/* The other side's clock may be a little behind. */
	BACKDATE_SECONDS = 3600,
	SERIAL_LEN = 16,
	NAMES_TEXT_MAX = 8192,
	COMMON_NAME_MAX = 64, /* ub-common-name, X.520 */
	/* OpenSSL's level 2, which is Debian's, takes 2048. */
	WEAK_BITS = 1024
};

/* What a certificate says. */
struct subject {
	const char *name;
	const char *alternatives;
	long from, until; /* seconds from now */
	bool weak;
};

struct pair {
	EVP_PKEY *key;
	X509 *certificate;
};

static void pair_release(struct pair *p)
{
	EVP_PKEY_free(p->key);
	X509_free(p->certificate);
}

/* RFC 5280 4.1.2.2: positive, at most 20 octets, unlike any other. */
static bool set_serial(X509 *x)
{
	unsigned char raw[SERIAL_LEN];

	if (ph_random(raw, sizeof(raw)) != PH_OK)
		return false;
	raw[0] = (unsigned char)((raw[0] & 0x3f) | 0x40);
	BIGNUM *n = BN_bin2bn(raw, sizeof(raw), NULL);
	bool ok = n != NULL &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return ok;
}

static bool add_extension(X509 *x, X509V3_CTX *v3, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, v3, nid, value);
	bool ok = e != NULL && X509_add_ext(x, e, -1) == 1;

	X509_EXTENSION_free(e);
	return ok;
}

struct extension {
	int nid;
	const char *value;
};

static bool add_extensions(
    X509 *x, X509 *issuer, const struct extension *list, size_t count)
{
	X509V3_CTX v3;

	X509V3_set_ctx(&v3, issuer, x, NULL, NULL, 0);
	for (size_t i = 0; i < count; i++) {
		if (!add_extension(x, &v3, list[i].nid, list[i].value))
			return false;
	}
	return true;
}

/* A new key and an unsigned certificate for it. */
static bool begin(struct pair *p, const struct subject *s)
{
	p->key = s->weak ? EVP_RSA_gen(WEAK_BITS) : EVP_EC_gen("P-256");
	p->certificate = X509_new();
	if (p->key == NULL || p->certificate == NULL)
		return false;

	X509 *x = p->certificate;
	X509_NAME *subject = X509_get_subject_name(x);
	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_gmtime_adj(X509_getm_notBefore(x), s->from) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), s->until) != NULL &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
		(const unsigned char *)s->name, -1, -1, 0) == 1 &&
	    X509_set_pubkey(x, p->key) == 1;
}

static bool make_authority(struct pair *ca)
{
	static const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
		{ NID_key_usage, "critical,keyCertSign,cRLSign" },
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid:always" },
	};
	unsigned char tag[4];
	char name[COMMON_NAME_MAX];

	/* Two runs' authorities must not be taken for each other. */
	if (ph_random(tag, sizeof(tag)) != PH_OK)
		return false;
	(void)snprintf(name, sizeof(name),
	    "Posthaste self-made CA %02x%02x%02x%02x", tag[0], tag[1], tag[2],
	    tag[3]);
	if (!begin(ca,
		&(struct subject){ .name = name,
		    .from = -BACKDATE_SECONDS,
		    .until = VALID_SECONDS })) {
		return false;
	}

	X509 *x = ca->certificate;
	return X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
	    add_extensions(x, x, extensions, PH_COUNT(extensions)) &&
	    X509_sign(x, ca->key, EVP_sha256()) > 0;
}

/* ca NULL: by itself. */
static bool make_leaf(
    struct pair *leaf, const struct pair *ca, const struct subject *s)
{
	const struct pair *issuer = ca == NULL ? leaf : ca;
	const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
		{ NID_subject_alt_name, s->alternatives },
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid:always" },
	};

	if (!begin(leaf, s))
		return false;

	X509 *x = leaf->certificate;
	return X509_set_issuer_name(
		   x, X509_get_subject_name(issuer->certificate)) == 1 &&
	    add_extensions(
		x, issuer->certificate, extensions, PH_COUNT(extensions)) &&
	    X509_sign(x, issuer->key, EVP_sha256()) > 0;
}

/* OpenSSL reads the list as a configuration line: nothing but a name may get
   into it. */
static bool is_name(const char *name)
{
	for (const char *at = name; *at != '\0'; at++) {
		bool ok = (*at >= '0' && *at <= '9') ||
		    (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		    strchr("-._*:", *at) != NULL;
		if (!ok)
			return false;
	}
	return name[0] != '\0' && strlen(name) < 256;
}

static enum ph_err list_alternatives(
    const char *const *names, size_t count, struct ph_buf *out)
{
	struct ph_sockaddr a;

	for (size_t i = 0; i < count; i++) {
		if (!is_name(names[i]))
			return PH_EINVAL;
		bool ip = ph_sockaddr_parse(names[i], 0, &a) == PH_OK;
		if (!ip && strchr(names[i], ':') != NULL)
			return PH_EINVAL;
		enum ph_err err = ph_buf_appendf(out, "%s%s:%s",
		    i > 0 ? "," : "", ip ? "IP" : "DNS", names[i]);
		if (err != PH_OK)
			return err;
	}
	return count > 0 ? PH_OK : PH_EINVAL;
}

static bool write_pem(X509 *x, struct ph_buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *ptr = NULL;

	if (bio == NULL || PEM_write_bio_X509(bio, x) != 1) {
		BIO_free(bio);
		return false;
	}
	long len = BIO_get_mem_data(bio, &ptr);
	ph_buf_clear(out);
	bool ok = len > 0 &&
	    ph_buf_append(out, (struct ph_span){ ptr, (size_t)len }) == PH_OK;
	BIO_free(bio);
	return ok;
}

/* A longer one stands among the alternatives, where it counts. */
static const char *common_name(const char *name)
{
	return strlen(name) > COMMON_NAME_MAX ? "posthaste" : name;
}

static const struct subject flawed[PH_TLS_FLAW_COUNT] = {
	[PH_TLS_FLAW_NONE] = { .from = -BACKDATE_SECONDS,
	    .until = VALID_SECONDS },
	[PH_TLS_FLAW_EXPIRED] = { .from = -VALID_SECONDS, .until = -DAY },
	[PH_TLS_FLAW_NOT_YET] = { .from = DAY, .until = VALID_SECONDS },
	[PH_TLS_FLAW_NAME] = { .from = -BACKDATE_SECONDS,
	    .until = VALID_SECONDS,
	    .name = "other.example",
	    .alternatives = "DNS:other.example" },
	[PH_TLS_FLAW_WEAK] = { .from = -BACKDATE_SECONDS,
	    .until = VALID_SECONDS,
	    .weak = true },
	[PH_TLS_FLAW_CHAIN] = { .from = -BACKDATE_SECONDS,
	    .until = VALID_SECONDS },
	[PH_TLS_FLAW_SELF_SIGNED] = { .from = -BACKDATE_SECONDS,
	    .until = VALID_SECONDS },
};

/* The one who signs: nobody else, or somebody that the client cannot know. */
static bool make_flawed(struct pair *leaf, const struct pair *ca,
    enum ph_tls_flaw flaw, const struct subject *s)
{
	PH_CLEANUP(pair_release) struct pair stranger = { 0 };

	if (flaw == PH_TLS_FLAW_SELF_SIGNED)
		return make_leaf(leaf, NULL, s);
	if (flaw != PH_TLS_FLAW_CHAIN)
		return make_leaf(leaf, ca, s);
	return make_authority(&stranger) && make_leaf(leaf, &stranger, s);
}

static bool use(struct ph_tls_context *c, const struct pair *ca,
    enum ph_tls_flaw flaw, const struct subject *sound)
{
	PH_CLEANUP(pair_release) struct pair leaf = { 0 };
	struct subject s = flawed[flaw];

	if (s.name == NULL) {
		s.name = sound->name;
		s.alternatives = sound->alternatives;
	}
	/* Ours would not show such a key. */
	if (s.weak)
		SSL_CTX_set_security_level(c->ctx, 0);
	return make_flawed(&leaf, ca, flaw, &s) &&
	    SSL_CTX_use_certificate(c->ctx, leaf.certificate) == 1 &&
	    SSL_CTX_use_PrivateKey(c->ctx, leaf.key) == 1 &&
	    SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION) == 1;
}

/* PH_EINVAL: OpenSSL says why. */
static enum ph_err make(const struct subject *sound, unsigned flaws,
    struct ph_tls_context *out[PH_TLS_FLAW_COUNT], struct ph_buf *ca_pem,
    struct ph_fault *fault)
{
	PH_CLEANUP(pair_release) struct pair ca = { 0 };

	if (!make_authority(&ca) || !write_pem(ca.certificate, ca_pem))
		return PH_EINVAL;
	for (unsigned i = 0; i < PH_TLS_FLAW_COUNT; i++) {
		if (i != PH_TLS_FLAW_NONE && (flaws & 1U << i) == 0)
			continue;

		enum ph_err err = ph_tls_context_new(true, &out[i], fault);
		if (err != PH_OK)
			return err;
		if (!use(out[i], &ca, (enum ph_tls_flaw)i, sound))
			return PH_EINVAL;
	}
	return PH_OK;
}

enum ph_err ph_tls_self_made_contexts(const char *const *names, size_t count,
    unsigned flaws, struct ph_tls_context *out[PH_TLS_FLAW_COUNT],
    struct ph_buf *ca_pem, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf list = { 0 };

	for (size_t i = 0; i < PH_TLS_FLAW_COUNT; i++)
		out[i] = NULL;
	ph_buf_init(&list, NAMES_TEXT_MAX);
	enum ph_err err = list_alternatives(names, count, &list);
	if (err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "a certificate cannot be made for these names");
		return PH_EINVAL;
	}
	err = make(&(struct subject){ .name = common_name(names[0]),
		       .alternatives = ph_buf_str(&list) },
	    flaws, out, ca_pem, fault);
	if (err == PH_OK)
		return PH_OK;
	if (err == PH_EINVAL) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_CONFIG,
		    "a certificate cannot be made: %s", ph_tls_reason());
	}
	for (size_t i = 0; i < PH_TLS_FLAW_COUNT; i++) {
		ph_tls_context_free(out[i]);
		out[i] = NULL;
	}
	return err;
}

enum ph_err ph_tls_self_made_context(const char *const *names, size_t count,
    struct ph_tls_context **out, struct ph_buf *ca_pem, struct ph_fault *fault)
{
	struct ph_tls_context *made[PH_TLS_FLAW_COUNT];
	enum ph_err err =
	    ph_tls_self_made_contexts(names, count, 0, made, ca_pem, fault);

	if (err == PH_OK)
		*out = made[PH_TLS_FLAW_NONE];
	return err;
}
