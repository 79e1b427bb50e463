#include "script/recording.h"

#include "base/base64.h"
#include "base/note.h"
#include "base/utf8.h"
#include "script/builder.h"

#include <jansson.h>

enum {
	/* A line of a reply is at most 64 KiB, and its base64. */
	OCTETS_MAX = 256 * 1024
};

struct reader {
	struct ph_builder b;
	struct ph_recording *out;
	struct ph_buf octets; /* of the line */
	enum ph_err err;
};

static bool starts(struct ph_span line, const char *words)
{
	struct ph_span prefix = ph_span_of(words);

	return line.len >= prefix.len &&
	    memcmp(line.ptr, words, prefix.len) == 0;
}

static bool holds(struct ph_span line, const char *words)
{
	for (; line.len > 0; line = ph_span_skip(line, 1)) {
		if (starts(line, words))
			return true;
	}
	return false;
}

static struct ph_span behind(struct ph_span line, const char *words)
{
	return ph_span_skip(line, strlen(words));
}

/* notes */

static enum ph_err on_connected(struct reader *r, struct ph_span line)
{
	const struct ph_exchange *last = r->b.last;

	(void)line;
	/* A proxy that wants to be asked over another connection. */
	if (last != NULL && last == r->b.session->first &&
	    last->sayings == NULL && last->end == PH_PLAY_GOES_ON &&
	    r->b.session->tls == PH_PLAY_TLS_NONE)
		return PH_OK;
	return ph_builder_connected(&r->b);
}

static enum ph_err on_tls_begins(struct reader *r, struct ph_span line)
{
	(void)line;
	return ph_builder_tls(&r->b, PH_PLAY_TLS_ON);
}

/* The word for a cause, as diagnose/cause.c has it. */
static enum ph_err on_tls_failed(struct reader *r, struct ph_span line)
{
	static const struct {
		const char *cause;
		enum ph_play_tls tls;
	} ways[] = {
		{ "tls-closed:", PH_PLAY_TLS_HANGS_UP },
		{ "connection-lost:", PH_PLAY_TLS_HANGS_UP },
		{ "timeout:", PH_PLAY_TLS_STALLS },
		{ "tls-plaintext:", PH_PLAY_TLS_PLAINTEXT },
		{ "tls-version:", PH_PLAY_TLS_ALERT },
		{ "tls-handshake:", PH_PLAY_TLS_ALERT },
	};
	struct ph_span why = behind(line, PH_NOTE_TLS_FAILED);

	for (size_t i = 0; i < PH_COUNT(ways); i++) {
		if (starts(why, ways[i].cause))
			return ph_builder_tls(&r->b, ways[i].tls);
	}
	if (r->b.session != NULL)
		r->b.session->has_bad_certificate = true;
	return ph_builder_tls(&r->b, PH_PLAY_TLS_ON);
}

static enum ph_err on_lost(struct reader *r, struct ph_span line)
{
	return ph_builder_end(
	    &r->b, PH_PLAY_HANGS_UP, holds(line, PH_NOTE_AMID_CONTENT));
}

static enum ph_err on_timeout(struct reader *r, struct ph_span line)
{
	bool blocked = holds(line, PH_NOTE_BLOCKED);

	return ph_builder_end(
	    &r->b, blocked ? PH_PLAY_BLOCKS : PH_PLAY_STALLS, blocked);
}

static enum ph_err on_unfinished(struct reader *r, struct ph_span line)
{
	return ph_builder_server(&r->b, behind(line, PH_NOTE_UNFINISHED));
}

static enum ph_err on_challenge(struct reader *r, struct ph_span line)
{
	return ph_builder_challenge(&r->b, behind(line, PH_NOTE_CHALLENGE));
}

static enum ph_err on_no_base64(struct reader *r, struct ph_span line)
{
	(void)line;
	return ph_builder_challenge(&r->b, (struct ph_span){ 0 });
}

static enum ph_err on_note(struct reader *r, struct ph_span line)
{
	static const struct {
		const char *begins;
		enum ph_err (*take)(struct reader *r, struct ph_span line);
	} notes[] = {
		{ PH_NOTE_CONNECTED, on_connected },
		{ PH_NOTE_TLS_BEGINS, on_tls_begins },
		{ PH_NOTE_TLS_UP, on_tls_begins },
		{ PH_NOTE_TLS_FAILED, on_tls_failed },
		{ PH_NOTE_LOST, on_lost },
		{ PH_NOTE_TIMEOUT, on_timeout },
		{ PH_NOTE_UNFINISHED, on_unfinished },
		{ PH_NOTE_CHALLENGE, on_challenge },
		{ PH_NOTE_NO_BASE64, on_no_base64 },
	};

	for (size_t i = 0; i < PH_COUNT(notes); i++) {
		if (starts(line, notes[i].begins))
			return notes[i].take(r, line);
	}
	if (holds(line, PH_NOTE_LEFT_OUT) && r->b.session != NULL)
		r->b.session->has_gap = true;
	return PH_OK;
}

/* lines */

static enum ph_err add_line_end(struct reader *r, struct ph_span *line)
{
	enum ph_err err = PH_OK;

	/* The octets are those of this line already, or none. */
	if (r->octets.len == 0)
		err = ph_buf_append(&r->octets, *line);
	if (err == PH_OK)
		err = ph_buf_append_str(&r->octets, "\r\n");
	*line = ph_buf_span(&r->octets);
	return err;
}

static enum ph_err take_line(
    struct reader *r, struct ph_span dir, struct ph_span line)
{
	bool is_hidden = ph_span_eq(line, PH_SPAN("334 ****"));
	enum ph_err err;

	if (ph_span_eq(dir, PH_SPAN("*")))
		return on_note(r, line);
	if (!ph_span_eq(dir, PH_SPAN("<")) && !ph_span_eq(dir, PH_SPAN(">")))
		return PH_OK;
	err = add_line_end(r, &line);
	if (err != PH_OK)
		return err;
	if (dir.ptr[0] == '>')
		return ph_builder_client(&r->b, line);
	err = ph_builder_server(&r->b, line);
	if (err == PH_OK && is_hidden && r->b.replied != NULL)
		r->b.replied->is_challenge = true;
	return err;
}

static struct ph_span member(const json_t *j, const char *key)
{
	const json_t *s = json_object_get(j, key);

	if (!json_is_string(s))
		return (struct ph_span){ 0 };
	return (struct ph_span){ json_string_value(s), json_string_length(s) };
}

/* A line of a conversation.  Those with a proxy are none of the server's. */
static void take_object(struct reader *r, const json_t *j)
{
	struct ph_span dir = member(j, "dir");
	struct ph_span line = member(j, "line");
	struct ph_span octets = member(j, "octets");
	bool is_proxy = ph_span_eq(member(j, "stage"), PH_SPAN("proxy"));

	if (dir.ptr == NULL || line.ptr == NULL) {
		r->out->skipped_count++;
		return;
	}
	r->out->line_count++;
	if (is_proxy && !starts(line, PH_NOTE_CONNECTED))
		return;
	ph_buf_clear(&r->octets);
	if (octets.len > 0 && ph_base64_decode(octets, &r->octets) == PH_OK)
		line = ph_buf_span(&r->octets);
	if (line.ptr == NULL)
		line = (struct ph_span){ "", 0 };
	r->err = take_line(r, dir, line);
}

/* The document of `test --json`, or one line. */
static void take_json(struct reader *r, const json_t *j)
{
	const json_t *lines = json_object_get(j, "transcript");

	if (!json_is_array(lines)) {
		take_object(r, j);
		return;
	}
	for (size_t i = 0; i < json_array_size(lines) && r->err == PH_OK; i++)
		take_object(r, json_array_get(lines, i));
}

static void read_line(struct reader *r, struct ph_span text)
{
	json_error_t ignored;
	json_t *j;

	text = ph_span_trim(text);
	if (text.len == 0)
		return;
	j = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &ignored);
	if (j == NULL) {
		r->out->skipped_count++;
		return;
	}
	take_json(r, j);
	json_decref(j);
}

enum ph_err ph_recording_parse(struct ph_span text, struct ph_arena *a,
    struct ph_recording *out, struct ph_fault *fault)
{
	struct ph_recording found = { 0 };
	struct reader r = { .out = &found };
	struct ph_span line;

	ph_builder_init(&r.b, a, false);
	ph_buf_init(&r.octets, OCTETS_MAX);
	while (r.err == PH_OK && ph_span_split(&text, '\n', &line))
		read_line(&r, line);
	ph_buf_release(&r.octets);
	if (r.err == PH_OK)
		r.err = ph_builder_finish(&r.b, &found.play);
	if (r.err == PH_EINVAL) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "there is no conversation with a server in it (%zu lines "
		    "that are none of a transcript)",
		    found.skipped_count);
	}
	if (r.err == PH_OK)
		*out = found;
	return r.err;
}
