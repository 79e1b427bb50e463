#include "rig.h"

#include "check.h"
#include "exact.h"
#include "script/challenge.h"

#include <stdlib.h>

static void must(enum ph_err err)
{
	if (err != PH_OK)
		abort();
}

void rig_show(struct ph_span octets, struct ph_buf *out)
{
	for (size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.ptr[i];

		if (c == '\r') {
			must(ph_buf_append_str(out, "\\r"));
		} else if (c == '\n') {
			must(ph_buf_append_str(out, "\\n"));
		} else if (c < 0x20 || c >= 0x7f) {
			must(ph_buf_appendf(out, "\\x%02x", c));
		} else {
			must(ph_buf_append_char(out, (char)c));
		}
	}
}

static const char *tls_name(enum ph_play_tls tls)
{
	static const char *const names[] = {
		[PH_PLAY_TLS_NONE] = "none",
		[PH_PLAY_TLS_ON] = "on",
		[PH_PLAY_TLS_HANGS_UP] = "hangs up",
		[PH_PLAY_TLS_STALLS] = "stalls",
		[PH_PLAY_TLS_PLAINTEXT] = "plaintext",
		[PH_PLAY_TLS_ALERT] = "alert",
	};

	return names[tls];
}

static void dump_exchange(const struct ph_exchange *e, struct ph_buf *out)
{
	static const char *const ends[] = {
		[PH_PLAY_GOES_ON] = "",
		[PH_PLAY_HANGS_UP] = ", hangs up",
		[PH_PLAY_STALLS] = ", stalls",
		[PH_PLAY_BLOCKS] = ", blocks",
	};

	must(ph_buf_append_str(out, e->is_response ? "  " : " "));
	rig_show(e->command, out);
	must(ph_buf_appendf(out, " -> %u", (unsigned)e->code));
	for (const struct ph_saying *s = e->sayings; s != NULL; s = s->next) {
		must(ph_buf_append_char(out, ' '));
		if (s->delay > 0) {
			must(
			    ph_buf_appendf(out, "+%lld ", (long long)s->delay));
		}
		must(ph_buf_append_char(out, '`'));
		rig_show(s->octets, out);
		must(ph_buf_append_char(out, '`'));
	}
	if (e->is_challenge)
		must(ph_buf_append_str(out, ", challenge"));
	if (e->is_no_base64)
		must(ph_buf_append_str(out, ", no base64"));
	if (e->challenge.ptr != NULL) {
		must(ph_buf_append_str(out, ", says "));
		rig_show(e->challenge, out);
	}
	must(ph_buf_append_str(out, ends[e->end]));
	if (e->amid_content)
		must(ph_buf_append_str(out, " amid content"));
	if (e->tls != PH_PLAY_TLS_NONE)
		must(ph_buf_appendf(out, ", tls %s", tls_name(e->tls)));
	must(ph_buf_append_char(out, '\n'));
}

void rig_dump(const struct ph_play *play, struct ph_buf *out)
{
	size_t count = 0;

	for (const struct ph_play_session *s = play->first; s != NULL;
	     s = s->next) {
		count++;
		must(ph_buf_append_str(out, "session"));
		if (s->tls != PH_PLAY_TLS_NONE)
			must(ph_buf_appendf(out, " tls %s", tls_name(s->tls)));
		if (s->has_gap)
			must(ph_buf_append_str(out, " gap"));
		if (s->has_bad_certificate)
			must(ph_buf_append_str(out, " bad certificate"));
		must(ph_buf_append_char(out, '\n'));
		for (const struct ph_exchange *e = s->first; e != NULL;
		     e = e->next)
			dump_exchange(e, out);
	}
	check_int(count, play->session_count);
}

/* the client */

struct client {
	struct rig *r;
	struct ph_player *p;
	struct ph_span rest; /* to be said */
	size_t said;
	size_t max;
	size_t at;
};

static size_t next_cut(const struct client *c)
{
	size_t len = c->rest.len;

	if (c->max > 0 && c->max < len)
		len = c->max;
	if (c->at > c->said && c->at - c->said < len)
		len = c->at - c->said;
	return len;
}

/* False: it has nothing more to say, or is not heard. */
static bool speak(struct client *c)
{
	size_t len = next_cut(c);
	struct ph_span piece = exact_copy(ph_span_first(c->rest, len));
	struct ph_span in = piece;

	if (len == 0) {
		exact_free(piece);
		return false;
	}
	c->r->err = ph_player_receive(c->p, &in);
	c->said += len - in.len;
	c->rest = ph_span_skip(c->rest, len - in.len);
	exact_free(piece);
	return c->r->err == PH_OK;
}

static bool answer_challenge(struct client *c)
{
	struct ph_buf raw;

	ph_buf_init(&raw, RIG_TEXT_MAX);

	enum ph_err err = ph_challenge_make(ph_player_login(c->p), &raw);
	if (err == PH_ENOTFOUND) {
		must(ph_buf_append_str(&c->r->out, "<proof>"));
		err = PH_OK;
	}
	if (err == PH_OK)
		err = ph_player_challenge(c->p, ph_buf_span(&raw));
	ph_buf_release(&raw);
	c->r->err = err;
	return err == PH_OK;
}

static bool say_need(struct client *c, const char *what)
{
	must(ph_buf_append_str(&c->r->out, what));
	return false;
}

static bool shake(struct client *c)
{
	must(ph_buf_appendf(
	    &c->r->out, "<tls %s>", tls_name(ph_player_tls(c->p))));
	if (ph_player_tls(c->p) != PH_PLAY_TLS_ON)
		return false;
	c->r->err = ph_player_tls_done(c->p);
	return c->r->err == PH_OK;
}

static bool step(struct client *c)
{
	switch (ph_player_need(c->p)) {
	case PH_PLAYER_INPUT:
		return speak(c);
	case PH_PLAYER_STALL:
		return speak(c) || say_need(c, "<stall>");
	case PH_PLAYER_BLOCK:
		return say_need(c, "<block>");
	case PH_PLAYER_CLOSE:
		return say_need(c, "<close>");
	case PH_PLAYER_TLS:
		return shake(c);
	case PH_PLAYER_WAIT:
		must(ph_buf_appendf(&c->r->out, "<wait %lld>",
		    (long long)ph_player_wait(c->p)));
		c->r->err = ph_player_go_on(c->p);
		return c->r->err == PH_OK;
	case PH_PLAYER_CHALLENGE:
		return answer_challenge(c);
	}
	return false;
}

static void hear(struct client *c)
{
	struct ph_span pending = ph_player_pending(c->p);
	struct ph_span line;

	rig_show(pending, &c->r->out);
	/* In two, as a socket may take it. */
	if (pending.len > 1)
		ph_player_sent(c->p, 1);
	ph_player_sent(c->p, ph_player_pending(c->p).len);
	while (ph_player_next_note(c->p, &line)) {
		must(ph_buf_append(&c->r->notes, line));
		must(ph_buf_append_char(&c->r->notes, '\n'));
	}
}

void rig_play(struct rig *r, const struct ph_play_session *s,
    const char *client, size_t max, size_t at)
{
	struct client c = {
		.r = r, .rest = ph_span_of(client), .max = max, .at = at
	};

	ph_buf_init(&r->out, RIG_TEXT_MAX);
	ph_buf_init(&r->notes, RIG_TEXT_MAX);
	r->err = ph_player_new(s, &c.p);
	if (r->err != PH_OK)
		return;
	do {
		hear(&c);
	} while (step(&c));
	hear(&c);
	ph_player_free(c.p);
}

void rig_release(struct rig *r)
{
	ph_buf_release(&r->out);
	ph_buf_release(&r->notes);
}
