#include "lib/problem.h"

#include "diagnose/cause.h"

static enum ph_status status_of_exit(enum ph_exit code)
{
	switch (code) {
	case PH_EXIT_OK:
		return PH_STATUS_OK;
	case PH_EXIT_USAGE:
		return PH_STATUS_ARGUMENT;
	case PH_EXIT_DATAERR:
	case PH_EXIT_NOINPUT:
		return PH_STATUS_INPUT;
	case PH_EXIT_NOHOST:
		return PH_STATUS_NO_HOST;
	case PH_EXIT_REFUSED:
		return PH_STATUS_REFUSED;
	case PH_EXIT_TEMPFAIL:
		return PH_STATUS_TEMPORARY;
	case PH_EXIT_PROTOCOL:
		return PH_STATUS_PROTOCOL;
	case PH_EXIT_NOPERM:
		return PH_STATUS_LOGIN;
	case PH_EXIT_CONFIG:
		return PH_STATUS_CONFIG;
	case PH_EXIT_UNKNOWN:
	case PH_EXIT_INTERNAL:
	case PH_EXIT_CANTCREAT:
	case PH_EXIT_IOERR:
	case PH_EXIT_PIPE: /* never of a fault */
		return PH_STATUS_SYSTEM;
	}
	return PH_STATUS_SYSTEM;
}

static enum ph_status status_of(const struct ph_fault *f)
{
	if (f->cause == PH_CAUSE_LOST_AFTER_DOT)
		return PH_STATUS_UNSURE;
	return status_of_exit(ph_fault_exit(f));
}

void ph_lib_problem_clear(struct ph_lib_problem *p)
{
	p->fault.cause = PH_CAUSE_NONE;
	p->pub = (struct ph_problem){
		.cause = "none",
		.stage = "",
		.setting = "none",
		.text = "",
		.advice = "",
		.enhanced = "",
	};
}

enum ph_status ph_lib_problem_set(
    struct ph_lib_problem *p, const struct ph_fault *fault)
{
	if (!ph_fault_is_set(fault)) {
		ph_lib_problem_clear(p);
		return PH_STATUS_OK;
	}
	p->fault = *fault;
	ph_enhanced_write(fault->enhanced, p->enhanced);
	p->pub = (struct ph_problem){
		.status = status_of(&p->fault),
		.cause = ph_cause_name(p->fault.cause),
		.stage = ph_stage_name(p->fault.stage),
		.setting = ph_fault_setting(&p->fault),
		.text = p->fault.text,
		.advice = ph_fault_advice(&p->fault),
		.code = p->fault.code,
		.enhanced = p->enhanced,
	};
	return p->pub.status;
}

enum ph_status ph_lib_problem_argument(
    struct ph_lib_problem *p, const char *text)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", text);
	ph_fault_advise(&f, "see posthaste.h, or libposthaste(3)");
	(void)ph_lib_problem_set(p, &f);
	p->pub.status = PH_STATUS_ARGUMENT;
	return PH_STATUS_ARGUMENT;
}

enum ph_status ph_lib_problem_memory(struct ph_lib_problem *p)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, "out of memory");
	return ph_lib_problem_set(p, &f);
}

enum ph_fate ph_lib_fate(enum ph_outcome outcome)
{
	switch (outcome) {
	case PH_DELIVERED:
	case PH_QUEUED:
		return PH_FATE_DELIVERED;
	case PH_FAILED:
		return PH_FATE_FAILED;
	case PH_UNSURE:
		return PH_FATE_UNSURE;
	case PH_PARTIAL:
		return PH_FATE_PARTIAL;
	case PH_PENDING:
	case PH_RETRY:
		break;
	}
	return PH_FATE_RETRY;
}

const char *ph_status_name(enum ph_status status)
{
	static const char *const names[] = {
		[PH_STATUS_OK] = "ok",
		[PH_STATUS_ARGUMENT] = "argument",
		[PH_STATUS_INPUT] = "input",
		[PH_STATUS_CONFIG] = "config",
		[PH_STATUS_NO_HOST] = "no-host",
		[PH_STATUS_TEMPORARY] = "temporary",
		[PH_STATUS_LOGIN] = "login",
		[PH_STATUS_REFUSED] = "refused",
		[PH_STATUS_UNSURE] = "unsure",
		[PH_STATUS_PROTOCOL] = "protocol",
		[PH_STATUS_SYSTEM] = "system",
	};

	return (size_t)status < PH_COUNT(names) ? names[status] : "unknown";
}

const char *ph_fate_name(enum ph_fate fate)
{
	static const char *const names[] = {
		[PH_FATE_DELIVERED] = "delivered",
		[PH_FATE_RETRY] = "retry",
		[PH_FATE_FAILED] = "failed",
		[PH_FATE_UNSURE] = "unsure",
		[PH_FATE_PARTIAL] = "partial",
	};

	return (size_t)fate < PH_COUNT(names) ? names[fate] : "unknown";
}
