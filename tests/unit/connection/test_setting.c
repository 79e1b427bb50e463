#include "check.h"
#include "connection/settings.h"
#include "connection/value.h"

#include <stdio.h>
#include <string.h>

static const struct ph_setting *find(const char *section, const char *name)
{
	return ph_setting_find(ph_span_of(section), ph_span_of(name));
}

static void test_find(void)
{
	static const struct {
		const char *section, *name;
		const char *found; /* the section, or NULL */
	} cases[] = {
		{ "", "host", "connection" },
		{ "", "HOST", "connection" },
		{ "", "username", "authentication" },
		{ "", "domain", "authentication" },
		{ "", "type", "proxy" },
		{ "", "use-credentials", "proxy" },
		{ "", "proxy.host", "proxy" },
		{ "", "proxy.password-from", "proxy" },
		{ "", "ca-file", "encryption" },
		{ "", "proxy.ca-file", "proxy" },
		{ "", "oauth.ca-file", "oauth" },
		{ "", "client-id", "oauth" },
		{ "oauth", "host", NULL },
		{ "", "connection.host", "connection" },
		{ "proxy", "host", "proxy" },
		{ "Proxy", "Host", "proxy" },
		{ "limits", "host", NULL },
		{ "limits", "size", "limits" },
		{ "", "limits.host", NULL },
		{ "proxy", "proxy.host", NULL },
		{ "", "", NULL },
		{ "", ".", NULL },
		{ "", "hots", NULL },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		const struct ph_setting *row =
		    find(cases[i].section, cases[i].name);

		check_case(cases[i].name, i);
		if (cases[i].found == NULL) {
			check(row == NULL);
		} else {
			check_str(
			    row == NULL ? NULL : row->section, cases[i].found);
		}
	}
}

static void test_nearest(void)
{
	static const struct {
		const char *section, *name;
		const char *near_section, *near_name; /* NULL: none */
	} cases[] = {
		{ "connection", "hots", "connection", "host" },
		{ "", "hots", "connection", "host" },
		{ "proxy", "hots", "proxy", "host" },
		{ "", "proxy.hots", "proxy", "host" },
		{ "connection", "user-name", "authentication", "username" },
		{ "limits", "verify", "encryption", "verify" },
		{ "connection", "qqqqq", NULL, NULL },
		/* What other programs say, and how fingers err at that. */
		{ "authentication", "password", "authentication",
		    "password-from" },
		{ "authentication", "pasword", "authentication",
		    "password-from" },
		{ "authentication", "PASSWD", "authentication",
		    "password-from" },
		{ "authentication", "login", "authentication", "username" },
		{ "authentication", "auth", "authentication", "mechanisms" },
		{ "connection", "hostname", "connection", "host" },
		{ "connection", "server", "connection", "host" },
		{ "connection", "sevrer", "connection", "host" },
		{ "connection", "ssl", "connection", "encryption" },
		{ "encryption", "starttls", "connection", "encryption" },
		{ "connection", "user", "authentication", "username" },
		{ "encryption", "cert", "encryption", "client-certificate" },
		{ "proxy", "hostname", "proxy", "host" },
		{ "proxy", "passwd", "proxy", "password-from" },
		{ "proxy", "user", "proxy", "username" },
		{ "", "cacert", "encryption", "ca-file" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		const struct ph_setting *row = ph_setting_nearest(
		    ph_span_of(cases[i].section), ph_span_of(cases[i].name));

		check_case(cases[i].name, i);
		if (cases[i].near_name == NULL) {
			check(row == NULL);
			continue;
		}
		check_str(
		    row == NULL ? NULL : row->section, cases[i].near_section);
		check_str(row == NULL ? NULL : row->name, cases[i].near_name);
	}
}

/* Every row says what it is, and its own default passes its check. */
static void test_rows(void)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];
		char long_name[64];

		check_case(row->name, i);
		check(row->section[0] != '\0' && row->name[0] != '\0');
		check(row->help[strlen(row->help) - 1] == '.');
		check(ph_setting_check(row, ph_span_of(row->preset), NULL) ==
		    PH_OK);
		check(ph_setting_check(row, PH_SPAN(""), NULL) == PH_OK);
		check(find(row->section, row->name) == row);
		(void)snprintf(long_name, sizeof(long_name), "%s.%s",
		    row->section, row->name);
		check(find("", long_name) == row);
	}
}

#define PIN_HEX \
 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define PIN_64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_COLONS                                                       \
 "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:" \
 "ef:01:23:45:67:89:ab:cd:ef"

static const struct {
	const char *name;
	const char *value;
	const char *why; /* NULL: it passes; else in text or advice */
} checks[] = {
	{ "host", "smtp.example.com:25", NULL },
	{ "host", "[::1]:25", NULL },
	{ "host", "smtp://ann:hunter2@x", "URL" },
	{ "host", "a b", "host:" },
	{ "port", "587", NULL },
	{ "port", "0", "1 to 65535" },
	{ "port", "99999", "\"99999\"" },
	{ "port", "587 # submission", "line of its own" },
	{ "port", "587 ; submission", "line of its own" },
	{ "encryption", "StartTLS", NULL },
	{ "encryption", "required", NULL },
	{ "encryption", "tls", "after-connect" },
	{ "timeout", "1h30min", NULL },
	{ "timeout", "soon", "30s" },
	{ "size", "25M", NULL },
	{ "size", "25 M", "25M" },
	{ "sessions", "20", NULL },
	{ "sessions", "-1", "number" },
	{ "sessions", "1000001", "number" },
	{ "rate", "14/s", NULL },
	{ "rate", "14 / second", NULL },
	{ "rate", "14", "14/s" },
	{ "rate", "0/s", "14/s" },
	{ "rate", "14/fortnight", "14/s" },
	{ "rate", "/s", "14/s" },
	{ "rate", "14/", "14/s" },
	{ "quota", "2000/day", NULL },
	{ "anonymous", "Yes", NULL },
	{ "anonymous", "maybe", "yes or no" },
	{ "verify", "PIN", NULL },
	{ "verify", "of", "the nearest is \"off\"" },
	{ "verify", "whatever", "write one of: ca pin off" },
	{ "tls-versions", "1.2, 1.3", NULL },
	{ "tls-versions", "TLSv1.3", NULL },
	{ "tls-versions", "1.4", "1.0 1.1 1.2 1.3" },
	{ "tls-versions", ",", "1.0 1.1 1.2 1.3" },
	{ "mechanisms", "auto", NULL },
	{ "mechanisms", "LOGIN, plain", NULL },
	{ "mechanisms", "SCRAM-SHA-256\tPLAIN", "control" },
	{ "mechanisms", "auto PLAIN", "auto stands alone" },
	{ "mechanisms", "password", "say LOGIN, PLAIN" },
	{ "mechanisms", "LOGIN, pass", "say LOGIN, PLAIN" },
	{ "mechanisms", "CRAMMD5", "the nearest is \"CRAM-MD5\"" },
	{ "mechanisms", "SECURID", "is not one of" },
	{ "mechanisms", "KERBEROS_V4", "is not one of" },
	{ "password-from", "env:X", NULL },
	{ "password-from", "stored", NULL },
	{ "password-from", "hunter2", "prompt, env:NAME" },
	{ "from", "ann@example.com", NULL },
	{ "from", "Ann <ann@example.com>", NULL },
	{ "from", "ann", "mail address" },
	{ "from", "@x", "mail address" },
	{ "from", "ann@", "mail address" },
	{ "pin", PIN_HEX, NULL },
	{ "pin", PIN_64, NULL },
	{ "pin", PIN_COLONS, NULL },
	{ "pin", PIN_HEX ", " PIN_64, NULL },
	{ "pin", PIN_HEX "0", "SHA-256" },
	{ "pin", "abc", "SHA-256" },
	{ "pin", PIN_64 " AAAA", "SHA-256" },
	{ "helo", "mail.example.com", NULL },
	{ "helo", "[127.0.0.1]", NULL },
	{ "helo", "two words", "helo" },
	{ "helo", "m\xc3\xbcller", "ASCII" },
	{ "source-address", "127.0.0.2", NULL },
	{ "source-address", "::1", NULL },
	{ "source-address", "localhost", "IPv4 or IPv6" },
	{ "code-page", "iso-8859-15", NULL },
	{ "code-page", "latin1", NULL },
	{ "code-page", "utf 8", "charset" },
	{ "code-page", "utf-16", "charset" },
	{ "code-page", "auto", "charset" },
	{ "inherits", "work", NULL },
	{ "inherits", "../work", "name of a connection" },
	{ "username", "j\xc3\xbcrg", NULL },
	{ "username", "\xff", "UTF-8" },
	{ "username", "a\nb", "control" },
	{ "username", "a # b", NULL },
	{ "ca-file", "/etc/my ca.pem", NULL },
};

static void test_check(void)
{
	for (size_t i = 0; i < PH_COUNT(checks); i++) {
		const struct ph_setting *row = find("", checks[i].name);
		struct ph_fault fault = { 0 };
		enum ph_err err =
		    ph_setting_check(row, ph_span_of(checks[i].value), &fault);

		check_case(checks[i].name, i);
		check(ph_setting_check(
			  row, ph_span_of(checks[i].value), NULL) == err);
		if (checks[i].why == NULL) {
			check(err == PH_OK);
			check_str(fault.text, "");
			continue;
		}
		check(err == PH_EINVAL);
		check_int(fault.cause, PH_CAUSE_CONFIG);
		check(strstr(fault.text, checks[i].why) != NULL ||
		    strstr(fault.advice, checks[i].why) != NULL);
		/* The setting is named, and what may be a password is not
		   shown. */
		check(strncmp(fault.text, row->name, strlen(row->name)) == 0);
		check(strstr(fault.text, "hunter2") == NULL);
	}
}

static void test_long_value(void)
{
	static char text[PH_SETTINGS_LINE_MAX + 1];
	struct ph_fault fault = { 0 };
	struct ph_span value = { text, sizeof(text) };

	memset(text, 'x', sizeof(text));
	check(
	    ph_setting_check(find("", "username"), value, &fault) == PH_EINVAL);
	check(strstr(fault.text, "8 KiB") != NULL);
	value.len--;
	check(ph_setting_check(find("", "username"), value, &fault) == PH_OK);
	/* An error shows the beginning of a long value. */
	check(ph_setting_check(find("", "port"), value, &fault) == PH_EINVAL);
	check(strlen(fault.text) < 200);
}

static void test_values(void)
{
	struct ph_rate rate = { 0 };
	struct ph_span list = PH_SPAN(" a,, b\tc ");
	struct ph_span item;
	size_t index = 9;
	unsigned versions = 0;
	bool b = false;
	char joined[8] = "";
	size_t at = 0;

	check(ph_value_rate(PH_SPAN("2000/day"), &rate) == PH_OK);
	check_int(rate.count, 2000);
	check_int(rate.per, 24 * 3600 * 1000);
	check(ph_value_rate(PH_SPAN("3/h"), &rate) == PH_OK);
	check_int(rate.per, 3600 * 1000);
	while (ph_value_next(&list, &item) && at < sizeof(joined) - 1)
		joined[at++] = item.ptr[0];
	check_str(joined, "abc");
	check(ph_value_word(PH_SPAN("Off"), "ca pin off", &index) == PH_OK);
	check_int(index, 2);
	check(ph_value_word(PH_SPAN(""), "ca pin off", &index) == PH_EINVAL);
	check(ph_value_tls_versions(PH_SPAN("1.3 1.1"), &versions) == PH_OK);
	check_int(versions, PH_TLS_1_3 | PH_TLS_1_1);
	check(ph_value_bool(PH_SPAN("ON"), &b) == PH_OK && b);
	check(ph_value_bool(PH_SPAN("0"), &b) == PH_OK && !b);
	check(ph_value_bool(PH_SPAN(""), &b) == PH_EINVAL);
}

int main(void)
{
	test_find();
	test_nearest();
	test_rows();
	test_check();
	test_long_value();
	test_values();
	return check_end();
}
