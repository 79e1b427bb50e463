#include "lib/problem.h"

#include "check.h"

/* What a program is told of a fault: what it can do about it. */
static const struct {
	enum ph_cause cause;
	enum ph_status status;
	const char *name;
} causes[] = {
	{ PH_CAUSE_NONE, PH_STATUS_OK, "ok" },
	{ PH_CAUSE_USAGE, PH_STATUS_ARGUMENT, "argument" },
	{ PH_CAUSE_BAD_ADDRESS, PH_STATUS_INPUT, "input" },
	{ PH_CAUSE_INPUT_NOT_FOUND, PH_STATUS_INPUT, "input" },
	{ PH_CAUSE_CONFIG, PH_STATUS_CONFIG, "config" },
	{ PH_CAUSE_CERT_EXPIRED, PH_STATUS_CONFIG, "config" },
	{ PH_CAUSE_HOST_NOT_FOUND, PH_STATUS_NO_HOST, "no-host" },
	{ PH_CAUSE_CONNECT_REFUSED, PH_STATUS_TEMPORARY, "temporary" },
	{ PH_CAUSE_AUTH_REFUSED, PH_STATUS_LOGIN, "login" },
	{ PH_CAUSE_SENDER_REFUSED, PH_STATUS_REFUSED, "refused" },
	{ PH_CAUSE_LOST_AFTER_DOT, PH_STATUS_UNSURE, "unsure" },
	{ PH_CAUSE_OTHER_PROTOCOL, PH_STATUS_PROTOCOL, "protocol" },
	{ PH_CAUSE_INPUT_CHANGED, PH_STATUS_SYSTEM, "system" },
	{ PH_CAUSE_CANNOT_CREATE, PH_STATUS_SYSTEM, "system" },
	{ PH_CAUSE_NO_MEMORY, PH_STATUS_SYSTEM, "system" },
	{ PH_CAUSE_INTERNAL, PH_STATUS_SYSTEM, "system" },
};

static void test_status(void)
{
	for (size_t i = 0; i < PH_COUNT(causes); i++) {
		struct ph_lib_problem p;
		struct ph_fault f = { 0 };

		check_case(causes[i].name, i);
		ph_lib_problem_clear(&p);
		if (causes[i].cause != PH_CAUSE_NONE) {
			ph_fault_set(
			    &f, causes[i].cause, PH_STAGE_CONFIG, "why");
		}
		check_int(ph_lib_problem_set(&p, &f), causes[i].status);
		check_int(p.pub.status, causes[i].status);
		check_str(
		    p.pub.text, causes[i].cause == PH_CAUSE_NONE ? "" : "why");
		check_str(ph_status_name(causes[i].status), causes[i].name);
	}
	check_case(NULL, 0);
}

/* The text outlives the fault, and goes with the next that is none. */
static void test_own_text(void)
{
	struct ph_lib_problem p;
	struct ph_fault f = { 0 };

	ph_lib_problem_clear(&p);
	ph_fault_set(&f, PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, "no");
	f.code = 550;
	check_int(ph_lib_problem_set(&p, &f), PH_STATUS_REFUSED);
	f.text[0] = 'x';
	check_str(p.pub.text, "no");
	check_str(p.pub.stage, "mail");
	check_int(p.pub.code, 550);
	check_int(ph_lib_problem_memory(&p), PH_STATUS_SYSTEM);
	check_str(p.pub.cause, "no-memory");
	check_int(p.pub.code, 0);
	f = (struct ph_fault){ 0 };
	check_int(ph_lib_problem_set(&p, &f), PH_STATUS_OK);
	check_str(p.pub.cause, "none");
	check_str(p.pub.text, "");
}

static void test_fates(void)
{
	static const struct {
		enum ph_outcome outcome;
		enum ph_fate fate;
		const char *name;
	} fates[] = {
		{ PH_DELIVERED, PH_FATE_DELIVERED, "delivered" },
		{ PH_QUEUED, PH_FATE_DELIVERED, "delivered" },
		{ PH_RETRY, PH_FATE_RETRY, "retry" },
		{ PH_PENDING, PH_FATE_RETRY, "retry" },
		{ PH_FAILED, PH_FATE_FAILED, "failed" },
		{ PH_UNSURE, PH_FATE_UNSURE, "unsure" },
		{ PH_PARTIAL, PH_FATE_PARTIAL, "partial" },
	};

	for (size_t i = 0; i < PH_COUNT(fates); i++) {
		check_case(ph_outcome_name(fates[i].outcome), i);
		check_int(ph_lib_fate(fates[i].outcome), fates[i].fate);
		check_str(ph_fate_name(fates[i].fate), fates[i].name);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_status();
	test_own_text();
	test_fates();
	return check_end();
}
