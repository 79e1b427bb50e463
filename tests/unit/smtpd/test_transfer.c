#include "check.h"
#include "player.h"

/* Contents of every size by DATA and by BDAT, and what is dropped. */

static const struct ph_smtpd_options limited = {
	.hostname = { "mx.test", 7 },
	.size_max = 1000,
};

static void add(struct ph_buf *b, const char *text)
{
	check(ph_buf_append_str(b, text) == PH_OK);
}

static void add_lines(struct ph_buf *b, size_t octets)
{
	for (size_t i = 0; i + 10 <= octets; i += 10)
		add(b, ".2345678\r\n");
}

#define ENVELOPE "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

static bool said(const struct player *p, const char *what)
{
	return strstr(ph_buf_str(&p->out), what) != NULL;
}

/* The limit counts octets of the content, not dots that are undone. */
static void test_limit(bool bdat, size_t octets, bool taken)
{
	struct ph_buf in;
	struct player p;

	ph_buf_init(&in, 1 << 20);
	add(&in, ENVELOPE);
	if (bdat) {
		check(
		    ph_buf_appendf(&in, "BDAT %zu LAST\r\n", octets) == PH_OK);
		add_lines(&in, octets);
	} else {
		add(&in, "DATA\r\n");
		for (size_t i = 0; i < octets / 10; i++)
			add(&in, "..2345678\r\n");
		add(&in, ".\r\n");
	}
	add(&in, "NOOP\r\n");
	for (size_t step = 1; step < 3000; step = step * 2 + 1) {
		player_init(&p, &limited);
		player_feed(&p, ph_buf_span(&in), step, step);
		check_int(said(&p, "250 2.0.0 Taken\r\n"), taken);
		check_int(said(&p, "552 5.3.4 "), !taken);
		check(said(&p, "250 2.0.0 OK\r\n"));
		if (taken)
			check_int(p.body.len, octets);
		player_release(&p);
	}
	ph_buf_release(&in);
}

/* Chunks of every size give the same as one. */
static void test_chunks(void)
{
	struct ph_buf content;

	ph_buf_init(&content, 1 << 16);
	add_lines(&content, 500);
	for (size_t size = 1; size <= content.len; size += 7) {
		struct ph_span rest = ph_buf_span(&content);
		struct ph_buf in;
		struct player p;

		check_case("chunks", size);
		ph_buf_init(&in, 1 << 20);
		add(&in, ENVELOPE);
		while (rest.len > 0) {
			size_t n = rest.len < size ? rest.len : size;

			check(ph_buf_appendf(&in, "BDAT %zu%s\r\n", n,
				  n == rest.len ? " LAST" : "") == PH_OK);
			check(ph_buf_append(&in, ph_span_first(rest, n)) ==
			    PH_OK);
			rest = ph_span_skip(rest, n);
		}
		player_init(&p, &limited);
		player_feed(&p, ph_buf_span(&in), size, size + 3);
		check(said(&p, "250 2.0.0 Taken\r\n"));
		check(ph_span_eq(ph_buf_span(&p.body), ph_buf_span(&content)));
		player_release(&p);
		ph_buf_release(&in);
	}
	check_case(NULL, 0);
	ph_buf_release(&content);
}

/* One chunk over the limit ends the transaction; those that were on their way
   are dropped without being counted as mistakes. */
static void test_chunks_over_limit(void)
{
	struct ph_buf in;
	struct player p;
	struct ph_buf codes;

	ph_buf_init(&in, 1 << 20);
	ph_buf_init(&codes, 1 << 16);
	add(&in, ENVELOPE "BDAT 990\r\n");
	add_lines(&in, 990);
	for (size_t i = 0; i < 30; i++)
		add(&in, "BDAT 20\r\nQUIT\r\nQUIT\r\nQUIT\r\n\r\n");
	add(&in, "RSET\r\n");
	player_init(&p, &limited);
	player_feed(&p, ph_buf_span(&in), in.len, in.len);
	check(!p.closed);
	player_codes(&p, &codes);
	check(strncmp(ph_buf_str(&codes),
		  "250 250/2.1.0 250/2.1.5 250/2.0.0 552/5.3.4 503/5.5.1 ",
		  54) == 0);
	check(said(&p, "250 2.0.0 OK\r\n"));
	player_release(&p);
	ph_buf_release(&in);
	ph_buf_release(&codes);
}

/* What goes on for ever is not read for ever. */
static void test_endless(const char *command)
{
	static char block[100000];
	struct player p;
	size_t sent = 0;

	memset(block, 'x', sizeof(block));
	player_init(&p, &limited);
	player_feed(&p, PH_SPAN(ENVELOPE), 999, 999);
	player_feed(&p, ph_span_of(command), 999, 999);
	while (!p.closed && sent < 100U << 20) {
		player_feed(&p, (struct ph_span){ block, sizeof(block) },
		    sizeof(block), sizeof(block));
		sent += sizeof(block);
	}
	check(p.closed);
	check(sent > 60U << 20 && sent < 70U << 20);
	check(said(&p, "552 5.3.4 "));
	player_release(&p);
}

int main(void)
{
	for (int bdat = 0; bdat < 2; bdat++) {
		test_limit(bdat, 990, true);
		test_limit(bdat, 1000, true);
		test_limit(bdat, 1010, false);
		test_limit(bdat, 5000, false);
	}
	test_chunks();
	test_chunks_over_limit();
	test_endless("DATA\r\n");
	test_endless("BDAT 18446744073709551615 LAST\r\n");
	return check_end();
}
