#include "smtpd/line.h"

#include "check.h"

#include <stdlib.h>

#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

enum {
	LIMIT = 8
};

/* What comes of it: "(line)", L too long, F bare LF, D dropped. */
static const struct {
	struct ph_span in;
	const char *out;
} cases[] = {
	{ S(""), "" },
	{ S("ab"), "" },
	{ S("\r\n"), "()" },
	{ S("ab\r\n"), "(ab)" },
	{ S("ab\r\ncd\r\nef"), "(ab)(cd)" },
	{ S("\r\n\r\n"), "()()" },
	{ S("a\rb\r\n"), "(a\rb)" },
	{ S("a\r\r\n"), "(a\r)" },
	{ S("123456\r\n"), "(123456)" },
	{ S("1234567\r\n"), "L" },
	{ S("1234567890123\r\nab\r\n"), "L(ab)" },
	{ S("12345678\r\r\nab\r\n"), "L(ab)" },
	{ S("\n"), "F" },
	{ S("ab\ncd\r\nef\r\n"), "FD(ef)" },
	{ S("\n\r\nef\r\n"), "FD(ef)" },
	{ S("a\nb\nc\r\nef\r\n"), "FFD(ef)" },
	{ S("\nb1234567890\r\nef\r\n"), "FD(ef)" },
	{ S("1234567890\nb\r\nef\r\n"), "FD(ef)" },
	{ S("\n\n\n"), "FFF" },
	{ S("\r\n\n\r\nx\r\n"), "()FD(x)" },
};

static void add(struct ph_buf *b, struct ph_span s)
{
	check(ph_buf_append(b, s) == PH_OK);
}

static void take(struct ph_smtpd_line *l, struct ph_span in, struct ph_buf *out)
{
	enum ph_smtpd_line_state state = PH_LINE_READY;

	while (state != PH_LINE_MORE) {
		struct ph_span line = { 0 };

		state = ph_smtpd_line_take(l, LIMIT, &in, &line);
		if (state == PH_LINE_READY) {
			add(out, PH_SPAN("("));
			add(out, line);
			add(out, PH_SPAN(")"));
		} else if (state == PH_LINE_TOO_LONG) {
			add(out, PH_SPAN("L"));
		} else if (state == PH_LINE_BARE_LF) {
			add(out, PH_SPAN("F"));
		} else if (state == PH_LINE_DROPPED) {
			add(out, PH_SPAN("D"));
		}
		if (state != PH_LINE_MORE && state != PH_LINE_BARE_LF)
			ph_smtpd_line_clear(l);
	}
	check_int(in.len, 0);
}

static void play(size_t i, size_t first, size_t step)
{
	struct ph_smtpd_line l;
	struct ph_span in = cases[i].in;
	struct ph_buf out;

	ph_buf_init(&out, 1000);
	ph_smtpd_line_init(&l, LIMIT);
	while (in.len > 0) {
		size_t len = first < in.len ? first : in.len;
		char *copy = malloc(len);

		if (copy == NULL)
			abort();
		memcpy(copy, in.ptr, len);
		take(&l, (struct ph_span){ copy, len }, &out);
		check(l.buf.len <= LIMIT);
		free(copy);
		in = ph_span_skip(in, len);
		first = step;
	}
	check_str(ph_buf_str(&out), cases[i].out);
	ph_smtpd_line_release(&l);
	ph_buf_release(&out);
}

static void test_peek(void)
{
	struct ph_smtpd_line l;
	struct ph_span in = PH_SPAN("AU");
	struct ph_span line;
	char got[5];

	ph_smtpd_line_init(&l, LIMIT);
	check_int(ph_smtpd_line_peek(&l, in, got, 5), 2);
	check(ph_smtpd_line_take(&l, LIMIT, &in, &line) == PH_LINE_MORE);
	check_int(ph_smtpd_line_peek(&l, PH_SPAN("TH x"), got, 5), 5);
	check(memcmp(got, "AUTH ", 5) == 0);
	in = PH_SPAN("TH xy");
	check(ph_smtpd_line_take(&l, LIMIT, &in, &line) == PH_LINE_MORE);
	check_int(ph_smtpd_line_peek(&l, PH_SPAN("z"), got, 5), 5);
	check(memcmp(got, "AUTH ", 5) == 0);
	ph_smtpd_line_release(&l);
}

/* Endless lines are counted and not kept. */
static void test_dropped(void)
{
	static char block[1000];
	struct ph_smtpd_line l;

	memset(block, 'x', sizeof(block));
	ph_smtpd_line_init(&l, LIMIT);
	for (size_t i = 0; i < 100; i++) {
		struct ph_span in = { block, sizeof(block) };
		struct ph_span line;

		check(
		    ph_smtpd_line_take(&l, LIMIT, &in, &line) == PH_LINE_MORE);
		check_int(l.dropped, (i + 1) * sizeof(block));
		check_int(l.buf.len, 0);
	}
	ph_smtpd_line_clear(&l);
	check_int(l.dropped, 0);
	ph_smtpd_line_release(&l);
}

/* A password that came in pieces is not left in memory. */
static void test_wiped(void)
{
	struct ph_smtpd_line l;
	struct ph_span in = PH_SPAN("secret");
	struct ph_span line;

	ph_smtpd_line_init(&l, LIMIT);
	check(ph_smtpd_line_take(&l, LIMIT, &in, &line) == PH_LINE_MORE);
	in = PH_SPAN("\r\n");
	check(ph_smtpd_line_take(&l, LIMIT, &in, &line) == PH_LINE_READY);
	check(ph_span_eq(line, PH_SPAN("secret")));
	ph_smtpd_line_clear(&l);
	check(line.ptr[0] == '\0' && line.ptr[5] == '\0');
	ph_smtpd_line_release(&l);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("line", i);
		for (size_t step = 1; step <= cases[i].in.len + 1; step++) {
			play(i, step, step);
			play(i, step, 1000);
		}
	}
	check_case(NULL, 0);
	test_peek();
	test_dropped();
	test_wiped();
	return check_end();
}
