#include "certs.h"
#include "check.h"
#include "tls_pair.h"

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 24 * 3600
};

/* The other side hangs up after every octet of its answer. */
static void test_closed(void)
{
	char *ca;
	struct ph_tls_context *server = tls_pair_self_made(&ca);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 4);
	bool done = false;

	for (size_t cut = 0; !done && cut < 5000; cut++) {
		struct tls_pair b;
		size_t left = cut;

		check_case("cut", cut);
		tls_pair_init(&b, client, server, "::1");
		enum ph_err err = PH_AGAIN;
		do {
			err = ph_tls_session_handshake(b.client);
			(void)tls_pair_carry(b.client, b.server, SIZE_MAX);
			(void)!ph_tls_session_handshake(b.server);
			left -= tls_pair_carry(b.server, b.client, left);
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
		tls_pair_release(&b);
	}
	check_case(NULL, 0);
	check(done);
	ph_tls_context_free(client);
	ph_tls_context_free(server);
	free(ca);
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
	struct ph_tls_context *c =
	    tls_pair_client_context(NULL, PH_TLS_VERIFY_OFF, 0);

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_tls_options opt = { .context = c, .host = "h" };
		struct ph_tls_session *t;

		check_case(cases[i].in, i);
		check(ph_tls_session_new(&opt, &t) == PH_OK);
		check_int(ph_tls_session_handshake(t), PH_AGAIN);
		tls_pair_feed(t, cases[i].in, strlen(cases[i].in));
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
		tls_pair_feed(t, cases[0].in, cut);
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
	struct ph_tls_context *c = tls_pair_self_made(&ca);
	struct ph_tls_options opt = { .context = c };
	struct ph_tls_session *t;

	check(ph_tls_session_new(&opt, &t) == PH_OK);
	check_int(ph_tls_session_handshake(t), PH_AGAIN);
	tls_pair_feed(t, "AUTH PLAIN AHUAcGFzcw==\r\n", 25);
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
		struct tls_pair b;
		struct ph_tls_context *server = tls_pair_self_made(&ca);
		struct ph_tls_context *client = tls_pair_client_context(
		    NULL, PH_TLS_VERIFY_OFF, cases[i].client);

		check_case("versions", i);
		(void)SSL_CTX_set_min_proto_version(
		    server->ctx, cases[i].server_min);
		(void)SSL_CTX_set_max_proto_version(
		    server->ctx, cases[i].server_max);
		(void)SSL_CTX_set_cipher_list(
		    server->ctx, "DEFAULT:@SECLEVEL=0");
		(void)SSL_CTX_clear_options(
		    server->ctx, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
		tls_pair_init(&b, client, server, "h");
		tls_pair_shake(&b, SIZE_MAX);
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
		tls_pair_release(&b);
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
		struct ph_tls_context *client = tls_pair_client_context(
		    ca, PH_TLS_VERIFY_CA, cases[i].client);
		struct tls_pair b;

		check_case("level", i);
		tls_pair_init(&b, client, server, "h.test");
		tls_pair_shake(&b, SIZE_MAX);
		check_int(
		    ph_tls_session_fault(b.client)->cause, cases[i].cause);
		check_int(b.client_err,
		    cases[i].cause == PH_CAUSE_NONE ? PH_OK : PH_EIO);
		tls_pair_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
}

/* An alert amid the conversation: not TLS is at fault, as it would be in place
   of the first words, but the connection is lost. */
static void test_alert_amid(void)
{
	for (int heard = 0; heard < 2; heard++) {
		static const struct ph_span hello = { "220 hello", 9 };
		struct tls_pair b;
		char *ca;
		struct ph_tls_context *server = tls_pair_self_made(&ca);
		struct ph_tls_context *client =
		    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 0);
		char in[64];
		size_t n;

		check_case("heard", (size_t)heard);
		tls_pair_init(&b, client, server, "::1");
		tls_pair_shake(&b, SIZE_MAX);
		if (heard == 1) {
			check_int(
			    ph_tls_session_write(b.server, &hello, 1, 0, &n),
			    PH_OK);
			(void)tls_pair_carry(b.server, b.client, SIZE_MAX);
			check_int(
			    ph_tls_session_read(b.client, in, sizeof(in), &n),
			    PH_OK);
		}
		/* The server cannot decrypt it, and says so. */
		tls_pair_feed(b.server,
		    "\027\003\003\000\040"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    37);
		check_int(
		    ph_tls_session_read(b.server, in, sizeof(in), &n), PH_EIO);
		(void)tls_pair_carry(b.server, b.client, SIZE_MAX);
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
		tls_pair_release(&b);
		ph_tls_context_free(client);
		ph_tls_context_free(server);
		free(ca);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_closed();
	test_plaintext();
	test_plaintext_client();
	test_versions();
	test_level();
	test_alert_amid();
	return check_end();
}
