#include "cli/transcript.h"

#include "base/base64.h"
#include "base/note.h"
#include "base/utf8.h"
#include "cli/json.h"
#include "cli/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	/* A reply of 500 lines comes in as many; this is what one may have. */
	LINE_MAX_OCTETS = 8 * 1024 * 1024,
	/* A document holds the conversation of a test: no more is shown. */
	COLLECTED_MAX = 5000
};

static enum ph_err fail(
    struct ph_fault *fault, enum ph_cause cause, const char *path)
{
	ph_fault_set(fault, cause, PH_STAGE_CONFIG, "--transcript %s: %s", path,
	    strerror(errno));
	return PH_EIO;
}

enum ph_err ph_transcript_open(
    struct ph_transcript *t, const struct ph_options *o, struct ph_fault *fault)
{
	enum ph_err err = ph_transcript_open_file(
	    t, ph_options_value(o, PH_SERVER_KEY_TRANSCRIPT), fault);

	t->verbose = ph_options_has(o, PH_SERVER_KEY_VERBOSE);
	t->hides = ph_options_has(o, PH_SERVER_KEY_HIDE_ADDRESSES);
	return err;
}

enum ph_err ph_transcript_open_file(
    struct ph_transcript *t, const char *path, struct ph_fault *fault)
{
	int fd;

	*t = (struct ph_transcript){ 0 };
	ph_pseudonyms_init(&t->names);
	if (path == NULL)
		return PH_OK;
	if (strcmp(path, "-") == 0) {
		t->file = stderr;
		t->file_is_stderr = true;
		return PH_OK;
	}
	/* Addresses and what a server says of them are nobody else's affair. */
	t->path = path;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(fault, PH_CAUSE_CANNOT_CREATE, path);
	t->file = fdopen(fd, "w");
	if (t->file == NULL) {
		(void)close(fd);
		return fail(fault, PH_CAUSE_CANNOT_CREATE, path);
	}
	return PH_OK;
}

enum ph_err ph_transcript_collect(struct ph_transcript *t)
{
	t->lines = json_array();
	return t->lines == NULL ? PH_ENOMEM : PH_OK;
}

bool ph_transcript_is_wanted(const struct ph_transcript *t)
{
	return t->file != NULL || t->verbose || t->lines != NULL;
}

static json_t *to_json(const struct ph_trace *line)
{
	static const char *const marks[] = {
		[PH_DIR_IN] = "<",
		[PH_DIR_OUT] = ">",
		[PH_DIR_NOTE] = "*",
	};
	json_t *j = json_object();

	ph_json_put(j, "t_ms", ph_json_ms(line->t_ms < 0 ? 0 : line->t_ms));
	ph_json_put(j, "dir", json_string(marks[line->dir]));
	ph_json_put(j, "tls", json_boolean(line->tls));
	ph_json_put(j, "stage", json_string(ph_stage_name(line->stage)));
	ph_json_put(j, "line", ph_json_text(line->line));
	return j;
}

/* What a file has besides: what a line of text cannot hold. */
static void put_octets(json_t *j, struct ph_span line)
{
	struct ph_buf text;
	enum ph_err err;

	if (ph_utf8_valid(line))
		return;
	ph_buf_init(&text, LINE_MAX_OCTETS * 2);
	err = ph_base64_encode(line, &text);
	ph_json_put(j, "octets",
	    err == PH_OK ? ph_json_text(ph_buf_span(&text)) : NULL);
	ph_buf_release(&text);
}

/* A reply that refuses, or is none. */
static bool is_unexpected(struct ph_span line)
{
	return line.len == 0 || line.ptr[0] < '2' || line.ptr[0] > '3';
}

/* How a conversation ends that nobody ended. */
static bool is_failure(struct ph_span line)
{
	static const char *const begins[] = { PH_NOTE_LOST, PH_NOTE_TIMEOUT,
		PH_NOTE_TLS_FAILED, PH_NOTE_LOGIN_GIVEN_UP, PH_NOTE_NO_BASE64 };

	for (size_t i = 0; i < PH_COUNT(begins); i++) {
		if (ph_span_starts_nocase(line, ph_span_of(begins[i])))
			return true;
	}
	return false;
}

/* Marks as swaks has them: ~ where it is encrypted, * for the unexpected. */
static const char *mark(const struct ph_trace *line)
{
	static const char *const in[2][2] = { { "<- ", "<**" },
		{ "<~ ", "<~*" } };

	switch (line->dir) {
	case PH_DIR_IN:
		return in[line->tls][is_unexpected(line->line)];
	case PH_DIR_OUT:
		return line->tls ? " ~>" : " ->";
	case PH_DIR_NOTE:
		return is_failure(line->line) ? "***" : "===";
	}
	return "===";
}

/* Whatever a server says, a terminal shows it and obeys none of it. */
static void print_tame(struct ph_span s, FILE *out)
{
	while (s.len > 0) {
		const char *start = s.ptr;
		uint32_t c = ph_utf8_next(&s);

		/* C1 controls (U+0080..9F) are obeyed by some terminals. */
		if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == UINT32_MAX) {
			(void)fputc('?', out);
		} else {
			(void)fwrite(start, 1, (size_t)(s.ptr - start), out);
		}
	}
}

static void write_line(struct ph_transcript *t, const struct ph_trace *line)
{
	json_t *j = to_json(line);
	char *text;

	put_octets(j, line->line);
	text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(10));
	if (text == NULL || fprintf(t->file, "%s\n", text) < 0)
		t->failed = true;
	free(text);
	json_decref(j);
}

static void take(struct ph_transcript *t, const struct ph_trace *line)
{
	if (t->verbose) {
		(void)fprintf(stderr, "%s ", mark(line));
		print_tame(line->line, stderr);
		(void)fputc('\n', stderr);
	}
	if (t->file != NULL)
		write_line(t, line);
	if (t->lines != NULL && t->line_count++ < COLLECTED_MAX)
		ph_json_add(t->lines, to_json(line));
}

void ph_transcript_take(void *ctx, const struct ph_trace *line)
{
	struct ph_transcript *t = ctx;
	struct ph_trace hidden = *line;
	struct ph_buf text;

	if (!t->hides) {
		take(t, line);
		return;
	}
	ph_buf_init(&text, LINE_MAX_OCTETS);
	/* Rather a gap than an address. */
	if (ph_pseudonyms_apply(&t->names, line->line, &text) == PH_OK) {
		hidden.line = ph_buf_span(&text);
		if (text.len == 0)
			hidden.line.ptr = "";
		take(t, &hidden);
	} else {
		t->failed = true;
	}
	ph_buf_release(&text);
}

enum ph_err ph_transcript_close(struct ph_transcript *t, struct ph_fault *fault)
{
	bool failed = t->failed;
	const char *path = t->path;

	errno = ENOSPC;
	if (t->file != NULL && !t->file_is_stderr && fclose(t->file) != 0)
		failed = true;
	json_decref(t->lines);
	ph_pseudonyms_release(&t->names);
	*t = (struct ph_transcript){ 0 };
	if (!failed)
		return PH_OK;
	return fail(fault, PH_CAUSE_CANNOT_WRITE, path);
}
