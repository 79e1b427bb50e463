#include "check.h"
#include "smtp/outbox.h"

#include <stdlib.h>

static struct ph_outbox o;

static void line(const char *text)
{
	if (ph_buf_append_str(ph_outbox_text(&o), text) != PH_OK)
		abort();
	(void)ph_outbox_commit(&o);
}

/* All that waits, as one string. */
static const char *waits(void)
{
	static char text[4096];
	struct ph_span spans[PH_OUTBOX_RUNS_MAX];
	size_t n = ph_outbox_pending(&o, spans, PH_OUTBOX_RUNS_MAX);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		check(spans[i].len > 0);
		memcpy(text + len, spans[i].ptr, spans[i].len);
		len += spans[i].len;
	}
	text[len] = '\0';
	check_int(len, o.queued - o.sent);
	return text;
}

static void fill(void)
{
	ph_outbox_init(&o);
	line("ab");
	line("cd");
	ph_outbox_lend(&o, PH_SPAN("EFG"));
	ph_outbox_lend(&o, PH_SPAN(""));
	line("hi");
	ph_outbox_lend(&o, PH_SPAN("J"));
}

static void test_order(void)
{
	struct ph_span spans[PH_OUTBOX_RUNS_MAX];

	fill();
	check_str(waits(), "abcdEFGhiJ");
	/* Lines next to each other are one run. */
	check_int(ph_outbox_pending(&o, spans, PH_OUTBOX_RUNS_MAX), 4);
	check_int(ph_outbox_pending(&o, spans, 2), 2);
	check_int(ph_outbox_pending(&o, spans, 0), 0);
	ph_outbox_release(&o);
	check(ph_outbox_is_empty(&o));
}

static void test_sent(void)
{
	static const char all[] = "abcdEFGhiJ";

	for (size_t first = 0; first <= 10; first++) {
		for (size_t step = 1; step <= 10; step++) {
			check_case("sent", first * 100 + step);
			fill();
			ph_outbox_sent(&o, first);
			check_str(waits(), all + first);
			for (size_t at = first; at < 10;) {
				size_t n = 10 - at < step ? 10 - at : step;

				ph_outbox_sent(&o, n);
				at += n;
				check_str(waits(), all + at);
			}
			check(ph_outbox_is_empty(&o));
			check_int(o.run_count, 0);
			line("next");
			check_str(waits(), "next");
			ph_outbox_release(&o);
		}
	}
}

static void test_cut(void)
{
	for (size_t sent = 0; sent <= 10; sent++) {
		for (size_t end = 0; end <= 11; end++) {
			char want[16] = "abcdEFGhiJ";

			check_case("cut", sent * 100 + end);
			fill();
			ph_outbox_sent(&o, sent);
			ph_outbox_cut(&o, end);
			want[end > sent ? end : sent] = '\0';
			check_str(waits(), want + sent);
			line("next");
			check(strstr(waits(), "next") != NULL);
			ph_outbox_release(&o);
		}
	}
}

static void test_secret(void)
{
	ph_outbox_init(&o);
	if (ph_buf_append_str(ph_outbox_text(&o), "hunter2\r\n") != PH_OK)
		abort();
	(void)ph_outbox_commit_secret(&o);
	line("plain");

	const char *at = o.text.ptr;
	ph_outbox_sent(&o, 4);
	check_int(at[0], 0);
	check_int(at[3], 0);
	check_int(at[4], 'e');
	ph_outbox_sent(&o, 5);
	check(memchr(at, '2', 9) == NULL);
	check_str(waits(), "plain");
	ph_outbox_release(&o);
}

/* However much goes through, what is kept stays small. */
static void test_bounds(void)
{
	char text[1001];

	memset(text, 'x', 1000);
	text[1000] = '\0';
	ph_outbox_init(&o);
	line("y");
	for (size_t i = 0; i < 10000; i++) {
		line(text);
		ph_outbox_sent(&o, 1000);
		check(o.text.cap < 64 * 1024);
	}
	check_int(o.queued - o.sent, 1);
	ph_outbox_release(&o);

	ph_outbox_init(&o);
	size_t lent = 0;
	while (ph_outbox_has_room(&o)) {
		ph_outbox_lend(&o, PH_SPAN("z"));
		lent++;
	}
	check(lent > 16 && lent < PH_OUTBOX_RUNS_MAX);
	ph_outbox_release(&o);

	size_t lines = 0;
	while (ph_outbox_has_room(&o)) {
		line(text);
		lines++;
	}
	check_int(lines, 33);
	ph_outbox_release(&o);
}

int main(void)
{
	test_order();
	test_sent();
	test_cut();
	test_secret();
	test_bounds();
	return check_end();
}
