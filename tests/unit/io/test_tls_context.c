#include "base/buf.h"
#include "certs.h"
#include "check.h"
#include "io/tls.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DAY = 24 * 3600
};

static void must_fail(const struct ph_tls_client_config *cfg,
    enum ph_cause cause, const char *text)
{
	struct ph_tls_context *c = NULL;
	struct ph_fault f = { 0 };

	check_int(ph_tls_client_context(cfg, &c, &f), PH_EINVAL);
	check(c == NULL);
	check_int(f.cause, cause);
	check_int(f.stage, PH_STAGE_CONFIG);
	if (strstr(f.text, text) == NULL)
		check_str(f.text, text);
	/* And without anyone to tell. */
	check_int(ph_tls_client_context(cfg, &c, NULL), PH_EINVAL);
}

static void test_files(void)
{
	const struct cert_spec spec = { "c", NULL, -DAY, DAY, false, NULL };
	struct cert a = cert_make(&spec, NULL);
	struct cert b = cert_make(&spec, NULL);
	char *a_pem = cert_write(temp_dir(), "a.pem", &a, NULL, false);
	char *b_pem = cert_write(temp_dir(), "b.pem", &b, NULL, false);
	char *bare = cert_write(temp_dir(), "bare.pem", &a, NULL, true);
	char *junk = temp_path("junk.pem");
	char *missing = temp_path("missing.pem");
	struct ph_tls_context *c = NULL;
	struct ph_fault f = { 0 };

	temp_write(junk, "this is no certificate\n");

	const struct {
		struct ph_tls_client_config cfg;
		enum ph_cause cause;
		const char *text;
	} bad[] = {
		{ { .ca_file = missing }, PH_CAUSE_CONFIG,
		    "missing.pem: no such file" },
		{ { .ca_file = junk }, PH_CAUSE_CONFIG,
		    "junk.pem: no certificate in PEM" },
		{ { .client_certificate = missing },
		    PH_CAUSE_CLIENT_CERTIFICATE, "client certificate " },
		{ { .client_certificate = a_pem, .client_key = b_pem },
		    PH_CAUSE_CLIENT_KEY, "b.pem" },
		{ { .versions = 16 }, PH_CAUSE_CONFIG, "no such version" },
	};

	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case(bad[i].text, i);
		must_fail(&bad[i].cfg, bad[i].cause, bad[i].text);
	}
	check_case(NULL, 0);

	struct ph_tls_client_config good = {
		.ca_file = temp_dir(), /* a directory of hashed names */
		.client_certificate = bare,
		.client_key = a_pem,
		.versions = 15,
	};
	check_int(ph_tls_client_context(&good, &c, NULL), PH_OK);
	ph_tls_context_free(c);
	c = NULL;
	check_int(ph_tls_server_context(bare, &c, &f), PH_EINVAL);
	check_int(ph_tls_server_context(missing, &c, &f), PH_EINVAL);
	check(strstr(f.text, "missing.pem: no such file") != NULL);
	check(c == NULL);
	ph_tls_context_free(NULL);
	cert_free(&a);
	cert_free(&b);
	free(a_pem);
	free(b_pem);
	free(bare);
	free(junk);
	free(missing);
}

static void test_pins(void)
{
	static const struct {
		const char *pin;
		bool good;
	} cases[] = {
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaa",
		    true },
		{ "AABBCCDDEEFF00112233445566778899AABBCCDDEEFF0011223344556677"
		  "8899",
		    true },
		{ " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ", true },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false },
		{ "AAAA", false },
		{ "", false },
		{ "gaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaa",
		    false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaa",
		    false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span pin = ph_span_of(cases[i].pin);
		struct ph_tls_client_config cfg = {
			.verify = PH_TLS_VERIFY_PIN,
			.pins = &pin,
			.pin_count = 1,
		};
		struct ph_tls_context *c = NULL;

		check_case(cases[i].pin, i);
		if (!cases[i].good) {
			must_fail(&cfg, PH_CAUSE_CONFIG, "is not a SHA-256");
			continue;
		}
		check_int(ph_tls_client_context(&cfg, &c, NULL), PH_OK);
		ph_tls_context_free(c);
	}
	check_case(NULL, 0);
	struct ph_tls_client_config none = { .verify = PH_TLS_VERIFY_PIN };
	must_fail(&none, PH_CAUSE_CONFIG, "no pin given");
}

static void test_made_names(void)
{
	char longname[300];
	memset(longname, 'a', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	char common[90];
	memset(common, 'b', sizeof(common) - 1);
	common[sizeof(common) - 1] = '\0';
	common[40] = '.';

	const struct {
		const char *name;
		bool good;
	} cases[] = {
		{ "localhost", true },
		{ "*.x.test", true },
		{ "2001:db8::1", true },
		{ common, true },
		{ "", false },
		{ "a b", false },
		{ "a,DNS:evil.test", false },
		{ "a:b", false },
		{ "a\nb", false },
		{ longname, false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_tls_context *c = NULL;
		struct ph_buf pem;
		struct ph_fault f = { 0 };

		check_case(cases[i].name, i);
		ph_buf_init(&pem, 8192);
		enum ph_err err =
		    ph_tls_self_made_context(&cases[i].name, 1, &c, &pem, &f);
		check_int(err, cases[i].good ? PH_OK : PH_EINVAL);
		check_int(ph_fault_is_set(&f), !cases[i].good);
		ph_tls_context_free(c);
		ph_buf_release(&pem);
	}
	check_case(NULL, 0);
	struct ph_tls_context *c = NULL;
	struct ph_buf pem = { 0 };
	check_int(ph_tls_self_made_context(NULL, 0, &c, &pem, NULL), PH_EINVAL);
	const char *name = "localhost";
	/* A buffer that cannot hold it. */
	check(ph_tls_self_made_context(&name, 1, &c, &pem, NULL) != PH_OK);
}

int main(void)
{
	test_files();
	test_pins();
	test_made_names();
	return check_end();
}
