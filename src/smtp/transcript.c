#include "smtp/engine.h"

#include <stdio.h>

static void add_trace(struct ph_smtp_client *c, enum ph_smtp_dir dir,
    enum ph_stage stage, struct ph_span line)
{
	struct ph_event ev = {
		.type = PH_SMTP_TRACE, .dir = dir, .stage = stage
	};

	/* A transcript with a gap is better than no mail. */
	if (c->events.count >= PH_EVENTS_TRACE_MAX ||
	    ph_events_add(&c->events, &ev, NULL, line) != PH_OK) {
		c->events.lost++;
	}
}

void ph_transcript_add(struct ph_smtp_client *c, enum ph_smtp_dir dir,
    enum ph_stage stage, struct ph_span line)
{
	if (!c->options.trace)
		return;
	while (line.len > 0 &&
	    (line.ptr[line.len - 1] == '\n' ||
		line.ptr[line.len - 1] == '\r')) {
		line.len--;
	}
	if (c->events.lost > 0 && c->events.count + 1 < PH_EVENTS_TRACE_MAX) {
		char note[64];
		int len = snprintf(note, sizeof(note),
		    "%zu lines left out here", c->events.lost);

		c->events.lost = 0;
		add_trace(c, PH_DIR_NOTE, stage,
		    (struct ph_span){ note, len > 0 ? (size_t)len : 0 });
	}
	add_trace(c, dir, stage, line);
}

void ph_transcript_received(
    struct ph_smtp_client *c, enum ph_stage stage, bool is_challenge)
{
	struct ph_span rest = ph_buf_span(&c->raw);
	struct ph_span line;

	while (rest.len > 0 && ph_span_split(&rest, '\n', &line)) {
		ph_transcript_add(c, PH_DIR_IN, stage,
		    is_challenge ? PH_SPAN("334 ****") : line);
	}
	ph_buf_wipe(&c->raw);
}

void ph_transcript_keep(struct ph_smtp_client *c, struct ph_span used)
{
	if (c->options.trace && ph_buf_append(&c->raw, used) != PH_OK)
		c->events.lost++;
}
