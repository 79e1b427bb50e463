#include "cli/progress.h"

#include <string.h>
#include <unistd.h>

enum {
	WAIT_MS = 1000,
	STEP_MS = 200,
	BAR_LEN = 30,
	LINE_MAX_LEN = 80
};

void ph_progress_line(uint64_t done, uint64_t all, char *out, size_t out_size)
{
	static const char full[BAR_LEN + 1] = "==============================";
	const double mib = 1024 * 1024;
	double part = all == 0 ? 1 : (double)done / (double)all;
	int filled;

	if (part > 1)
		part = 1;
	filled = (int)(part * BAR_LEN);
	(void)snprintf(out, out_size, "[%.*s%*s] %3d %%  %.1f of %.1f MiB",
	    filled, full, BAR_LEN - filled, "", (int)(part * 100),
	    part * (double)all / mib, (double)all / mib);
}

static void tick(void *ctx)
{
	struct ph_progress *p = ctx;
	ph_msec now = ph_loop_now(p->loop);
	uint64_t done = ph_session_facts(p->session)->content_octets;
	char line[LINE_MAX_LEN];

	ph_timer_set(p->timer, now + STEP_MS);
	/* Greeting and login are no part of it: it starts with the content. */
	if (done == 0 || now - p->begun_ms < WAIT_MS)
		return;
	ph_progress_line(done, p->octets, line, sizeof(line));
	(void)fprintf(stderr, "\r%s", line);
	(void)fflush(stderr);
	p->shown = true;
}

void ph_progress_begin(struct ph_progress *p, const struct ph_cli *cli,
    struct ph_loop *loop, const struct ph_session *session, uint64_t octets)
{
	if (cli->quiet || !isatty(STDERR_FILENO))
		return;
	p->loop = loop;
	p->session = session;
	p->octets = octets;
	ph_loop_update(loop);
	p->begun_ms = ph_loop_now(loop);
	if (ph_timer_new(loop, tick, p, &p->timer) == PH_OK)
		ph_timer_set(p->timer, p->begun_ms + STEP_MS);
}

void ph_progress_end(struct ph_progress *p)
{
	if (p->shown)
		(void)fprintf(stderr, "\r%*s\r", LINE_MAX_LEN - 1, "");
	ph_timer_free(p->timer);
	*p = (struct ph_progress){ 0 };
}
