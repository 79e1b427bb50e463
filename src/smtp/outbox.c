#include "smtp/outbox.h"

#include <assert.h>

enum {
	/* Sent text is moved out of the way in steps of this size. */
	COMPACT_AT = 16 * 1024
};

void ph_outbox_init(struct ph_outbox *o)
{
	*o = (struct ph_outbox){ 0 };
	ph_buf_init(&o->text, PH_OUTBOX_TEXT_MAX);
}

void ph_outbox_release(struct ph_outbox *o)
{
	ph_buf_wipe(&o->text);
	ph_outbox_init(o);
}

static size_t run_index(const struct ph_outbox *o, size_t i)
{
	return (o->run_first + i) % PH_OUTBOX_RUNS_MAX;
}

static void add_run(struct ph_outbox *o, const char *loan, size_t len)
{
	assert(o->run_count < PH_OUTBOX_RUNS_MAX);

	size_t at = run_index(o, o->run_count++);

	o->runs[at].loan = loan;
	o->runs[at].len = len;
}

struct ph_span ph_outbox_commit(struct ph_outbox *o)
{
	size_t len = o->text.len - o->text_end;
	struct ph_span s = { o->text.ptr + o->text_end, len };
	size_t last = run_index(o, o->run_count + PH_OUTBOX_RUNS_MAX - 1);

	if (len == 0)
		return (struct ph_span){ "", 0 };
	if (o->run_count > 0 && o->runs[last].loan == NULL) {
		o->runs[last].len += len;
	} else {
		add_run(o, NULL, len);
	}
	o->text_end = o->text.len;
	o->queued += len;
	return s;
}

struct ph_span ph_outbox_commit_secret(struct ph_outbox *o)
{
	struct ph_span s = ph_outbox_commit(o);

	o->secret_end = o->queued;
	return s;
}

void ph_outbox_lend(struct ph_outbox *o, struct ph_span s)
{
	if (s.len == 0)
		return;
	add_run(o, s.ptr, s.len);
	o->queued += s.len;
}

size_t ph_outbox_pending(
    const struct ph_outbox *o, struct ph_span *out, size_t max)
{
	size_t n = o->run_count < max ? o->run_count : max;
	size_t at = o->text_start;

	for (size_t i = 0; i < n; i++) {
		size_t run = run_index(o, i);
		const char *loan = o->runs[run].loan;
		size_t len = o->runs[run].len;

		out[i] = (struct ph_span){ loan, len };
		if (loan == NULL) {
			out[i].ptr = o->text.ptr + at;
			at += len;
		}
	}
	return n;
}

static void sent_text(struct ph_outbox *o, size_t len)
{
	/* o->sent is still where this text begins. */
	if (o->sent < o->secret_end)
		explicit_bzero(o->text.ptr + o->text_start, len);
	o->text_start += len;
}

static void compact(struct ph_outbox *o)
{
	if (o->text_start < COMPACT_AT && o->text_start < o->text.len)
		return;
	ph_buf_consume(&o->text, o->text_start);
	o->text_end -= o->text_start;
	o->text_start = 0;
}

void ph_outbox_sent(struct ph_outbox *o, size_t len)
{
	assert(len <= o->queued - o->sent);

	while (len > 0) {
		size_t run = o->run_first;
		size_t part = o->runs[run].len < len ? o->runs[run].len : len;

		if (o->runs[run].loan == NULL) {
			sent_text(o, part);
		} else {
			o->runs[run].loan += part;
		}
		o->runs[run].len -= part;
		o->sent += part;
		len -= part;
		if (o->runs[run].len > 0)
			continue;
		o->run_first = (o->run_first + 1) % PH_OUTBOX_RUNS_MAX;
		o->run_count--;
	}
	compact(o);
}

void ph_outbox_cut(struct ph_outbox *o, uint64_t end)
{
	while (o->queued > o->sent && o->queued > end) {
		size_t run = run_index(o, o->run_count - 1);
		size_t len = o->runs[run].len;
		size_t over =
		    o->queued - end < len ? (size_t)(o->queued - end) : len;

		if (o->runs[run].loan == NULL) {
			o->text_end -= over;
			explicit_bzero(o->text.ptr + o->text_end, over);
		}
		o->runs[run].len -= over;
		o->queued -= over;
		if (o->runs[run].len == 0)
			o->run_count--;
	}
	if (o->text.ptr != NULL)
		o->text.len = o->text_end;
	compact(o);
}
