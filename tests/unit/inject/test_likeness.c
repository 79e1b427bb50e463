#include "inject/likeness.h"

#include "check.h"
#include "failalloc.h"

static const struct ph_inject_likeness *find(const char *name)
{
	return ph_inject_likeness_find(ph_span_of(name));
}

/* What the wire cannot carry must not be in the table. */
static void test_table(void)
{
	for (size_t i = 0; i < ph_inject_likenesses_count; i++) {
		const struct ph_inject_likeness *like =
		    &ph_inject_likenesses[i];

		check_case(like->name, i);
		check(find(like->name) == like);
		check(like->about[0] != '\0' && like->hostname[0] != '\0');
		for (size_t p = 1; p < PH_PHRASE_COUNT; p++) {
			const struct ph_smtpd_reply *r = &like->words[p];

			check(r->code == 0 || ph_smtpd_reply_fits(r));
			check(r->phrase == PH_PHRASE_NONE);
			if (r->code != 0) {
				check((r->code < 400) ==
				    (p < PH_PHRASE_UNAVAILABLE));
			}
		}
	}
	check_case(NULL, 0);
	check(find("") == NULL);
	check(find("GMAIL") == NULL);
	check(find("hotmail") == NULL);
}

/* Each maker's own marks, which people find in their logs. */
static const struct {
	const char *like;
	enum ph_smtpd_phrase phrase;
	uint16_t code;
	const char *mark;
} marks[] = {
	{ "gmail", PH_PHRASE_BAD_LOGIN, 535, "?p=BadCredentials" },
	{ "gmail", PH_PHRASE_LOGIN_FORBIDDEN, 534, "5.7.9" },
	{ "gmail", PH_PHRASE_QUOTA, 550, "5.4.5" },
	{ "microsoft365", PH_PHRASE_BAD_LOGIN, 535, "5.7.3" },
	{ "microsoft365", PH_PHRASE_LOGIN_FORBIDDEN, 535, "5.7.139" },
	{ "microsoft365", PH_PHRASE_LOGIN_REQUIRED, 530, "5.7.57" },
	{ "microsoft365", PH_PHRASE_SENDER_NOT_OWNED, 554, "SendAsDenied" },
	{ "ses", PH_PHRASE_TOO_FAST, 454, "Maximum sending rate exceeded" },
	{ "ses", PH_PHRASE_QUOTA, 454, "Daily message quota exceeded" },
	{ "sendgrid", PH_PHRASE_LOGIN_REQUIRED, 550, "Unauthenticated" },
	{ "postfix", PH_PHRASE_RELAY_DENIED, 554, "Relay access denied" },
	{ "postfix", PH_PHRASE_UNKNOWN_RECIPIENT, 550, "<{address}>" },
	{ "exim", PH_PHRASE_BAD_LOGIN, 535, "Incorrect authentication data" },
	{ "dovecot", PH_PHRASE_BAD_LOGIN, 535, "5.7.8 Authentication failed." },
	{ "brevo", PH_PHRASE_LOGIN_FORBIDDEN, 525, "Unauthorized IP" },
};

static void test_marks(void)
{
	for (size_t i = 0; i < PH_COUNT(marks); i++) {
		const struct ph_inject_likeness *like = find(marks[i].like);

		check_case(marks[i].like, i);
		check(like != NULL);
		if (like == NULL)
			continue;

		const struct ph_smtpd_reply *r =
		    ph_inject_likeness_words(like, marks[i].phrase);
		check_int(r->code, marks[i].code);
		check(strstr(r->text, marks[i].mark) != NULL);
	}
	check_case(NULL, 0);
}

/* How they differ in what they do. */
static const struct {
	const char *like;
	uint64_t size_max;
	uint32_t rcpt_max, errors_max;
	bool login_required;
	enum ph_smtpd_stage owner_at, rate_at;
} ways[] = {
	{ "posthaste", 0, 0, 0, false, PH_SMTPD_STAGE_NONE,
	    PH_SMTPD_STAGE_NONE },
	{ "gmail", 35882577, 100, 10, true, PH_SMTPD_STAGE_NONE,
	    PH_SMTPD_STAGE_MAIL },
	{ "microsoft365", 157286400, 1000, 3, true, PH_SMTPD_STAGE_END,
	    PH_SMTPD_STAGE_END },
	{ "ses", 41943040, 50, 0, true, PH_SMTPD_STAGE_END,
	    PH_SMTPD_STAGE_END },
	{ "postfix", 10240000, 1000, 20, false, PH_SMTPD_STAGE_RCPT,
	    PH_SMTPD_STAGE_MAIL },
	{ "exim", 52428800, 50000, 3, false, PH_SMTPD_STAGE_RCPT,
	    PH_SMTPD_STAGE_MAIL },
};

static void test_ways(void)
{
	for (size_t i = 0; i < PH_COUNT(ways); i++) {
		const struct ph_inject_likeness *like = find(ways[i].like);

		check_case(ways[i].like, i);
		check(like != NULL);
		if (like == NULL)
			continue;
		check(like->size_max == ways[i].size_max);
		check_int(like->rcpt_max, ways[i].rcpt_max);
		check_int(like->errors_max, ways[i].errors_max);
		check_int(like->login_required, ways[i].login_required);
		check_int(like->owner_at, ways[i].owner_at);
		check_int(like->rate_at, ways[i].rate_at);
	}
	check_case(NULL, 0);
}

/* What one lacks, ours says. */
static void test_words(void)
{
	const struct ph_smtpd_reply *ours =
	    ph_inject_likeness_words(NULL, PH_PHRASE_GREYLISTED);

	check_int(ours->code, 451);
	check(ph_inject_likeness_words(find("dovecot"), PH_PHRASE_GREYLISTED) ==
	    ours);
	check(ph_inject_likeness_words(find("postfix"), PH_PHRASE_GREYLISTED) !=
	    ours);
	for (size_t p = PH_PHRASE_UNAVAILABLE; p < PH_PHRASE_COUNT; p++) {
		check(ph_inject_likeness_words(NULL, (enum ph_smtpd_phrase)p)
			  ->code >= 400);
	}
}

static void test_mechanisms(void)
{
	static const struct {
		const char *like;
		const char *available;
		const char *offered;
	} cases[] = {
		{ "posthaste", "A B", "A B" },
		{ "gmail", "SCRAM-SHA-256 PLAIN LOGIN", "LOGIN PLAIN" },
		{ "microsoft365", "SCRAM-SHA-256 PLAIN LOGIN", "LOGIN" },
		{ "microsoft365", "plain login", "LOGIN" },
		{ "dovecot", "CRAM-MD5", "" },
		{ "postfix", "", "" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_buf out;

		check_case(cases[i].like, i);
		ph_buf_init(&out, 100);
		check(ph_inject_likeness_mechanisms(find(cases[i].like),
			  ph_span_of(cases[i].available), &out) == PH_OK);
		check_str(ph_buf_str(&out), cases[i].offered);
		ph_buf_release(&out);
		ph_buf_init(&out, 3);
		if (cases[i].offered[0] != '\0' && i > 0) {
			check(ph_inject_likeness_mechanisms(find(cases[i].like),
				  ph_span_of(cases[i].available),
				  &out) == PH_ETOOBIG);
		}
		ph_buf_release(&out);
	}
	check_case(NULL, 0);
}

static void test_owns(void)
{
	static const struct {
		const char *user;
		const char *sender;
		bool owns;
	} cases[] = {
		{ "ann@example.com", "ann@example.com", true },
		{ "ann@example.com", "Ann@Example.COM", true },
		{ "ann@example.com", "ann@example.org", false },
		{ "ann@example.com", "bob@example.com", false },
		{ "ann", "ann@example.org", true },
		{ "ann", "bob@example.org", false },
		{ "ann", "ann", true },
		/* Bounces belong to everybody. */
		{ "ann", "", true },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("owns", i);
		check(ph_inject_likeness_owns(ph_span_of(cases[i].user),
			  ph_span_of(cases[i].sender)) == cases[i].owns);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_table();
	test_marks();
	test_ways();
	test_words();
	test_mechanisms();
	test_owns();
	return check_end();
}
