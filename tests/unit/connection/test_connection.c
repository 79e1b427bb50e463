#include "check.h"
#include "connection/connection.h"
#include "connection/settings.h"

#include <string.h>

static void test_encryption(void)
{
	static const struct {
		const char *text;
		uint16_t port;
		int mode; /* -1: refused */
	} cases[] = {
		{ "none", 0, PH_ENCRYPTION_NONE },
		{ "plain", 0, PH_ENCRYPTION_NONE },
		{ "wanted", 0, PH_ENCRYPTION_WANTED },
		{ "after-connect", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "AfterConnect", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "AFTER_CONNECT", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "starttls", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "start-tls", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "explicit", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "before-connect", 0, PH_ENCRYPTION_BEFORE_CONNECT },
		{ "ssl", 0, PH_ENCRYPTION_BEFORE_CONNECT },
		{ "implicit", 0, PH_ENCRYPTION_BEFORE_CONNECT },
		{ "SMTPS", 0, PH_ENCRYPTION_BEFORE_CONNECT },
		{ "required", 0, PH_ENCRYPTION_AFTER_CONNECT },
		{ "required", 25, PH_ENCRYPTION_AFTER_CONNECT },
		{ "required", 465, PH_ENCRYPTION_BEFORE_CONNECT },
		{ "", 0, -1 },
		{ "-", 0, -1 },
		{ "tls", 0, -1 },
		{ "after connect", 0, -1 },
		{ "before-connect-and-on-and-on", 0, -1 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		enum ph_encryption mode = PH_ENCRYPTION_NONE;
		enum ph_err err = ph_encryption_parse(
		    ph_span_of(cases[i].text), cases[i].port, &mode);

		check_case(cases[i].text, i);
		check(err == (cases[i].mode < 0 ? PH_EINVAL : PH_OK));
		if (err == PH_OK)
			check_int(mode, cases[i].mode);
	}
	check_str(ph_encryption_name(PH_ENCRYPTION_NONE), "none");
	check_str(ph_encryption_name(PH_ENCRYPTION_WANTED), "wanted");
	check_str(
	    ph_encryption_name(PH_ENCRYPTION_AFTER_CONNECT), "after-connect");
	check_str(
	    ph_encryption_name(PH_ENCRYPTION_BEFORE_CONNECT), "before-connect");
}

static void test_secret_source(void)
{
	static const struct {
		const char *text;
		int kind; /* -1: refused */
		const char *argument;
		int fd;
	} cases[] = {
		{ "prompt", PH_SECRET_PROMPT, NULL, -1 },
		{ "Keyring", PH_SECRET_KEYRING, NULL, -1 },
		{ "stored", PH_SECRET_STORED, NULL, -1 },
		{ "env:SMTP_PASSWORD", PH_SECRET_ENV, "SMTP_PASSWORD", -1 },
		{ "file:/a b:c", PH_SECRET_FILE, "/a b:c", -1 },
		{ "command:pass show 'x y'", PH_SECRET_COMMAND,
		    "pass show 'x y'", -1 },
		{ "fd:0", PH_SECRET_FD, "0", 0 },
		{ "fd:17", PH_SECRET_FD, "17", 17 },
		{ "fd:", -1, NULL, 0 },
		{ "fd:x", -1, NULL, 0 },
		{ "fd:-1", -1, NULL, 0 },
		{ "fd:2147483648", -1, NULL, 0 },
		{ "fd", -1, NULL, 0 },
		{ "env", -1, NULL, 0 },
		{ "env:", -1, NULL, 0 },
		{ "env:a\tb", -1, NULL, 0 },
		{ "prompt:", -1, NULL, 0 },
		{ "prompt:x", -1, NULL, 0 },
		{ "hunter2", -1, NULL, 0 },
		{ "", -1, NULL, 0 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_secret_source source = { 0 };
		struct ph_arena a;

		check_case(cases[i].text, i);
		ph_arena_init(&a, 256);

		enum ph_err err = ph_secret_source_parse(
		    ph_span_of(cases[i].text), &a, &source);

		check(err == (cases[i].kind < 0 ? PH_EINVAL : PH_OK));
		if (err == PH_OK) {
			check_int(source.kind, cases[i].kind);
			check_int(source.fd, cases[i].fd);
			check((source.argument == NULL) ==
			    (cases[i].argument == NULL));
			if (cases[i].argument != NULL)
				check_str(source.argument, cases[i].argument);
		} else {
			check_int(source.kind, PH_SECRET_NONE);
		}
		ph_arena_release(&a);
	}

	struct ph_secret_source source = { 0 };
	struct ph_arena none;

	ph_arena_init(&none, 2);
	check(ph_secret_source_parse(PH_SPAN("env:ABC"), &none, &source) ==
	    PH_ENOMEM);
	ph_arena_release(&none);
}

static void test_names(void)
{
	static const struct {
		const char *name;
		bool valid;
	} cases[] = {
		{ "work", true },
		{ "a.b-c_D9", true },
		{ "9", true },
		{ "", false },
		{ ".", false },
		{ "..", false },
		{ ".conf", false },
		{ "-n", false },
		{ "a/b", false },
		{ "a b", false },
		{ "a\xc3\xbc", false },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "890123",
		    true },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "8901234",
		    false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].name, i);
		check(ph_connection_name_valid(ph_span_of(cases[i].name)) ==
		    cases[i].valid);
	}
}

static struct ph_connection usual(void)
{
	return (struct ph_connection){ .host = "h",
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.tls_versions = PH_TLS_1_2 | PH_TLS_1_3,
		.username = "ann" };
}

static void test_oddities(void)
{
	struct ph_connection c = usual();

	check(ph_connection_oddity(&c, 0) == NULL);
	c.encryption = PH_ENCRYPTION_BEFORE_CONNECT;
	check(strstr(ph_connection_oddity(&c, 0), "465 only") != NULL);
	check(ph_connection_oddity(&c, 1) == NULL);
	c.port = 25;
	check(ph_connection_oddity(&c, 0) != NULL);
	c.port = 2525;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.port = 465;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.encryption = PH_ENCRYPTION_AFTER_CONNECT;
	check(strstr(ph_connection_oddity(&c, 0), "first byte") != NULL);

	c = usual();
	c.verify = PH_VERIFY_OFF;
	check(strstr(ph_connection_oddity(&c, 0), "verify") != NULL);
	c.tls_versions |= PH_TLS_1_0;
	check(strstr(ph_connection_oddity(&c, 1), "1.2") != NULL);
	check(ph_connection_oddity(&c, 2) == NULL);
	c.encryption = PH_ENCRYPTION_NONE;
	c.tls_versions = PH_TLS_1_1;
	check(strstr(ph_connection_oddity(&c, 0), "1.2") != NULL);

	c = usual();
	c.allow_plaintext_password = true;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.encryption = PH_ENCRYPTION_WANTED;
	check(strstr(ph_connection_oddity(&c, 0), "clear") != NULL);
	c.encryption = PH_ENCRYPTION_NONE;
	check(strstr(ph_connection_oddity(&c, 0), "clear") != NULL);
	c.username = "";
	check(ph_connection_oddity(&c, 0) == NULL);

	c = usual();
	c.pin_count = 1;
	check(strstr(ph_connection_oddity(&c, 0), "pin") != NULL);
	c.verify = PH_VERIFY_PIN;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.encryption = PH_ENCRYPTION_NONE;
	check(strstr(ph_connection_oddity(&c, 0), "not looked at") != NULL);
	check(ph_connection_oddity(&c, 1) == NULL);
	c.encryption = PH_ENCRYPTION_WANTED;
	check(strstr(ph_connection_oddity(&c, 0), "all the same") != NULL);
	check(ph_connection_oddity(&c, 1) == NULL);
}

static void test_oddities_without_a_login(void)
{
	struct ph_connection c = usual();

	c.anonymous = true;
	check(strstr(ph_connection_oddity(&c, 0), "anonymous") != NULL);
	c.username = "";
	check(ph_connection_oddity(&c, 0) == NULL);

	c = usual();
	c.timeout_final = 600000;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.timeout_final = 599999;
	check(strstr(ph_connection_oddity(&c, 0), "unsure") != NULL);

	c = usual();
	c.memory = false;
	check(ph_connection_oddity(&c, 0) == NULL);
	c.quota = (struct ph_rate){ 1, 1000 };
	check(strstr(ph_connection_oddity(&c, 0), "rate and quota") != NULL);
	c.quota = (struct ph_rate){ 0 };
	c.rate = (struct ph_rate){ 1, 1000 };
	check(strstr(ph_connection_oddity(&c, 0), "rate and quota") != NULL);
	c.memory = true;
	check(ph_connection_oddity(&c, 0) == NULL);
}

/* A token, and no password, is what the source gives. */
static void test_wants_token(void)
{
	static const struct {
		enum ph_secret_kind kind;
		const char *mechanisms; /* NULL: auto */
		bool token;
	} cases[] = {
		{ PH_SECRET_NONE, NULL, false },
		{ PH_SECRET_COMMAND, NULL, false },
		{ PH_SECRET_OAUTH, NULL, true },
		{ PH_SECRET_OAUTH, "PLAIN", true },
		{ PH_SECRET_COMMAND, "xoauth2", true },
		{ PH_SECRET_COMMAND, "OAUTHBEARER", true },
		{ PH_SECRET_NONE, "OAUTHBEARER XOAUTH2", true },
		{ PH_SECRET_COMMAND, "XOAUTH2 PLAIN", false },
		{ PH_SECRET_COMMAND, "PLAIN XOAUTH2", false },
		{ PH_SECRET_COMMAND, "XOAUTH", false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span rest = ph_span_of(
		    cases[i].mechanisms == NULL ? "" : cases[i].mechanisms);
		struct ph_span names[4];
		struct ph_connection c = { .mechanisms = names };

		c.password_from.kind = cases[i].kind;
		while (ph_span_split(&rest, ' ', &names[c.mechanism_count])) {
			if (names[c.mechanism_count].len > 0)
				c.mechanism_count++;
		}
		check_case(cases[i].mechanisms, i);
		check(ph_connection_wants_token(&c) == cases[i].token);
	}
}

int main(void)
{
	test_encryption();
	test_secret_source();
	test_wants_token();
	test_names();
	test_oddities();
	test_oddities_without_a_login();
	return check_end();
}
