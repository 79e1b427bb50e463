#include "script.h"

#include "io/listener.h"
#include "io/stream.h"

#include <stdio.h>
#include <stdlib.h>

struct script_conn {
	struct script *script;
	struct ph_stream *stream;
	const struct step *at;
	size_t steps;
	struct ph_buf in;
	bool handshake;
	bool over;
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "script: %s\n", what);
	abort();
}

static void hang_up(struct script_conn *c)
{
	ph_stream_free(c->stream);
	c->stream = NULL;
	c->over = true;
}

static void say(struct script_conn *c, struct ph_span text)
{
	while (text.len > 0) {
		size_t put = 0;

		/* Small, and the reader is on our own loop: it fits, or the
		   other end is gone. */
		if (ph_stream_writev(c->stream, &text, 1, &put) != PH_OK)
			return;
		text = ph_span_skip(text, put);
	}
}

/* The next whole line, without its end, consumed into the log. */
static bool take_line(struct script_conn *c, char *out, size_t out_size)
{
	struct ph_span in = ph_buf_span(&c->in);
	size_t len = ph_span_find(in, '\n');

	if (len == in.len)
		return false;

	struct ph_span line = ph_span_trim(ph_span_first(in, len));

	(void)snprintf(out, out_size, "%.*s", PH_SPAN_ARG(line));
	must(ph_buf_append(&c->script->log, line) == PH_OK, "log is full");
	must(ph_buf_append_char(&c->script->log, '\n') == PH_OK, "log");
	ph_buf_consume(&c->in, len + 1);
	return true;
}

static bool expect(struct script_conn *c, const char *want)
{
	char line[2048];

	if (!take_line(c, line, sizeof(line)))
		return false;
	if (strncmp(line, want, strlen(want)) != 0) {
		c->script->mismatch = true;
		(void)fprintf(
		    stderr, "script: \"%s\" came, not \"%s\"\n", line, want);
		hang_up(c);
		return false;
	}
	return true;
}

static bool content(struct script_conn *c)
{
	struct ph_span in = ph_buf_span(&c->in);
	size_t len = ph_span_find(in, '\n');

	while (len < in.len) {
		struct ph_span line = ph_span_first(in, len + 1);
		bool dot = ph_span_eq(line, PH_SPAN(".\r\n"));

		if (!dot) {
			must(ph_buf_append(&c->script->content, line) == PH_OK,
			    "content is full");
		}
		ph_buf_consume(&c->in, line.len);
		if (dot)
			return true;
		in = ph_buf_span(&c->in);
		len = ph_span_find(in, '\n');
	}
	return false;
}

static bool tls(struct script_conn *c)
{
	if (!c->handshake) {
		c->handshake = true;
		must(ph_stream_start_tls(c->stream,
			 &(struct ph_tls_options){
			     .context = c->script->tls }) == PH_OK,
		    "TLS does not start");
	}
	switch (ph_stream_tls_state(c->stream)) {
	case PH_TLS_ON:
		c->handshake = false;
		return true;
	case PH_TLS_FAILED:
		hang_up(c);
		return false;
	case PH_TLS_OFF:
	case PH_TLS_HANDSHAKE:
		break;
	}
	return false;
}

/* True when the script may go on to its next step. */
static bool do_step(struct script_conn *c)
{
	switch (c->at->op) {
	case STEP_END:
		return false;
	case STEP_SEND:
		say(c, ph_span_of(c->at->text));
		return true;
	case STEP_EXPECT:
		return expect(c, c->at->text);
	case STEP_CONTENT:
		return content(c);
	case STEP_TLS:
		return tls(c);
	case STEP_CLOSE:
		hang_up(c);
		return false;
	}
	return false;
}

static void advance(struct script_conn *c)
{
	size_t max = c->script->steps_max;

	while (!c->over) {
		if (max != 0 && c->steps == max) {
			hang_up(c);
			return;
		}
		if (!do_step(c))
			return;
		c->at++;
		c->steps++;
	}
}

static void read_more(struct script_conn *c)
{
	char piece[4096];
	size_t got = 0;

	while (!c->over && !c->handshake) {
		enum ph_err err =
		    ph_stream_read(c->stream, piece, sizeof(piece), &got);

		if (err == PH_AGAIN)
			return;
		if (err != PH_OK) {
			hang_up(c);
			return;
		}
		must(ph_buf_append(&c->in, (struct ph_span){ piece, got }) ==
			PH_OK,
		    "input is full");
		/* What follows STARTTLS is not text. */
		advance(c);
	}
}

static void on_ready(void *ctx)
{
	struct script_conn *c = ctx;

	if (c->over)
		return;
	advance(c);
	read_more(c);
	if (!c->over)
		advance(c);
}

static void on_accept(void *ctx, int fd)
{
	struct script *s = ctx;
	struct script_conn *c = calloc(1, sizeof(*c));
	size_t which = s->conn_count < s->script_count ? s->conn_count
						       : s->script_count - 1;

	must(c != NULL && s->conn_count < SCRIPT_CONNECTIONS_MAX,
	    "too many connections");
	c->script = s;
	c->at = s->scripts[which];
	ph_buf_init(&c->in, SCRIPT_LOG_MAX);
	must(ph_stream_new(s->loop, fd, &c->stream) == PH_OK, "no stream");
	s->conns[s->conn_count++] = c;
	ph_stream_on_ready(c->stream, on_ready, c);
	advance(c);
}

void script_start(struct script *s, struct ph_loop *loop,
    const struct step *const *scripts, size_t count)
{
	struct ph_fault f;

	*s = (struct script){
		.loop = loop, .scripts = scripts, .script_count = count
	};
	ph_buf_init(&s->log, SCRIPT_LOG_MAX);
	ph_buf_init(&s->content, SCRIPT_LOG_MAX);
	must(ph_listener_new(
		 loop, "127.0.0.1:0", on_accept, s, &s->listener, &f) == PH_OK,
	    "cannot listen");
	s->port = (uint16_t)strtoul(
	    strrchr(ph_listener_address(s->listener), ':') + 1, NULL, 10);
}

void script_stop(struct script *s)
{
	for (size_t i = 0; i < s->conn_count; i++) {
		ph_stream_free(s->conns[i]->stream);
		ph_buf_release(&s->conns[i]->in);
		free(s->conns[i]);
	}
	ph_listener_free(s->listener);
	ph_buf_release(&s->log);
	ph_buf_release(&s->content);
	*s = (struct script){ 0 };
}
