#include "diagnose/token.h"

#include "check.h"

#include <stdlib.h>

static bool is_known(uint16_t code)
{
	return code == 250 || code == 421 || code == 535 || code == 550;
}

static const struct {
	const char *text;
	unsigned code;
	unsigned enhanced[3];
} cases[] = {
	{ "", 0, { 0 } },
	{ "5", 0, { 0 } },
	{ "550", 550, { 0 } },
	{ "550 ", 550, { 0 } },
	{ "550-", 550, { 0 } },
	{ "550.", 550, { 0 } },
	{ "550:", 550, { 0 } },
	{ "550 5.1.1", 550, { 5, 1, 1 } },
	{ "550-5.1.1-x", 550, { 5, 1, 1 } },
	{ "550 5.1.1.", 550, { 5, 1, 1 } },
	{ "550 #5.1.1 x", 550, { 5, 1, 1 } },
	{ "550 (5.1.1) x", 550, { 5, 1, 1 } },
	{ "550 5.999.999", 550, { 5, 999, 999 } },
	{ "550 5.1.1000", 550, { 0 } },
	{ "550 5.1000.1", 550, { 0 } },
	{ "550 5.1", 550, { 0 } },
	{ "550 5.", 550, { 0 } },
	{ "550 5..1", 550, { 0 } },
	{ "550 5.1.", 550, { 0 } },
	{ "550 5.1.1a", 550, { 0 } },
	{ "550 5.1.1_", 550, { 0 } },
	{ "550 a5.1.1", 550, { 0 } },
	{ "550 .5.1.1", 550, { 0 } },
	/* numbers of another kind */
	{ "line 550 x", 0, { 0 } },
	{ "port 550 x", 0, { 0 } },
	{ "size=550, nrcpt=1", 0, { 0 } },
	{ "id = 550;", 550, { 0 } },
	{ "order 535-1234567", 0, { 0 } },
	{ "535-123", 535, { 0 } },
	{ "HTTP/1.1 421 x", 0, { 0 } },
	{ "http code 421 x", 0, { 0 } },
	{ "line 550: (535, b'5.7.8 no')", 535, { 5, 7, 8 } },
	{ "<a #5.7.1 smtp;550 5.7.1 no>", 550, { 5, 7, 1 } },
	/* right behind the code an enhanced code is taken as it is */
	{ "550 4.1.1", 550, { 4, 1, 1 } },
	/* elsewhere only one of its class, of a subject that exists */
	{ "550 x 4.1.1", 550, { 0 } },
	{ "550 x 5.8.1", 550, { 0 } },
	{ "550 x 5.7.1", 550, { 5, 7, 1 } },
	/* no code: any class of enhanced code */
	{ "2.1.5", 0, { 2, 1, 5 } },
	{ "x 4.7.1 y", 0, { 4, 7, 1 } },
	{ "3.1.1", 0, { 0 } },
	{ "4.96.1", 0, { 0 } },
	/* no codes at all */
	{ "1550", 0, { 0 } },
	{ "5500", 0, { 0 } },
	{ "a550", 0, { 0 } },
	{ "550a", 0, { 0 } },
	{ "_550", 0, { 0 } },
	{ ".550", 0, { 0 } },
	{ "x 127.0.0.550", 0, { 0 } },
	{ "host:550 x", 0, { 0 } },
	{ "x/550", 0, { 0 } },
	{ "x+550", 0, { 0 } },
	{ "x#550", 0, { 0 } },
	{ "x@550", 0, { 0 } },
	{ "x%550", 0, { 0 } },
	{ "x$550", 0, { 0 } },
	{ "x-550", 0, { 0 } },
	{ "550.5", 0, { 0 } },
	{ "550:5", 0, { 0 } },
	{ "x 587 y", 0, { 0 } },
	{ "x 250 y", 250, { 0 } },
	{ "150", 0, { 0 } },
	{ "600", 0, { 0 } },
	/* the better of two */
	{ "x 421 550 5.1.1", 550, { 5, 1, 1 } },
	{ "x 421\n550 y", 550, { 0 } },
	{ "x 421 (550) y", 550, { 0 } },
	{ "x 421: 550", 550, { 0 } },
	{ "x 421 \"550 y\"", 550, { 0 } },
	{ "x 421 '550 y'", 550, { 0 } },
	{ "x 421 code=550", 550, { 0 } },
	{ "x 421 <550>", 550, { 0 } },
	{ "599\n550", 550, { 0 } },
	{ "550\n421", 550, { 0 } },
	{ "\t 550", 550, { 0 } },
	{ "\r550", 550, { 0 } },
};

/* In memory of its exact size, so that the sanitizers see every step beyond. */
static void find(struct ph_span text, struct ph_reply_tokens *out)
{
	char *exact = malloc(text.len == 0 ? 1 : text.len);

	if (text.len > 0)
		memcpy(exact, text.ptr, text.len);
	ph_reply_tokens_find(
	    (struct ph_span){ exact, text.len }, is_known, out);
	free(exact);
}

/* Whether a code stands as replies do, or is a number in a text. */
static const struct {
	const char *text;
	bool is_placed;
} places[] = {
	{ "550", true },
	{ "x\n550 no", true },
	{ "said: 550 no", true },
	{ "(550, b'no')", true },
	{ "\"550 no\"", true },
	{ "status=550 no", true },
	{ "with 550 5.1.1 no", true },
	{ "got 550 from it", false },
	{ "id = 550;", false },
	{ "no code", false },
};

static void test_places(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct ph_reply_tokens t;

		check_case(places[i].text, i);
		find(ph_span_of(places[i].text), &t);
		check_int(t.is_placed, places[i].is_placed);
	}
}

int main(void)
{
	test_places();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ph_span text = ph_span_of(cases[i].text);
		struct ph_reply_tokens t;

		check_case(cases[i].text, i);
		for (size_t n = 0; n < text.len; n++)
			find(ph_span_first(text, n), &t);
		find(text, &t);
		check_int(t.code, cases[i].code);
		for (size_t k = 0; k < 3; k++)
			check_int(t.enhanced[k], cases[i].enhanced[k]);
	}
	return check_end();
}
