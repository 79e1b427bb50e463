#include "base/buf.h"
#include "certs.h"
#include "check.h"
#include "io/certificate.h"
#include "io/tls_context.h"
#include "io/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY = 24 * 3600
};

/* A client and a server with nothing between but this test. */
struct both {
	struct ph_tls_session *client;
	struct ph_tls_session *server;
	enum ph_err client_err;
	enum ph_err server_err;
};

/* Carries at most step octets; how many. */
static size_t carry(
    struct ph_tls_session *from, struct ph_tls_session *to, size_t step)
{
	struct ph_span out = ph_tls_session_pending(from);
	size_t cap;
	char *room = ph_tls_session_room(to, &cap);
	size_t n = out.len < step ? out.len : step;

	if (n > cap)
		n = cap;
	if (n > 0)
		memcpy(room, out.ptr, n);
	ph_tls_session_received(to, n);
	ph_tls_session_sent(from, n);
	return n;
}

static void shake(struct both *b, size_t step)
{
	b->client_err = PH_AGAIN;
	b->server_err = PH_AGAIN;
	for (;;) {
		if (b->client_err == PH_AGAIN)
			b->client_err = ph_tls_session_handshake(b->client);
		size_t moved = carry(b->client, b->server, step);
		if (b->server_err == PH_AGAIN)
			b->server_err = ph_tls_session_handshake(b->server);
		moved += carry(b->server, b->client, step);
		if (moved == 0)
			return;
	}
}

static void both_init(struct both *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host)
{
	struct ph_tls_options c = { .context = client, .host = host };
	struct ph_tls_options s = { .context = server };

	*b = (struct both){ 0 };
	check(ph_tls_session_new(&c, &b->client) == PH_OK);
	check(ph_tls_session_new(&s, &b->server) == PH_OK);
}

static void named_init(struct both *b, struct ph_tls_context *client,
    struct ph_tls_context *server, const char *host, const char *verify_name)
{
	struct ph_tls_options c = { client, host, verify_name };
	struct ph_tls_options s = { .context = server };

	*b = (struct both){ 0 };
	check(ph_tls_session_new(&c, &b->client) == PH_OK);
	check(ph_tls_session_new(&s, &b->server) == PH_OK);
}

static void both_release(struct both *b)
{
	ph_tls_session_free(b->client);
	ph_tls_session_free(b->server);
}

static struct ph_tls_context *client_context(
    const char *ca_file, enum ph_tls_verify verify, unsigned versions)
{
	struct ph_tls_client_config cfg = {
		.ca_file = ca_file,
		.verify = verify,
		.versions = versions,
	};
	struct ph_tls_context *c = NULL;
	struct ph_fault fault = { 0 };

	check_int(ph_tls_client_context(&cfg, &c, &fault), PH_OK);
	check_str(fault.text, "");
	return c;
}

static const char *const made_names[] = { "mail.example.test", "*.wild.test",
	"127.0.0.1", "::1" };

static struct ph_tls_context *self_made(char **ca_file)
{
	struct ph_tls_context *c = NULL;
	struct ph_buf pem;
	struct ph_fault fault = { 0 };

	ph_buf_init(&pem, 8192);
	check_int(ph_tls_self_made_context(
		      made_names, PH_COUNT(made_names), &c, &pem, &fault),
	    PH_OK);
	check_str(fault.text, "");
	*ca_file = temp_path("ca.pem");
	temp_write(*ca_file, ph_buf_str(&pem));
	ph_buf_release(&pem);
	return c;
}

static void check_good(const struct both *b, const char *version)
{
	const struct ph_tls_info *c = ph_tls_session_info(b->client);
	const struct ph_tls_info *s = ph_tls_session_info(b->server);

	check_int(b->client_err, PH_OK);
	check_int(b->server_err, PH_OK);
	check_str(ph_tls_session_fault(b->client)->text, "");
	check_str(c->version, version);
	check(c->cipher[0] != '\0');
	check(c->has_certificate && !s->has_certificate);
	check_int(c->binding_is_exporter, strcmp(version, "TLSv1.3") == 0);
	check_int(c->binding_len, c->binding_is_exporter ? 32 : 12);
	check_int(c->binding_len, s->binding_len);
	check(memcmp(c->binding, s->binding, c->binding_len) == 0);
}

static void test_names(void)
{
	static const struct {
		const char *host;
		bool good;
	} cases[] = {
		{ "mail.example.test", true },
		{ "MAIL.example.TEST", true },
		{ "mail.example.test.", true },
		{ "a.wild.test", true },
		{ "127.0.0.1", true },
		{ "::1", true },
		{ "wild.test", false },
		{ "a.b.wild.test", false },
		{ "example.test", false },
		{ "127.0.0.2", false },
		{ "::2", false },
	};

	char *ca;
	struct ph_tls_context *server = self_made(&ca);
	struct ph_tls_context *client = client_context(ca, PH_TLS_VERIFY_CA, 0);

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct both b;

		check_case(cases[i].host, i);
		both_init(&b, client, server, cases[i].host);
		shake(&b, SIZE_MAX);
		const struct ph_tls_info *info = ph_tls_session_info(b.client);
		check_int(info->verified, cases[i].good);
		if (cases[i].good) {
			check_good(&b, "TLSv1.3");
		} else {
			const struct ph_fault *f =
			    ph_tls_session_fault(b.client);
			check_int(b.client_err, PH_EIO);
			check_int(f->cause, PH_CAUSE_CERT_NAME);
			check_int(f->stage, PH_STAGE_TLS);
			char text[200];
			(void)snprintf(text, sizeof(text),
			    "the certificate is for mail.example.test, "
			    "*.wild.test, 127.0.0.1, ::1, not for %s",
			    cases[i].host);
			check_str(f->text, text);
			/* The server hears of it. */
			char in[8];
			size_t got;
			check(b.server_err == PH_EIO ||
			    ph_tls_session_read(
				b.server, in, sizeof(in), &got) == PH_EIO);
			check_int(ph_tls_session_fault(b.server)->cause,
			    PH_CAUSE_TLS_HANDSHAKE);
		}
		/* Kept in both cases. */
		check(info->has_certificate);
		check_int(info->certificate.name_count, 4);
		check_str(info->certificate.names[1], "*.wild.test");
		check_str(info->certificate.subject, "CN=mail.example.test");
		check_int(strlen(info->certificate.sha256), 64);
		check_int(strlen(info->certificate.spki_sha256), 64);
		check_int(strlen(info->certificate.not_after), 20);
		both_release(&b);
	}
	check_case(NULL, 0);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	free(ca);
}

static char sni[256];

static int keep_sni(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)arg;
	*alert = SSL_AD_UNRECOGNIZED_NAME; /* not sent with OK */
	(void)snprintf(sni, sizeof(sni), "%s", name == NULL ? "none" : name);
	return SSL_TLSEXT_ERR_OK;
}

/* The certificate is for another name than the host; the host is asked for. */
static void test_verify_name(void)
{
	static const struct {
		const char *host;
		const char *verify_name;
		const char *sni;
		const char *not_for; /* NULL: good */
	} cases[] = {
		{ "a.test", "mail.example.test", "a.test", NULL },
		{ "a.test.", "MAIL.example.test.", "a.test", NULL },
		{ "192.0.2.1", "x.wild.test", "none", NULL },
		{ "a.test", "127.0.0.1", "a.test", NULL },
		{ "a.test", "::1", "a.test", NULL },
		{ "mail.example.test", "", "mail.example.test", NULL },
		{ "mail.example.test", NULL, "mail.example.test", NULL },
		{ "mail.example.test", "b.test", "mail.example.test",
		    "b.test" },
		{ "127.0.0.1", "127.0.0.2", "none", "127.0.0.2" },
	};

	char *ca;
	struct ph_tls_context *server = self_made(&ca);
	struct ph_tls_context *client = client_context(ca, PH_TLS_VERIFY_CA, 0);
	struct ph_tls_context *blind =
	    client_context(NULL, PH_TLS_VERIFY_OFF, 0);

	(void)SSL_CTX_set_tlsext_servername_callback(server->ctx, keep_sni);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		bool good = cases[i].not_for == NULL;
		char text[64];
		struct both b;

		check_case(cases[i].verify_name, i);
		(void)snprintf(text, sizeof(text), ", not for %s",
		    good ? "" : cases[i].not_for);
		named_init(
		    &b, client, server, cases[i].host, cases[i].verify_name);
		shake(&b, SIZE_MAX);
		check_str(sni, cases[i].sni);
		check_int(b.client_err, good ? PH_OK : PH_EIO);
		check(good ||
		    strstr(ph_tls_session_fault(b.client)->text, text) != NULL);
		both_release(&b);

		/* Told also where nobody checks. */
		named_init(
		    &b, blind, server, cases[i].host, cases[i].verify_name);
		shake(&b, SIZE_MAX);
		check_int(b.client_err, PH_OK);
		check(ph_tls_session_info(b.client)->certificate.names_host ==
		    good);
		both_release(&b);
	}
	check_case(NULL, 0);
	ph_tls_context_free(client);
	ph_tls_context_free(blind);
	ph_tls_context_free(server);
	free(ca);
}

/* Where the network cuts must not matter; and the contexts may go first. */
static void test_cuts(void)
{
	for (size_t step = 1; step < 3000; step = step * 3 + 1) {
		char *ca;
		struct both b;
		struct ph_tls_context *server = self_made(&ca);
		unsigned versions = step % 2 == 0 ? 4 : 0;
		struct ph_tls_context *client =
		    client_context(ca, PH_TLS_VERIFY_CA, versions);

		check_case("step", step);
		both_init(&b, client, server, "::1");
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		shake(&b, step);
		check_good(&b, versions == 4 ? "TLSv1.2" : "TLSv1.3");
		both_release(&b);
		free(ca);
	}
	check_case(NULL, 0);
}

/* The other side hangs up after every octet of its answer. */
static void test_closed(void)
{
	char *ca;
	struct ph_tls_context *server = self_made(&ca);
	struct ph_tls_context *client = client_context(ca, PH_TLS_VERIFY_CA, 4);
	bool done = false;

	for (size_t cut = 0; !done && cut < 5000; cut++) {
		struct both b;
		size_t left = cut;

		check_case("cut", cut);
		both_init(&b, client, server, "::1");
		enum ph_err err = PH_AGAIN;
		do {
			err = ph_tls_session_handshake(b.client);
			(void)carry(b.client, b.server, SIZE_MAX);
			(void)!ph_tls_session_handshake(b.server);
			left -= carry(b.server, b.client, left);
		} while (err == PH_AGAIN && left > 0);
		if (err == PH_AGAIN)
			err = ph_tls_session_handshake(b.client);
		done = err == PH_OK;
		if (!done) {
			check_int(err, PH_AGAIN);
			ph_tls_session_lost(b.client, cut % 2 == 0 ? 0 : 104);
			check_int(ph_tls_session_fault(b.client)->cause,
			    PH_CAUSE_TLS_CLOSED);
		}
		both_release(&b);
	}
	check_case(NULL, 0);
	check(done);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	free(ca);
}

static void feed(struct ph_tls_session *t, const char *text, size_t len)
{
	size_t cap;
	char *room = ph_tls_session_room(t, &cap);

	memcpy(room, text, len);
	ph_tls_session_received(t, len);
}

static void test_plaintext(void)
{
	static const struct {
		const char *in;
		const char *quoted;
	} cases[] = {
		{ "220 mail.example.com ESMTP\r\n",
		    "it said \"220 mail.example.com ESMTP\"" },
		{ "220-a\r\n220 b\r\n", "it said \"220-a\"" },
		{ "+OK ready\r\n", "it said \"+OK ready\"" },
		{ "* OK IMAP4rev1\r\n", "it said \"* OK IMAP4rev1\"" },
		{ "HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n",
		    "it said \"HTTP/1.1 400 Bad Request\"" },
		{ "SSH-2.0-OpenSSH_9.2\r\n",
		    "it said \"SSH-2.0-OpenSSH_9.2\"" },
		{ "\001\002\003\004\005\006\007", "does not speak TLS here" },
		{ "\026GARBAGE", "does not speak TLS here" },
		{ "554\r\n", "it said \"554\"" },
		{ "\303\050 bad utf-8 \377\r\n", "does not speak TLS here" },
	};
	struct ph_tls_context *c = client_context(NULL, PH_TLS_VERIFY_OFF, 0);

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_tls_options opt = { .context = c, .host = "h" };
		struct ph_tls_session *t;

		check_case(cases[i].in, i);
		check(ph_tls_session_new(&opt, &t) == PH_OK);
		check_int(ph_tls_session_handshake(t), PH_AGAIN);
		feed(t, cases[i].in, strlen(cases[i].in));
		enum ph_err err = ph_tls_session_handshake(t);
		if (err == PH_AGAIN)
			ph_tls_session_lost(t, 0);
		const struct ph_fault *f = ph_tls_session_fault(t);
		check_int(f->cause, PH_CAUSE_TLS_PLAINTEXT);
		check_int(f->stage, PH_STAGE_TLS);
		if (strstr(f->text, cases[i].quoted) == NULL)
			check_str(f->text, cases[i].quoted);
		ph_tls_session_free(t);
	}

	/* Cut anywhere: it is seen at the fifth octet, or at the end. */
	for (size_t cut = 1; cut < 28; cut++) {
		struct ph_tls_options opt = { .context = c, .host = "h" };
		struct ph_tls_session *t;

		check_case("cut", cut);
		check(ph_tls_session_new(&opt, &t) == PH_OK);
		check_int(ph_tls_session_handshake(t), PH_AGAIN);
		feed(t, cases[0].in, cut);
		enum ph_err err = ph_tls_session_handshake(t);
		check_int(err, cut < 5 ? PH_AGAIN : PH_EIO);
		if (err == PH_AGAIN)
			ph_tls_session_lost(t, 0);
		check_int(
		    ph_tls_session_fault(t)->cause, PH_CAUSE_TLS_PLAINTEXT);
		ph_tls_session_free(t);
	}
	check_case(NULL, 0);
	ph_tls_context_free(c);
}

/* What a client says in clear to our server may be its password. */
static void test_plaintext_client(void)
{
	char *ca;
	struct ph_tls_context *c = self_made(&ca);
	struct ph_tls_options opt = { .context = c };
	struct ph_tls_session *t;

	check(ph_tls_session_new(&opt, &t) == PH_OK);
	check_int(ph_tls_session_handshake(t), PH_AGAIN);
	feed(t, "AUTH PLAIN AHUAcGFzcw==\r\n", 25);
	check_int(ph_tls_session_handshake(t), PH_EIO);
	check_int(ph_tls_session_fault(t)->cause, PH_CAUSE_TLS_PLAINTEXT);
	check(strstr(ph_tls_session_fault(t)->text, "AUTH") == NULL);
	ph_tls_session_free(t);
	ph_tls_context_free(c);
	free(ca);
}

static void test_versions(void)
{
	static const struct {
		unsigned client;
		int server_min;
		int server_max;
		const char *agreed; /* NULL: none */
		const char *allowed;
	} cases[] = {
		{ 0, 0, TLS1_2_VERSION, "TLSv1.2", NULL },
		{ 4, 0, 0, "TLSv1.2", NULL },
		{ 8, 0, 0, "TLSv1.3", NULL },
		{ 12, 0, 0, "TLSv1.3", NULL },
		{ 8, 0, TLS1_2_VERSION, NULL, "1.3" },
		{ 4, TLS1_3_VERSION, 0, NULL, "1.2" },
		{ 3, TLS1_2_VERSION, 0, NULL, "1.0, 1.1" },
		{ 0, TLS1_VERSION, TLS1_1_VERSION, NULL, "1.2, 1.3" },
		{ 15, TLS1_VERSION, TLS1_1_VERSION, "TLSv1.1", NULL },
		{ 1, TLS1_VERSION, TLS1_1_VERSION, "TLSv1", NULL },
		{ 7, TLS1_VERSION, TLS1_VERSION, "TLSv1", NULL },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char *ca;
		struct both b;
		struct ph_tls_context *server = self_made(&ca);
		struct ph_tls_context *client =
		    client_context(NULL, PH_TLS_VERIFY_OFF, cases[i].client);

		check_case("versions", i);
		(void)SSL_CTX_set_min_proto_version(
		    server->ctx, cases[i].server_min);
		(void)SSL_CTX_set_max_proto_version(
		    server->ctx, cases[i].server_max);
		(void)SSL_CTX_set_cipher_list(
		    server->ctx, "DEFAULT:@SECLEVEL=0");
		(void)SSL_CTX_clear_options(
		    server->ctx, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
		both_init(&b, client, server, "h");
		shake(&b, SIZE_MAX);
		const struct ph_fault *f = ph_tls_session_fault(b.client);
		if (cases[i].agreed != NULL) {
			check_int(b.client_err, PH_OK);
			check_str(ph_tls_session_info(b.client)->version,
			    cases[i].agreed);
			check(!ph_tls_session_info(b.client)->verified);
		} else {
			check_int(b.client_err, PH_EIO);
			check_int(f->cause, PH_CAUSE_TLS_VERSION);
			check(strstr(f->text, cases[i].allowed) != NULL);
		}
		both_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
}

/* A server whose key is too short for OpenSSL's usual level. */
static struct ph_tls_context *weak_server(int version)
{
	const struct cert_spec spec = { "weak", "DNS:h.test", -DAY, DAY, false,
		NULL };
	struct cert leaf = cert_make_rsa(&spec, 1024);
	char *pem = cert_write(temp_dir(), "weak.pem", &leaf, NULL, false);
	struct ph_tls_context *server = NULL;

	check(ph_tls_context_new(true, &server, NULL) == PH_OK);
	(void)SSL_CTX_set_cipher_list(server->ctx, "DEFAULT:@SECLEVEL=0");
	(void)SSL_CTX_set_min_proto_version(server->ctx, version);
	(void)SSL_CTX_set_max_proto_version(server->ctx, version);
	check(SSL_CTX_use_certificate_file(
		  server->ctx, pem, SSL_FILETYPE_PEM) == 1);
	check(SSL_CTX_use_PrivateKey_file(server->ctx, pem, SSL_FILETYPE_PEM) ==
	    1);
	cert_free(&leaf);
	free(pem);
	return server;
}

/* Old versions take what is weak, and only they, where both are allowed. */
static void test_level(void)
{
	static const struct {
		unsigned client;
		int server;
		enum ph_cause cause;
	} cases[] = {
		{ 15, TLS1_VERSION, PH_CAUSE_NONE },
		{ 15, TLS1_1_VERSION, PH_CAUSE_NONE },
		{ 15, TLS1_2_VERSION, PH_CAUSE_CERT_OTHER },
		{ 15, TLS1_3_VERSION, PH_CAUSE_CERT_OTHER },
		{ 0, TLS1_2_VERSION, PH_CAUSE_CERT_OTHER },
		{ 0, TLS1_3_VERSION, PH_CAUSE_CERT_OTHER },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_tls_context *server = weak_server(cases[i].server);
		char *ca = temp_path("weak.pem");
		struct ph_tls_context *client =
		    client_context(ca, PH_TLS_VERIFY_CA, cases[i].client);
		struct both b;

		check_case("level", i);
		both_init(&b, client, server, "h.test");
		shake(&b, SIZE_MAX);
		check_int(
		    ph_tls_session_fault(b.client)->cause, cases[i].cause);
		check_int(b.client_err,
		    cases[i].cause == PH_CAUSE_NONE ? PH_OK : PH_EIO);
		both_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
}

struct bad_case {
	struct cert_spec spec;
	const struct cert *issuer;
	const struct cert *shown;
	enum ph_cause cause;
	const char *text;
};

/* Verified, and then not. */
static void check_bad(const struct bad_case *c, const char *ca_file)
{
	struct cert leaf = cert_make(&c->spec, c->issuer);
	char *pem = cert_write(temp_dir(), "leaf.pem", &leaf, c->shown, false);
	struct ph_tls_context *server = NULL;
	struct both b;

	check(ph_tls_server_context(pem, &server, NULL) == PH_OK);
	struct ph_tls_context *client =
	    client_context(ca_file, PH_TLS_VERIFY_CA, 0);
	both_init(&b, client, server, "h.test");
	shake(&b, SIZE_MAX);
	const struct ph_fault *f = ph_tls_session_fault(b.client);
	check_int(f->cause, c->cause);
	if (strstr(f->text, c->text) == NULL)
		check_str(f->text, c->text);
	check(ph_tls_session_info(b.client)->has_certificate);
	check_int(
	    ph_tls_session_info(b.client)->verified, c->cause == PH_CAUSE_NONE);
	both_release(&b);
	ph_tls_context_free(client);

	client = client_context(NULL, PH_TLS_VERIFY_OFF, 0);
	both_init(&b, client, server, "h.test");
	shake(&b, SIZE_MAX);
	check_int(b.client_err, PH_OK);
	check(!ph_tls_session_info(b.client)->verified);
	check(ph_tls_session_info(b.client)->has_certificate);
	both_release(&b);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	cert_free(&leaf);
	free(pem);
}

/* Certificates with one thing wrong each. */
static void test_certificates(void)
{
	const struct cert_spec ca_spec = { "Test CA", NULL, -DAY, 9 * DAY, true,
		NULL };
	const struct cert_spec strange_spec = { "Strange CA", NULL, -DAY,
		9 * DAY, true, NULL };
	struct cert ca = cert_make(&ca_spec, NULL);
	struct cert strange = cert_make(&strange_spec, NULL);

	const struct bad_case cases[] = {
		{ { "good", "DNS:h.test", -DAY, DAY, false, NULL }, &ca, NULL,
		    PH_CAUSE_NONE, "" },
		{ { "h.test", NULL, -DAY, DAY, false, NULL }, &ca, NULL,
		    PH_CAUSE_NONE, "" },
		{ { "old", "DNS:h.test", -9 * DAY, -DAY, false, NULL }, &ca,
		    NULL, PH_CAUSE_CERT_EXPIRED,
		    "Z, and this computer's clock says 20" },
		{ { "new", "DNS:h.test", DAY, 9 * DAY, false, NULL }, &ca, NULL,
		    PH_CAUSE_CERT_NOT_YET,
		    "the certificate is not valid before 20" },
		{ { "alone", "DNS:h.test", -DAY, DAY, false, NULL }, NULL, NULL,
		    PH_CAUSE_CERT_SELF_SIGNED,
		    "the certificate is self-signed (CN=alone)" },
		{ { "foreign", "DNS:h.test", -DAY, DAY, false, NULL }, &strange,
		    NULL, PH_CAUSE_CERT_UNTRUSTED,
		    "issued by \"CN=Strange CA\"" },
		{ { "foreign", "DNS:h.test", -DAY, DAY, false, NULL }, &strange,
		    &strange, PH_CAUSE_CERT_UNTRUSTED,
		    "issued by \"CN=Strange CA\"" },
		{ { "other", "DNS:a.test,DNS:b.test", -DAY, DAY, false, NULL },
		    &ca, NULL, PH_CAUSE_CERT_NAME,
		    "for a.test, b.test, not for h.test" },
		{ { "only-cn", NULL, -DAY, DAY, false, NULL }, &ca, NULL,
		    PH_CAUSE_CERT_NAME, "for only-cn, not for h.test" },
		{ { "purpose", "DNS:h.test", -DAY, DAY, false, "clientAuth" },
		    &ca, NULL, PH_CAUSE_CERT_OTHER, "the certificate: " },
		/* The common name does not count beside others. */
		{ { "h.test", "DNS:a.test", -DAY, DAY, false, NULL }, &ca, NULL,
		    PH_CAUSE_CERT_NAME, "for a.test" },
	};

	char *ca_file = cert_write(temp_dir(), "test-ca.pem", &ca, NULL, true);

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].spec.name, i);
		check_bad(&cases[i], ca_file);
	}
	check_case(NULL, 0);
	cert_free(&ca);
	cert_free(&strange);
	free(ca_file);
}

/* Trusting a server's own certificate, self-signed or not. */
static void test_own_authority(void)
{
	const struct cert_spec ca_spec = { "CA", NULL, -DAY, DAY, true, NULL };
	const struct cert_spec spec = { "x", "DNS:h.test", -DAY, DAY, false,
		NULL };
	struct cert ca = cert_make(&ca_spec, NULL);

	for (int own = 0; own < 2; own++) {
		struct cert leaf = cert_make(&spec, own ? NULL : &ca);
		char *pem =
		    cert_write(temp_dir(), "own.pem", &leaf, NULL, false);
		struct ph_tls_context *server = NULL;
		struct both b;

		check_case("own", (size_t)own);
		check(ph_tls_server_context(pem, &server, NULL) == PH_OK);
		struct ph_tls_context *client =
		    client_context(pem, PH_TLS_VERIFY_CA, 0);
		both_init(&b, client, server, "h.test");
		shake(&b, SIZE_MAX);
		check_good(&b, "TLSv1.3");
		check(ph_tls_session_info(b.client)->verified);
		both_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		cert_free(&leaf);
		free(pem);
	}
	check_case(NULL, 0);
	cert_free(&ca);
}

/* The system's authorities: the directory, and, when that does not suffice, the
   file. */
static void test_system_authorities(void)
{
	char *ca;
	struct ph_tls_context *server = self_made(&ca);
	char *empty = temp_path("none.d");

	(void)setenv("SSL_CERT_DIR", empty, 1);
	for (int known = 0; known < 2; known++) {
		struct both b;
		const char *hosts[] = { "::1", "h.test", "::1" };

		check_case("known", (size_t)known);
		(void)setenv("SSL_CERT_FILE", known ? ca : empty, 1);
		struct ph_tls_context *client =
		    client_context(NULL, PH_TLS_VERIFY_CA, 0);
		for (size_t i = 0; i < PH_COUNT(hosts); i++) {
			enum ph_cause want = known && i == 1
			    ? PH_CAUSE_CERT_NAME
			    : PH_CAUSE_NONE;
			both_init(&b, client, server, hosts[i]);
			shake(&b, SIZE_MAX);
			check_int(ph_tls_session_fault(b.client)->cause,
			    known ? want : PH_CAUSE_CERT_UNTRUSTED);
			check_int(ph_tls_session_info(b.client)->verified,
			    known && i != 1);
			both_release(&b);
		}
		ph_tls_context_free(client);
	}
	check_case(NULL, 0);
	(void)unsetenv("SSL_CERT_DIR");
	(void)unsetenv("SSL_CERT_FILE");
	ph_tls_context_free(server);
	free(empty);
	free(ca);
}

static enum ph_err shake_pinned(struct ph_tls_context *server,
    const struct ph_span *pins, size_t count, struct ph_tls_info *info)
{
	struct ph_tls_client_config cfg = {
		.verify = PH_TLS_VERIFY_PIN,
		.pins = pins,
		.pin_count = count,
	};
	struct ph_tls_context *client = NULL;
	struct both b;

	check_int(ph_tls_client_context(&cfg, &client, NULL), PH_OK);
	both_init(&b, client, server, "any.test");
	shake(&b, SIZE_MAX);
	*info = *ph_tls_session_info(b.client);
	enum ph_err err = b.client_err;
	if (err != PH_OK) {
		check_int(
		    ph_tls_session_fault(b.client)->cause, PH_CAUSE_CERT_PIN);
		const char *text = ph_tls_session_fault(b.client)->text;
		/* What is, and what was expected. */
		check(strstr(text, info->certificate.spki_sha256) != NULL);
		check(strstr(text, "pinned is ") != NULL);
		check(strstr(text, pins[0].ptr) != NULL);
		check((strstr(text, " and 3 more") != NULL) == (count == 8));
	}
	both_release(&b);
	ph_tls_context_free(client);
	return err;
}

static void test_pins(void)
{
	char *ca;
	struct ph_tls_context *server = self_made(&ca);
	struct ph_tls_info info;
	struct ph_span pins[8];
	char wrong[65];

	memset(wrong, 'a', 64);
	wrong[64] = '\0';
	for (size_t i = 0; i < PH_COUNT(pins); i++)
		pins[i] = ph_span_of(wrong);
	check_int(shake_pinned(server, pins, 1, &info), PH_EIO);
	check(!info.verified);
	check_int(shake_pinned(server, pins, 8, &info), PH_EIO);

	char right[65];
	memcpy(right, info.certificate.spki_sha256, sizeof(right));
	pins[1] = ph_span_of(right);
	check_int(shake_pinned(server, pins, 2, &info), PH_OK);
	check(info.verified);

	char base64[64];
	unsigned char raw[32];
	X509 *x = SSL_CTX_get0_certificate(server->ctx);
	check(ph_certificate_pin(x, raw));
	(void)EVP_EncodeBlock((unsigned char *)base64, raw, sizeof(raw));
	pins[0] = ph_span_of(base64);
	check_int(shake_pinned(server, pins, 1, &info), PH_OK);
	check(info.verified);
	ph_tls_context_free(server);
	free(ca);
}

static void test_data(void)
{
	static char big[300 * 1024];
	static char in[64 * 1024];
	char *ca;
	struct both b;
	struct ph_tls_context *server = self_made(&ca);
	struct ph_tls_context *client = client_context(ca, PH_TLS_VERIFY_CA, 0);
	struct ph_span spans[] = { { "MAIL", 4 }, { "", 0 }, { " FROM", 5 },
		{ big, sizeof(big) }, { "end", 3 } };
	size_t total = sizeof(big) + 12;
	size_t sent = 0;
	size_t received = 0;
	size_t n;
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 31);
	both_init(&b, client, server, "::1");
	shake(&b, SIZE_MAX);
	while (received < total) {
		if (sent < total) {
			enum ph_err err = ph_tls_session_write(
			    b.client, spans, PH_COUNT(spans), sent, &n);
			if (err == PH_OK)
				sent += n;
			/* It is bounded, and says so. */
			check(ph_tls_session_pending(b.client).len < 81 * 1024);
			check(err == PH_OK || err == PH_AGAIN);
		}
		(void)carry(b.client, b.server, 5000);
		while (ph_tls_session_read(b.server, in, sizeof(in), &n) ==
		    PH_OK) {
			for (size_t i = 0; i < n; i++)
				sum += (unsigned char)in[i];
			received += n;
		}
		check(!ph_tls_session_buffered(b.server));
	}
	unsigned want = 0;
	for (size_t i = 0; i < PH_COUNT(spans); i++) {
		for (size_t k = 0; k < spans[i].len; k++)
			want += (unsigned char)spans[i].ptr[k];
	}
	check_int(sum, want);
	check_int(
	    ph_tls_session_write(b.client, spans, PH_COUNT(spans), total, &n),
	    PH_AGAIN);

	ph_tls_session_shutdown(b.client);
	(void)carry(b.client, b.server, SIZE_MAX);
	check_int(ph_tls_session_read(b.server, in, sizeof(in), &n), PH_EOF);

	/* Noise where a record was due. */
	feed(b.client, "\027\003\003\000\020aaaaaaaaaaaaaaaa", 21);
	check_int(ph_tls_session_read(b.client, in, sizeof(in), &n), PH_EIO);
	check_int(
	    ph_tls_session_fault(b.client)->cause, PH_CAUSE_CONNECTION_LOST);
	both_release(&b);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	free(ca);
}

/* An alert amid the conversation: not TLS is at fault, as it would be in place
   of the first words, but the connection is lost. */
static void test_alert_amid(void)
{
	for (int heard = 0; heard < 2; heard++) {
		static const struct ph_span hello = { "220 hello", 9 };
		struct both b;
		char *ca;
		struct ph_tls_context *server = self_made(&ca);
		struct ph_tls_context *client =
		    client_context(ca, PH_TLS_VERIFY_CA, 0);
		char in[64];
		size_t n;

		check_case("heard", (size_t)heard);
		both_init(&b, client, server, "::1");
		shake(&b, SIZE_MAX);
		if (heard == 1) {
			check_int(
			    ph_tls_session_write(b.server, &hello, 1, 0, &n),
			    PH_OK);
			(void)carry(b.server, b.client, SIZE_MAX);
			check_int(
			    ph_tls_session_read(b.client, in, sizeof(in), &n),
			    PH_OK);
		}
		/* The server cannot decrypt it, and says so. */
		feed(b.server,
		    "\027\003\003\000\040"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    37);
		check_int(
		    ph_tls_session_read(b.server, in, sizeof(in), &n), PH_EIO);
		(void)carry(b.server, b.client, SIZE_MAX);
		check_int(
		    ph_tls_session_read(b.client, in, sizeof(in), &n), PH_EIO);
		const struct ph_fault *f = ph_tls_session_fault(b.client);
		check_int(f->cause,
		    heard == 1 ? PH_CAUSE_CONNECTION_LOST
			       : PH_CAUSE_TLS_HANDSHAKE);
		check_int(
		    f->stage, heard == 1 ? PH_STAGE_GREETING : PH_STAGE_TLS);
		check_str(f->text,
		    heard == 1
			? "the other side broke off with the TLS alert 20, bad "
			  "record mac"
			: "the other side refused with the TLS alert 20, bad "
			  "record mac");
		both_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
}

/* A server that wants a certificate of the client: with and without one. */
static void test_client_certificate(void)
{
	const struct cert_spec spec = { "client", NULL, -DAY, DAY, false,
		NULL };
	struct cert leaf = cert_make(&spec, NULL);
	char *both_pem = cert_write(temp_dir(), "cl.pem", &leaf, NULL, false);
	char *ca;

	for (int with = 0; with < 2; with++) {
		struct ph_tls_context *server = self_made(&ca);
		struct ph_tls_context *client = NULL;
		struct ph_tls_client_config cfg = {
			.ca_file = ca,
			.client_certificate = with ? both_pem : NULL,
		};
		struct both b;
		char in[8];
		size_t got;

		check_case("with", (size_t)with);
		SSL_CTX_set_verify(server->ctx,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
		check(SSL_CTX_load_verify_file(server->ctx, both_pem) == 1);
		check(ph_tls_client_context(&cfg, &client, NULL) == PH_OK);
		both_init(&b, client, server, "::1");
		shake(&b, SIZE_MAX);
		check_int(b.client_err, PH_OK);
		check_int(b.server_err, with ? PH_OK : PH_EIO);
		if (!with) {
			check_int(
			    ph_tls_session_read(b.client, in, sizeof(in), &got),
			    PH_EIO);
			check_int(ph_tls_session_fault(b.client)->cause,
			    PH_CAUSE_TLS_HANDSHAKE);
			check_str(ph_tls_session_fault(b.client)->text,
			    "the other side refused with the TLS alert 116, "
			    "certificate required");
		}
		both_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
	cert_free(&leaf);
	free(both_pem);
}

int main(void)
{
	test_names();
	test_verify_name();
	test_cuts();
	test_closed();
	test_plaintext();
	test_plaintext_client();
	test_versions();
	test_level();
	test_certificates();
	test_own_authority();
	test_system_authorities();
	test_pins();
	test_data();
	test_alert_amid();
	test_client_certificate();
	return check_end();
}
