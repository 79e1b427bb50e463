#include "certs.h"
#include "check.h"
#include "io/staple.h"
#include "tls_pair.h"

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum {
	HOUR = 3600,
	DAY = 24 * HOUR
};

static struct cert authority;
static struct cert middle; /* by authority; issues the server's */
static struct cert server;
static struct cert demanding; /* RFC 7633 */
static struct cert responder; /* by middle, for OCSP */
static struct cert impostor;  /* by middle, for something else */
static struct cert stranger;  /* by nobody */

static void add_feature(struct cert *c)
{
	X509_EXTENSION *e =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_tlsfeature, "status_request");

	check(e != NULL && X509_add_ext(c->x, e, -1) == 1);
	check(X509_sign(c->x, middle.key, EVP_sha256()) > 0);
	X509_EXTENSION_free(e);
}

static void make_certificates(void)
{
	struct cert_spec spec = { "root", NULL, -DAY, DAY, true, NULL };

	authority = cert_make(&spec, NULL);
	spec.name = "middle";
	middle = cert_make(&spec, &authority);
	stranger = cert_make(&spec, NULL);
	spec = (struct cert_spec){ "mail", "DNS:mail.test", -DAY, DAY, false,
		NULL };
	server = cert_make(&spec, &middle);
	demanding = cert_make(&spec, &middle);
	add_feature(&demanding);
	spec.purpose = "OCSPSigning";
	responder = cert_make(&spec, &middle);
	spec.purpose = "serverAuth";
	impostor = cert_make(&spec, &middle);
}

/* What a responder says. */
struct response {
	struct cert *about; /* NULL: the server's */
	struct cert *by;    /* NULL: its issuer */
	int status;         /* V_OCSP_CERTSTATUS_ */
	int reason;
	long from; /* seconds from now */
	long until;
	const char *digest; /* NULL: SHA-1 */
};

static size_t make_response(const struct response *r, unsigned char **der)
{
	struct cert *about = r->about == NULL ? &server : r->about;
	struct cert *by = r->by == NULL ? &middle : r->by;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	const EVP_MD *md =
	    r->digest == NULL ? NULL : EVP_get_digestbyname(r->digest);
	OCSP_CERTID *id = OCSP_cert_to_id(md, about->x, middle.x);
	ASN1_TIME *from = X509_gmtime_adj(NULL, r->from);
	ASN1_TIME *until = X509_gmtime_adj(NULL, r->until);
	ASN1_TIME *revoked = X509_gmtime_adj(NULL, -DAY);

	check(OCSP_basic_add1_status(basic, id, r->status, r->reason,
		  r->status == V_OCSP_CERTSTATUS_REVOKED ? revoked : NULL, from,
		  until) != NULL);
	check_int(
	    OCSP_basic_sign(basic, by->x, by->key, EVP_sha256(), NULL, 0), 1);

	OCSP_RESPONSE *whole =
	    OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	int len = i2d_OCSP_RESPONSE(whole, der);

	check(len > 0);
	OCSP_RESPONSE_free(whole);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	ASN1_TIME_free(revoked);
	return (size_t)len;
}

static const struct {
	const char *name;
	struct response response;
	enum ph_ocsp state;
	const char *text;
} cases[] = {
	{ "good", { .from = -HOUR, .until = DAY }, PH_OCSP_GOOD, "" },
	{ "a responder of the issuer's",
	    { .by = &responder, .from = -HOUR, .until = DAY }, PH_OCSP_GOOD,
	    "" },
	{ "named by SHA-256",
	    { .from = -HOUR, .until = DAY, .digest = "SHA256" }, PH_OCSP_GOOD,
	    "" },
	{ "a clock that is a little fast", { .from = 60, .until = DAY },
	    PH_OCSP_GOOD, "" },
	{ "revoked",
	    { .status = V_OCSP_CERTSTATUS_REVOKED,
		.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE,
		.from = -HOUR,
		.until = DAY },
	    PH_OCSP_REVOKED, "Z (keyCompromise)" },
	{ "revoked for no reason given",
	    { .status = V_OCSP_CERTSTATUS_REVOKED,
		.reason = OCSP_REVOKED_STATUS_NOSTATUS,
		.from = -HOUR,
		.until = DAY },
	    PH_OCSP_REVOKED, "on 20" },
	{ "revoked, long ago",
	    { .status = V_OCSP_CERTSTATUS_REVOKED,
		.reason = OCSP_REVOKED_STATUS_SUPERSEDED,
		.from = -9 * DAY,
		.until = -8 * DAY },
	    PH_OCSP_REVOKED, "(superseded)" },
	{ "expired", { .from = -2 * DAY, .until = -DAY }, PH_OCSP_DOUBTFUL,
	    "expired on 20" },
	{ "of tomorrow", { .from = DAY, .until = 2 * DAY }, PH_OCSP_DOUBTFUL,
	    "is not valid before 20" },
	{ "unknown",
	    { .status = V_OCSP_CERTSTATUS_UNKNOWN,
		.from = -HOUR,
		.until = DAY },
	    PH_OCSP_DOUBTFUL, "says that its issuer does not know it" },
	{ "another's", { .about = &impostor, .from = -HOUR, .until = DAY },
	    PH_OCSP_DOUBTFUL, "is about another certificate" },
	{ "by itself", { .by = &server, .from = -HOUR, .until = DAY },
	    PH_OCSP_DOUBTFUL, "is not signed by the certificate's issuer" },
	{ "by a certificate for something else",
	    { .by = &impostor, .from = -HOUR, .until = DAY }, PH_OCSP_DOUBTFUL,
	    "is not signed by the certificate's issuer" },
	{ "by a stranger of the issuer's name",
	    { .by = &stranger, .from = -HOUR, .until = DAY }, PH_OCSP_DOUBTFUL,
	    "is not signed by the certificate's issuer" },
	{ "revoked, says a stranger",
	    { .by = &stranger,
		.status = V_OCSP_CERTSTATUS_REVOKED,
		.from = -HOUR,
		.until = DAY },
	    PH_OCSP_DOUBTFUL, "is not signed by the certificate's issuer" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		unsigned char *der = NULL;
		struct ph_staple s;

		check_case(cases[i].name, i);
		size_t len = make_response(&cases[i].response, &der);
		ph_staple_judge((struct ph_span){ (char *)der, len }, server.x,
		    middle.x, &s);
		check_int(s.state, cases[i].state);
		if (strstr(s.text, cases[i].text) == NULL)
			check_str(s.text, cases[i].text);
		OPENSSL_free(der);
	}
	check_case(NULL, 0);
}

/* Cut and spoilt anywhere it is never good, and never crashes. */
static void test_damage(void)
{
	const struct response r = { .from = -HOUR, .until = DAY };
	unsigned char *der = NULL;
	size_t len = make_response(&r, &der);
	struct ph_staple s;

	ph_staple_judge((struct ph_span){ 0 }, server.x, middle.x, &s);
	check_int(s.state, PH_OCSP_NONE);
	for (size_t i = 1; i < len; i++) {
		char *copy = malloc(i);

		memcpy(copy, der, i);
		ph_staple_judge(
		    (struct ph_span){ copy, i }, server.x, middle.x, &s);
		check_int(s.state, PH_OCSP_DOUBTFUL);
		check_str(s.text, "cannot be read");
		free(copy);
	}
	for (size_t i = 0; i < len; i++) {
		der[i] ^= 0x01;
		ph_staple_judge((struct ph_span){ (char *)der, len }, server.x,
		    middle.x, &s);
		check(s.state != PH_OCSP_REVOKED);
		der[i] ^= 0x01;
	}
	OPENSSL_free(der);
}

static void test_no_answer(void)
{
	OCSP_RESPONSE *r =
	    OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL);
	unsigned char *der = NULL;
	int len = i2d_OCSP_RESPONSE(r, &der);
	struct ph_staple s;

	ph_staple_judge((struct ph_span){ (char *)der, (size_t)len }, server.x,
	    middle.x, &s);
	check_int(s.state, PH_OCSP_DOUBTFUL);
	check(strstr(s.text, "trylater") != NULL);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(r);
}

static void test_demanded(void)
{
	check(!ph_staple_is_demanded(server.x));
	check(ph_staple_is_demanded(demanding.x));
}

/* in a handshake */

struct staple {
	unsigned char *der;
	size_t len;
};

static int give_staple(SSL *ssl, void *arg)
{
	const struct staple *s = arg;

	if (s->len == 0)
		return SSL_TLSEXT_ERR_NOACK;
	unsigned char *copy = OPENSSL_memdup(s->der, s->len);
	(void)SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)s->len);
	return SSL_TLSEXT_ERR_OK;
}

struct meeting {
	const char *name;
	bool demands;
	const struct response *response; /* NULL: none */
	enum ph_tls_verify verify;
	enum ph_cause cause; /* 0: it stands */
	enum ph_ocsp ocsp;
	const char *text;
};

static const struct response good = { .from = -HOUR, .until = DAY };
static const struct response stale = { .from = -2 * DAY, .until = -DAY };
static const struct response gone = {
	.status = V_OCSP_CERTSTATUS_REVOKED,
	.reason = OCSP_REVOKED_STATUS_KEYCOMPROMISE,
	.from = -HOUR,
	.until = DAY,
};
static const struct response demanding_good = {
	.about = &demanding, .from = -HOUR, .until = DAY
};

static const struct meeting meetings[] = {
	{ "none", false, NULL, PH_TLS_VERIFY_CA, 0, PH_OCSP_NONE, "" },
	{ "good", false, &good, PH_TLS_VERIFY_CA, 0, PH_OCSP_GOOD, "" },
	{ "stale", false, &stale, PH_TLS_VERIFY_CA, 0, PH_OCSP_DOUBTFUL,
	    "expired on 20" },
	{ "revoked", false, &gone, PH_TLS_VERIFY_CA, PH_CAUSE_CERT_REVOKED,
	    PH_OCSP_REVOKED,
	    "the certificate was revoked by its issuer, \"CN=middle\", on " },
	{ "demanded, none", true, NULL, PH_TLS_VERIFY_CA, PH_CAUSE_CERT_STAPLE,
	    PH_OCSP_NONE,
	    "demands an OCSP staple (RFC 7633), and the server's is missing" },
	{ "demanded, good", true, &demanding_good, PH_TLS_VERIFY_CA, 0,
	    PH_OCSP_GOOD, "" },
	{ "demanded, another's", true, &good, PH_TLS_VERIFY_CA,
	    PH_CAUSE_CERT_STAPLE, PH_OCSP_DOUBTFUL,
	    "and the server's is about another certificate" },
	/* Who does not verify by authority does not ask one. */
	{ "off, revoked", false, &gone, PH_TLS_VERIFY_OFF, 0, PH_OCSP_NONE,
	    "" },
	{ "off, demanded", true, NULL, PH_TLS_VERIFY_OFF, 0, PH_OCSP_NONE, "" },
};

static struct ph_tls_context *server_for(
    const struct meeting *m, struct staple *s)
{
	char *pem = cert_write(temp_dir(), "server.pem",
	    m->demands ? &demanding : &server, &middle, false);
	struct ph_tls_context *c = NULL;

	check_int(ph_tls_server_context(pem, &c, NULL), PH_OK);
	(void)SSL_CTX_set_tlsext_status_cb(c->ctx, give_staple);
	(void)SSL_CTX_set_tlsext_status_arg(c->ctx, s);
	free(pem);
	return c;
}

static void meet(const struct meeting *m, unsigned versions, const char *ca)
{
	struct staple staple = { 0 };
	struct ph_tls_context *cc =
	    tls_pair_client_context(ca, m->verify, versions);
	struct ph_tls_context *sc = server_for(m, &staple);
	struct tls_pair b;

	if (m->response != NULL)
		staple.len = make_response(m->response, &staple.der);
	tls_pair_init(&b, cc, sc, "mail.test");
	tls_pair_shake(&b, SIZE_MAX);

	const struct ph_tls_info *info = ph_tls_session_info(b.client);
	const struct ph_fault *f = ph_tls_session_fault(b.client);
	const char *told =
	    m->cause != 0 ? f->text : info->certificate.ocsp_doubt;

	check_int(b.client_err, m->cause == 0 ? PH_OK : PH_EIO);
	check_int(f->cause, m->cause);
	check_int(info->certificate.ocsp, m->ocsp);
	check_int(
	    info->verified, m->cause == 0 && m->verify == PH_TLS_VERIFY_CA);
	if (strstr(told, m->text) == NULL)
		check_str(told, m->text);
	check(info->has_certificate);
	tls_pair_release(&b);
	ph_tls_context_free(cc);
	ph_tls_context_free(sc);
	OPENSSL_free(staple.der);
}

static void test_handshakes(void)
{
	/* Also where the authority trusted here is not self-signed. */
	char *root = cert_write(temp_dir(), "root.pem", &authority, NULL, true);
	char *part = cert_write(temp_dir(), "middle.pem", &middle, NULL, true);

	for (size_t i = 0; i < PH_COUNT(meetings); i++) {
		check_case(meetings[i].name, i);
		for (unsigned version = 4; version <= 8; version *= 2) {
			meet(&meetings[i], version, root);
			meet(&meetings[i], version, part);
		}
	}
	check_case(NULL, 0);
	free(root);
	free(part);
}

int main(void)
{
	make_certificates();
	test_cases();
	test_damage();
	test_no_answer();
	test_demanded();
	test_handshakes();
	cert_free(&authority);
	cert_free(&middle);
	cert_free(&server);
	cert_free(&demanding);
	cert_free(&responder);
	cert_free(&impostor);
	cert_free(&stranger);
	return check_end();
}
