#include "check.h"
#include "diagnose/mark.h"
#include "exact.h"

static const char *or_dash(const char *s)
{
	return s == NULL ? "-" : s;
}

static const struct {
	const char *host;
	const char *provider;
} hosts[] = {
	{ "smtp.gmail.com", "gmail" },
	{ "SMTP.GMAIL.COM", "gmail" },
	{ "gmail-smtp-in.l.google.com", "gmail" },
	{ "smtp.office365.com", "microsoft365" },
	{ "example-com.mail.protection.outlook.com", "microsoft365" },
	{ "smtp-mail.outlook.com", "outlook" },
	{ "email-smtp.eu-west-1.amazonaws.com", "ses" },
	{ "smtp.eu.mailgun.org", "mailgun" },
	{ "smtp.zoho.eu", "zoho" },
	{ "mx.freenet.de", "freenet" },
	{ "smtp.sendgrid.net", "sendgrid" },
	/* a name that ends alike is another's */
	{ "evilsmtp.gmail.com.example.org", "-" },
	{ "xsmtp.gmail.com", "-" },
	{ "gmail.com", "-" },
	{ "mail.example.com", "-" },
	{ "", "-" },
	{ ".", "-" },
};

static void test_hosts(void)
{
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct ph_span host = exact_copy(ph_span_of(hosts[i].host));

		check_case(hosts[i].host, i);
		check_str(or_dash(ph_mark_of_host(host)), hosts[i].provider);
		exact_free(host);
	}
}

static const struct {
	const char *text;
	const char *provider;
} texts[] = {
	{ "connect to smtp.gmail.com[192.0.2.1]:587: no", "gmail" },
	{ "550 no [AM0PR02CA0012.eurprd02.prod.outlook.com]", "microsoft365" },
	{ "220 smtp.mail.yahoo.com.", "yahoo" },
	/* who writes to whom is nobody's server */
	{ "550 <bob@smtp.gmail.com> no", "-" },
	{ "550 <bob@gmail.com> no", "-" },
	{ "", "-" },
	{ "...", "-" },
	{ "a.b", "-" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ph_span text = exact_copy(ph_span_of(texts[i].text));

		check_case(texts[i].text, i);
		check_str(or_dash(ph_mark_of_text(text)), texts[i].provider);
		exact_free(text);
	}
}

static void test_words(void)
{
	struct ph_wordlist w;

	check_case("words", 0);
	ph_wordlist_begin(&w, "", "");
	(void)ph_wordlist_add(&w, PH_SPAN("x 12sm3 - gsmtp"));
	ph_wordlist_end(&w);
	check_str(or_dash(ph_mark_of_words(&w)), "gmail");
	ph_wordlist_begin(&w, "", "");
	(void)ph_wordlist_add(&w, PH_SPAN("no such user"));
	ph_wordlist_end(&w);
	check_str(or_dash(ph_mark_of_words(&w)), "-");
}

int main(void)
{
	test_hosts();
	test_texts();
	test_words();
	return check_end();
}
