#include "io/tls_session.h"

#include "io/certificate.h"
#include "io/end_point.h"
#include "io/tls_session_state.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RECORD_MAX = 16 * 1024,
	UNSENT_MAX = 64 * 1024,   /* no more plaintext is taken above it */
	OUT_MAX = 256 * 1024,     /* never reached by what we write */
	BINDING_EXPORTER_LEN = 32 /* RFC 9266 */
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
		err = ph_tls_judge_start(t, opt);
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
	return ph_tls_failure_of_handshake(t);
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
	return ph_tls_failure_of_record(t);
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
	return ph_tls_failure_of_record(t);
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
