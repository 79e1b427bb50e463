#include "check.h"
#include "failalloc.h"
#include "freewatch.h"
#include "talk.h"

/* Every conversation with every allocation failing once, and with an eye on
   what is given back. */

static enum ph_err talk(void *ctx)
{
	const struct talk *row = ctx;
	struct ph_tunnel_options opt = talk_options(row);
	PH_CLEANUP(ph_tunnel_freep) struct ph_tunnel *t = NULL;
	struct ph_fault fault = { 0 };
	size_t token = 0;
	enum ph_err err = ph_tunnel_new(&opt, &t, &fault);

	if (err != PH_OK)
		return err;
	for (size_t i = 0; i < TALK_STEPS_MAX; i++) {
		if (ph_tunnel_state(t) == PH_TUNNEL_RECONNECT)
			ph_tunnel_restart(t);
		if (ph_tunnel_state(t) != PH_TUNNEL_TALKING)
			break;
		ph_tunnel_sent(t, ph_tunnel_pending(t).len);
		ph_tunnel_receive(t, row->steps[i].give);
		talk_give(row, &token, t);
		if (row->steps[i].hangs_up)
			ph_tunnel_lost(t, NULL);
	}
	if (ph_tunnel_state(t) == PH_TUNNEL_FAILED &&
	    ph_tunnel_fault(t)->cause == PH_CAUSE_NO_MEMORY)
		return PH_ENOMEM;
	check(ph_tunnel_state(t) != PH_TUNNEL_FAILED ||
	    ph_tunnel_fault(t)->cause == row->cause);
	return PH_OK;
}

int main(void)
{
	size_t failed = 0;

	freewatch_for("op3n");
	for (size_t i = 0; i < talk_count; i++) {
		struct talk row = talks[i];

		check_case(row.name, i);
		failed += failalloc_run_any(talk, &row);
	}
	check(failed > 500);
	check_int(freewatch_found(), 0);
	/* In base64, too. */
	freewatch_for("YW5uOm9wM246cyJzYW1l");
	for (size_t i = 0; i < talk_count; i++) {
		struct talk row = talks[i];

		check(talk(&row) == PH_OK);
	}
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	return check_end();
}
