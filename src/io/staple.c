#include "io/staple.h"

#include "io/certificate.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum {
	/* The responder's clock and ours. */
	SKEW_SECONDS = 300,
	/* RFC 7633 4.1: the number of the extension status_request. */
	FEATURE_STATUS_REQUEST = 5
};

/* What one response says of one certificate. */
struct word {
	int status;
	int reason;
	ASN1_GENERALIZEDTIME *revoked; /* borrowed, as the next two */
	ASN1_GENERALIZEDTIME *from;
	ASN1_GENERALIZEDTIME *until;
};

static void doubt(struct ph_staple *s, const char *why)
{
	s->state = PH_OCSP_DOUBTFUL;
	(void)snprintf(s->text, sizeof(s->text), "%s", why);
}

/* The issuer alone is trusted here, whoever trusts it: a responder must be the
   issuer, or have its certificate from it (RFC 6960 4.2.2.2). */
static bool is_signed(OCSP_BASICRESP *basic, X509 *issuer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *known = sk_X509_new_null();
	bool ok = store != NULL && known != NULL &&
	    sk_X509_push(known, issuer) > 0 &&
	    X509_STORE_add_cert(store, issuer) == 1 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
	    OCSP_basic_verify(basic, known, store, 0) == 1;

	sk_X509_free(known);
	X509_STORE_free(store);
	ERR_clear_error();
	return ok;
}

/* Named by whichever digest the responder chose. */
static bool is_about(const OCSP_CERTID *id, X509 *leaf, X509 *issuer)
{
	ASN1_OBJECT *algorithm = NULL;
	OCSP_CERTID *copy = OCSP_CERTID_dup(id);

	if (copy == NULL)
		return false;
	(void)OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, copy);

	const EVP_MD *md = EVP_get_digestbyobj(algorithm);
	OCSP_CERTID *ours =
	    md == NULL ? NULL : OCSP_cert_to_id(md, leaf, issuer);
	bool same = ours != NULL && OCSP_id_cmp(ours, copy) == 0;

	OCSP_CERTID_free(ours);
	OCSP_CERTID_free(copy);
	return same;
}

static bool find_word(
    OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, struct word *out)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *one = OCSP_resp_get0(basic, i);

		if (!is_about(OCSP_SINGLERESP_get0_id(one), leaf, issuer))
			continue;
		out->status = OCSP_single_get0_status(
		    one, &out->reason, &out->revoked, &out->from, &out->until);
		return true;
	}
	return false;
}

static void judge_revoked(const struct word *w, struct ph_staple *out)
{
	char when[PH_CERT_TIME_MAX];

	ph_certificate_time(w->revoked, when);
	out->state = PH_OCSP_REVOKED;
	if (w->reason < 0) {
		(void)snprintf(out->text, sizeof(out->text), "on %s", when);
		return;
	}
	(void)snprintf(out->text, sizeof(out->text), "on %s (%s)", when,
	    OCSP_crl_reason_str(w->reason));
}

/* "expired on 2027-01-01T00:00:00Z" */
static void doubt_time(const struct word *w, struct ph_staple *out)
{
	bool early = X509_cmp_current_time(w->from) > 0;
	char when[PH_CERT_TIME_MAX];

	ph_certificate_time(early ? w->from : w->until, when);
	out->state = PH_OCSP_DOUBTFUL;
	(void)snprintf(out->text, sizeof(out->text), "%s %s",
	    early ? "is not valid before" : "expired on", when);
}

static void judge_word(const struct word *w, struct ph_staple *out)
{
	if (w->status == V_OCSP_CERTSTATUS_REVOKED) {
		judge_revoked(w, out);
	} else if (OCSP_check_validity(w->from, w->until, SKEW_SECONDS, -1) !=
	    1) {
		doubt_time(w, out);
	} else if (w->status == V_OCSP_CERTSTATUS_GOOD) {
		out->state = PH_OCSP_GOOD;
	} else {
		doubt(out, "says that its issuer does not know it");
	}
	ERR_clear_error();
}

static void judge_basic(
    OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, struct ph_staple *out)
{
	struct word w = { 0 };

	if (!is_signed(basic, issuer)) {
		doubt(out, "is not signed by the certificate's issuer");
	} else if (!find_word(basic, leaf, issuer, &w)) {
		doubt(out, "is about another certificate");
	} else {
		judge_word(&w, out);
	}
}

static void judge_response(
    OCSP_RESPONSE *r, X509 *leaf, X509 *issuer, struct ph_staple *out)
{
	int status = OCSP_response_status(r);

	if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
		out->state = PH_OCSP_DOUBTFUL;
		(void)snprintf(out->text, sizeof(out->text),
		    "says nothing: its responder was unable to answer (%s)",
		    OCSP_response_status_str(status));
		return;
	}

	OCSP_BASICRESP *basic = OCSP_response_get1_basic(r);

	if (basic == NULL) {
		doubt(out, "cannot be read");
	} else {
		judge_basic(basic, leaf, issuer, out);
	}
	OCSP_BASICRESP_free(basic);
}

void ph_staple_judge(
    struct ph_span response, X509 *leaf, X509 *issuer, struct ph_staple *out)
{
	const unsigned char *at = (const unsigned char *)response.ptr;

	*out = (struct ph_staple){ .state = PH_OCSP_NONE };
	if (response.len == 0)
		return;

	OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)response.len);

	if (r == NULL) {
		doubt(out, "cannot be read");
	} else {
		judge_response(r, leaf, issuer, out);
	}
	OCSP_RESPONSE_free(r);
	ERR_clear_error();
}

bool ph_staple_is_demanded(X509 *leaf)
{
	TLS_FEATURE *list = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ASN1_INTEGER_num(list); i++) {
		const ASN1_INTEGER *n = sk_ASN1_INTEGER_value(list, i);

		found |= ASN1_INTEGER_get(n) == FEATURE_STATUS_REQUEST;
	}
	TLS_FEATURE_free(list);
	ERR_clear_error();
	return found;
}
