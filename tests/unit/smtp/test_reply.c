#include "check.h"
#include "smtp/reply.h"

#include <stdio.h>
#include <stdlib.h>

struct reply_case {
	struct ph_span in;
	enum ph_err err;
	uint16_t code;
	uint16_t enhanced[3];
	uint16_t line_count;
	struct ph_span text;
	size_t left; /* octets that belong to what follows */
};

#define OK(in, code, ...)                    \
 {                                           \
  PH_SPAN_INIT(in), PH_OK, code, __VA_ARGS__ \
 }
#define ERR(in, err)    \
 {                      \
  PH_SPAN_INIT(in), err \
 }

static const struct reply_case cases[] = {
	OK("220 hello\r\n", 220, { 0 }, 1, PH_SPAN_INIT("hello")),
	OK("250\r\n", 250, { 0 }, 1, PH_SPAN_INIT("")),
	OK("250 \r\n", 250, { 0 }, 1, PH_SPAN_INIT("")),
	OK("250 bare\n", 250, { 0 }, 1, PH_SPAN_INIT("bare")),
	OK("250 two\r\r\n", 250, { 0 }, 1, PH_SPAN_INIT("two")),
	OK("250 a\rb\r\n", 250, { 0 }, 1, PH_SPAN_INIT("a b")),
	OK("250-\r\n250-\n250 \r\n", 250, { 0 }, 3, PH_SPAN_INIT("\n\n")),
	OK("250-a\r\n250-b\r\n250 c\r\n", 250, { 0 }, 3,
	    PH_SPAN_INIT("a\nb\nc")),
	OK("250-a\r\n250\r\n", 250, { 0 }, 2, PH_SPAN_INIT("a\n")),
	OK("550 5.1.1 no\r\n", 550, { 5, 1, 1 }, 1, PH_SPAN_INIT("no")),
	OK("550 5.7.139 no\r\n", 550, { 5, 7, 139 }, 1, PH_SPAN_INIT("no")),
	OK("550 5.1.1\r\n", 550, { 5, 1, 1 }, 1, PH_SPAN_INIT("")),
	OK("550-5.1.1 a\r\n550-5.1.2 b\r\n550 c\r\n", 550, { 5, 1, 1 }, 3,
	    PH_SPAN_INIT("a\nb\nc")),
	OK("550-a\r\n550 5.1.2 b\r\n", 550, { 5, 1, 2 }, 2,
	    PH_SPAN_INIT("a\nb")),
	/* What only looks like an enhanced code stays in the text. */
	OK("550 3.1.1 no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("3.1.1 no")),
	OK("550 5.1.1no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("5.1.1no")),
	OK("550 5.1 no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("5.1 no")),
	OK("550 5..1 no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("5..1 no")),
	OK("550 5.7.506 no\r\n", 550, { 5, 7, 506 }, 1, PH_SPAN_INIT("no")),
	OK("550 5.7.1399 no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("5.7.1399 no")),
	OK("550 192.0.2.1 no\r\n", 550, { 0 }, 1, PH_SPAN_INIT("192.0.2.1 no")),
	OK("250 \xff\x01\xc3\xa9\r\n", 250, { 0 }, 1,
	    PH_SPAN_INIT("\xff\x01\xc3\xa9")),
	OK("599 x\r\nrest", 599, { 0 }, 1, PH_SPAN_INIT("x"), 4),
	OK("200 x\r\n250 y\r\n", 200, { 0 }, 1, PH_SPAN_INIT("x"), 7),
	ERR("", PH_AGAIN),
	ERR("2", PH_AGAIN),
	ERR("250 no end", PH_AGAIN),
	ERR("250-a\r\n", PH_AGAIN),
	ERR("250-a\r\n250", PH_AGAIN),
	ERR("250-a\r\n251 b\r\n", PH_EPROTO),
	ERR("99 nope\r\n", PH_EPROTO),
	ERR("199 nope\r\n", PH_EPROTO),
	ERR("600 nope\r\n", PH_EPROTO),
	ERR("2x0 nope\r\n", PH_EPROTO),
	ERR("25x nope\r\n", PH_EPROTO),
	ERR("2500 nope\r\n", PH_EPROTO),
	ERR("250_nope\r\n", PH_EPROTO),
	ERR("250\tnope\r\n", PH_EPROTO),
	ERR("25\r\n", PH_EPROTO),
	ERR("\r\n", PH_EPROTO),
	ERR("\n", PH_EPROTO),
	ERR(" 250 nope\r\n", PH_EPROTO),
	ERR("+OK POP3\r\n", PH_EPROTO),
	ERR("250 a\0b\r\n", PH_EPROTO),
	ERR("\0\r\n", PH_EPROTO),
};

/* Fed in pieces of step octets; *left is what was not used. */
static enum ph_err feed(struct ph_reply_parser *p, struct ph_span all,
    size_t step, struct ph_reply *out, size_t *left)
{
	enum ph_err err = PH_AGAIN;

	while (all.len > 0 && err == PH_AGAIN) {
		size_t len = all.len < step ? all.len : step;
		struct ph_span in = ph_span_first(all, len);

		err = ph_reply_parser_feed(p, &in, out);
		check(err != PH_AGAIN || in.len == 0);
		all = ph_span_skip(all, len - in.len);
	}
	*left = all.len;
	return err;
}

static void check_reply(
    const struct reply_case *rc, const struct ph_reply *reply, size_t left)
{
	check_int(reply->code, rc->code);
	check_int(ph_reply_class(reply), rc->code / 100);
	check_int(reply->line_count, rc->line_count);
	check(memcmp(reply->enhanced, rc->enhanced, sizeof(reply->enhanced)) ==
	    0);
	check(ph_span_eq(reply->text, rc->text));
	check_int(left, rc->left);
}

static void test_cases(struct ph_reply_parser *p)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		for (size_t step = 1; step < 40; step++) {
			const struct reply_case *rc = &cases[i];
			struct ph_reply reply = { 0 };
			size_t left;

			check_case("reply", i);
			/* A parser is good after a reply, not after an error.
			 */
			struct ph_reply_parser *own = p;
			if (rc->err != PH_OK)
				check(ph_reply_parser_new(&own) == PH_OK);
			check_int(
			    feed(own, rc->in, step, &reply, &left), rc->err);
			if (rc->err == PH_OK) {
				check_reply(rc, &reply, left);
			} else {
				ph_reply_parser_free(own);
			}
		}
	}
}

/* count lines of len octets each but for code and CRLF. */
static enum ph_err feed_lines(
    size_t count, size_t len, size_t step, struct ph_reply *out)
{
	struct ph_reply_parser *p;
	char line[4096] = "250-";
	enum ph_err err = PH_AGAIN;

	if (ph_reply_parser_new(&p) != PH_OK)
		abort();
	memset(line + 4, 'x', len);
	memcpy(line + 4 + len, "\r\n", 2);
	for (size_t i = 0; i < count && err == PH_AGAIN; i++) {
		size_t left;

		if (i + 1 == count)
			line[3] = ' ';
		err = feed(
		    p, (struct ph_span){ line, len + 6 }, step, out, &left);
	}
	ph_reply_parser_free(p);
	return err;
}

static void test_limits(void)
{
	static const size_t steps[] = { 1, 7, 4096 };

	for (size_t i = 0; i < PH_COUNT(steps); i++) {
		struct ph_reply r;

		check_case("limit", i);
		/* Code, separator and CR count for the line. */
		check_int(feed_lines(1, 2043, steps[i], &r), PH_OK);
		check_int(feed_lines(1, 2044, steps[i], &r), PH_ETOOBIG);
		check_int(feed_lines(500, 0, steps[i], &r), PH_OK);
		check_int(feed_lines(501, 0, steps[i], &r), PH_ETOOBIG);
		/* 64 lines of 1023 and 63 separators. */
		check_int(feed_lines(64, 1023, steps[i], &r), PH_OK);
		check_int(feed_lines(65, 1023, steps[i], &r), PH_ETOOBIG);
	}
}

/* Ten megabytes without a line end: the parser stops at its limit. */
static void test_endless(void)
{
	struct ph_reply_parser *p;
	struct ph_reply r;
	char block[1000];
	size_t fed = 0;
	enum ph_err err = PH_AGAIN;

	if (ph_reply_parser_new(&p) != PH_OK)
		abort();
	memset(block, '2', sizeof(block));
	while (fed < 10000000 && err == PH_AGAIN) {
		struct ph_span in = { block, sizeof(block) };

		err = ph_reply_parser_feed(p, &in, &r);
		fed += sizeof(block);
	}
	check_int(err, PH_ETOOBIG);
	check_int(fed, 3000);
	check_int(ph_reply_parser_line(p).len, PH_REPLY_LINE_MAX);
	ph_reply_parser_free(p);
}

static void test_evidence(void)
{
	static const struct ph_span in =
	    PH_SPAN_INIT("HTTP/1.1 400 Bad\r\n\r\n");

	for (size_t step = 1; step < 25; step++) {
		struct ph_reply_parser *p;
		struct ph_reply r;
		size_t left;

		if (ph_reply_parser_new(&p) != PH_OK)
			abort();
		check_case("evidence", step);
		check_int(feed(p, in, step, &r, &left), PH_EPROTO);
		check(ph_span_starts_nocase(
		    ph_reply_parser_line(p), PH_SPAN("HTTP/1.1 400 Bad")));
		ph_reply_parser_free(p);
	}
}

static void test_line_in_part(struct ph_reply_parser *p)
{
	struct ph_span in = PH_SPAN("250-a\r\n\x16\x03");
	struct ph_reply r;

	check_int(ph_reply_parser_feed(p, &in, &r), PH_AGAIN);
	check(ph_span_eq(ph_reply_parser_line(p), PH_SPAN("\x16\x03")));
}

static const struct {
	struct ph_reply reply;
	const char *want;
} formats[] = {
	{ { 250, { 2, 1, 0 }, 1, PH_SPAN_INIT("ok") }, "250 2.1.0 \"ok\"" },
	{ { 535, { 5, 7, 139 }, 1, PH_SPAN_INIT("") }, "535 5.7.139" },
	{ { 421, { 0 }, 1, PH_SPAN_INIT("a\nb") }, "421 \"a / b\"" },
	{ { 421, { 0 }, 1, PH_SPAN_INIT("\x1b[31m\x7f\xc2\x9b") },
	    "421 \"?[31m??\"" },
	{ { 550, { 0 }, 1, PH_SPAN_INIT("\xc3\xa9\xff") },
	    "550 \"\xc3\xa9?\"" },
};

static void test_format(void)
{
	char text[1024];

	for (size_t i = 0; i < PH_COUNT(formats); i++) {
		check_case("format", i);
		ph_reply_format(&formats[i].reply, text, sizeof(text));
		check_str(text, formats[i].want);
	}

	/* Whatever the room, a string comes out and no quote is left open. */
	for (size_t size = 1; size < 40; size++) {
		struct ph_reply r = { 550, { 5, 1, 1 }, 1,
			PH_SPAN("\xc3\xa9t\xc3\xa9 h\xc3\xa9") };

		check_case("room", size);
		memset(text, '#', sizeof(text));
		ph_reply_format(&r, text, size);
		check(strlen(text) < size);
		const char *open = strchr(text, '"');
		check(open == NULL || strrchr(text, '"') > open);
		check(text[size] == '#');
	}
	ph_reply_format(&formats[0].reply, NULL, 0);
	ph_reply_quote(PH_SPAN("x"), NULL, 0);
}

static void test_quote_cut(void)
{
	char in[600];
	char text[1024];

	memset(in, 'y', sizeof(in));
	ph_reply_quote((struct ph_span){ in, 400 }, text, sizeof(text));
	check_int(strlen(text), 402);
	ph_reply_quote((struct ph_span){ in, 401 }, text, sizeof(text));
	check_int(strlen(text), 405);
	check_str(text + 399, "yy...\"");
}

int main(void)
{
	struct ph_reply_parser *p;

	if (ph_reply_parser_new(&p) != PH_OK)
		return 1;
	test_cases(p);
	test_line_in_part(p);
	ph_reply_parser_free(p);
	ph_reply_parser_free(NULL);
	test_limits();
	test_endless();
	test_evidence();
	test_format();
	test_quote_cut();
	return check_end();
}
