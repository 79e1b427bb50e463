#include "io/tls_session.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "io/certificate.h"
#include "io/end_point.h"
#include "io/errno_text.h"
#include "io/sockaddr.h"
#include "io/staple.h"
#include "io/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	IN_MAX = 32 * 1024, /* a record is at most 16 KiB and a little */
	RECORD_MAX = 16 * 1024,
	UNSENT_MAX = 64 * 1024, /* no more plaintext is taken above it */
	OUT_MAX = 256 * 1024,   /* never reached by what we write */
	HEAD_MAX = 256,
	HOST_MAX = 256,
	BINDING_EXPORTER_LEN = 32 /* RFC 9266 */
};

struct ph_tls_session {
	struct ph_tls_context *context;
	SSL *ssl;
	bool done;  /* the handshake */
	bool heard; /* and the other side has said something since */
	char in[IN_MAX];
	size_t in_at;
	size_t in_len;
	struct ph_buf out;
	size_t out_at;
	/* The first octets that came, to tell what it is if it is not TLS. */
	char head[HEAD_MAX];
	size_t head_len;
	char name[HOST_MAX]; /* that the certificate must hold */
	bool refused;        /* by us: fault says what the certificate lacks */
	struct ph_arena arena; /* the certificate's names */
	struct ph_tls_info info;
	struct ph_fault fault;
};

/* The BIO below OpenSSL: our two buffers. */

static int bio_write(BIO *b, const char *data, size_t len, size_t *written)
{
	struct ph_tls_session *t = BIO_get_data(b);

	BIO_clear_retry_flags(b);
	enum ph_err err = ph_buf_append(&t->out, (struct ph_span){ data, len });
	if (err == PH_OK) {
		*written = len;
		return 1;
	}
	if (err == PH_ETOOBIG)
		BIO_set_retry_write(b);
	return 0;
}

static int bio_read(BIO *b, char *data, size_t len, size_t *got)
{
	struct ph_tls_session *t = BIO_get_data(b);
	size_t have = t->in_len - t->in_at;

	BIO_clear_retry_flags(b);
	if (have == 0) {
		BIO_set_retry_read(b);
		return 0;
	}
	*got = len < have ? len : have;
	memcpy(data, t->in + t->in_at, *got);
	t->in_at += *got;
	return 1;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	(void)b;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO *make_bio(struct ph_tls_session *t)
{
	struct ph_tls_context *c = t->context;

	if (c->bio == NULL) {
		c->bio = BIO_meth_new(BIO_TYPE_MEM, "posthaste");
		if (c->bio == NULL)
			return NULL;
		(void)BIO_meth_set_write_ex(c->bio, bio_write);
		(void)BIO_meth_set_read_ex(c->bio, bio_read);
		(void)BIO_meth_set_ctrl(c->bio, bio_ctrl);
	}
	BIO *b = BIO_new(c->bio);
	if (b == NULL)
		return NULL;
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	return b;
}

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
static bool take_name(const char *host, char out[HOST_MAX], bool *is_address)
{
	struct ph_sockaddr a;
	size_t len = strlen(host);

	if (len == 0 || len >= HOST_MAX)
		return false;
	(void)snprintf(out, HOST_MAX, "%s", host);
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
	char name[HOST_MAX];
	bool is_address = false;

	if (!take_name(host, name, &is_address))
		return false;
	return is_address || SSL_set_tlsext_host_name(t->ssl, name) == 1;
}

static enum ph_err set_client(
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

enum ph_err ph_tls_session_new(
    const struct ph_tls_options *opt, struct ph_tls_session **out)
{
	struct ph_tls_session *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return PH_ENOMEM;
	t->context = opt->context;
	ph_tls_context_ref(t->context);
	ph_buf_init(&t->out, OUT_MAX);
	ph_arena_init(&t->arena, PH_CERT_ARENA_MAX);

	t->ssl = SSL_new(t->context->ctx);
	BIO *bio = t->ssl == NULL ? NULL : make_bio(t);
	if (bio == NULL) {
		ph_tls_session_free(t);
		return PH_ENOMEM;
	}
	SSL_set_bio(t->ssl, bio, bio);
	SSL_set_app_data(t->ssl, t);

	enum ph_err err = PH_OK;
	if (t->context->server) {
		SSL_set_accept_state(t->ssl);
	} else {
		err = set_client(t, opt);
	}
	if (err != PH_OK) {
		ph_tls_session_free(t);
		return err;
	}
	*out = t;
	return PH_OK;
}

void ph_tls_session_free(struct ph_tls_session *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	ph_tls_context_free(t->context);
	ph_arena_release(&t->arena);
	ph_buf_release(&t->out);
	explicit_bzero(t->info.binding, sizeof(t->info.binding));
	free(t);
}

char *ph_tls_session_room(struct ph_tls_session *t, size_t *cap)
{
	if (t->in_at == t->in_len) {
		t->in_at = 0;
		t->in_len = 0;
	}
	*cap = sizeof(t->in) - t->in_len;
	return t->in + t->in_len;
}

void ph_tls_session_received(struct ph_tls_session *t, size_t len)
{
	if (!t->done && t->head_len < sizeof(t->head)) {
		size_t n = sizeof(t->head) - t->head_len;
		if (n > len)
			n = len;
		memcpy(t->head + t->head_len, t->in + t->in_len, n);
		t->head_len += n;
	}
	t->in_len += len;
}

/* RFC 8446 5.1: a content type of 20 to 24, and a version that begins with
   3. */
static bool is_plaintext(const struct ph_tls_session *t)
{
	if (t->head_len == 0)
		return false;
	if (t->head[0] < 20 || t->head[0] > 24)
		return true;
	return t->head_len > 1 && t->head[1] != 3;
}

static struct ph_span first_line(const struct ph_tls_session *t)
{
	struct ph_span all = { t->head, t->head_len };
	struct ph_span line = ph_span_first(all, ph_span_find(all, '\n'));

	return ph_span_trim(ph_utf8_cut(line, 200));
}

static void fault_plaintext(struct ph_tls_session *t)
{
	struct ph_span line = first_line(t);
	bool text =
	    line.len > 0 && !ph_span_has_control(line) && ph_utf8_valid(line);

	/* What a client says in clear may be its password. */
	if (t->context->server || !text) {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_PLAINTEXT, PH_STAGE_TLS,
		    "the other side does not speak TLS here");
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_PLAINTEXT, PH_STAGE_TLS,
	    "the server does not speak TLS here: it said \"%.*s\"",
	    PH_SPAN_ARG(line));
}

static void fault_version(struct ph_tls_session *t)
{
	static const char *const names[] = { "1.0", "1.1", "1.2", "1.3" };
	char list[32] = "";

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		size_t len = strlen(list);
		if ((t->context->versions & (1U << i)) != 0) {
			(void)snprintf(list + len, sizeof(list) - len, "%s%s",
			    len > 0 ? ", " : "", names[i]);
		}
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_VERSION, PH_STAGE_TLS,
	    "no version of TLS in common (allowed here: %s)", list);
}

static bool is_version_reason(int reason)
{
	static const int reasons[] = {
		SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
		SSL_R_UNSUPPORTED_PROTOCOL,
		SSL_R_NO_PROTOCOLS_AVAILABLE,
		SSL_R_UNSUPPORTED_SSL_VERSION,
		SSL_R_UNKNOWN_SSL_VERSION,
		SSL_R_WRONG_SSL_VERSION,
		SSL_R_WRONG_VERSION_NUMBER,
		SSL_R_VERSION_TOO_LOW,
		SSL_R_VERSION_TOO_HIGH,
		SSL_R_UNKNOWN_PROTOCOL,
	};

	for (size_t i = 0; i < PH_COUNT(reasons); i++) {
		if (reasons[i] == reason)
			return true;
	}
	return false;
}

static bool is_alert(int reason)
{
	return reason > SSL_AD_REASON_OFFSET &&
	    reason <= SSL_AD_REASON_OFFSET + 255;
}

/* Those of TLS 1.3 have no words in OpenSSL 3.0. */
static const char *alert_text(int alert)
{
	switch (alert) {
	case SSL_AD_MISSING_EXTENSION:
		return "missing extension";
	case SSL_AD_CERTIFICATE_REQUIRED:
		return "certificate required";
	case SSL_AD_NO_APPLICATION_PROTOCOL:
		return "no application protocol";
	default:
		return SSL_alert_desc_string_long(alert);
	}
}

static void fault_alert(struct ph_tls_session *t, int reason)
{
	int alert = reason - SSL_AD_REASON_OFFSET;

	if (t->heard) {
		ph_fault_set(&t->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING,
		    "the other side broke off with the TLS alert %d, %s", alert,
		    alert_text(alert));
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS,
	    "the other side refused with the TLS alert %d, %s", alert,
	    alert_text(alert));
}

static int ssl_reason(void)
{
	unsigned long e = ERR_peek_error();

	return ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0;
}

static enum ph_err handshake_failed(struct ph_tls_session *t)
{
	int reason = ssl_reason();

	if (t->refused) {
		ERR_clear_error();
		return PH_EIO;
	}
	if (is_plaintext(t)) {
		fault_plaintext(t);
	} else if (is_version_reason(reason)) {
		fault_version(t);
	} else if (is_alert(reason)) {
		fault_alert(t, reason);
	} else {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_HANDSHAKE, PH_STAGE_TLS,
		    "the TLS handshake failed: %s", ph_tls_reason());
	}
	ERR_clear_error();
	return PH_EIO;
}

/* After the handshake.  A server that wants another client certificate says so
   only now (TLS 1.3), in place of its first words; whatever else broke, the
   conversation is lost. */
static enum ph_err record_failed(struct ph_tls_session *t)
{
	int reason = ssl_reason();

	if (is_alert(reason)) {
		fault_alert(t, reason);
	} else {
		ph_fault_set(&t->fault, PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING, "TLS broke: %s", ph_tls_reason());
	}
	ERR_clear_error();
	return PH_EIO;
}

void ph_tls_session_lost(struct ph_tls_session *t, int err)
{
	if (is_plaintext(t)) {
		fault_plaintext(t);
		return;
	}
	if (err == 0) {
		ph_fault_set(&t->fault, PH_CAUSE_TLS_CLOSED, PH_STAGE_TLS,
		    "the connection was closed during the TLS handshake");
		return;
	}
	ph_fault_set(&t->fault, PH_CAUSE_TLS_CLOSED, PH_STAGE_TLS,
	    "the connection was lost during the TLS handshake: %s",
	    ph_errno_text(err));
}

/* RFC 9266 for TLS 1.3; RFC 5929 3 for TLS 1.2, and only where no other session
   can have the same (RFC 7627). */
static void read_binding(struct ph_tls_session *t)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	struct ph_tls_info *info = &t->info;
	int version = SSL_version(t->ssl);

	if (version >= TLS1_3_VERSION) {
		if (SSL_export_keying_material(t->ssl, info->binding,
			BINDING_EXPORTER_LEN, label, sizeof(label) - 1, NULL, 0,
			0) == 1) {
			info->binding_is_exporter = true;
			info->binding_len = BINDING_EXPORTER_LEN;
		}
		return;
	}
	if (SSL_get_extms_support(t->ssl) != 1 || SSL_session_reused(t->ssl))
		return;
	/* The first Finished of the handshake is the client's. */
	size_t len = t->context->server
	    ? SSL_get_peer_finished(
		  t->ssl, info->binding, sizeof(info->binding))
	    : SSL_get_finished(t->ssl, info->binding, sizeof(info->binding));
	if (len <= sizeof(info->binding))
		info->binding_len = len;
}

static void handshake_done(struct ph_tls_session *t)
{
	t->done = true;
	(void)snprintf(t->info.version, sizeof(t->info.version), "%s",
	    SSL_get_version(t->ssl));
	(void)snprintf(t->info.cipher, sizeof(t->info.cipher), "%s",
	    SSL_get_cipher_name(t->ssl));
	read_binding(t);
	if (!t->context->server) {
		t->info.end_point_len = ph_end_point_read(
		    SSL_get0_peer_certificate(t->ssl), t->info.end_point);
	}
}

enum ph_err ph_tls_session_handshake(struct ph_tls_session *t)
{
	ERR_clear_error();

	int rc = SSL_do_handshake(t->ssl);
	if (rc == 1) {
		handshake_done(t);
		return PH_OK;
	}
	int why = SSL_get_error(t->ssl, rc);
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return PH_AGAIN;
	return handshake_failed(t);
}

enum ph_err ph_tls_session_read(
    struct ph_tls_session *t, char *out, size_t cap, size_t *got)
{
	ERR_clear_error();

	int rc = SSL_read_ex(t->ssl, out, cap, got);
	if (rc == 1) {
		t->heard = true;
		return PH_OK;
	}
	int why = SSL_get_error(t->ssl, rc);
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return PH_AGAIN;
	if (why == SSL_ERROR_ZERO_RETURN)
		return PH_EOF;
	return record_failed(t);
}

/* The next plaintext for one record: as it lies where it is long enough, else
   gathered in stage, so that a few short commands are one record. */
static struct ph_span next_record(const struct ph_span *spans, size_t count,
    size_t skip, char stage[RECORD_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < count && used < RECORD_MAX; i++) {
		if (skip >= spans[i].len) {
			skip -= spans[i].len;
			continue;
		}
		struct ph_span rest = ph_span_skip(spans[i], skip);
		skip = 0;
		if (used == 0 && rest.len >= RECORD_MAX)
			return ph_span_first(rest, RECORD_MAX);
		if (rest.len > RECORD_MAX - used)
			rest = ph_span_first(rest, RECORD_MAX - used);
		memcpy(stage + used, rest.ptr, rest.len);
		used += rest.len;
	}
	return (struct ph_span){ stage, used };
}

static enum ph_err write_record(
    struct ph_tls_session *t, struct ph_span record, size_t *put)
{
	ERR_clear_error();

	int rc = SSL_write_ex(t->ssl, record.ptr, record.len, put);
	if (rc == 1)
		return PH_OK;
	int why = SSL_get_error(t->ssl, rc);
	if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
		return PH_AGAIN;
	return record_failed(t);
}

enum ph_err ph_tls_session_write(struct ph_tls_session *t,
    const struct ph_span *spans, size_t count, size_t skip, size_t *put)
{
	char stage[RECORD_MAX];
	enum ph_err err = PH_OK;
	size_t sum = 0;

	while (t->out.len - t->out_at < UNSENT_MAX) {
		struct ph_span record =
		    next_record(spans, count, skip + sum, stage);
		size_t n = 0;
		if (record.len == 0)
			break;
		err = write_record(t, record, &n);
		if (record.ptr == stage) /* may have been a password */
			explicit_bzero(stage, record.len);
		if (err != PH_OK)
			break;
		sum += n;
	}
	if (err == PH_EIO)
		return err;
	*put = sum;
	return sum > 0 ? PH_OK : PH_AGAIN;
}

struct ph_span ph_tls_session_pending(const struct ph_tls_session *t)
{
	if (t->out.len == 0)
		return (struct ph_span){ 0 };
	return ph_span_skip(ph_buf_span(&t->out), t->out_at);
}

void ph_tls_session_sent(struct ph_tls_session *t, size_t len)
{
	t->out_at += len;
	if (t->out_at == t->out.len) {
		ph_buf_clear(&t->out);
		t->out_at = 0;
	} else if (t->out_at >= UNSENT_MAX) {
		ph_buf_consume(&t->out, t->out_at);
		t->out_at = 0;
	}
}

bool ph_tls_session_buffered(const struct ph_tls_session *t)
{
	return t->in_at < t->in_len || SSL_pending(t->ssl) > 0;
}

void ph_tls_session_shutdown(struct ph_tls_session *t)
{
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

const struct ph_tls_info *ph_tls_session_info(const struct ph_tls_session *t)
{
	return &t->info;
}

const struct ph_fault *ph_tls_session_fault(const struct ph_tls_session *t)
{
	return &t->fault;
}
