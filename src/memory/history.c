#include "memory/history.h"

#include "base/ascii.h"
#include "base/num.h"
#include "memory/words.h"

#include <stdio.h>

/* posthaste tests 1
   test 1764279455 smtp.example.com 587 after-connect ok auth none 0
   took 1 12 - 30 25 4 110 190
   tls TLSv1.3 verified 1795840000 5d41...
   login SCRAM-SHA-256
   offers PIPELINING SIZE AUTH=PLAIN

   The lines behind a test belong to it; those of a later version's words are
   passed over. */

static const char magic[] = "posthaste tests 1";

/* A word of a line: no space, nothing beyond ASCII. */
static bool is_word(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

static void blank_unless_word(char *s)
{
	if (!is_word(s))
		s[0] = '\0';
}

void ph_history_add(struct ph_history *h, const struct ph_history_test *t)
{
	struct ph_history_test *at;

	if (h->count == PH_HISTORY_MAX) {
		memmove(&h->tests[0], &h->tests[1],
		    (PH_HISTORY_MAX - 1) * sizeof(h->tests[0]));
		h->count--;
	}
	at = &h->tests[h->count++];
	*at = *t;
	blank_unless_word(at->host);
	blank_unless_word(at->mode);
	blank_unless_word(at->stage);
	blank_unless_word(at->cause);
	blank_unless_word(at->version);
	blank_unless_word(at->key);
	blank_unless_word(at->mechanism);
	if (at->version[0] != '\0')
		return;
	/* Without TLS there was no certificate. */
	at->verified = false;
	at->not_after = 0;
	at->key[0] = '\0';
}

/* RFC 5321 4.1.1.1: letters, digits, hyphen; some servers use more. */
static bool is_keyword(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '_')
			return false;
	}
	return s.len > 0;
}

bool ph_history_offers(const struct ph_history_test *t, const char *word)
{
	for (size_t i = 0; i < t->offer_count; i++) {
		if (strcmp(t->offers[i], word) == 0)
			return true;
	}
	return false;
}

void ph_history_offer(
    struct ph_history_test *t, const char *prefix, struct ph_span word)
{
	char text[PH_HISTORY_OFFER_SIZE];
	size_t len = strlen(prefix);

	if (!is_keyword(word) || t->offer_count == PH_HISTORY_OFFERS_MAX ||
	    len + word.len >= sizeof(text))
		return;
	(void)snprintf(text, sizeof(text), "%s", prefix);
	for (size_t i = 0; i < word.len; i++)
		text[len++] = ph_ascii_upper(word.ptr[i]);
	text[len] = '\0';
	if (!ph_history_offers(t, text))
		memcpy(t->offers[t->offer_count++], text, sizeof(text));
}

/* reading */

static bool take_text(struct ph_span *rest, char *out, size_t size)
{
	struct ph_span word;

	if (!ph_words_next(rest, &word) || word.len >= size)
		return false;
	/* A lone hyphen stands for nothing. */
	if (ph_span_eq(word, PH_SPAN("-")))
		word.len = 0;
	memcpy(out, word.ptr, word.len);
	out[word.len] = '\0';
	return true;
}

static bool take_number(struct ph_span *rest, uint64_t max, uint64_t *out)
{
	return ph_words_number(rest, max, out) == PH_OK;
}

static enum ph_err read_test(struct ph_span *rest, struct ph_history *h)
{
	struct ph_history_test *t;
	struct ph_span how;
	uint64_t port = 0;
	uint64_t code = 0;

	/* More than are kept: the newest count. */
	if (h->count == PH_HISTORY_MAX) {
		struct ph_history_test none = { 0 };

		ph_history_add(h, &none);
		h->count--;
	}
	t = &h->tests[h->count];
	*t = (struct ph_history_test){ 0 };
	for (size_t i = 0; i < PH_HISTORY_STEPS; i++)
		t->ms[i] = -1;
	if (ph_words_time(rest, &t->at) != PH_OK ||
	    !take_text(rest, t->host, sizeof(t->host)) ||
	    !take_number(rest, UINT16_MAX, &port) ||
	    !take_text(rest, t->mode, sizeof(t->mode)) ||
	    !ph_words_next(rest, &how) ||
	    !take_text(rest, t->stage, sizeof(t->stage)) ||
	    !take_text(rest, t->cause, sizeof(t->cause)) ||
	    !take_number(rest, 999, &code))
		return PH_EPROTO;
	t->port = (uint16_t)port;
	t->code = (uint16_t)code;
	t->ok = ph_span_eq(how, PH_SPAN("ok"));
	if (!t->ok && !ph_span_eq(how, PH_SPAN("failed")))
		return PH_EPROTO;
	h->count++;
	return PH_OK;
}

static enum ph_err read_took(struct ph_span *rest, struct ph_history_test *t)
{
	for (size_t i = 0; i < PH_HISTORY_STEPS; i++) {
		struct ph_span word;
		uint64_t n = 0;

		if (!ph_words_next(rest, &word))
			return PH_EPROTO;
		if (ph_span_eq(word, PH_SPAN("-")))
			continue;
		if (ph_num_parse(word, INT32_MAX, &n) != PH_OK)
			return PH_EPROTO;
		t->ms[i] = (int64_t)n;
	}
	return PH_OK;
}

static enum ph_err read_tls(struct ph_span *rest, struct ph_history_test *t)
{
	struct ph_span how;

	if (!take_text(rest, t->version, sizeof(t->version)) ||
	    !ph_words_next(rest, &how) ||
	    ph_words_time(rest, &t->not_after) != PH_OK ||
	    !take_text(rest, t->key, sizeof(t->key)))
		return PH_EPROTO;
	t->verified = ph_span_eq(how, PH_SPAN("verified"));
	return t->verified || ph_span_eq(how, PH_SPAN("unverified"))
	    ? PH_OK
	    : PH_EPROTO;
}

static enum ph_err read_login(struct ph_span *rest, struct ph_history_test *t)
{
	return take_text(rest, t->mechanism, sizeof(t->mechanism)) ? PH_OK
								   : PH_EPROTO;
}

static enum ph_err read_offers(struct ph_span *rest, struct ph_history_test *t)
{
	struct ph_span word;

	t->has_offer = true;
	while (rest->len > 0) {
		if (!ph_words_next(rest, &word) ||
		    word.len >= PH_HISTORY_OFFER_SIZE ||
		    t->offer_count == PH_HISTORY_OFFERS_MAX)
			return PH_EPROTO;
		memcpy(t->offers[t->offer_count], word.ptr, word.len);
		t->offers[t->offer_count++][word.len] = '\0';
	}
	return PH_OK;
}

static const struct {
	struct ph_span word;
	enum ph_err (*read)(struct ph_span *rest, struct ph_history_test *t);
} lines[] = {
	{ PH_SPAN_INIT("took"), read_took },
	{ PH_SPAN_INIT("tls"), read_tls },
	{ PH_SPAN_INIT("login"), read_login },
	{ PH_SPAN_INIT("offers"), read_offers },
};

static enum ph_err read_line(struct ph_span line, struct ph_history *h)
{
	struct ph_span word;
	enum ph_err err = PH_OK;

	if (!ph_words_next(&line, &word))
		return PH_EPROTO;
	if (ph_span_eq(word, PH_SPAN("test"))) {
		err = read_test(&line, h);
		return err == PH_OK && line.len > 0 ? PH_EPROTO : err;
	}
	for (size_t i = 0; i < PH_COUNT(lines); i++) {
		if (!ph_span_eq(word, lines[i].word))
			continue;
		if (h->count == 0)
			return PH_EPROTO;
		err = lines[i].read(&line, &h->tests[h->count - 1]);
		return err == PH_OK && line.len > 0 ? PH_EPROTO : err;
	}
	return PH_OK;
}

enum ph_err ph_history_read(struct ph_span text, struct ph_history *out)
{
	struct ph_span line;

	memset(out, 0, sizeof(*out));
	if (ph_words_begin(&text, PH_HISTORY_TEXT_MAX, magic) != PH_OK)
		return PH_EPROTO;
	while (text.len > 0 && ph_span_split(&text, '\n', &line)) {
		enum ph_err err = read_line(line, out);
		if (err != PH_OK) {
			memset(out, 0, sizeof(*out));
			return err;
		}
	}
	return PH_OK;
}

/* writing */

static const char *or_hyphen(const char *s)
{
	return s[0] == '\0' ? "-" : s;
}

static enum ph_err write_took(
    const struct ph_history_test *t, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append_str(out, "took");

	for (size_t i = 0; err == PH_OK && i < PH_HISTORY_STEPS; i++) {
		err = t->ms[i] < 0
		    ? ph_buf_append_str(out, " -")
		    : ph_buf_appendf(out, " %lld", (long long)t->ms[i]);
	}
	return err == PH_OK ? ph_buf_append_char(out, '\n') : err;
}

static enum ph_err write_offers(
    const struct ph_history_test *t, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append_str(out, "offers");

	for (size_t i = 0; err == PH_OK && i < t->offer_count; i++)
		err = ph_buf_appendf(out, " %s", t->offers[i]);
	return err == PH_OK ? ph_buf_append_char(out, '\n') : err;
}

static enum ph_err write_test(
    const struct ph_history_test *t, struct ph_buf *out)
{
	enum ph_err err =
	    ph_buf_appendf(out, "test %lld %s %u %s %s %s %s %u\n",
		(long long)t->at, or_hyphen(t->host), (unsigned)t->port,
		or_hyphen(t->mode), t->ok ? "ok" : "failed",
		or_hyphen(t->stage), or_hyphen(t->cause), (unsigned)t->code);

	if (err == PH_OK)
		err = write_took(t, out);
	if (err == PH_OK && t->version[0] != '\0') {
		err = ph_buf_appendf(out, "tls %s %s %lld %s\n", t->version,
		    t->verified ? "verified" : "unverified",
		    (long long)t->not_after, or_hyphen(t->key));
	}
	if (err == PH_OK && t->mechanism[0] != '\0')
		err = ph_buf_appendf(out, "login %s\n", t->mechanism);
	if (err == PH_OK && t->has_offer)
		err = write_offers(t, out);
	return err;
}

enum ph_err ph_history_write(const struct ph_history *h, struct ph_buf *out)
{
	enum ph_err err = ph_buf_appendf(out, "%s\n", magic);

	for (size_t i = 0; err == PH_OK && i < h->count; i++)
		err = write_test(&h->tests[i], out);
	return err;
}
