#include "deliver/probe.h"

#include "check.h"
#include "rig.h"

#include <string.h>

/* A probe goes as far as EHLO, and has nothing to prove itself by. */

static const struct step open[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO client.example.com"),
	SEND("250-mail.example.com"),
	SEND("250 AUTH PLAIN"),
	EXPECT("QUIT"),
	SEND("221 2.0.0 Bye"),
	CLOSE,
};

static const struct step refusing[] = {
	SEND("554 5.7.1 no"),
	EXPECT("QUIT"),
	CLOSE,
};

static const struct step silent[] = {
	{ STEP_END, NULL },
};

struct bench {
	struct rig rig;
	struct ph_probes *probes;
	char notes[4096];
};

static void note(void *ctx, const struct ph_trace *t)
{
	struct bench *b = ctx;
	size_t len = strlen(b->notes);

	check_int(t->dir, PH_DIR_NOTE);
	if (len + t->line.len + 2 < sizeof(b->notes)) {
		memcpy(b->notes + len, t->line.ptr, t->line.len);
		memcpy(b->notes + len + t->line.len, "\n", 2);
	}
}

static void begin(struct bench *b)
{
	const struct ph_probes_options opt = {
		.connection = &b->rig.conn,
		.step_max = 200,
		.trace = note,
		.trace_ctx = b,
	};

	b->notes[0] = '\0';
	rig_login(&b->rig, "open sesame", "PLAIN");
	check_int(ph_probes_new(b->rig.loop, &opt, &b->probes), PH_OK);
}

static struct ph_probe_target target(const struct bench *b)
{
	return (struct ph_probe_target){ .host = b->rig.conn.host,
		.port = b->rig.conn.port,
		.encryption = PH_ENCRYPTION_NONE };
}

static void end(struct bench *b)
{
	ph_probes_free(b->probes);
	rig_release(&b->rig);
}

static void test_good(void)
{
	struct bench b;
	struct ph_probe_target t;
	const struct ph_probe *p;

	RIG_INIT(&b.rig, open);
	begin(&b);
	t = target(&b);
	check_int(ph_probes_add(b.probes, &t), PH_OK);
	/* the same again is none */
	check_int(ph_probes_add(b.probes, &t), PH_EINVAL);
	check_int(ph_probes_count(b.probes), 1);
	ph_probes_run(b.probes, 5000, NULL, NULL);
	p = ph_probes_at(b.probes, 0);
	check(p->is_over && p->is_good && p->has_login);
	check(!ph_fault_is_set(&p->fault));
	check_str(p->facts->greeting, "220 mail.example.com ESMTP");
	check(strstr(rig_log(&b.rig), "AUTH") == NULL);
	check(strstr(b.notes, "> EHLO client.example.com") != NULL);
	check(strstr(b.notes, "< 220 mail.example.com ESMTP") != NULL);
	end(&b);
}

static void test_refused(void)
{
	struct bench b;
	struct ph_probe_target t;
	const struct ph_probe *p;

	RIG_INIT(&b.rig, refusing);
	begin(&b);
	t = target(&b);
	check_int(ph_probes_add(b.probes, &t), PH_OK);
	ph_probes_run(b.probes, 5000, NULL, NULL);
	p = ph_probes_at(b.probes, 0);
	check(p->is_over && !p->is_good);
	check_int(p->fault.cause, PH_CAUSE_GREETING_REFUSED);
	end(&b);
}

static size_t ticks;

static void tick(void *ctx, size_t over, size_t all)
{
	ticks++;
	check_int(all, 1);
	check_int(over, 0);
	ph_probes_interrupt(ctx);
}

/* It is given up when the time is over, or when somebody says so. */
static void test_late(void)
{
	struct bench b;
	struct ph_probe_target t;

	RIG_INIT(&b.rig, silent);
	b.rig.conn.timeout = 60000;
	begin(&b);
	t = target(&b);
	check_int(ph_probes_add(b.probes, &t), PH_OK);
	ph_probes_run(b.probes, 5, NULL, NULL);
	check(!ph_probes_at(b.probes, 0)->is_over);
	check(!ph_probes_interrupted(b.probes));
	ticks = 0;
	ph_probes_run(b.probes, 60000, tick, b.probes);
	check_int(ticks, 1);
	check(ph_probes_interrupted(b.probes));
	end(&b);
}

static void test_limits(void)
{
	struct bench b;
	struct ph_probe_target t;

	RIG_INIT(&b.rig, silent);
	begin(&b);
	t = target(&b);
	t.host = "not a host";
	check_int(ph_probes_add(b.probes, &t), PH_EINVAL);
	t = target(&b);
	for (int i = 0; i < PH_PROBES_MAX; i++) {
		t.port = (uint16_t)(1 + i);
		check_int(ph_probes_add(b.probes, &t), PH_OK);
	}
	t.port = 99;
	check_int(ph_probes_add(b.probes, &t), PH_EINVAL);
	check_int(ph_probes_count(b.probes), PH_PROBES_MAX);
	end(&b);
}

int main(void)
{
	test_good();
	test_refused();
	test_late();
	test_limits();
	return check_end();
}
