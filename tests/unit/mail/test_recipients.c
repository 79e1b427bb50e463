#include "check.h"
#include "mail/message.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *header, *to, *from;
} good[] = {
	{ "", "", "" },
	{ "To: a@b\nCc: c@d\r\nBcc: e@f\n\nTo: x@y", "a@b c@d e@f", "" },
	{ "From: Me <m@x>\nTo: \"A, B\" <a@b>,\n c@d (x)\n", "a@b c@d", "m@x" },
	{ "From: m@x, n@x\nSender: s@x\nTo: a@b", "a@b", "s@x" },
	{ "Sender: s@x\nFrom: m@x\nTo: a@b", "a@b", "s@x" },
	{ "From: root\nTo: a@b", "a@b", "" },
	{ "From: root\nFrom: m@x\nTo: a@b", "a@b", "m@x" },
	{ "To: a@b, a@B, A@b\nCc: a@b\nTo: c@d", "a@b A@b c@d", "" },
	{ "To: Team: a@b, c@d;\nCc: undisclosed-recipients:;", "a@b c@d", "" },
	{ "to : a@b\nCC:\nbcc: \n", "a@b", "" },
	{ "X-To: x@y\nTo: a@b\nReply-To: r@s", "a@b", "" },
	{ "From x@y Thu Jan 1\nTo: a@b", "a@b", "" },
	{ "\xef\xbb\xbfTo: a@b", "a@b", "" },
	/* What stands below a line that is no field is text. */
	{ "To: a@b\nno field\nBcc: c@d", "a@b", "" },
	{ "no field\nTo: a@b", "", "" },
	/* RFC 5322 3.6.6 */
	{ "Resent-To: r@s\nResent-From: f@g\nFrom: m@x\nTo: a@b", "r@s",
	    "f@g" },
	{ "Received: x\nResent-Bcc: r@s\nResent-Sender: t@u\n"
	  "Resent-From: f@g\nResent-Cc: v@w\nTo: a@b",
	    "r@s v@w", "t@u" },
	{ "Resent-To: r@s\nResent-From: f@g\nResent-To: old@s\n"
	  "Resent-From: o@g\nTo: a@b",
	    "r@s", "f@g" },
	{ "Resent-To: r@s\nReceived: x\nResent-Cc: old@s\nTo: a@b", "r@s", "" },
	{ "Resent-From: f@g\nTo: a@b", "", "f@g" },
	/* One address at the start of another is not the same. */
	{ "To: a@bc, a@b, a@bcd\nCc: a@b, a@bc", "a@bc a@b a@bcd", "" },
	{ "Cc: \"A\" <a@b>, a@b (A), <a@b>", "a@b", "" },
	{ "To: a@\xc3\xa4.example, a@xn--4ca.example, a@\xc3\x84.example",
	    "a@xn--4ca.example", "" },
	{ "To: \"a\"@b, a@b", "a@b", "" },
	{ "From: m@x\nFrom: n@x\nSender: s@x\nSender: t@x\nTo: a@b", "a@b",
	    "s@x" },
	{ "From: Team: m@x, n@x;\nTo: a@b", "a@b", "m@x" },
	{ "From: undisclosed:;\nTo: a@b", "a@b", "" },
	{ "From:\nFrom: m@x\nTo: a@b", "a@b", "m@x" },
	{ "Sender: nobody\nFrom: m@x\nTo: a@b", "a@b", "m@x" },
	{ "Sender: <>\nFrom: m@x\nTo: a@b", "a@b", "m@x" },
	{ "To: a@b,\n\tc@d,\r\n  e@f\n", "a@b c@d e@f", "" },
	{ "To: a@b\rCc: c@d\r\rBcc: e@f\r", "a@b c@d", "" },
	{ "TO:a@b\ncC :c@d\nBCC\t:e@f", "a@b c@d e@f", "" },
	{ "To: One: a@b; Two: c@d; e@f, ;", "a@b c@d e@f", "" },
	{ "To: (all) a@b (x, y@z), c@d;", "a@b c@d", "" },
	{ "To: =?utf-8?q?a=40b=2C?= <c@d>", "c@d", "" },
	{ "From x@y\n>From z\nTo: a@b", "a@b", "" },
	{ "\nTo: a@b", "", "" },
	/* The block of a resending ends where another field stands. */
	{ "Resent-To: r@s\nSubject: x\nResent-Cc: t@u", "r@s", "" },
	{ "Resent-To: r@s\nA: b\nResent-Cc: t@u, v@w.example", "r@s", "" },
	{ "To: a@b\nResent-To: r@s\nResent-Bcc: t@u\nCc: c@d", "r@s t@u", "" },
	{ "RESENT-TO: r@s\nresent-from: f@g\nTo: a@b", "r@s", "f@g" },
	{ "Resent-To:r@s\nResent-Sender: nobody\nResent-From: f@g", "r@s",
	    "f@g" },
	{ "Resent-Date: x\nResent-Message-ID: <x@y>\nResent-To: r@s\n"
	  "Resent-X: z@z\nTo: a@b",
	    "r@s", "" },
	/* No more fields than a block can have. */
	{ "Resent-A: 1\nResent-B: 2\nResent-C: 3\nResent-D: 4\n"
	  "Resent-E: 5\nResent-F: 6\nResent-G: 7\nResent-To: r@s\n"
	  "Resent-Cc: t@u",
	    "r@s", "" },
};

static const struct {
	const char *header, *why;
} bad[] = {
	{ "To: root\n", "header To: \"root\": no domain" },
	{ "To: a@b\nCc: c@d, e f@g\n",
	    "header Cc: \"e f@g\" (address 2 of the list): a space" },
	{ "Bcc: \"x\n", "header Bcc: \"\"x\": a quote is not closed" },
	{ "Cc: a@b, <>\n", "header Cc: " },
	{ "bcc: a@b c@d\n", "header bcc: \"a@b c@d\": two addresses" },
	{ "To: a@b\nResent-To: r\n", "header Resent-To: \"r\": no domain" },
	{ "To: A: B: a@b;;\n", "header To: " },
};

static void check_good(void)
{
	struct ph_arena a;

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		struct ph_address_list list = { 0 };
		struct ph_address from = { 0 };
		struct ph_fault f = { 0 };
		char text[400] = "";

		check_case(good[i].header, i);
		check(ph_message_read_recipients(ph_span_of(good[i].header), &a,
			  &list, &from, &f) == PH_OK);
		check_str(f.text, "");
		for (size_t j = 0; j < list.count; j++) {
			(void)snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s%.*s",
			    j == 0 ? "" : " ",
			    PH_SPAN_ARG(list.items[j].mailbox));
		}
		check_str(text, good[i].to);
		(void)snprintf(
		    text, sizeof(text), "%.*s", PH_SPAN_ARG(from.mailbox));
		check_str(text, good[i].from);
	}
	ph_arena_release(&a);
}

static void check_bad(void)
{
	struct ph_arena a;
	struct ph_address_list list = { 0 };
	struct ph_address from = { 0 };

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_fault f = { 0 };

		check_case(bad[i].header, i);
		check(ph_message_read_recipients(ph_span_of(bad[i].header), &a,
			  &list, &from, &f) == PH_EINVAL);
		check(strstr(f.text, bad[i].why) == f.text);
		if (strstr(f.text, bad[i].why) != f.text)
			(void)fprintf(stderr, "  got: %s\n", f.text);
	}
	ph_arena_release(&a);
	for (size_t max = 0; max < 200; max += 7) {
		struct ph_fault f = { 0 };

		ph_arena_init(&a, max);
		check(ph_message_read_recipients(
			  PH_SPAN("From: m@x\nTo: a@b, c@d\n"), &a, &list,
			  &from, &f) == PH_ENOMEM);
		check(f.cause == PH_CAUSE_NO_MEMORY);
		ph_arena_release(&a);
	}
}

/* Headers of 4 MB, and the doubles in them, take no more than linear time. */
static void check_many(void)
{
	const size_t count = PH_ADDRESS_LIST_MAX / 2;
	char *text = malloc(count * 60);
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		len += (size_t)snprintf(text + len, 60,
		    "To: u%zu@example.com, "
		    "u1@example.com\n",
		    i % 40000);
	}

	struct ph_arena a;
	struct ph_address_list list = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault f = { 0 };

	ph_arena_init(&a, (size_t)1 << 28);
	check(ph_message_read_recipients((struct ph_span){ text, len }, &a,
		  &list, &from, &f) == PH_OK);
	check_int(list.count, 40000);
	len += (size_t)snprintf(text + len, 60, "Cc: x@y\n");
	check(ph_message_read_recipients((struct ph_span){ text, len }, &a,
		  &list, &from, &f) == PH_EINVAL);
	check(strstr(f.text, "more than 100000") != NULL);
	ph_arena_release(&a);
	free(text);
}

int main(void)
{
	check_good();
	check_bad();
	check_many();
	return check_end();
}
