#include "check.h"
#include "smtp/pipeline.h"

static struct ph_pipeline p;

static void add(enum ph_step step, uint64_t end)
{
	struct ph_pipeline_entry e = { .step = step, .end = end };

	ph_pipeline_add(&p, &e);
}

static void test_cursors(void)
{
	ph_pipeline_init(&p);
	check(ph_pipeline_is_empty(&p));
	check(ph_pipeline_oldest(&p) == NULL);
	check(!ph_pipeline_awaits(&p));

	add(PH_STEP_MAIL, 10);
	add(PH_STEP_RCPT, 20);
	add(PH_STEP_DATA, 26);
	check_int(ph_pipeline_room(&p), PH_PIPELINE_MAX - 3);
	/* A command is sent with its last octet, not before. */
	ph_pipeline_sent(&p, 9);
	check(!ph_pipeline_awaits(&p));
	check_int(ph_pipeline_oldest(&p)->step, PH_STEP_MAIL);
	ph_pipeline_sent(&p, 25);
	check(ph_pipeline_awaits(&p));
	check_int(ph_pipeline_answer(&p).step, PH_STEP_MAIL);
	check_int(ph_pipeline_answer(&p).step, PH_STEP_RCPT);
	check(!ph_pipeline_awaits(&p));
	check(!ph_pipeline_is_empty(&p));
	ph_pipeline_sent(&p, 26);
	check_int(ph_pipeline_answer(&p).step, PH_STEP_DATA);
	check(ph_pipeline_is_empty(&p));
}

/* Round and round the ring, full and nearly empty. */
static void test_ring(void)
{
	uint64_t octet = 0;
	size_t rcpt = 0;
	size_t answered = 0;

	ph_pipeline_init(&p);
	for (size_t round = 0; round < 5; round++) {
		while (ph_pipeline_room(&p) > 0) {
			struct ph_pipeline_entry e = { .step = PH_STEP_RCPT,
				.rcpt = rcpt++,
				.end = ++octet };

			ph_pipeline_add(&p, &e);
		}
		ph_pipeline_sent(&p, octet);
		for (size_t i = 0; i < PH_PIPELINE_MAX - round; i++)
			check_int(ph_pipeline_answer(&p).rcpt, answered++);
	}
	check_int(rcpt - answered, 4);
}

int main(void)
{
	test_cursors();
	test_ring();
	return check_end();
}
