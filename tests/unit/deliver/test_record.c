#include "deliver/record.h"

#include "check.h"

#include <string.h>

static struct ph_ehlo ehlo;
static struct ph_tls_info tls = {
	.version = "TLSv1.3",
	.verified = true,
	.has_certificate = true,
	.certificate = { .not_after = "2026-11-28T04:26:40Z",
	    .spki_sha256 = "ab" },
};

static struct ph_session_facts facts(const char *offers)
{
	struct ph_reply r = { .code = 250, .text = ph_span_of(offers) };

	ph_ehlo_parse(&r, &ehlo);
	return (struct ph_session_facts){
		.host = "h.example.com",
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.tls = &tls,
		.ehlo = &ehlo,
		.mechanism = "PLAIN",
		.greeting = "220 h",
		.stage = PH_STAGE_AUTH,
		.timing = { 0.4, 1.6, -1, 30, 25, 4, 110.5, -1, 190 },
	};
}

static void test_good(void)
{
	struct ph_session_facts f =
	    facts("mail\nPIPELINING\nSIZE 1000\nAUTH PLAIN LOGIN\nAUTH=PLAIN");
	const struct ph_fault none = { 0 };
	struct ph_history_test t;

	ph_record_make(&f, &none, 99, &t);
	check_int(t.at, 99);
	check_str(t.host, "h.example.com");
	check_int(t.port, 587);
	check_str(t.mode, "after-connect");
	check(t.ok);
	check_str(t.stage, "auth");
	check_str(t.cause, "none");
	check_int(t.code, 0);
	check_int(t.ms[PH_HISTORY_DNS], 0);
	check_int(t.ms[PH_HISTORY_CONNECT], 2);
	check_int(t.ms[PH_HISTORY_PROXY], -1);
	check_int(t.ms[PH_HISTORY_AUTH], 111);
	check_int(t.ms[PH_HISTORY_TOTAL], 190);
	check_str(t.version, "TLSv1.3");
	check(t.verified);
	check_int(t.not_after, 1795840000);
	check_str(t.key, "ab");
	check_str(t.mechanism, "PLAIN");
	check(t.has_offer);
	check_int(t.offer_count, 5);
	check(ph_history_offers(&t, "SIZE"));
	check(ph_history_offers(&t, "AUTH"));
	check(ph_history_offers(&t, "AUTH=LOGIN"));
}

static void test_bad(void)
{
	struct ph_session_facts f = facts("mail\nSTARTTLS");
	const struct ph_fault fault = { .cause = PH_CAUSE_TLS_REFUSED,
		.stage = PH_STAGE_TLS,
		.code = 454 };
	struct ph_history_test t;

	f.tls = NULL;
	f.mechanism = "";
	f.stage = PH_STAGE_EHLO;
	ph_record_make(&f, &fault, 99, &t);
	check(!t.ok);
	check_str(t.stage, "tls");
	check_str(t.cause, "tls-refused");
	check_int(t.code, 454);
	check_str(t.version, "");
	/* before STARTTLS, where it was to come */
	check(!t.has_offer);
	f.encryption = PH_ENCRYPTION_NONE;
	ph_record_make(&f, &fault, 99, &t);
	check(t.has_offer && ph_history_offers(&t, "STARTTLS"));
	f.ehlo = NULL;
	ph_record_make(&f, &fault, 99, &t);
	check(!t.has_offer);
}

int main(void)
{
	test_good();
	test_bad();
	return check_end();
}
