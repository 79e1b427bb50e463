#include "io/tls_session_state.h"

#include "io/certificate.h"
#include "io/sockaddr.h"
#include "io/staple.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static bool is_pinned(const struct ph_tls_context *c, X509 *x)
{
	unsigned char digest[PH_PIN_LEN];

	if (x == NULL || !ph_certificate_pin(x, digest))
		return false;
	for (size_t i = 0; i < c->pin_count; i++) {
		if (memcmp(c->pins[i], digest, sizeof(digest)) == 0)
			return true;
	}
	return false;
}

static bool lacks_authority(int code)
{
	switch (code) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return true;
	default:
		return false;
	}
}

/* Verifies again, by what is in the store now; the verdict goes into first. */
static bool verify_again(X509_STORE_CTX *first)
{
	X509_STORE_CTX *again = X509_STORE_CTX_new();
	bool ok = false;

	if (again == NULL)
		return false;
	if (X509_STORE_CTX_init(again, X509_STORE_CTX_get0_store(first),
		X509_STORE_CTX_get0_cert(first),
		X509_STORE_CTX_get0_untrusted(first)) == 1 &&
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again),
		X509_STORE_CTX_get0_param(first)) == 1) {
		ok = X509_verify_cert(again) == 1;
		X509_STORE_CTX_set_error(
		    first, X509_STORE_CTX_get_error(again));
		X509_STORE_CTX_set_error_depth(
		    first, X509_STORE_CTX_get_error_depth(again));
		X509_STORE_CTX_set0_verified_chain(
		    first, X509_STORE_CTX_get1_chain(again));
	}
	X509_STORE_CTX_free(again);
	return ok;
}

static int judge_by_authority(struct ph_tls_session *t, X509_STORE_CTX *store)
{
	if (X509_verify_cert(store) == 1)
		return 1;
	if (!lacks_authority(X509_STORE_CTX_get_error(store)) ||
	    !ph_tls_context_more_authorities(t->context)) {
		return 0;
	}
	return verify_again(store);
}

/* 1 or 0, with the error in store. */
static int judge(struct ph_tls_session *t, X509_STORE_CTX *store)
{
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	switch (t->context->verify) {
	case PH_TLS_VERIFY_OFF:
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	case PH_TLS_VERIFY_PIN:
		if (is_pinned(t->context, leaf)) {
			X509_STORE_CTX_set_error(store, X509_V_OK);
			return 1;
		}
		X509_STORE_CTX_set_error(
		    store, X509_V_ERR_APPLICATION_VERIFICATION);
		X509_STORE_CTX_set_error_depth(store, 0);
		return 0;
	case PH_TLS_VERIFY_CA:
		return judge_by_authority(t, store);
	}
	return 0;
}

/* The certificate that the error is about. */
static X509 *blamed(X509_STORE_CTX *store)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(store);
	int depth = X509_STORE_CTX_get_error_depth(store);

	if (depth < sk_X509_num(chain))
		return sk_X509_value(chain, depth);
	return X509_STORE_CTX_get0_cert(store);
}

static void refuse(struct ph_tls_session *t, X509_STORE_CTX *store)
{
	const struct ph_tls_context *c = t->context;
	const struct ph_certificate_flaw flaw = {
		.code = X509_STORE_CTX_get_error(store),
		.depth = X509_STORE_CTX_get_error_depth(store),
		.at = blamed(store),
	};
	const struct ph_certificate_want want = {
		.name = t->name,
		.ca_file = c->ca_file,
		.pins = (const unsigned char(*)[PH_PIN_LEN])c->pins,
		.pin_count = c->pin_count,
	};

	t->refused = true;
	ph_certificate_fault(&flaw, &t->info.certificate, &want, &t->fault);
}

/* Level 0 is for versions that cannot do without it: keys and signatures of
   newer ones are judged as if the old were not allowed at all. */
static void raise_level(struct ph_tls_session *t, X509_STORE_CTX *store)
{
	if (SSL_version(t->ssl) < TLS1_2_VERSION)
		return;
	SSL_set_security_level(t->ssl, t->context->level);
	X509_VERIFY_PARAM_set_auth_level(
	    X509_STORE_CTX_get0_param(store), t->context->level);
}

/* In place of OpenSSL's own verification: keeps what the certificate says, also
   when it is refused. */
static int verify(X509_STORE_CTX *store, void *arg)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct ph_tls_session *t = SSL_get_app_data(ssl);
	X509 *leaf = X509_STORE_CTX_get0_cert(store);

	(void)arg;
	raise_level(t, store);
	if (leaf != NULL) {
		ph_certificate_read(leaf, &t->arena, &t->info.certificate);
		t->info.certificate.names_host =
		    ph_certificate_names(leaf, t->name);
		t->info.has_certificate = true;
	}
	if (judge(t, store) == 1) {
		t->info.verified = t->context->verify != PH_TLS_VERIFY_OFF;
		return 1;
	}
	refuse(t, store);
	return 0;
}

/* Refused for what its issuer says of it, or for want of that. */
static void refuse_staple(
    struct ph_tls_session *t, const struct ph_staple *staple)
{
	const struct ph_certificate *c = &t->info.certificate;

	t->refused = true;
	t->info.verified = false;
	if (staple->state == PH_OCSP_REVOKED) {
		ph_fault_set(&t->fault, PH_CAUSE_CERT_REVOKED, PH_STAGE_TLS,
		    "the certificate was revoked by its issuer, \"%s\", %s",
		    c->issuer, staple->text);
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_CERT_STAPLE, PH_STAGE_TLS,
	    "the certificate demands an OCSP staple (RFC 7633), and the "
	    "server's %s",
	    staple->state == PH_OCSP_NONE ? "is missing" : staple->text);
}

static bool judge_staple(struct ph_tls_session *t)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(t->ssl);
	X509 *leaf = sk_X509_value(chain, 0);
	const char *der = NULL;
	long len = SSL_get_tlsext_status_ocsp_resp(t->ssl, &der);
	struct ph_staple staple = { .state = PH_OCSP_NONE };

	if (leaf == NULL)
		return true;
	/* One that is trusted by itself has nobody to speak for it. */
	if (sk_X509_num(chain) > 1 && len > 0) {
		ph_staple_judge((struct ph_span){ der, (size_t)len }, leaf,
		    sk_X509_value(chain, 1), &staple);
	}
	t->info.certificate.ocsp = staple.state;
	if (staple.state == PH_OCSP_DOUBTFUL) {
		(void)snprintf(t->info.certificate.ocsp_doubt, PH_OCSP_TEXT_MAX,
		    "%s", staple.text);
	}
	if (staple.state == PH_OCSP_REVOKED ||
	    (staple.state != PH_OCSP_GOOD && ph_staple_is_demanded(leaf))) {
		refuse_staple(t, &staple);
		return false;
	}
	return true;
}

/* OpenSSL asks once the server's first flight is here, staple or not. */
static int on_staple(SSL *ssl, void *arg)
{
	struct ph_tls_session *t = SSL_get_app_data(ssl);

	(void)arg;
	return judge_staple(t) ? 1 : 0;
}

/* Without the dot at its end, and an address without its zone, which is ours
   alone.  False: it is no name. */
static bool take_name(
    const char *host, char out[PH_TLS_HOST_MAX], bool *is_address)
{
	struct ph_sockaddr a;
	size_t len = strlen(host);

	if (len == 0 || len >= PH_TLS_HOST_MAX)
		return false;
	(void)snprintf(out, PH_TLS_HOST_MAX, "%s", host);
	if (out[len - 1] == '.')
		out[len - 1] = '\0';
	*is_address = ph_sockaddr_parse(out, 0, &a) == PH_OK;
	if (*is_address)
		out[strcspn(out, "%")] = '\0';
	return out[0] != '\0';
}

/* What the certificate must name. */
static bool set_name(struct ph_tls_session *t, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	bool is_address = false;

	if (!take_name(name, t->name, &is_address))
		return false;
	if (is_address)
		return X509_VERIFY_PARAM_set1_ip_asc(param, t->name) == 1;
	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, t->name, 0) == 1;
}

/* Name indication: the host, whatever its certificate has to name. */
static bool set_host(struct ph_tls_session *t, const char *host)
{
	char name[PH_TLS_HOST_MAX];
	bool is_address = false;

	if (!take_name(host, name, &is_address))
		return false;
	return is_address || SSL_set_tlsext_host_name(t->ssl, name) == 1;
}

enum ph_err ph_tls_judge_start(
    struct ph_tls_session *t, const struct ph_tls_options *opt)
{
	bool has_name = opt->verify_name != NULL && opt->verify_name[0] != '\0';

	SSL_set_connect_state(t->ssl);
	SSL_CTX_set_cert_verify_callback(t->context->ctx, verify, NULL);
	if (t->context->verify == PH_TLS_VERIFY_CA) {
		(void)SSL_set_tlsext_status_type(
		    t->ssl, TLSEXT_STATUSTYPE_ocsp);
		(void)SSL_CTX_set_tlsext_status_cb(t->context->ctx, on_staple);
	}
	SSL_set_verify(t->ssl,
	    t->context->verify == PH_TLS_VERIFY_OFF ? SSL_VERIFY_NONE
						    : SSL_VERIFY_PEER,
	    NULL);
	/* Without a name any certificate of any host would do. */
	if (opt->host == NULL || !set_host(t, opt->host) ||
	    !set_name(t, has_name ? opt->verify_name : opt->host))
		return PH_EINVAL;
	return PH_OK;
}
