#include "base/outcome.h"

static const char *const names[] = {
	[PH_PENDING] = "pending",
	[PH_DELIVERED] = "delivered",
	[PH_RETRY] = "retry",
	[PH_FAILED] = "failed",
	[PH_UNSURE] = "unsure",
	[PH_PARTIAL] = "partial",
	[PH_QUEUED] = "queued",
};

const char *ph_outcome_name(enum ph_outcome outcome)
{
	return names[outcome];
}

enum ph_outcome ph_outcome_join(enum ph_outcome sofar, enum ph_outcome one)
{
	if (sofar == PH_PENDING || sofar == one)
		return one;
	return PH_PARTIAL;
}
