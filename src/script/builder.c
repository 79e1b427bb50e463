#include "script/builder.h"

#include "base/num.h"

enum {
	CODE_CHALLENGE = 334,
	CODE_GO_ON = 354
};

void ph_builder_init(struct ph_builder *b, struct ph_arena *a, bool has_content)
{
	*b = (struct ph_builder){ .arena = a, .has_content = has_content };
}

struct ph_span ph_play_verb(struct ph_span command)
{
	struct ph_span rest = ph_span_trim(command);
	struct ph_span verb = { "", 0 };

	(void)ph_span_split(&rest, ' ', &verb);
	return verb;
}

static bool is_verb(const struct ph_exchange *e, const char *verb)
{
	return ph_span_eq_nocase(ph_play_verb(e->command), ph_span_of(verb));
}

/* sessions and exchanges */

/* What comes next is said to a challenge. */
static bool is_challenged(const struct ph_builder *b)
{
	const struct ph_exchange *e = b->replied;

	return e != NULL && e == b->last && e->code == CODE_CHALLENGE &&
	    (e->is_response || is_verb(e, "AUTH"));
}

static enum ph_err add_exchange(struct ph_builder *b, struct ph_span command)
{
	struct ph_exchange *e = ph_arena_alloc(b->arena, sizeof(*e));

	if (e == NULL)
		return PH_ENOMEM;
	if (++b->exchange_count > PH_PLAY_EXCHANGES_MAX)
		return PH_ETOOBIG;
	e->command = command;
	e->is_response = is_challenged(b);
	if (b->last == NULL) {
		b->session->first = e;
	} else {
		b->last->next = e;
	}
	b->last = e;
	if (b->oldest == NULL)
		b->oldest = e;
	return PH_OK;
}

/* A server that waits where the session is over says nothing any more. */
static void end_session(struct ph_builder *b)
{
	if (b->delay > 0 && b->oldest != NULL &&
	    b->oldest->end == PH_PLAY_GOES_ON)
		b->oldest->end = PH_PLAY_STALLS;
	b->delay = 0;
}

enum ph_err ph_builder_connected(struct ph_builder *b)
{
	struct ph_play_session *s = ph_arena_alloc(b->arena, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;
	if (b->play.session_count == PH_PLAY_SESSIONS_MAX)
		return PH_ETOOBIG;
	end_session(b);
	if (b->session == NULL) {
		b->play.first = s;
	} else {
		b->session->next = s;
	}
	b->play.session_count++;
	b->session = s;
	b->last = NULL;
	b->oldest = NULL;
	b->open = NULL;
	b->replied = NULL;
	b->line_len = 0;
	b->in_content = false;
	b->chunk = 0;
	b->line = (struct ph_span){ 0 };
	/* The greeting is due. */
	return add_exchange(b, (struct ph_span){ 0 });
}

static enum ph_err need_session(struct ph_builder *b)
{
	return b->session == NULL ? ph_builder_connected(b) : PH_OK;
}

/* the server */

static unsigned code_of(const char head[4])
{
	uint64_t code = 0;

	if (ph_num_parse((struct ph_span){ head, 3 }, 999, &code) != PH_OK)
		return 0;
	return (unsigned)code;
}

/* The reply of e is whole. */
static void answered(struct ph_builder *b, struct ph_exchange *e)
{
	e->code = (uint16_t)code_of(b->head);
	b->replied = e;
	b->oldest = e->next;
	if (e->code / 100 == 2 && is_verb(e, "STARTTLS"))
		e->tls = PH_PLAY_TLS_ON;
	b->in_content =
	    e->code == CODE_GO_ON && e->next == NULL && is_verb(e, "DATA");
}

/* A line of the server is complete. */
static void end_line(struct ph_builder *b)
{
	bool goes_on =
	    b->line_len > 3 && b->head[3] == '-' && code_of(b->head) >= 200;

	if (!goes_on && b->open != NULL && b->open == b->oldest)
		answered(b, b->open);
	if (!goes_on)
		b->open = NULL;
	b->line_len = 0;
}

static enum ph_err say(
    struct ph_builder *b, struct ph_exchange *e, struct ph_span octets)
{
	struct ph_saying *s = ph_arena_alloc(b->arena, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;

	enum ph_err err = ph_arena_copy(b->arena, octets, &s->octets);
	if (err != PH_OK)
		return err;
	s->delay = b->delay;
	b->delay = 0;

	if (e->last_saying == NULL) {
		e->sayings = s;
	} else {
		e->last_saying->next = s;
	}
	e->last_saying = s;
	return PH_OK;
}

/* Up to the end of a line, or what there is of it. */
static enum ph_err take_server_line(
    struct ph_builder *b, struct ph_span octets, bool is_whole)
{
	if (b->open == NULL)
		b->open = b->oldest != NULL ? b->oldest : b->last;
	for (size_t i = 0; i < octets.len && b->line_len < sizeof(b->head); i++)
		b->head[b->line_len++] = octets.ptr[i];
	/* A short line has none of the last one's octets. */
	for (size_t i = b->line_len; i < sizeof(b->head); i++)
		b->head[i] = ' ';

	enum ph_err err = say(b, b->open, octets);
	if (err == PH_OK && is_whole)
		end_line(b);
	return err;
}

enum ph_err ph_builder_server(struct ph_builder *b, struct ph_span octets)
{
	enum ph_err err = need_session(b);

	while (err == PH_OK && octets.len > 0) {
		size_t at = ph_span_find(octets, '\n');
		bool is_whole = at < octets.len;
		size_t len = is_whole ? at + 1 : at;

		err = take_server_line(b, ph_span_first(octets, len), is_whole);
		octets = ph_span_skip(octets, len);
	}
	return err;
}

enum ph_err ph_builder_wait(struct ph_builder *b, ph_msec time)
{
	enum ph_err err = need_session(b);

	if (err != PH_OK)
		return err;
	b->delay = time > PH_NEVER - b->delay ? PH_NEVER : b->delay + time;
	return PH_OK;
}

/* the client */

static void begin_chunk(struct ph_builder *b, struct ph_span line)
{
	struct ph_span rest = line;
	struct ph_span word;

	b->chunk = 0;
	if (!b->has_content ||
	    !ph_span_eq_nocase(ph_play_verb(line), PH_SPAN("BDAT")) ||
	    !ph_span_split(&rest, ' ', &word) ||
	    !ph_span_split(&rest, ' ', &word))
		return;
	/* A size that is none is followed by nothing. */
	if (ph_num_parse(word, UINT64_MAX, &b->chunk) != PH_OK)
		b->chunk = 0;
}

static enum ph_err take_client_line(struct ph_builder *b, struct ph_span line)
{
	bool is_dot = ph_span_eq(line, PH_SPAN("."));

	if (b->in_content && !is_dot && b->has_content)
		return PH_OK;
	b->in_content = false;
	/* It is the client that took its time. */
	b->delay = 0;
	if (line.ptr == NULL)
		line.ptr = "";

	enum ph_err err = add_exchange(b, line);
	if (err == PH_OK)
		begin_chunk(b, line);
	return err;
}

/* What is there already of a line, and this. */
static enum ph_err join(struct ph_builder *b, struct ph_span more)
{
	char *to = ph_arena_alloc(b->arena, b->line.len + more.len + 1);

	if (b->line.len + more.len > PH_PLAY_LINE_MAX)
		return PH_ETOOBIG;
	if (to == NULL)
		return PH_ENOMEM;
	if (b->line.len > 0)
		memcpy(to, b->line.ptr, b->line.len);
	if (more.len > 0)
		memcpy(to + b->line.len, more.ptr, more.len);
	b->line = (struct ph_span){ to, b->line.len + more.len };
	return PH_OK;
}

static enum ph_err take_client(struct ph_builder *b, struct ph_span *octets)
{
	if (b->chunk > 0) {
		size_t len =
		    b->chunk < octets->len ? (size_t)b->chunk : octets->len;

		b->chunk -= len;
		*octets = ph_span_skip(*octets, len);
		return PH_OK;
	}

	size_t at = ph_span_find(*octets, '\n');
	enum ph_err err = join(b, ph_span_first(*octets, at));
	if (err != PH_OK || at == octets->len) {
		*octets = (struct ph_span){ "", 0 };
		return err;
	}
	*octets = ph_span_skip(*octets, at + 1);

	struct ph_span line = b->line;
	b->line = (struct ph_span){ 0 };
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return take_client_line(b, line);
}

enum ph_err ph_builder_client(struct ph_builder *b, struct ph_span octets)
{
	enum ph_err err = need_session(b);

	while (err == PH_OK && octets.len > 0)
		err = take_client(b, &octets);
	return err;
}

/* what happens besides */

enum ph_err ph_builder_end(
    struct ph_builder *b, enum ph_play_end end, bool amid_content)
{
	enum ph_err err = need_session(b);

	if (err != PH_OK)
		return err;

	struct ph_exchange *e = b->oldest != NULL ? b->oldest : b->last;

	/* The content was asked for, and did not come to its end. */
	if (amid_content && b->replied != NULL &&
	    b->replied->code == CODE_GO_ON) {
		e = b->replied;
		e->amid_content = true;
	} else if ((b->in_content && b->has_content) || b->chunk > 0 ||
	    (amid_content && is_verb(e, "BDAT"))) {
		e->amid_content = true;
	}
	if (e->end == PH_PLAY_GOES_ON)
		e->end = end;
	return PH_OK;
}

enum ph_err ph_builder_tls(struct ph_builder *b, enum ph_play_tls tls)
{
	enum ph_err err = need_session(b);

	if (err != PH_OK)
		return err;
	if (b->replied == NULL) {
		b->session->tls = tls;
	} else if (b->replied->tls != PH_PLAY_TLS_NONE) {
		b->replied->tls = tls;
	}
	return PH_OK;
}

enum ph_err ph_builder_challenge(struct ph_builder *b, struct ph_span text)
{
	enum ph_err err = need_session(b);

	if (err != PH_OK || b->replied == NULL ||
	    b->replied->code != CODE_CHALLENGE)
		return err;
	b->replied->is_no_base64 = text.ptr == NULL;
	if (text.ptr == NULL)
		return PH_OK;
	return ph_arena_copy(b->arena, text, &b->replied->challenge);
}

enum ph_err ph_builder_finish(struct ph_builder *b, struct ph_play *out)
{
	if (b->session == NULL)
		return PH_EINVAL;
	end_session(b);
	*out = b->play;
	return PH_OK;
}
