#include "certs.h"
#include "check.h"
#include "io/certificate.h"
#include "tls_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DAY = 24 * 3600
};

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
	struct ph_tls_context *server = tls_pair_self_made(&ca);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 0);

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct tls_pair b;

		check_case(cases[i].host, i);
		tls_pair_init(&b, client, server, cases[i].host);
		tls_pair_shake(&b, SIZE_MAX);
		const struct ph_tls_info *info = ph_tls_session_info(b.client);
		check_int(info->verified, cases[i].good);
		if (cases[i].good) {
			tls_pair_check_good(&b, "TLSv1.3");
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
		tls_pair_release(&b);
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
	struct ph_tls_context *server = tls_pair_self_made(&ca);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 0);
	struct ph_tls_context *blind =
	    tls_pair_client_context(NULL, PH_TLS_VERIFY_OFF, 0);

	(void)SSL_CTX_set_tlsext_servername_callback(server->ctx, keep_sni);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		bool good = cases[i].not_for == NULL;
		char text[64];
		struct tls_pair b;

		check_case(cases[i].verify_name, i);
		(void)snprintf(text, sizeof(text), ", not for %s",
		    good ? "" : cases[i].not_for);
		tls_pair_init_named(
		    &b, client, server, cases[i].host, cases[i].verify_name);
		tls_pair_shake(&b, SIZE_MAX);
		check_str(sni, cases[i].sni);
		check_int(b.client_err, good ? PH_OK : PH_EIO);
		check(good ||
		    strstr(ph_tls_session_fault(b.client)->text, text) != NULL);
		tls_pair_release(&b);

		/* Told also where nobody checks. */
		tls_pair_init_named(
		    &b, blind, server, cases[i].host, cases[i].verify_name);
		tls_pair_shake(&b, SIZE_MAX);
		check_int(b.client_err, PH_OK);
		check(ph_tls_session_info(b.client)->certificate.names_host ==
		    good);
		tls_pair_release(&b);
	}
	check_case(NULL, 0);
	ph_tls_context_free(client);
	ph_tls_context_free(blind);
	ph_tls_context_free(server);
	free(ca);
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
	struct tls_pair b;

	check(ph_tls_server_context(pem, &server, NULL) == PH_OK);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca_file, PH_TLS_VERIFY_CA, 0);
	tls_pair_init(&b, client, server, "h.test");
	tls_pair_shake(&b, SIZE_MAX);
	const struct ph_fault *f = ph_tls_session_fault(b.client);
	check_int(f->cause, c->cause);
	if (strstr(f->text, c->text) == NULL)
		check_str(f->text, c->text);
	check(ph_tls_session_info(b.client)->has_certificate);
	check_int(
	    ph_tls_session_info(b.client)->verified, c->cause == PH_CAUSE_NONE);
	tls_pair_release(&b);
	ph_tls_context_free(client);

	client = tls_pair_client_context(NULL, PH_TLS_VERIFY_OFF, 0);
	tls_pair_init(&b, client, server, "h.test");
	tls_pair_shake(&b, SIZE_MAX);
	check_int(b.client_err, PH_OK);
	check(!ph_tls_session_info(b.client)->verified);
	check(ph_tls_session_info(b.client)->has_certificate);
	tls_pair_release(&b);
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
		struct tls_pair b;

		check_case("own", (size_t)own);
		check(ph_tls_server_context(pem, &server, NULL) == PH_OK);
		struct ph_tls_context *client =
		    tls_pair_client_context(pem, PH_TLS_VERIFY_CA, 0);
		tls_pair_init(&b, client, server, "h.test");
		tls_pair_shake(&b, SIZE_MAX);
		tls_pair_check_good(&b, "TLSv1.3");
		check(ph_tls_session_info(b.client)->verified);
		tls_pair_release(&b);
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
	struct ph_tls_context *server = tls_pair_self_made(&ca);
	char *empty = temp_path("none.d");

	(void)setenv("SSL_CERT_DIR", empty, 1);
	for (int known = 0; known < 2; known++) {
		struct tls_pair b;
		const char *hosts[] = { "::1", "h.test", "::1" };

		check_case("known", (size_t)known);
		(void)setenv("SSL_CERT_FILE", known ? ca : empty, 1);
		struct ph_tls_context *client =
		    tls_pair_client_context(NULL, PH_TLS_VERIFY_CA, 0);
		for (size_t i = 0; i < PH_COUNT(hosts); i++) {
			enum ph_cause want = known && i == 1
			    ? PH_CAUSE_CERT_NAME
			    : PH_CAUSE_NONE;
			tls_pair_init(&b, client, server, hosts[i]);
			tls_pair_shake(&b, SIZE_MAX);
			check_int(ph_tls_session_fault(b.client)->cause,
			    known ? want : PH_CAUSE_CERT_UNTRUSTED);
			check_int(ph_tls_session_info(b.client)->verified,
			    known && i != 1);
			tls_pair_release(&b);
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
	struct tls_pair b;

	check_int(ph_tls_client_context(&cfg, &client, NULL), PH_OK);
	tls_pair_init(&b, client, server, "any.test");
	tls_pair_shake(&b, SIZE_MAX);
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
	tls_pair_release(&b);
	ph_tls_context_free(client);
	return err;
}

static void test_pins(void)
{
	char *ca;
	struct ph_tls_context *server = tls_pair_self_made(&ca);
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

/* What a server for tests shows is wrong in that way, and in no other. */
static void test_made_to_be_wrong(void)
{
	static const struct {
		enum ph_tls_flaw flaw;
		enum ph_cause cause;
	} cases[] = {
		{ PH_TLS_FLAW_NONE, PH_CAUSE_NONE },
		{ PH_TLS_FLAW_EXPIRED, PH_CAUSE_CERT_EXPIRED },
		{ PH_TLS_FLAW_NOT_YET, PH_CAUSE_CERT_NOT_YET },
		{ PH_TLS_FLAW_NAME, PH_CAUSE_CERT_NAME },
		{ PH_TLS_FLAW_WEAK, PH_CAUSE_CERT_OTHER },
		{ PH_TLS_FLAW_CHAIN, PH_CAUSE_CERT_UNTRUSTED },
		{ PH_TLS_FLAW_SELF_SIGNED, PH_CAUSE_CERT_SELF_SIGNED },
	};
	struct ph_tls_context *made[PH_TLS_FLAW_COUNT];
	char *ca;

	tls_pair_flawed(~0U, made, &ca);
	struct ph_tls_context *client =
	    tls_pair_client_context(ca, PH_TLS_VERIFY_CA, 0);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct tls_pair b;

		check_case("flaw", i);
		tls_pair_init(
		    &b, client, made[cases[i].flaw], "mail.example.test");
		tls_pair_shake(&b, SIZE_MAX);
		check_int(
		    ph_tls_session_fault(b.client)->cause, cases[i].cause);
		tls_pair_release(&b);
		ph_tls_context_free(made[cases[i].flaw]);
	}
	check_case(NULL, 0);
	ph_tls_context_free(client);
	free(ca);
}

int main(void)
{
	test_names();
	test_verify_name();
	test_certificates();
	test_own_authority();
	test_system_authorities();
	test_pins();
	test_made_to_be_wrong();
	return check_end();
}
