#include "check.h"
#include "deliver/lesson.h"

static struct ph_ehlo ehlo;
static struct ph_tls_info tls = {
	.version = "TLSv1.3",
	.verified = true,
	.has_certificate = true,
	.certificate.spki_sha256 = "ab",
};

static void offer(const char *text)
{
	struct ph_reply r = { .code = 250, .text = ph_span_of(text) };

	ph_ehlo_parse(&r, &ehlo);
}

static struct ph_session_facts facts(void)
{
	return (struct ph_session_facts){
		.host = "h",
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.tls = &tls,
		.ehlo = &ehlo,
		.mechanism = "",
		.stage = PH_STAGE_MAIL,
	};
}

static void test_offer(void)
{
	struct ph_session_facts f = facts();
	struct ph_lesson l;

	offer("mail\nAUTH PLAIN LOGIN\nSIZE");
	check(ph_lesson_make(&f, 99, &l));
	check(l.news.good && l.news.starttls && l.news.has_offer);
	check_int(l.news.now, 99);
	check_int(l.news.port, 587);
	check(ph_span_eq(l.news.host, PH_SPAN("h")));
	check(ph_span_eq(l.news.version, PH_SPAN("TLSv1.3")));
	check(ph_span_eq(l.news.key, PH_SPAN("ab")));
	check_int(l.news.offered_count, 2);
	check(ph_span_eq(l.news.offered[1], PH_SPAN("LOGIN")));
	check(!l.news.is_poorer);

	f.encryption = PH_ENCRYPTION_BEFORE_CONNECT;
	f.is_poorer = true;
	check(ph_lesson_make(&f, 99, &l));
	check(!l.news.starttls && l.news.is_poorer);
}

/* What is no offer: before STARTTLS, without EHLO, in the midst. */
static void test_no_offer(void)
{
	struct ph_session_facts f = facts();
	struct ph_lesson l;

	offer("mail\nAUTH PLAIN");
	f.tls = NULL;
	f.stage = PH_STAGE_TLS;
	check(!ph_lesson_make(&f, 99, &l));
	/* `wanted` that went on in clear. */
	f.stage = PH_STAGE_AUTH;
	check(ph_lesson_make(&f, 99, &l));
	check(!l.news.good && l.news.has_offer && l.news.key.len == 0);
	f.stage = PH_STAGE_EHLO;
	f.encryption = PH_ENCRYPTION_NONE;
	check(ph_lesson_make(&f, 99, &l));
	f.ehlo = NULL;
	check(!ph_lesson_make(&f, 99, &l));
	/* TLS is up and the second EHLO not answered. */
	f = facts();
	ph_ehlo_clear(&ehlo);
	check(ph_lesson_make(&f, 99, &l));
	check(!l.news.has_offer && l.news.key.len > 0);
}

static void test_attempts(void)
{
	static const struct ph_session_attempt attempts[] = {
		{ .mechanism = "NTLM", .end = PH_ATTEMPT_LOCAL, .ms = 1 },
		{ .mechanism = "CRAM-MD5", .end = PH_ATTEMPT_BROKEN, .ms = 2 },
		{ .mechanism = "LOGIN", .end = PH_ATTEMPT_REFUSED, .ms = 3 },
		{ .mechanism = "X", .end = PH_ATTEMPT_DEFERRED, .ms = 4 },
		{ .mechanism = "PLAIN", .end = PH_ATTEMPT_WORKED, .ms = -5 },
	};
	struct ph_session_facts f = facts();
	struct ph_lesson l;

	f.attempts = attempts;
	f.attempt_count = 4;
	check(ph_lesson_make(&f, 99, &l));
	check_int(l.news.attempt_count, 1);
	check(!l.news.attempts[0].worked);
	check_int(l.news.attempts[0].ms, 2);
	/* Another one took the password that LOGIN was refused with. */
	f.attempt_count = 5;
	f.mechanism = "PLAIN";
	check(ph_lesson_make(&f, 99, &l));
	check_int(l.news.attempt_count, 3);
	check(ph_span_eq(l.news.attempts[1].mechanism, PH_SPAN("LOGIN")));
	check(!l.news.attempts[1].worked);
	check(l.news.attempts[2].worked);
	check_int(l.news.attempts[2].ms, 0);
}

int main(void)
{
	test_offer();
	test_no_offer();
	test_attempts();
	return check_end();
}
