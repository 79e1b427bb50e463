#include "check.h"
#include "smtp/step.h"

#include <stdint.h>

static const struct {
	enum ph_step step;
	uint16_t code;
	enum ph_verdict verdict;
} verdicts[] = {
	{ PH_STEP_GREETING, 220, PH_VERDICT_GOOD },
	{ PH_STEP_GREETING, 200, PH_VERDICT_NONSENSE },
	{ PH_STEP_GREETING, 221, PH_VERDICT_NONSENSE },
	{ PH_STEP_GREETING, 554, PH_VERDICT_REFUSED },
	{ PH_STEP_GREETING, 450, PH_VERDICT_DEFERRED },
	{ PH_STEP_GREETING, 421, PH_VERDICT_CLOSING },
	{ PH_STEP_EHLO, 250, PH_VERDICT_GOOD },
	{ PH_STEP_EHLO, 220, PH_VERDICT_NONSENSE },
	{ PH_STEP_HELO, 250, PH_VERDICT_GOOD },
	{ PH_STEP_HELO, 334, PH_VERDICT_NONSENSE },
	{ PH_STEP_STARTTLS, 220, PH_VERDICT_GOOD },
	{ PH_STEP_STARTTLS, 250, PH_VERDICT_NONSENSE },
	{ PH_STEP_STARTTLS, 454, PH_VERDICT_DEFERRED },
	{ PH_STEP_AUTH, 235, PH_VERDICT_GOOD },
	{ PH_STEP_AUTH, 334, PH_VERDICT_MORE },
	{ PH_STEP_AUTH, 250, PH_VERDICT_NONSENSE },
	{ PH_STEP_AUTH, 535, PH_VERDICT_REFUSED },
	{ PH_STEP_AUTH_CANCEL, 501, PH_VERDICT_REFUSED },
	{ PH_STEP_AUTH_CANCEL, 235, PH_VERDICT_NONSENSE },
	{ PH_STEP_AUTH_CANCEL, 334, PH_VERDICT_NONSENSE },
	{ PH_STEP_MAIL, 250, PH_VERDICT_GOOD },
	{ PH_STEP_MAIL, 354, PH_VERDICT_NONSENSE },
	{ PH_STEP_RCPT, 251, PH_VERDICT_GOOD },
	{ PH_STEP_RCPT, 252, PH_VERDICT_GOOD },
	{ PH_STEP_RCPT, 334, PH_VERDICT_NONSENSE },
	{ PH_STEP_DATA, 354, PH_VERDICT_GOOD },
	{ PH_STEP_DATA, 334, PH_VERDICT_NONSENSE },
	{ PH_STEP_DATA, 250, PH_VERDICT_NONSENSE },
	{ PH_STEP_DATA, 421, PH_VERDICT_CLOSING },
	{ PH_STEP_DOT, 250, PH_VERDICT_GOOD },
	{ PH_STEP_DOT, 354, PH_VERDICT_NONSENSE },
	{ PH_STEP_BDAT, 250, PH_VERDICT_GOOD },
	{ PH_STEP_BDAT, 503, PH_VERDICT_REFUSED },
	{ PH_STEP_RSET, 250, PH_VERDICT_GOOD },
	{ PH_STEP_NOOP, 599, PH_VERDICT_REFUSED },
	{ PH_STEP_QUIT, 221, PH_VERDICT_GOOD },
	{ PH_STEP_QUIT, 421, PH_VERDICT_CLOSING },
};

static void test_verdicts(void)
{
	for (size_t i = 0; i < PH_COUNT(verdicts); i++) {
		struct ph_reply r = { .code = verdicts[i].code };

		check_case("verdict", i);
		check_int(
		    ph_step_judge(verdicts[i].step, &r), verdicts[i].verdict);
	}
}

static const struct {
	enum ph_step step;
	enum ph_stage stage;
	ph_msec seconds; /* RFC 5321 4.5.3.2 */
} rows[PH_STEP_COUNT] = {
	{ PH_STEP_GREETING, PH_STAGE_GREETING, 300 },
	{ PH_STEP_EHLO, PH_STAGE_EHLO, 300 },
	{ PH_STEP_HELO, PH_STAGE_EHLO, 300 },
	{ PH_STEP_STARTTLS, PH_STAGE_TLS, 120 },
	{ PH_STEP_AUTH, PH_STAGE_AUTH, 120 },
	{ PH_STEP_AUTH_CANCEL, PH_STAGE_AUTH, 120 },
	{ PH_STEP_MAIL, PH_STAGE_MAIL, 300 },
	{ PH_STEP_RCPT, PH_STAGE_RCPT, 300 },
	{ PH_STEP_DATA, PH_STAGE_DATA, 120 },
	{ PH_STEP_DOT, PH_STAGE_DATA, 600 },
	{ PH_STEP_BDAT, PH_STAGE_DATA, 600 },
	{ PH_STEP_RSET, PH_STAGE_MAIL, 30 },
	{ PH_STEP_NOOP, PH_STAGE_MAIL, 30 },
	{ PH_STEP_QUIT, PH_STAGE_QUIT, 30 },
};

static void test_rows(void)
{
	struct ph_smtp_timeouts none = { 0 };
	struct ph_smtp_timeouts own = { .greeting = 1,
		.ehlo = 2,
		.tls = 3,
		.auth = 4,
		.mail = 5,
		.rcpt = 6,
		.data = 7,
		.block = 8,
		.final = 9,
		.quit = 10 };
	static const ph_msec want[PH_STEP_COUNT] = { 1, 2, 2, 3, 4, 4, 5, 6, 7,
		9, 9, 10, 10, 10 };

	for (size_t i = 0; i < PH_STEP_COUNT; i++) {
		check_case("row", i);
		check_int(rows[i].step, i);
		check_int(ph_step_stage(rows[i].step), rows[i].stage);
		check_int(ph_step_timeout(rows[i].step, &none),
		    rows[i].seconds * 1000);
		check_int(ph_step_timeout(rows[i].step, &own), want[i]);
		check(ph_step_name(rows[i].step) != NULL);
	}
	check_int(ph_step_block_timeout(&none), 180000);
	check_int(ph_step_block_timeout(&own), 8);
}

static const struct {
	struct ph_reply reply;
	bool is_limit;
} limits[] = {
	{ { 552, { 0 }, 1, PH_SPAN_INIT("Too many recipients") }, true },
	{ { 552, { 5, 5, 3 }, 1, PH_SPAN_INIT("no") }, true },
	{ { 552, { 5, 2, 2 }, 1, PH_SPAN_INIT("too many messages") }, false },
	{ { 552, { 0 }, 1, PH_SPAN_INIT("mailbox full") }, false },
	{ { 550, { 5, 5, 3 }, 1, PH_SPAN_INIT("too many") }, false },
};

static void test_limits(void)
{
	for (size_t i = 0; i < PH_COUNT(limits); i++) {
		check_case("limit", i);
		check_int(ph_step_is_rcpt_limit(&limits[i].reply),
		    limits[i].is_limit);
	}
}

int main(void)
{
	test_verdicts();
	test_rows();
	test_limits();
	return check_end();
}
