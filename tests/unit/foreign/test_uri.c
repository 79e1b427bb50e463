#include "foreign/uri.h"

#include "check.h"
#include "exact.h"

#include <stdio.h>

/* scheme user password host port path query, "-" for what is not there */
static const struct {
	const char *text;
	const char *want; /* NULL: it is none */
} cases[] = {
	{ "smtp://h", "smtp - - h  / ?" },
	{ "smtp://h/", "smtp - - h  / ?" },
	{ "smtp://h:25", "smtp - - h 25 / ?" },
	{ "smtp://h:", "smtp - - h  / ?" },
	{ "smtp://u@h:25/p/q?r=s&t#f", "smtp u - h 25 /p/q ?r=s&t" },
	{ "smtp://u:p@h?r", "smtp u p h  / ?r" },
	{ "smtp://u:@h", "smtp u  h  / ?" },
	{ "smtp://@h", "smtp  - h  / ?" },
	{ "smtp://a@b:c:d@h", "smtp a@b c:d h  / ?" },
	{ "smtp://[::1]:25", "smtp - - ::1 25 / ?" },
	{ "smtp://[::1]", "smtp - - ::1  / ?" },
	{ "smtp://[::1", "smtp - - ::1  / ?" },
	{ "smtp://[::1]x", "smtp - - ::1  / ?" },
	{ "smtp://", "smtp - -   / ?" },
	{ "a+b-c.1://h", "a+b-c.1 - - h  / ?" },
	{ "smtp://h#x?y", "smtp - - h  / ?" },
	{ "1a://h", NULL },
	{ "://h", NULL },
	{ "a b://h", NULL },
	{ "smtp:/h", NULL },
	{ "smtp:h", NULL },
	{ "h", NULL },
	{ "", NULL },
};

static void test_split(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		struct ph_foreign_uri u = { 0 };
		char got[256] = "";

		check_case(cases[i].text, i);
		check(
		    ph_foreign_uri_split(text, &u) == (cases[i].want != NULL));
		if (cases[i].want != NULL) {
			(void)snprintf(got, sizeof(got),
			    "%.*s %.*s %.*s %.*s %.*s /%.*s ?%.*s",
			    PH_SPAN_ARG(u.scheme),
			    u.has_user ? (int)u.user.len : 1,
			    u.has_user ? u.user.ptr : "-",
			    u.has_password ? (int)u.password.len : 1,
			    u.has_password ? u.password.ptr : "-",
			    PH_SPAN_ARG(u.host), PH_SPAN_ARG(u.port),
			    PH_SPAN_ARG(u.path), PH_SPAN_ARG(u.query));
			check_str(got, cases[i].want);
		}
		exact_free(text);
	}
	check_case(NULL, 0);
}

static void test_escape(void)
{
	static const struct {
		const char *text;
		const char *want;
	} texts[] = {
		{ "abcXYZ019-._~", "abcXYZ019-._~" },
		{ "a b", "a%20b" },
		{ "%:/@?#&", "%25%3A%2F%40%3F%23%26" },
		{ "\xc3\xbc", "%C3%BC" },
		{ "", "" },
	};

	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		struct ph_buf b;

		check_case(texts[i].text, i);
		ph_buf_init(&b, 256);
		check(ph_foreign_uri_escape(&b, ph_span_of(texts[i].text)) ==
		    PH_OK);
		check_str(ph_buf_str(&b), texts[i].want);
		ph_buf_release(&b);
	}
	check_case(NULL, 0);
}

static void test_is_mail(void)
{
	static const char *const yes[] = { "smtp", "SMTPS", "smtp+tls",
		"smtp+ssl", "submission", "submissions", "gmail+smtp",
		"x+smtps" };
	static const char *const no[] = { "", "http", "smtp+", "mailgun+api",
		"mailgun+https", "mysql", "+", "imap" };

	for (size_t i = 0; i < PH_COUNT(yes); i++) {
		check_case(yes[i], i);
		check(ph_foreign_uri_is_mail(ph_span_of(yes[i])));
		check_case(no[i], i);
		check(!ph_foreign_uri_is_mail(ph_span_of(no[i])));
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_split();
	test_escape();
	test_is_mail();
	return check_end();
}
