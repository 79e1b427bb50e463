#include "connection/preset.h"

#include "check.h"
#include "connection/host.h"
#include "connection/value.h"

#include <string.h>

static const struct {
	const char *word;
	const char *region;
	const char *key; /* NULL: PH_ENOTFOUND */
	const char *text;
	const char *advice;
} finds[] = {
	{ "gmail", NULL, "googlemail.com", NULL, NULL },
	{ "GMail", NULL, "googlemail.com", NULL, NULL },
	{ " gmail ", NULL, "googlemail.com", NULL, NULL },
	{ "googlemail.com", NULL, "googlemail.com", NULL, NULL },
	{ "office365", NULL, "office365.com", NULL, NULL },
	{ "m365", NULL, "office365.com", NULL, NULL },
	{ "exchange", NULL, "exchange", NULL, NULL },
	{ "outlook", NULL, "hotmail.com", NULL, NULL },
	{ "ses-eu-west-1", NULL, "ses-eu-west-1", NULL, NULL },
	{ "ses", "eu-west-1", "ses-eu-west-1", NULL, NULL },
	{ "SES", "EU-West-1", "ses-eu-west-1", NULL, NULL },
	{ "mailgun", "eu", "mailgun-eu", NULL, NULL },
	{ "zoho", "au", "zoho.com.au", NULL, NULL },
	{ "turbosmtp", NULL, "turbosmtp", NULL, NULL },
	{ "turbosmtp", "eu", "turbosmtp-eu", NULL, NULL },
	{ "postmark", NULL, "postmark", NULL, NULL },
	/* By the domain of an address. */
	{ "hotmail.de", NULL, "hotmail.com", NULL, NULL },
	{ "icloud.com", NULL, "me.com", NULL, NULL },
	{ "tutanota", NULL, "tutanota", NULL, NULL },
	{ "ses", NULL, NULL, "in each region", "one of ap-northeast-1 " },
	{ "ses", "mars-1", NULL, "no region \"mars-1\"", "eu-west-1" },
	{ "ses", "", NULL, "no region \"\"", "eu-west-1" },
	{ "mailgun", NULL, NULL, "in each region", "one of us eu" },
	{ "gmail", "eu", NULL, "gmail has no regions", "leave --region" },
	{ "gmial", NULL, NULL, "no preset \"gmial\"", "nearest is gmail" },
	{ "zz", "eu", NULL, "no preset \"zz\"", "connection presets" },
	{ "", NULL, NULL, "no preset \"\"", "connection presets" },
	{ "xyzzy-is-not-here", NULL, NULL, "no preset", "presets" },
};

static void test_find(void)
{
	for (size_t i = 0; i < PH_COUNT(finds); i++) {
		const struct ph_preset *p = NULL;
		struct ph_fault fault = { 0 };
		enum ph_err err =
		    ph_preset_find(finds[i].word, finds[i].region, &p, &fault);

		check_case(finds[i].word, i);
		if (finds[i].key != NULL) {
			check_int(err, PH_OK);
			check_str(p == NULL ? "" : p->key, finds[i].key);
			check(!ph_fault_is_set(&fault));
			continue;
		}
		check_int(err, PH_ENOTFOUND);
		check(p == NULL);
		check_int(fault.cause, PH_CAUSE_USAGE);
		check(strstr(fault.text, finds[i].text) != NULL);
		check(strstr(fault.advice, finds[i].advice) != NULL);
	}
	check_case(NULL, 0);
}

static void test_domain(void)
{
	const struct ph_preset *p = ph_preset_of_domain(PH_SPAN("GMX.de"));

	check_str(p == NULL ? "" : p->key, "gmx.net");
	check(ph_preset_of_domain(PH_SPAN("example.com")) == NULL);
	check(ph_preset_of_domain(PH_SPAN("")) == NULL);
	check(ph_preset_of_domain(PH_SPAN("gmx.net gmx.de")) == NULL);
	check(ph_preset_of_domain(PH_SPAN("x.de")) == NULL);
}

static size_t count(const char *word)
{
	size_t n = 0;

	for (size_t i = 0; i < ph_presets_count; i++)
		n += ph_preset_matches(&ph_presets[i], ph_span_of(word));
	return n;
}

static void test_matches(void)
{
	check_int(count(""), ph_presets_count);
	check_int(count("zoho-eu"), 1);
	check_int(count("amazon ses eu"), 5);
	check_int(count("SMTP.gmail"), 1);
	check_int(count("mail.gmx.net"), 1);
	check_int(count("premises"), 1);
	/* The beginning of a word, not its inside. */
	check_int(count("remises"), 0);
	check_int(count("no such thing"), 0);
}

static void test_word(void)
{
	const struct ph_preset *p = NULL;

	check_int(ph_preset_find("googlemail.com", NULL, &p, NULL), PH_OK);
	check(ph_span_eq(ph_preset_word(p), PH_SPAN("gmail")));
	/* Without an alias: the key. */
	check_int(ph_preset_find("163.com", NULL, &p, NULL), PH_OK);
	check(ph_span_eq(ph_preset_word(p), PH_SPAN("163.com")));
	check_int(ph_preset_find("resend", NULL, &p, NULL), PH_OK);
	check(ph_span_eq(ph_preset_word(p), PH_SPAN("resend")));
}

static void test_next(void)
{
	static const struct {
		const char *list;
		const char *items[4];
	} cases[] = {
		{ "", { NULL } },
		{ "one", { "one", NULL } },
		{ "one; two", { "one", "two", NULL } },
		{ "a;b; c; d", { "a;b", "c", "d", NULL } },
		{ "a;", { "a;", NULL } },
		{ "a; ", { "a", NULL } },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span rest = ph_span_of(cases[i].list);
		struct ph_span item;
		size_t n = 0;

		check_case(cases[i].list, i);
		for (; ph_preset_next(&rest, &item); n++) {
			check(cases[i].items[n] != NULL &&
			    ph_span_eq(item, ph_span_of(cases[i].items[n])));
		}
		check(cases[i].items[n] == NULL);
	}
	check_case(NULL, 0);
}

/* Every row is one that the rest of the program can use. */
static void check_limits(const struct ph_preset *p)
{
	struct ph_span rest = ph_span_of(p->limits);
	struct ph_span pair;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &pair)) {
		size_t equals = ph_span_find(pair, '=');
		const struct ph_setting *row = ph_setting_find(
		    PH_SPAN("limits"), ph_span_first(pair, equals));

		check(row != NULL && equals < pair.len);
		if (row != NULL) {
			check_int(ph_setting_check(row,
				      ph_span_skip(pair, equals + 1), NULL),
			    PH_OK);
		}
	}
}

static void check_names(const struct ph_preset *p)
{
	struct ph_span rest = ph_span_of(p->domains);
	struct ph_span domain;
	const struct ph_preset *found = NULL;

	check_int(ph_preset_find(p->key, NULL, &found, NULL), PH_OK);
	check(found == p);
	while (rest.len > 0 && ph_span_split(&rest, ' ', &domain))
		check(ph_preset_of_domain(domain) == p);
}

static void check_row(const struct ph_preset *p)
{
	struct ph_host host = { 0 };
	bool has_smtp = p->kind != PH_PRESET_MAILBOX_NO_SMTP;

	check(has_smtp == (p->port != 0));
	if (p->host[0] != '\0' && strchr(p->host, '{') == NULL) {
		check_int(
		    ph_host_parse(ph_span_of(p->host), &host, NULL), PH_OK);
	}
	check((p->form == PH_PRESET_FORM_FIXED) == (p->username[0] != '\0'));
	check((p->form == PH_PRESET_FORM_NONE) == (p->logins == 0));
	check(((p->logins & PH_PRESET_OAUTH) != 0) ==
	    (p->oauth != PH_OAUTH_NONE));
	/* A password in clear is nothing to begin with. */
	check(
	    p->encryption != PH_ENCRYPTION_NONE || p->logins == 0 || !has_smtp);
	check(p->name[0] != '\0');
	check(strcmp(ph_preset_kind_name(p->kind), "") != 0);
	check(strcmp(ph_preset_form_name(p->form), "") != 0);
}

static void test_rows(void)
{
	check(ph_presets_count > 150);
	for (size_t i = 0; i < ph_presets_count; i++) {
		check_case(ph_presets[i].key, i);
		check_row(&ph_presets[i]);
		check_names(&ph_presets[i]);
		check_limits(&ph_presets[i]);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_find();
	test_domain();
	test_matches();
	test_word();
	test_next();
	test_rows();
	return check_end();
}
