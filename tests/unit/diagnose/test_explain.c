#include "diagnose/explain.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

/* Every code of the standards is known by itself. */
static const struct {
	unsigned code;
	const char *nature;
	const char *stage;
	const char *setting;
	const char *who;
	const char *retry;
} codes[] = {
	{ 211, "success", "-", "none", "nobody", "never" },
	{ 214, "success", "-", "none", "nobody", "never" },
	{ 220, "success", "greeting", "none", "nobody", "never" },
	{ 221, "success", "quit", "none", "nobody", "never" },
	{ 235, "success", "auth", "none", "nobody", "never" },
	{ 250, "success", "-", "none", "nobody", "never" },
	{ 251, "success", "rcpt", "none", "nobody", "never" },
	{ 252, "success", "-", "none", "nobody", "never" },
	{ 334, "success", "auth", "none", "nobody", "never" },
	{ 354, "success", "data", "none", "nobody", "never" },
	{ 421, "temporary", "-", "server", "nobody", "later" },
	{ 432, "temporary", "auth", "account", "you", "after-fix" },
	{ 450, "temporary", "rcpt", "recipient", "nobody", "later" },
	{ 451, "temporary", "-", "server", "admin", "later" },
	{ 452, "temporary", "rcpt", "limit", "nobody", "later" },
	{ 453, "temporary", "-", "none", "nobody", "never" },
	{ 454, "temporary", "auth", "server", "admin", "later" },
	{ 455, "temporary", "mail", "server", "admin", "later" },
	{ 500, "permanent", "-", "client", "you", "after-fix" },
	{ 501, "permanent", "-", "client", "you", "after-fix" },
	{ 502, "permanent", "-", "server", "admin", "never" },
	{ 503, "permanent", "-", "earlier-error", "you", "after-fix" },
	{ 504, "permanent", "-", "client", "you", "after-fix" },
	{ 521, "permanent", "greeting", "host", "you", "other-server" },
	{ 523, "permanent", "auth", "tls", "you", "after-fix" },
	{ 524, "permanent", "auth", "tls", "you", "after-fix" },
	{ 525, "permanent", "auth", "account", "admin", "after-fix" },
	{ 530, "permanent", "auth", "anonymous", "you", "after-fix" },
	{ 534, "permanent", "auth", "mechanism", "you", "other-mechanism" },
	{ 535, "permanent", "auth", "username-or-password", "you",
	    "after-fix" },
	{ 538, "permanent", "auth", "tls", "you", "after-fix" },
	{ 550, "permanent", "rcpt", "recipient", "you", "after-fix" },
	{ 551, "permanent", "rcpt", "recipient", "you", "after-fix" },
	{ 552, "permanent", "data", "size", "you", "after-fix" },
	{ 553, "permanent", "-", "recipient", "you", "after-fix" },
	{ 554, "permanent", "data", "message", "you", "after-fix" },
	{ 555, "permanent", "mail", "server", "you", "other-server" },
	{ 556, "permanent", "rcpt", "recipient", "you", "after-fix" },
};

static const char *or_dash(const char *s)
{
	return s == NULL ? "-" : s;
}

static void test_codes(void)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct ph_explanation e;
		char text[16];

		check_case("code", codes[i].code);
		(void)snprintf(text, sizeof(text), "%u", codes[i].code);
		ph_explain(ph_span_of(text), &e);
		check(e.known && !e.by_enhanced);
		check_int(e.code, codes[i].code);
		check_str(ph_reply_nature_name(e.nature), codes[i].nature);
		check_str(or_dash(e.stage), codes[i].stage);
		check_str(or_dash(e.setting), codes[i].setting);
		check_str(or_dash(e.who), codes[i].who);
		check_str(or_dash(e.retry), codes[i].retry);
		check(e.meaning != NULL && e.cause != NULL);
		check(e.advice != NULL && e.rfc != NULL);
	}
}

/* The IANA registry: the details of each subject that exist. */
static void test_registry(void)
{
	static const unsigned last[] = { 0, 10, 4, 6, 7, 6, 10, 30 };

	for (unsigned class = 4; class <= 5; class ++) {
		for (unsigned subject = 1; subject <= 7; subject++) {
			for (unsigned d = 0; d <= last[subject] + 1; d++) {
				struct ph_explanation e;
				char text[24];
				bool exists = d <= last[subject];

				(void)snprintf(text, sizeof(text), "%u.%u.%u",
				    class, subject, d);
				check_case(text, 0);
				ph_explain(ph_span_of(text), &e);
				check_int(e.known, exists);
				check_int(e.code, 0);
				check_int(e.enhanced[2], d);
				check_str(ph_reply_nature_name(e.nature),
				    class == 4 ? "temporary" : "permanent");
			}
		}
	}
}

/* The registry, read as class 5: whom each detail points at.  With class 4 the
   same, to be tried later. */
static const struct {
	const char *detail;
	const char *stage;
	const char *setting;
	const char *who;
	const char *retry;
} registry[] = {
	{ "1.0", "-", "recipient", "you", "after-fix" },
	{ "1.1", "rcpt", "recipient", "you", "after-fix" },
	{ "1.2", "rcpt", "recipient", "you", "after-fix" },
	{ "1.3", "rcpt", "recipient", "you", "after-fix" },
	{ "1.4", "rcpt", "recipient", "you", "after-fix" },
	{ "1.5", "rcpt", "none", "nobody", "never" },
	{ "1.6", "rcpt", "recipient", "you", "after-fix" },
	{ "1.7", "mail", "sender", "you", "after-fix" },
	{ "1.8", "mail", "sender", "you", "after-fix" },
	{ "1.9", "-", "none", "nobody", "never" },
	{ "1.10", "rcpt", "recipient", "you", "after-fix" },
	{ "2.0", "rcpt", "recipient", "recipient", "after-fix" },
	{ "2.1", "rcpt", "recipient", "recipient", "after-fix" },
	{ "2.2", "rcpt", "recipient", "recipient", "after-fix" },
	{ "2.3", "data", "size", "you", "after-fix" },
	{ "2.4", "rcpt", "recipient", "admin", "after-fix" },
	{ "3.0", "-", "server", "admin", "after-fix" },
	{ "3.1", "-", "server", "admin", "after-fix" },
	{ "3.2", "-", "server", "admin", "after-fix" },
	{ "3.3", "-", "server", "admin", "other-server" },
	{ "3.4", "data", "size", "you", "after-fix" },
	{ "3.5", "-", "server", "admin", "after-fix" },
	{ "3.6", "-", "none", "nobody", "never" },
	{ "4.0", "-", "server", "admin", "after-fix" },
	{ "4.1", "rcpt", "server", "admin", "after-fix" },
	{ "4.2", "-", "network", "nobody", "after-fix" },
	{ "4.3", "-", "server", "admin", "after-fix" },
	{ "4.4", "rcpt", "recipient", "you", "after-fix" },
	{ "4.5", "-", "limit", "nobody", "later" },
	{ "4.6", "rcpt", "recipient", "admin", "after-fix" },
	{ "4.7", "-", "server", "nobody", "after-fix" },
	{ "5.0", "-", "client", "you", "after-fix" },
	{ "5.1", "-", "earlier-error", "you", "after-fix" },
	{ "5.2", "-", "client", "you", "after-fix" },
	{ "5.3", "rcpt", "limit", "you", "later" },
	{ "5.4", "-", "client", "you", "after-fix" },
	{ "5.5", "-", "client", "you", "after-fix" },
	{ "5.6", "auth", "mechanism", "you", "other-mechanism" },
	{ "6.0", "data", "message", "you", "after-fix" },
	{ "6.1", "data", "message", "you", "after-fix" },
	{ "6.2", "data", "message", "you", "after-fix" },
	{ "6.3", "data", "message", "you", "after-fix" },
	{ "6.4", "data", "none", "nobody", "never" },
	{ "6.5", "data", "message", "you", "after-fix" },
	{ "6.6", "data", "message", "you", "after-fix" },
	{ "6.7", "-", "recipient", "you", "after-fix" },
	{ "6.8", "-", "server", "you", "other-server" },
	{ "6.9", "data", "recipient", "you", "after-fix" },
	{ "6.10", "-", "server", "you", "other-server" },
	{ "7.0", "-", "server", "admin", "after-fix" },
	{ "7.1", "-", "server", "admin", "after-fix" },
	{ "7.2", "rcpt", "recipient", "admin", "after-fix" },
	{ "7.3", "-", "server", "admin", "after-fix" },
	{ "7.4", "-", "server", "admin", "after-fix" },
	{ "7.5", "-", "server", "admin", "after-fix" },
	{ "7.6", "-", "server", "admin", "after-fix" },
	{ "7.7", "data", "message", "you", "after-fix" },
	{ "7.8", "auth", "username-or-password", "you", "after-fix" },
	{ "7.9", "auth", "mechanism", "you", "other-mechanism" },
	{ "7.10", "tls", "tls", "you", "after-fix" },
	{ "7.11", "auth", "tls", "you", "after-fix" },
	{ "7.12", "auth", "account", "you", "after-fix" },
	{ "7.13", "auth", "account", "admin", "after-fix" },
	{ "7.14", "auth", "account", "admin", "after-fix" },
	{ "7.15", "mail", "message", "you", "after-fix" },
	{ "7.16", "mail", "size", "you", "after-fix" },
	{ "7.17", "rcpt", "recipient", "you", "after-fix" },
	{ "7.18", "rcpt", "recipient", "you", "after-fix" },
	{ "7.19", "rcpt", "server", "admin", "after-fix" },
	{ "7.20", "data", "sender-domain", "admin", "after-fix" },
	{ "7.21", "data", "sender-domain", "admin", "after-fix" },
	{ "7.22", "data", "sender-domain", "admin", "after-fix" },
	{ "7.23", "mail", "sender-domain", "admin", "after-fix" },
	{ "7.24", "mail", "sender-domain", "admin", "after-fix" },
	{ "7.25", "-", "sending-ip", "admin", "after-fix" },
	{ "7.26", "data", "sender-domain", "admin", "after-fix" },
	{ "7.27", "mail", "sender", "you", "after-fix" },
	{ "7.28", "-", "limit", "nobody", "later" },
	{ "7.29", "data", "sender-domain", "admin", "after-fix" },
	{ "7.30", "-", "server", "admin", "other-server" },
};

static void test_details(void)
{
	for (size_t i = 0; i < sizeof(registry) / sizeof(registry[0]); i++) {
		struct ph_explanation e;
		char text[24];

		check_case(registry[i].detail, i);
		(void)snprintf(text, sizeof(text), "5.%s", registry[i].detail);
		ph_explain(ph_span_of(text), &e);
		check(e.known && e.by_enhanced);
		check_str(or_dash(e.stage), registry[i].stage);
		check_str(or_dash(e.setting), registry[i].setting);
		check_str(or_dash(e.who), registry[i].who);
		check_str(or_dash(e.retry), registry[i].retry);
		check(e.rfc != NULL);

		text[0] = '4';
		ph_explain(ph_span_of(text), &e);
		check_str(e.retry, "later");
		if (strcmp(registry[i].detail, "7.1") != 0)
			check_str(e.setting, registry[i].setting);

		text[0] = '2';
		ph_explain(ph_span_of(text), &e);
		check_str(e.setting, "none");
		check_str(e.who, "nobody");
		check_str(e.retry, "never");
	}
}

static const struct {
	const char *text;
	unsigned code;
	unsigned enhanced[3];
	bool known;
	const char *setting;
	const char *retry;
} texts[] = {
	/* replies */
	{ "550 5.1.1 <x@y>: no such user", 550, { 5, 1, 1 }, true, "recipient",
	    "after-fix" },
	{ "550-5.1.1 The account\r\n550 5.1.1 does not exist\r\n", 550,
	    { 5, 1, 1 }, true, "recipient", "after-fix" },
	{ "535 5.7.8 authentication failed", 535, { 5, 7, 8 }, true,
	    "username-or-password", "after-fix" },
	{ "452 4.2.2 full", 452, { 4, 2, 2 }, true, "recipient", "later" },
	{ "552 5.2.2 full", 552, { 5, 2, 2 }, true, "recipient", "after-fix" },
	{ "552 5.3.4 big", 552, { 5, 3, 4 }, true, "size", "after-fix" },
	{ "450 4.7.1 greylisted", 450, { 4, 7, 1 }, true, "none", "later" },
	{ "550 5.7.1 denied", 550, { 5, 7, 1 }, true, "server", "after-fix" },
	{ "250 2.1.5 ok", 250, { 2, 1, 5 }, true, "none", "never" },
	{ "250", 250, { 0 }, true, "none", "never" },
	/* a code that outweighs what stands beside it */
	{ "530 5.7.1 login", 530, { 5, 7, 1 }, true, "anonymous", "after-fix" },
	{ "535 5.7.3 no", 535, { 5, 7, 3 }, true, "username-or-password",
	    "after-fix" },
	{ "535 5.7.13 no", 535, { 5, 7, 13 }, true, "account", "after-fix" },
	{ "530 5.7.10 tls", 530, { 5, 7, 10 }, true, "tls", "after-fix" },
	{ "421 4.4.2 timeout", 421, { 4, 4, 2 }, true, "timeout", "later" },
	{ "454 4.7.0 later", 454, { 4, 7, 0 }, true, "server", "later" },
	/* quotas come with 5xx too */
	{ "550 5.4.5 daily limit", 550, { 5, 4, 5 }, true, "limit", "later" },
	/* 5xx means after a mend, whatever the detail says with 4xx */
	{ "554 5.3.0 trouble", 554, { 5, 3, 0 }, true, "message", "after-fix" },
	{ "5.3.0", 0, { 5, 3, 0 }, true, "server", "after-fix" },
	{ "4.3.0", 0, { 4, 3, 0 }, true, "server", "later" },
	{ "4.1.1", 0, { 4, 1, 1 }, true, "recipient", "later" },
	/* not known: whole tokens only */
	{ "535 5.7.139 blocked", 535, { 5, 7, 139 }, true, "account",
	    "after-fix" },
	{ "535 5.7.1399 blocked", 535, { 0 }, true, "username-or-password",
	    "after-fix" },
	{ "550 5.7.506 bad helo", 550, { 5, 7, 506 }, true, "helo",
	    "after-fix" },
	{ "5.7.1399", 0, { 0 }, false, "-", "-" },
	{ "5.7.139", 0, { 5, 7, 139 }, true, "account", "after-fix" },
	{ "599 5.9.9 what", 599, { 5, 9, 9 }, false, "-", "after-fix" },
	{ "499", 499, { 0 }, false, "-", "later" },
	{ "299 fine", 299, { 0 }, false, "-", "never" },
	{ "599", 599, { 0 }, false, "-", "after-fix" },
	{ "5.0.0", 0, { 5, 0, 0 }, false, "-", "after-fix" },
	{ "550 5.0.0 no", 550, { 5, 0, 0 }, true, "recipient", "after-fix" },
	{ "", 0, { 0 }, false, "-", "-" },
	{ "no idea", 0, { 0 }, false, "-", "-" },
	{ "5505 x", 0, { 0 }, false, "-", "-" },
	{ "x550", 0, { 0 }, false, "-", "-" },
	{ "550x", 0, { 0 }, false, "-", "-" },
	{ "600 x", 0, { 0 }, false, "-", "-" },
	{ "199 x", 0, { 0 }, false, "-", "-" },
	{ "55", 0, { 0 }, false, "-", "-" },
	{ "3.1.1", 0, { 0 }, false, "-", "-" },
	{ "5.1.1.8", 0, { 0 }, false, "-", "-" },
	{ "192.5.1.1", 0, { 0 }, false, "-", "-" },
	{ "port 587 timed out", 0, { 0 }, true, "port", "after-fix" },
	{ "line 521, in connect", 0, { 0 }, false, "-", "-" },
	{ "size=552, nrcpt=1", 0, { 0 }, false, "-", "-" },
	{ "HTTP/1.1 503 x", 0, { 0 }, true, "port", "after-fix" },
	{ "mail.example.com:587", 0, { 0 }, false, "-", "-" },
	{ "[192.0.2.250]:465", 0, { 0 }, false, "-", "-" },
	{ "at 550:30", 0, { 0 }, false, "-", "-" },
	/* logs */
	{ "to=<a@b>, relay=mx[192.0.2.1]:25, dsn=5.1.1, status=bounced (host "
	  "mx[192.0.2.1] said: 550 5.1.1 <a@b>: unknown (in reply to RCPT))",
	    550, { 5, 1, 1 }, true, "recipient", "after-fix" },
	{ "dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: timed "
	  "out)",
	    0, { 4, 4, 1 }, true, "port", "after-fix" },
	{ "Nov 22 08:00:01 h exim[452]: ** a@b: 550-Unrouteable address", 550,
	    { 0 }, true, "recipient", "after-fix" },
	{ "host mx.example.com:587 answered \"535 Incorrect\"", 535, { 0 },
	    true, "username-or-password", "after-fix" },
	{ "said: 599 hm", 599, { 0 }, false, "-", "after-fix" },
	{ "  421 bye", 421, { 0 }, true, "server", "later" },
	/* the first line that is one, not a later echo */
	{ "550 no\r\n503 need RCPT", 550, { 0 }, true, "recipient",
	    "after-fix" },
	/* an enhanced code of another class does not count */
	{ "450 later (not 5.1.1)", 450, { 0 }, true, "recipient", "later" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ph_explanation e;

		check_case(texts[i].text, i);
		ph_explain(ph_span_of(texts[i].text), &e);
		check_int(e.code, texts[i].code);
		for (size_t k = 0; k < 3; k++)
			check_int(e.enhanced[k], texts[i].enhanced[k]);
		check_int(e.known, texts[i].known);
		check_str(or_dash(e.setting), texts[i].setting);
		check_str(or_dash(e.retry), texts[i].retry);
	}
}

/* Cut at every byte, a text makes no reader go beyond it (the sanitizers
   watch), and a code appears only when its last digit is there. */
static void test_cut(void)
{
	static const char whole[] = "550-5.7.1 no\r\n550 5.7.1 (a: 421 4.4.2)";

	for (size_t n = 0; n < sizeof(whole); n++) {
		struct ph_explanation e;
		char exact[sizeof(whole)];

		memcpy(exact, whole, n);
		check_case("cut", n);
		ph_explain((struct ph_span){ exact, n }, &e);
		check_int(e.code, n >= 3 ? 550 : 0);
		check_int(e.enhanced[0], n >= 9 ? 5 : 0);
	}
}

static void test_codes_parsed(void)
{
	const uint16_t none[3] = { 0 };
	const uint16_t full[3] = { 5, 2, 2 };
	struct ph_explanation e;

	check_case("parsed", 0);
	ph_explain_codes(552, full, &e);
	check_str(e.setting, "recipient");
	check(e.by_enhanced);
	ph_explain_codes(552, none, &e);
	check_str(e.setting, "size");
	ph_explain_codes(0, none, &e);
	check(!e.known && e.nature == PH_NATURE_UNKNOWN);
	check(e.advice != NULL);
}

int main(void)
{
	test_codes();
	test_registry();
	test_details();
	test_texts();
	test_cut();
	test_codes_parsed();
	return check_end();
}
