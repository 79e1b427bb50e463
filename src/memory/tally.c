#include "memory/tally.h"

#include "memory/words.h"

/* posthaste refusals 1
   salt 0123456789abcdef0123456789abcdef
   refused MARK 1764279455123 */

static const char magic[] = "posthaste refusals 1";

static bool is_of(const struct ph_refusal *r, const char *mark)
{
	return strcmp(r->mark, mark) == 0;
}

/* What is to come is from before a clock was set back. */
static bool counts(const struct ph_refusal *r, ph_unixmsec now)
{
	return r->at <= now && now - r->at < PH_TALLY_HOUR_MS;
}

void ph_tally_sum(const struct ph_tally *t, const char *mark, ph_unixmsec now,
    ph_unixmsec changed_at, unsigned allowed, struct ph_tally_sum *out)
{
	ph_unixmsec at[PH_TALLY_MAX];
	unsigned count = 0;

	*out = (struct ph_tally_sum){ 0 };
	for (size_t i = 0; i < t->count; i++) {
		const struct ph_refusal *r = &t->refusals[i];

		if (is_of(r, mark) && counts(r, now) && r->at >= changed_at)
			at[count++] = r->at;
	}
	if (count == 0)
		return;
	out->count = count;
	out->since = at[0];
	/* The one whose leaving makes room. */
	if (count >= allowed)
		out->free_at = at[count - allowed] + PH_TALLY_HOUR_MS;
}

static void remove_at(struct ph_tally *t, size_t i)
{
	t->count--;
	memmove(&t->refusals[i], &t->refusals[i + 1],
	    (t->count - i) * sizeof(t->refusals[0]));
}

void ph_tally_add(struct ph_tally *t, const char *mark, ph_unixmsec now)
{
	struct ph_refusal r = { .at = now };

	for (size_t i = t->count; i > 0; i--) {
		if (!counts(&t->refusals[i - 1], now))
			remove_at(t, i - 1);
	}
	if (t->count == PH_TALLY_MAX)
		remove_at(t, 0);
	memcpy(r.mark, mark, strnlen(mark, sizeof(r.mark) - 1));
	t->refusals[t->count++] = r;
}

bool ph_tally_absolve(struct ph_tally *t, const char *mark)
{
	size_t before = t->count;

	for (size_t i = t->count; i > 0; i--) {
		if (is_of(&t->refusals[i - 1], mark))
			remove_at(t, i - 1);
	}
	return t->count < before;
}

static enum ph_err read_line(struct ph_span line, struct ph_tally *t)
{
	struct ph_span word;
	enum ph_err err = PH_OK;

	if (!ph_words_next(&line, &word))
		return PH_EPROTO;
	if (ph_span_eq(word, PH_SPAN("salt"))) {
		err = ph_words_mark(&line, t->salt);
	} else if (ph_span_eq(word, PH_SPAN("refused"))) {
		struct ph_refusal r = { 0 };

		if (t->count == PH_TALLY_MAX)
			return PH_EPROTO;
		err = ph_words_mark(&line, r.mark);
		if (err == PH_OK)
			err = ph_words_time(&line, &r.at);
		t->refusals[t->count++] = r;
	} else {
		return PH_OK;
	}
	return err == PH_OK && line.len > 0 ? PH_EPROTO : err;
}

enum ph_err ph_tally_read(struct ph_span text, struct ph_tally *out)
{
	struct ph_tally t = { 0 };
	struct ph_span line;

	*out = t;
	if (ph_words_begin(&text, PH_TALLY_TEXT_MAX, magic) != PH_OK)
		return PH_EPROTO;
	while (text.len > 0 && ph_span_split(&text, '\n', &line)) {
		enum ph_err err = read_line(line, &t);
		if (err != PH_OK)
			return err;
	}
	/* Without its salt no mark could be told. */
	if (t.salt[0] == '\0')
		return PH_EPROTO;
	*out = t;
	return PH_OK;
}

enum ph_err ph_tally_write(const struct ph_tally *t, struct ph_buf *out)
{
	enum ph_err err = ph_buf_appendf(out, "%s\nsalt %s\n", magic, t->salt);

	for (size_t i = 0; err == PH_OK && i < t->count; i++) {
		err = ph_buf_appendf(out, "refused %s %lld\n",
		    t->refusals[i].mark, (long long)t->refusals[i].at);
	}
	return err;
}
