#include "base/utf8.h"
#include "inject/plan.h"

#include <assert.h>
#include <stdlib.h>

/* The text of --fault, and a session that comes by all stages under it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_decision(
    const struct ph_inject_decision *d, enum ph_smtpd_stage stage)
{
	assert(d->wait >= 0 && d->drip >= 0);
	assert(d->without_count <= PH_INJECT_EDITS_MAX);
	assert(d->with_count <= PH_INJECT_EDITS_MAX);
	assert(d->by_count <= PH_INJECT_EDITS_MAX);
	assert((d->action == PH_INJECT_REPLY) == (d->reply != NULL));
	if (d->reply != NULL)
		assert(ph_smtpd_reply_fits(d->reply));
	if (d->action == PH_INJECT_CERTIFICATE)
		assert(d->certificate != PH_INJECT_SOUND);
	if (d->without_count + d->with_count > 0)
		assert(stage == PH_SMTPD_STAGE_EHLO);
}

static void pass(struct ph_inject_plan *plan)
{
	struct ph_inject_session session = { 0 };

	ph_inject_session_begin(plan, &session);
	for (int stage = 1; stage < PH_SMTPD_STAGE_COUNT; stage++) {
		struct ph_inject_decision d;
		struct ph_inject_moment m = {
			.stage = (enum ph_smtpd_stage)stage,
			.subject = PH_SPAN("bob@example.com"),
			.user = PH_SPAN("ann@example.com"),
			.secure = stage % 2 == 0,
			.octets = 20000,
			.now = 1000 * stage,
		};

		ph_inject_decide(plan, &session, &m, &d);
		check_decision(&d, m.stage);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };
	struct ph_inject_complaint why = { 0 };
	struct ph_inject_plan *plan = NULL;
	enum ph_err err =
	    ph_inject_plan_new(1, &ph_inject_likenesses[0], &plan);

	if (err != PH_OK)
		return 0;
	err = ph_inject_plan_add(plan, text, &why);
	assert(err == PH_OK || err == PH_EINVAL);
	assert((err == PH_EINVAL) == (why.text[0] != '\0'));
	if (err == PH_EINVAL) {
		struct ph_inject_complaint again = { 0 };

		assert(memchr(why.text, '\0', sizeof(why.text)) != NULL);
		err = ph_inject_plan_add(plan, ph_span_of(why.example), &again);
		assert(err == PH_OK);
	}
	for (int i = 0; i < 4; i++)
		pass(plan);
	err = ph_inject_plan_limit(plan, text);
	assert(err == PH_OK || err == PH_EINVAL);
	ph_inject_plan_free(plan);
	return 0;
}
