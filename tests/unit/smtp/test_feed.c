#include "check.h"
#include "smtp/feed.h"

#include <stdlib.h>

static const struct {
	struct ph_span in;
	const char *stuffed;
	const char *missing;
} cases[] = {
	{ PH_SPAN_INIT(""), "", "" },
	{ PH_SPAN_INIT("a\r\n"), "a\r\n", "" },
	{ PH_SPAN_INIT("a"), "a", "\r\n" },
	{ PH_SPAN_INIT("a\r"), "a\r", "\r\n" },
	{ PH_SPAN_INIT("a\n"), "a\n", "\r\n" },
	{ PH_SPAN_INIT("\n"), "\n", "\r\n" },
	{ PH_SPAN_INIT("\r\n"), "\r\n", "" },
	{ PH_SPAN_INIT("a\n\n"), "a\n\n", "\r\n" },
	{ PH_SPAN_INIT("."), "..", "\r\n" },
	{ PH_SPAN_INIT(".\r\n"), "..\r\n", "" },
	{ PH_SPAN_INIT("..\r\n"), "...\r\n", "" },
	{ PH_SPAN_INIT("a.b\r\n.c\r\n"), "a.b\r\n..c\r\n", "" },
	{ PH_SPAN_INIT("a.\r\n.\r\n.\r\n"), "a.\r\n..\r\n..\r\n", "" },
	{ PH_SPAN_INIT("a\n.\nb\r\n"), "a\n..\nb\r\n", "" },
	{ PH_SPAN_INIT("a\r.\r\n"), "a\r.\r\n", "" },
	{ PH_SPAN_INIT("a\r\n."), "a\r\n..", "\r\n" },
	{ PH_SPAN_INIT("\r\n.\r\n..\r\n...\r\n"), "\r\n..\r\n...\r\n....\r\n",
	    "" },
};

/* What the outbox holds, taken out. */
static void drain(struct ph_outbox *o, struct ph_buf *out)
{
	struct ph_span spans[PH_OUTBOX_RUNS_MAX];
	size_t n = ph_outbox_pending(o, spans, PH_OUTBOX_RUNS_MAX);

	for (size_t i = 0; i < n; i++) {
		if (ph_buf_append(out, spans[i]) != PH_OK)
			abort();
	}
	ph_outbox_sent(o, (size_t)(o->queued - o->sent));
}

static void move_all(struct ph_feed *f, struct ph_outbox *o, struct ph_buf *out)
{
	enum ph_err err = PH_AGAIN;

	while (err == PH_AGAIN) {
		err = ph_feed_move(f, o);
		drain(o, out);
	}
	check_int(err, PH_OK);
	check(ph_feed_is_drained(f));
}

/* In calls of per_call pieces, each of step octets. */
static void feed(struct ph_feed *f, struct ph_span in, size_t step,
    size_t per_call, struct ph_buf *out)
{
	struct ph_outbox o;

	ph_outbox_init(&o);
	ph_feed_init(f);
	do {
		struct ph_span pieces[PH_SMTP_PIECES_MAX];
		struct ph_smtp_body body = { .pieces = pieces };

		while (in.len > 0 && body.count < per_call) {
			size_t len = in.len < step ? in.len : step;

			pieces[body.count++] = ph_span_first(in, len);
			in = ph_span_skip(in, len);
		}
		body.last = in.len == 0;
		ph_feed_give(f, &body, true);
		move_all(f, &o, out);
	} while (in.len > 0);
	check(f->last);
	ph_outbox_release(&o);
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		for (size_t how = 0; how < 60; how++) {
			struct ph_feed f;
			struct ph_buf out;

			check_case("feed", i * 100 + how);
			ph_buf_init(&out, 4096);
			feed(&f, cases[i].in, how / 3 + 1, how % 3 + 1, &out);
			check_str(ph_buf_str(&out), cases[i].stuffed);
			check_int(ph_feed_missing_end(&f).len,
			    strlen(cases[i].missing));
			check_int(f.octets, cases[i].in.len);
			ph_buf_release(&out);
		}
	}
}

/* Against the definition, over contents with few and many dots, near and far
   from each other. */
static void test_long(void)
{
	enum {
		LEN = 200000
	};

	static char in[LEN];
	static char want[LEN * 2 + 1];

	for (unsigned every = 1; every < 5000; every = every * 3 + 1) {
		unsigned seed = every;
		size_t n = 0;

		for (size_t i = 0; i < LEN; i++) {
			seed = seed * 1103515245 + 12345;
			in[i] = (seed >> 16) % (every + 2) == 0 ? '.' : 'x';
			if ((seed >> 16) % 7 == 0)
				in[i] = '\n';
			if (in[i] == '.' && (i == 0 || in[i - 1] == '\n'))
				want[n++] = '.';
			want[n++] = in[i];
		}
		want[n] = '\0';

		struct ph_feed f;
		struct ph_buf out;
		check_case("long", every);
		ph_buf_init(&out, LEN * 2);
		feed(&f, (struct ph_span){ in, LEN }, 30000, 16, &out);
		check(
		    ph_span_eq(ph_buf_span(&out), (struct ph_span){ want, n }));
		ph_buf_release(&out);
	}
}

/* What has no dots to stuff is lent, not copied; so is what the caller says has
   none, and what goes by BDAT. */
static void test_loan(void)
{
	static char in[10000];
	struct ph_span piece = { in, sizeof(in) };
	struct ph_smtp_body body = { &piece, 1, true, false };

	memset(in, 'x', sizeof(in));
	memcpy(in + 5000, "\n.", 2);
	for (int how = 0; how < 3; how++) {
		struct ph_outbox o;
		struct ph_feed f;
		struct ph_span spans[PH_OUTBOX_RUNS_MAX];

		check_case("loan", (size_t)how);
		body.dot_free = how == 1;
		ph_outbox_init(&o);
		ph_feed_init(&f);
		ph_feed_give(&f, &body, how != 2);
		check_int(ph_feed_move(&f, &o), PH_OK);
		size_t n = ph_outbox_pending(&o, spans, PH_OUTBOX_RUNS_MAX);
		check_int(n, how == 0 ? 3 : 1);
		check(spans[0].ptr == in);
		check(how != 0 || spans[2].ptr == in + 5001);
		check(how != 0 || spans[1].len == 1);
		ph_outbox_release(&o);
	}
}

int main(void)
{
	test_cases();
	test_long();
	test_loan();
	return check_end();
}
