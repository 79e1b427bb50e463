#include "foreign/guess.h"

#include "check.h"
#include "exact.h"

/* The first line that gives it away; NULL: none does. */
static const struct {
	const char *text;
	const char *format;
} cases[] = {
	{ "", NULL },
	{ "\n\n# x\n", NULL },
	{ "hello world\n", NULL },
	{ "[connection]\nhost = h\n", NULL },
	{ "<?xml version=\"1.0\"?>", "autoconfig" },
	{ "\n  <clientConfig>", "autoconfig" },
	{ "\xef\xbb\xbf<clientConfig>", "autoconfig" },
	{ "{\"host\":\"h\"}", "nodemailer" },
	{ " \n{\n", "nodemailer" },
	{ "curl smtp://h", "curl" },
	{ "$ curl smtp://h", "curl" },
	{ "#!/bin/sh\n\n/usr/bin/curl --url x", "curl" },
	{ "swaks -s h", "swaks" },
	{ "$ swaks\t-s h", "swaks" },
	{ "/opt/bin/swaks -s h", "swaks" },
	{ "--server h\n", "swaks" },
	{ "-s h\n", "swaks" },
	{ "server h\n", "swaks" },
	{ "- x\n", NULL },
	{ "account a\nhost h\n", "msmtprc" },
	{ "# c\r\ndefaults\r\n", "msmtprc" },
	{ "host\th\n", "msmtprc" },
	{ "  tls on\n", "msmtprc" },
	{ "account a {\n", "mailrc" },
	{ "set mta=smtp://h\n", "mailrc" },
	{ "unset hold\n", "mailrc" },
	{ "relayhost = [h]:25\n", "postfix" },
	{ "relayhost=[h]\n", "postfix" },
	{ "myhostname = x\nsmtp_tls_security_level = may\n", "postfix" },
	{ "[h]:25 ann:pw\n", "postfix" },
	{ "[h]\n", NULL },
	{ "smtps://ann:pw@h", "url" },
	{ "gmail+smtp://ann:pw@default", "url" },
	{ "A=b\nMAILER_DSN=\"smtp://h\"\n", "url" },
	{ "export EMAIL_URL='smtp+tls://h'\n", "url" },
	{ "DATABASE_URL=mysql://h\n", NULL },
	{ "http://h\n", NULL },
	{ "smtp:h\n", NULL },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		enum ph_foreign_format f = PH_FOREIGN_MSMTPRC;
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		enum ph_err err = ph_foreign_guess(text, &f);

		check_case(cases[i].text, i);
		check(err == (cases[i].format == NULL ? PH_ENOTFOUND : PH_OK));
		if (cases[i].format != NULL && err == PH_OK)
			check_str(ph_foreign_format_name(f), cases[i].format);
		for (size_t len = 0; len < text.len; len++) {
			struct ph_span part =
			    exact_copy(ph_span_first(text, len));

			err = ph_foreign_guess_by_content(part, &f);
			check(err == PH_OK || err == PH_ENOTFOUND);
			exact_free(part);
		}
		exact_free(text);
	}
	return check_end();
}
