#include "smtp/engine.h"

#include "base/note.h"

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

/* Says how much was left out, once there is room up to so many. */
static void tell_gap(struct ph_smtp_client *c, enum ph_stage stage, size_t room)
{
	struct ph_event ev = {
		.type = PH_SMTP_TRACE, .dir = PH_DIR_NOTE, .stage = stage
	};
	char note[64];
	int len = snprintf(
	    note, sizeof(note), "%zu" PH_NOTE_LEFT_OUT, c->events.lost);
	struct ph_span line = { note, len > 0 ? (size_t)len : 0 };

	if (c->events.lost == 0 || c->events.count >= room)
		return;
	if (ph_events_add(&c->events, &ev, NULL, line) == PH_OK)
		c->events.lost = 0;
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
	tell_gap(c, stage, PH_EVENTS_TRACE_MAX - 1);
	add_trace(c, dir, stage, line);
}

void ph_transcript_tell_gap(struct ph_smtp_client *c, enum ph_stage stage)
{
	if (c->options.trace)
		tell_gap(c, stage, PH_EVENTS_MAX);
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

/* A challenge that was cut off is one. */
static struct ph_span unfinished(struct ph_span rest)
{
	bool is_challenge = ph_span_starts_nocase(rest, PH_SPAN("334"));

	return is_challenge ? PH_SPAN("334 ****") : rest;
}

/* What came of a reply that did not come to its end. */
static void add_unfinished(struct ph_smtp_client *c, enum ph_stage stage)
{
	struct ph_span rest = ph_buf_span(&c->raw);
	size_t at = ph_span_find(rest, '\n');
	struct ph_buf note;

	for (; at < rest.len; at = ph_span_find(rest, '\n')) {
		ph_transcript_add(
		    c, PH_DIR_IN, stage, unfinished(ph_span_first(rest, at)));
		rest = ph_span_skip(rest, at + 1);
	}
	if (rest.len == 0)
		return;
	ph_buf_init(&note, PH_TRANSCRIPT_REPLY_MAX);
	if (ph_buf_append_str(&note, PH_NOTE_UNFINISHED) != PH_OK ||
	    ph_buf_append(&note, unfinished(rest)) != PH_OK) {
		c->events.lost++;
	} else {
		ph_transcript_add(c, PH_DIR_NOTE, stage, ph_buf_span(&note));
	}
	ph_buf_wipe(&note);
}

void ph_transcript_ended(
    struct ph_smtp_client *c, const char *begins, const char *why)
{
	enum ph_stage stage = ph_smtp_client_stage(c);
	char note[PH_FAULT_TEXT_MAX];
	int len = snprintf(note, sizeof(note), "%s%s", begins, why);

	if (!c->options.trace || c->phase == PH_PHASE_CLOSED || len < 0)
		return;
	ph_engine_hide_told(c);
	add_unfinished(c, stage);
	ph_buf_wipe(&c->raw);
	ph_transcript_add(c, PH_DIR_NOTE, stage, ph_span_of(note));
}
