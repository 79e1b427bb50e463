#include "script/player.h"

#include "base/base64.h"
#include "base/num.h"
#include "script/challenge.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CODE_CHALLENGE = 334,
	CODE_GO_ON = 354,
	SHOWN_MAX = 60
};

enum reading {
	READING_LINES,
	READING_CONTENT, /* up to its dot */
	READING_CHUNK,
	READING_RESPONSE /* of a login */
};

struct ph_player {
	const struct ph_play_session *session;
	const struct ph_exchange *next; /* that the client comes to */
	const struct ph_exchange *now;  /* that is being answered, or NULL */
	const struct ph_saying *saying; /* of it, the next */
	enum ph_player_need need;
	enum ph_play_tls tls;
	ph_msec wait;

	enum reading reading;
	uint64_t chunk;
	struct ph_buf line;
	char dot[3]; /* how a line of content begins */
	size_t dot_len;
	uint64_t line_octets;
	bool is_greeted;
	bool waited; /* for the saying that is next */
	struct ph_buf out;

	/* The login under way. */
	bool is_recorded; /* by the mechanism that was recorded */
	struct ph_player_login login;
	struct ph_buf mechanism;
	struct ph_buf response;

	struct ph_buf notes; /* a line each */
	size_t note_at;
	size_t note_count;
};

/* notes */

static struct ph_span shown(struct ph_span s)
{
	return ph_span_first(s, s.len < SHOWN_MAX ? s.len : SHOWN_MAX);
}

PH_PRINTF(2, 3)

static void note(struct ph_player *p, const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	p->note_count++;
	/* Too many of them say no more than many. */
	(void)!ph_buf_appendf(&p->notes, "%s\n", line);
}

bool ph_player_next_note(struct ph_player *p, struct ph_span *out)
{
	struct ph_span rest = ph_span_skip(ph_buf_span(&p->notes), p->note_at);

	if (!ph_span_split(&rest, '\n', out) || out->len == 0) {
		ph_buf_clear(&p->notes);
		p->note_at = 0;
		return false;
	}
	p->note_at += out->len + 1;
	return true;
}

size_t ph_player_note_count(const struct ph_player *p)
{
	return p->note_count;
}

/* answers */

static enum ph_err say(struct ph_player *p, struct ph_span octets)
{
	return ph_buf_append(&p->out, octets);
}

static enum ph_err say_line(struct ph_player *p, const char *line)
{
	enum ph_err err = say(p, ph_span_of(line));

	return err == PH_OK ? say(p, PH_SPAN("\r\n")) : err;
}

static bool is_verb(struct ph_span command, const char *verb)
{
	return ph_span_eq_nocase(ph_play_verb(command), ph_span_of(verb));
}

static void end(struct ph_player *p, enum ph_play_end how)
{
	static const enum ph_player_need needs[] = {
		[PH_PLAY_GOES_ON] = PH_PLAYER_INPUT,
		[PH_PLAY_HANGS_UP] = PH_PLAYER_CLOSE,
		[PH_PLAY_STALLS] = PH_PLAYER_STALL,
		[PH_PLAY_BLOCKS] = PH_PLAYER_BLOCK,
	};

	p->need = needs[how];
}

/* Everything was said to what is being answered. */
static void said(struct ph_player *p)
{
	const struct ph_exchange *e = p->now;

	bool asks = e->code == CODE_GO_ON && is_verb(e->command, "DATA");

	p->now = NULL;
	p->need = PH_PLAYER_INPUT;
	if (e->end != PH_PLAY_GOES_ON && !(e->amid_content && asks)) {
		end(p, e->end);
		return;
	}
	if (e->tls != PH_PLAY_TLS_NONE) {
		p->tls = e->tls;
		p->need = PH_PLAYER_TLS;
		return;
	}
	if (asks) {
		p->reading = READING_CONTENT;
		p->dot_len = 0;
		p->line_octets = 0;
		/* What ends amid content ends with its first octet. */
		p->now = e->amid_content ? e : NULL;
	} else if (e->code == CODE_CHALLENGE &&
	    (e->is_response || is_verb(e->command, "AUTH"))) {
		p->reading = READING_RESPONSE;
	} else if (is_verb(e->command, "QUIT")) {
		p->need = PH_PLAYER_CLOSE;
	}
}

/* Says what is left of the answer, up to a pause. */
static enum ph_err go_on(struct ph_player *p)
{
	while (p->saying != NULL) {
		if (p->saying->delay > 0 && !p->waited) {
			p->wait = p->saying->delay;
			p->need = PH_PLAYER_WAIT;
			return PH_OK;
		}
		p->waited = false;

		enum ph_err err = say(p, p->saying->octets);
		if (err != PH_OK)
			return err;
		p->saying = p->saying->next;
	}
	said(p);
	return PH_OK;
}

/* Answers as e was, and goes on behind it. */
static enum ph_err answer(struct ph_player *p, const struct ph_exchange *e)
{
	p->now = e;
	p->saying = e->sayings;
	p->waited = false;
	return go_on(p);
}

/* a login */

static bool is_response(const struct ph_exchange *e)
{
	return e != NULL && e->is_response;
}

static bool is_cancel(const struct ph_exchange *e)
{
	return is_response(e) && ph_span_eq(e->command, PH_SPAN("*"));
}

/* The mechanism of an AUTH command. */
static struct ph_span mechanism_of(struct ph_span command)
{
	struct ph_span rest = ph_span_trim(command);
	struct ph_span word = { "", 0 };

	(void)ph_span_split(&rest, ' ', &word);
	if (!ph_span_split(&rest, ' ', &word))
		return (struct ph_span){ "", 0 };
	return word;
}

static enum ph_err keep_response(struct ph_player *p, struct ph_span response)
{
	ph_buf_clear(&p->response);
	p->login.has_response = true;
	p->login.step++;
	if (response.len == 0)
		response.ptr = "";

	enum ph_err err = ph_buf_append(&p->response, response);
	p->login.response = ph_buf_span(&p->response);
	return err;
}

static enum ph_err begin_login(struct ph_player *p, struct ph_span command)
{
	struct ph_span rest = ph_span_trim(command);
	struct ph_span word;
	enum ph_err err;

	p->login = (struct ph_player_login){ 0 };
	ph_buf_clear(&p->mechanism);
	err = ph_buf_append(&p->mechanism, mechanism_of(command));
	p->login.mechanism = ph_buf_span(&p->mechanism);
	(void)ph_span_split(&rest, ' ', &word);
	(void)ph_span_split(&rest, ' ', &word);
	if (err == PH_OK && ph_span_split(&rest, ' ', &word))
		err = keep_response(p, word);
	return err;
}

/* Asks the driver for a challenge; e may be NULL. */
static enum ph_err want_challenge(
    struct ph_player *p, const struct ph_exchange *e)
{
	p->login.text = e == NULL ? (struct ph_span){ 0 } : e->challenge;
	p->login.was_refused = e != NULL && is_cancel(e->next);
	p->now = e;
	p->need = PH_PLAYER_CHALLENGE;
	return PH_OK;
}

/* What the login came to in the end; *e goes behind it. */
static const struct ph_exchange *login_end(const struct ph_exchange **e)
{
	const struct ph_exchange *last = *e;

	while (is_response(last->next) && last->code == CODE_CHALLENGE)
		last = last->next;
	*e = last->next;
	return last;
}

/* Another mechanism than the recorded one: as many words as it needs, and then
   the end of that. */
static enum ph_err answer_other(struct ph_player *p)
{
	if (p->login.step < ph_challenge_responses(p->login.mechanism))
		return want_challenge(p, NULL);

	const struct ph_exchange *e = login_end(&p->next);

	p->reading = READING_LINES;
	/* It broke off behind a challenge. */
	if (e->code == CODE_CHALLENGE)
		return say_line(p, "535 5.7.8 the recording has no more");
	return answer(p, e);
}

static enum ph_err answer_login(
    struct ph_player *p, const struct ph_exchange *e)
{
	p->next = e->next;
	p->reading = READING_LINES;
	if (e->is_challenge && e->is_no_base64) {
		p->now = e;
		said(p);
		return say_line(p, "334 !");
	}
	return e->is_challenge ? want_challenge(p, e) : answer(p, e);
}

static enum ph_err on_auth(
    struct ph_player *p, struct ph_span command, const struct ph_exchange *e)
{
	enum ph_err err = begin_login(p, command);
	struct ph_span recorded = mechanism_of(e->command);

	if (err != PH_OK)
		return err;
	p->is_recorded = ph_span_eq_nocase(recorded, mechanism_of(command));
	if (p->is_recorded)
		return answer_login(p, e);
	note(p, "the client logs in by %.*s, the recorded one did by %.*s",
	    PH_SPAN_ARG(shown(p->login.mechanism)),
	    PH_SPAN_ARG(shown(recorded)));
	p->next = e;
	return answer_other(p);
}

/* The client broke off. */
static enum ph_err on_cancel(struct ph_player *p)
{
	const struct ph_exchange *e = p->next;

	p->reading = READING_LINES;
	if (!is_cancel(e)) {
		note(p,
		    "the client broke the login off, the recorded one did "
		    "not");
		return say_line(p, "501 5.7.0 Cancelled");
	}
	p->next = e->next;
	return answer(p, e);
}

static enum ph_err on_response(struct ph_player *p, struct ph_span line)
{
	const struct ph_exchange *e = p->next;

	if (ph_span_eq(line, PH_SPAN("*")))
		return on_cancel(p);

	enum ph_err err = keep_response(p, line);
	if (err != PH_OK)
		return err;
	if (!p->is_recorded)
		return answer_other(p);
	if (is_response(e))
		return answer_login(p, e);
	p->reading = READING_LINES;
	note(p, "the client has more to say to a login than the recorded one");
	return say_line(p, "535 5.7.8 the recording has no more");
}

const struct ph_player_login *ph_player_login(const struct ph_player *p)
{
	return &p->login;
}

enum ph_err ph_player_challenge(struct ph_player *p, struct ph_span raw)
{
	assert(p->need == PH_PLAYER_CHALLENGE);

	const struct ph_exchange *e = p->now;
	enum ph_err err = say(p, PH_SPAN("334 "));
	if (err == PH_OK)
		err = ph_base64_encode(raw, &p->out);
	if (err == PH_OK)
		err = say(p, PH_SPAN("\r\n"));
	p->now = NULL;
	p->reading = READING_RESPONSE;
	p->need = PH_PLAYER_INPUT;
	if (e != NULL)
		end(p, e->end);
	return err;
}

/* commands */

/* The next one with that verb from e on, before until. */
static const struct ph_exchange *find(const struct ph_exchange *e,
    const struct ph_exchange *until, struct ph_span verb)
{
	for (; e != until; e = e->next) {
		if (!e->is_response && e->command.ptr != NULL &&
		    ph_span_eq_nocase(ph_play_verb(e->command), verb))
			return e;
	}
	return NULL;
}

/* HELO is what a client says where EHLO is not to be had. */
static struct ph_span other_verb(struct ph_span verb)
{
	if (ph_span_eq_nocase(verb, PH_SPAN("EHLO")))
		return PH_SPAN("HELO");
	return ph_span_eq_nocase(verb, PH_SPAN("HELO")) ? PH_SPAN("EHLO")
							: verb;
}

/* The last one with that verb before p->next. */
static const struct ph_exchange *find_before(
    const struct ph_player *p, struct ph_span verb)
{
	const struct ph_exchange *last = NULL;
	const struct ph_exchange *e = find(p->session->first, p->next, verb);

	while (e != NULL) {
		last = e;
		e = find(e->next, p->next, verb);
	}
	return last;
}

/* A command of which the recording knows nothing. */
static enum ph_err answer_unknown(struct ph_player *p, struct ph_span command)
{
	if (is_verb(command, "QUIT")) {
		p->need = PH_PLAYER_CLOSE;
		return say_line(p, "221 2.0.0 Bye");
	}
	if (is_verb(command, "NOOP") || is_verb(command, "RSET"))
		return say_line(p, "250 2.0.0 Ok");
	note(p, "the client says %.*s, which the recording has no answer to",
	    PH_SPAN_ARG(shown(ph_play_verb(command))));
	return say_line(p, "451 4.3.0 The recording has no answer to this");
}

static void note_skipped(
    struct ph_player *p, struct ph_span verb, const struct ph_exchange *e)
{
	struct ph_span skipped = ph_play_verb(p->next->command);

	if (e != p->next) {
		note(p,
		    "the client says %.*s where the recorded one said %.*s: "
		    "going on there",
		    PH_SPAN_ARG(shown(verb)), PH_SPAN_ARG(shown(skipped)));
	}
}

/* As it was answered, then; NULL: it never was. */
static const struct ph_exchange *find_answer(
    struct ph_player *p, struct ph_span command)
{
	struct ph_span verb = ph_play_verb(command);
	const struct ph_exchange *e = find(p->next, NULL, verb);

	if (e == NULL)
		e = find(p->next, NULL, other_verb(verb));
	if (e != NULL) {
		note_skipped(p, verb, e);
		p->next = e->next;
		return e;
	}
	e = find_before(p, verb);
	if (e == NULL)
		e = find_before(p, other_verb(verb));
	if (e != NULL && !is_verb(command, "QUIT")) {
		note(p,
		    "the client says %.*s once more than the recorded one: "
		    "answered as it was last",
		    PH_SPAN_ARG(shown(verb)));
	}
	return e;
}

static enum ph_err on_command(struct ph_player *p, struct ph_span command)
{
	const struct ph_exchange *e = find_answer(p, command);

	if (e == NULL)
		return answer_unknown(p, command);
	if (is_verb(command, "AUTH"))
		return on_auth(p, command, e);
	return answer(p, e);
}

/* The size of a BDAT, whose octets come before its answer. */
static bool is_chunk(struct ph_span command, uint64_t *size)
{
	struct ph_span rest = ph_span_trim(command);
	struct ph_span word;

	return is_verb(command, "BDAT") && ph_span_split(&rest, ' ', &word) &&
	    ph_span_split(&rest, ' ', &word) &&
	    ph_num_parse(word, UINT64_MAX, size) == PH_OK;
}

/* A BDAT amid whose octets the session ends. */
static const struct ph_exchange *cut_chunk(const struct ph_player *p)
{
	const struct ph_exchange *e = p->next;

	while (e != NULL && !is_verb(e->command, "BDAT"))
		e = e->next;
	return e != NULL && e->amid_content ? e : NULL;
}

static enum ph_err on_line(struct ph_player *p, struct ph_span line)
{
	uint64_t size = 0;

	if (line.len == 0)
		line.ptr = "";
	if (p->reading == READING_RESPONSE)
		return on_response(p, line);
	if (!is_chunk(line, &size) || size == 0)
		return on_command(p, line);
	p->chunk = size;
	p->reading = READING_CHUNK;
	p->now = cut_chunk(p);
	return PH_OK;
}

/* octets */

/* True: a whole line is in p->line. */
static bool is_whole(const struct ph_player *p)
{
	return p->line.len > 0 && p->line.ptr[p->line.len - 1] == '\n';
}

static enum ph_err read_line(struct ph_player *p, struct ph_span *in)
{
	size_t at = ph_span_find(*in, '\n');
	size_t len = at < in->len ? at + 1 : at;
	enum ph_err err = ph_buf_append(&p->line, ph_span_first(*in, len));

	*in = ph_span_skip(*in, len);
	if (err == PH_ETOOBIG) {
		note(p, "the client says a line that is too long");
		p->need = PH_PLAYER_CLOSE;
		return PH_OK;
	}
	if (err != PH_OK || !is_whole(p))
		return err;

	struct ph_span line =
	    ph_span_first(ph_buf_span(&p->line), p->line.len - 1);
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	err = on_line(p, line);
	/* A response may be in it; the BDAT is answered behind its octets. */
	if (p->reading != READING_CHUNK)
		ph_buf_wipe(&p->line);
	return err;
}

/* What was to end amid the content ends with its first octet. */
static bool is_cut(struct ph_player *p)
{
	const struct ph_exchange *e = p->now;

	if (e == NULL)
		return false;
	p->now = NULL;
	end(p, e->end);
	return true;
}

static enum ph_err read_chunk(struct ph_player *p, struct ph_span *in)
{
	size_t len = p->chunk < in->len ? (size_t)p->chunk : in->len;

	if (is_cut(p))
		return PH_OK;
	*in = ph_span_skip(*in, len);
	p->chunk -= len;
	if (p->chunk > 0)
		return PH_OK;
	p->reading = READING_LINES;

	enum ph_err err = on_command(p, ph_span_trim(ph_buf_span(&p->line)));
	ph_buf_wipe(&p->line);
	return err;
}

/* Lines of content are not kept; what may be the dot is. */
static enum ph_err read_content(struct ph_player *p, struct ph_span *in)
{
	size_t at = ph_span_find(*in, '\n');
	size_t len = at < in->len ? at + 1 : at;

	if (is_cut(p))
		return PH_OK;
	for (size_t i = 0; i < len && p->dot_len < sizeof(p->dot); i++)
		p->dot[p->dot_len++] = in->ptr[i];
	p->line_octets += len;
	*in = ph_span_skip(*in, len);
	if (at == len)
		return PH_OK;

	bool is_dot = p->line_octets == p->dot_len && p->dot_len > 1 &&
	    p->dot[0] == '.' && p->dot[1] != '.' &&
	    (p->dot[1] == '\n' || (p->dot[1] == '\r' && p->dot_len == 3));

	p->dot_len = 0;
	p->line_octets = 0;
	if (!is_dot)
		return PH_OK;
	p->reading = READING_LINES;
	return on_command(p, PH_SPAN("."));
}

enum ph_err ph_player_receive(struct ph_player *p, struct ph_span *in)
{
	enum ph_err err = PH_OK;

	while (err == PH_OK && in->len > 0 && p->need == PH_PLAYER_INPUT) {
		switch (p->reading) {
		case READING_LINES:
		case READING_RESPONSE:
			err = read_line(p, in);
			break;
		case READING_CONTENT:
			err = read_content(p, in);
			break;
		case READING_CHUNK:
			err = read_chunk(p, in);
			break;
		}
	}
	if (p->need == PH_PLAYER_STALL || p->need == PH_PLAYER_CLOSE)
		*in = ph_span_skip(*in, in->len);
	return err;
}

struct ph_span ph_player_pending(const struct ph_player *p)
{
	return ph_buf_span(&p->out);
}

void ph_player_sent(struct ph_player *p, size_t len)
{
	ph_buf_consume(&p->out, len);
}

/* the player */

enum ph_player_need ph_player_need(const struct ph_player *p)
{
	return p->need;
}

enum ph_play_tls ph_player_tls(const struct ph_player *p)
{
	return p->tls;
}

ph_msec ph_player_wait(const struct ph_player *p)
{
	return p->wait;
}

/* The first exchange is the greeting. */
static enum ph_err greet(struct ph_player *p)
{
	p->is_greeted = true;
	p->next = p->session->first->next;
	return answer(p, p->session->first);
}

enum ph_err ph_player_tls_done(struct ph_player *p)
{
	assert(p->need == PH_PLAYER_TLS);
	p->need = PH_PLAYER_INPUT;
	ph_buf_wipe(&p->line);
	return p->is_greeted ? PH_OK : greet(p);
}

enum ph_err ph_player_go_on(struct ph_player *p)
{
	assert(p->need == PH_PLAYER_WAIT);
	p->waited = true;
	return go_on(p);
}

enum ph_err ph_player_new(
    const struct ph_play_session *s, struct ph_player **out)
{
	struct ph_player *p = calloc(1, sizeof(*p));
	enum ph_err err = PH_OK;

	if (p == NULL)
		return PH_ENOMEM;
	p->session = s;
	ph_buf_init(&p->line, PH_PLAYER_LINE_MAX);
	ph_buf_init(&p->out, PH_PLAYER_OUT_MAX);
	ph_buf_init(&p->mechanism, PH_PLAYER_LINE_MAX);
	ph_buf_init(&p->response, PH_PLAYER_LINE_MAX);
	ph_buf_init(&p->notes, PH_PLAYER_NOTES_MAX);
	if (s->tls != PH_PLAY_TLS_NONE) {
		p->tls = s->tls;
		p->need = PH_PLAYER_TLS;
	} else {
		err = greet(p);
	}
	if (err != PH_OK) {
		ph_player_free(p);
		return err;
	}
	*out = p;
	return PH_OK;
}

void ph_player_free(struct ph_player *p)
{
	if (p == NULL)
		return;
	ph_buf_wipe(&p->line);
	ph_buf_release(&p->out);
	ph_buf_release(&p->mechanism);
	ph_buf_wipe(&p->response);
	ph_buf_release(&p->notes);
	free(p);
}
