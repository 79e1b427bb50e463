#include "check.h"
#include "mail/message.h"
#include "mail/scan.h"
#include "rendered.h"

#include <stdlib.h>

/* Ready-made messages as mailers, editors and mailbox files really write them,
   whole as they are sent, with every note. */

static struct ph_scan scan_of(struct ph_span in)
{
	struct ph_scan s;

	ph_scan_init(&s);
	ph_scan_feed(&s, in);
	ph_scan_finish(&s);
	return s;
}

static const char lf1[] = "1 line ended in LF alone: CRLF was put there";
static const char lf2[] = "2 lines ended in LF alone: CRLF was put there";
static const char lf3[] = "3 lines ended in LF alone: CRLF was put there";
static const char cr1[] = "1 line ended in CR alone: CRLF was put there";
static const char cr3[] = "3 lines ended in CR alone: CRLF was put there";
static const char bcc[] = "the Bcc header was left out";
static const char mbox[] = "the \"From \" line of a mailbox file was left out";
static const char mark[] =
    "the byte order mark before the headers was left out";
static const char bare[] =
    "the message has no headers: an empty line was put before its text";
static const char stray[] =
    "a line among the headers is no header: an empty line was put before it";

static const struct {
	const char *in, *out;
	const char *notes[4];
} cases[] = {
	/* Line ends of every kind in one message. */
	{ "A: b\nC: d\r\n\r\ne\rf\r\n", "A: b\r\nC: d\r\n\r\ne\r\nf\r\n",
	    { lf1, cr1 } },
	{ "A: b\rC: d\r\re\n", "A: b\r\nC: d\r\n\r\ne\r\n", { lf1, cr3 } },
	{ "A: b\n\r\nc\r\n", "A: b\r\n\r\nc\r\n", { lf1 } },
	{ "A: b\r\n\nc\r\n", "A: b\r\n\r\nc\r\n", { lf1 } },
	{ "A: b\n\nc", "A: b\r\n\r\nc\r\n", { lf2 } },
	{ "\n\n\n", "\r\n\r\n\r\n", { lf3 } },
	{ "A: b\r\n\r\n\r\n\r\n", "A: b\r\n\r\n\r\n\r\n", { NULL } },
	{ "A: b\r\n\r\nc", "A: b\r\n\r\nc\r\n", { NULL } },
	/* Folds stay, whatever they are made of. */
	{ "A: b\r\n c\r\n\td\r\n\r\n", "A: b\r\n c\r\n\td\r\n\r\n", { NULL } },
	{ "A: b\n c\n", "A: b\r\n c\r\n\r\n", { lf2 } },
	{ "A:\r\n b\r\n\r\n", "A:\r\n b\r\n\r\n", { NULL } },
	{ "A: b\r\n \r\nC: d\r\n\r\n", "A: b\r\n \r\nC: d\r\n\r\n", { NULL } },
	/* Every way to write the field that nobody may see. */
	{ "BCC: x@y\r\nA: b\r\n\r\n", "A: b\r\n\r\n", { bcc } },
	{ "bcc:x@y\r\n\r\n", "\r\n", { bcc } },
	{ "Bcc\t: x@y\r\nA: b\r\n\r\n", "A: b\r\n\r\n", { bcc } },
	{ "A: b\r\nBcc:\r\n x@y,\r\n\tz@y\r\nC: d\r\n\r\n",
	    "A: b\r\nC: d\r\n\r\n", { bcc } },
	{ "A: b\r\nBcc: x@y\r\n \r\n z@y\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n",
	    { bcc } },
	{ "Bcc: x@y\r\nA: b\r\nBCC: z@y\r\n\r\n", "A: b\r\n\r\n", { bcc } },
	{ "RESENT-BCC: x@y\r\nResent-To: r@s\r\n\r\n", "Resent-To: r@s\r\n\r\n",
	    { bcc } },
	{ "A: b\r\nBcc: x@y", "A: b\r\n\r\n", { bcc } },
	{ "Bcc:\r\nA: b\r\n\r\n", "A: b\r\n\r\n", { bcc } },
	{ "X-Bcc: x@y\r\nBcc-X: z\r\n\r\n", "X-Bcc: x@y\r\nBcc-X: z\r\n\r\n",
	    { NULL } },
	{ "A: Bcc: x@y\r\n Bcc: z\r\n\r\nBcc: t\r\n",
	    "A: Bcc: x@y\r\n Bcc: z\r\n\r\nBcc: t\r\n", { NULL } },
	/* Mailbox files. */
	{ "From a@b Sun Nov 22 08:48:57 2026\r\nA: b\r\n\r\nFrom c\r\n",
	    "A: b\r\n\r\nFrom c\r\n", { mbox } },
	{ ">From a@b\r\nA: b\r\n\r\n", "A: b\r\n\r\n", { mbox } },
	{ "From a\r\nBcc: x@y\r\nA: b\r\n\r\nc\n", "A: b\r\n\r\nc\r\n",
	    { mbox, bcc, lf1 } },
	{ "From a\r\n\r\ntext\r\n", "\r\ntext\r\n", { mbox } },
	{ "A: b\r\nFrom c\r\nD: e\r\n\r\n",
	    "A: b\r\n\r\nFrom c\r\nD: e\r\n\r\n", { stray } },
	{ "From: a@b\r\n\r\n", "From: a@b\r\n\r\n", { NULL } },
	/* What editors put before it. */
	{ "\xef\xbb\xbf"
	  "A: b\r\n\r\nc\r\n",
	    "A: b\r\n\r\nc\r\n", { mark } },
	{ "\xef\xbb\xbf"
	  "A: b\n\nc\n",
	    "A: b\r\n\r\nc\r\n", { mark, lf3 } },
	{ "\xef\xbb\xbf"
	  "From a\r\nA: b\r\n\r\n",
	    "A: b\r\n\r\n", { mark, mbox } },
	{ "\xef\xbb\xbf\r\nc\r\n", "\r\nc\r\n", { mark } },
	{ "\xef\xbb\xbf", "\r\n", { mark } },
	{ "A: b\r\n\r\n\xef\xbb\xbf"
	  "c\r\n",
	    "A: b\r\n\r\n\xef\xbb\xbf"
	    "c\r\n",
	    { NULL } },
	/* No headers, or no end of them. */
	{ "Hello,\r\nyou: there\r\n", "\r\nHello,\r\nyou: there\r\n",
	    { bare } },
	{ " A: b\r\n\r\n", "\r\n A: b\r\n\r\n", { bare } },
	{ ": b\r\n\r\n", "\r\n: b\r\n\r\n", { bare } },
	{ "A: b\r\nHello\r\n", "A: b\r\n\r\nHello\r\n", { stray } },
	{ "A: b\r\nHello\nyou", "A: b\r\n\r\nHello\r\nyou\r\n",
	    { stray, lf1 } },
	{ "A: b\r\nBcc: x@y\r\nHello\r\n", "A: b\r\n\r\nHello\r\n",
	    { stray, bcc } },
	{ "A: b\r\nsome words: c\r\n\r\n", "A: b\r\n\r\nsome words: c\r\n\r\n",
	    { stray } },
	/* Octets stay what they are. */
	{ "A: \xc3\xbf\r\n\r\n\x80\x01\x7f\r\n",
	    "A: \xc3\xbf\r\n\r\n\x80\x01\x7f\r\n", { NULL } },
	{ "A: b\r\n\r\n.\r\n..\r\n", "A: b\r\n\r\n.\r\n..\r\n", { NULL } },
};

static enum ph_err adopt(struct ph_span text, const struct ph_adopt *how,
    struct ph_message **m, struct ph_fault *fault)
{
	struct ph_scan scan = scan_of(text);
	struct ph_adopt in = *how;

	in.header = ph_span_first(text, (size_t)scan.header_octets);
	in.scan = &scan;
	return ph_message_adopt(&in, m, fault);
}

static void check_rendered(
    const struct ph_message *m, struct ph_span text, const char *want)
{
	struct rendered_file file = { text.ptr, text.len };
	struct ph_buf out;

	ph_buf_init(&out, 1 << 20);
	rendered(ph_message_body(m), &file, &out);
	check_str(ph_buf_str(&out), want);
	ph_buf_release(&out);
}

static void check_cases(void)
{
	const struct ph_adopt how = { 0 };

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text = ph_span_of(cases[i].in);
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };
		size_t n = 0;

		check_case(cases[i].in, i);
		check(adopt(text, &how, &m, &f) == PH_OK);
		check_str(f.text, "");
		if (m == NULL)
			continue;
		check_rendered(m, text, cases[i].out);
		for (; n < 4 && cases[i].notes[n] != NULL; n++) {
			const char *got = ph_message_note(m, n);

			check_str(got == NULL ? "" : got, cases[i].notes[n]);
		}
		check(ph_message_note(m, n) == NULL);
		ph_message_free(m);
	}
	check_case(NULL, 0);
}

#define ID   "Message-ID: <0000000000000000000000000000000a@"
#define DATE "Date: Sun, 22 Nov 2026 09:48:57 +0100\r\n"

static const struct {
	const char *in, *from, *out;
} missing[] = {
	{ "", "a@b", DATE ID "b>\r\nFrom: a@b\r\n\r\n" },
	{ "\r\nx\r\n", "a@b", DATE ID "b>\r\nFrom: a@b\r\n\r\nx\r\n" },
	{ "DATE: x\r\n\r\n", "a@b",
	    "DATE: x\r\n" ID "b>\r\nFrom: a@b\r\n\r\n" },
	{ "Message-Id: <x@y>\r\n\r\n", "a@b",
	    "Message-Id: <x@y>\r\n" DATE "From: a@b\r\n\r\n" },
	{ "From: c@d\r\n\r\n", "a@b", "From: c@d\r\n" DATE ID "b>\r\n\r\n" },
	/* Those of a resending are no dates of the message. */
	{ "Resent-Date: x\r\nResent-From: c@d\r\n\r\n", "a@b",
	    "Resent-Date: x\r\nResent-From: c@d\r\n" DATE ID
	    "b>\r\nFrom: a@b\r\n\r\n" },
	/* A bounce has no sender: nothing is made up. */
	{ "A: b\r\n\r\n", "", "A: b\r\n" DATE ID "h.example>\r\n\r\n" },
	{ "A: b\r\n\r\n", "root",
	    "A: b\r\n" DATE ID "h.example>\r\nFrom: root\r\n\r\n" },
	{ "A: b\r\n\r\n", "a@[192.0.2.1]",
	    "A: b\r\n" DATE ID "h.example>\r\nFrom: a@[192.0.2.1]\r\n\r\n" },
	{ "A: b\r\n\r\n", "\"x@y\"@z",
	    "A: b\r\n" DATE ID "z>\r\nFrom: \"x@y\"@z\r\n\r\n" },
};

static void check_missing(void)
{
	for (size_t i = 0; i < PH_COUNT(missing); i++) {
		struct ph_span text = ph_span_of(missing[i].in);
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };
		const struct ph_adopt how = {
			.add_missing = true,
			.from = ph_span_of(missing[i].from),
			.stamp = { .now = 1795337337,
			    .utc_offset_min = 60,
			    .random = { [15] = 10 },
			    .hostname = PH_SPAN("h.example") },
		};

		check_case(missing[i].in, i);
		check(adopt(text, &how, &m, &f) == PH_OK);
		if (m != NULL)
			check_rendered(m, text, missing[i].out);
		ph_message_free(m);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *in, *subject, *id;
} facts[] = {
	{ "A: b\r\n\r\n", "", "" },
	{ "Subject:\r\n\r\n", "", "" },
	{ "SUBJECT : x\r\n\r\n", "x", "" },
	{ "Subject: a\r\nSubject: b\r\n\r\n", "a", "" },
	{ "Subject: =?utf-8?q?=C3=A4?=\r\n =?utf-8?q?b?=\r\n\r\n",
	    "\xc3\xa4"
	    "b",
	    "" },
	{ "Subject: =?utf-8?q?a=0D=0ABcc:_x?=\r\n\r\n", "a  Bcc: x", "" },
	{ "message-id:\r\n <x@y>\r\n\r\n", "", "<x@y>" },
	{ "Message-ID: <x@y>\r\nMessage-ID: <z@y>\r\n\r\n", "", "<x@y>" },
	{ "A: b\r\n\r\nSubject: text\r\nMessage-ID: <x@y>\r\n", "", "" },
};

static void check_facts(void)
{
	const struct ph_adopt how = { 0 };

	for (size_t i = 0; i < PH_COUNT(facts); i++) {
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };

		check_case(facts[i].in, i);
		check(adopt(ph_span_of(facts[i].in), &how, &m, &f) == PH_OK);
		check(ph_span_eq(
		    ph_message_subject(m), ph_span_of(facts[i].subject)));
		check(ph_span_eq(ph_message_id(m), ph_span_of(facts[i].id)));
		ph_message_free(m);
	}
	check_case(NULL, 0);
}

static void check_refused(void)
{
	const struct ph_adopt how = { .keep_bcc = true };
	struct ph_message *m = NULL;
	struct ph_fault f = { 0 };

	check(adopt(PH_SPAN("A: \0\r\n\r\n"), &how, &m, &f) == PH_EINVAL);
	check(strstr(f.text, "holds 1 NUL octet,") != NULL);
	check(adopt(PH_SPAN("A: b\r\n\r\n\0x\0"), &how, &m, &f) == PH_EINVAL);
	check(strstr(f.text, "holds 2 NUL octets,") != NULL);
	check(f.cause == PH_CAUSE_BAD_INPUT);

	/* A header section that is not the one that was scanned. */
	struct ph_scan scan = scan_of(PH_SPAN("A: b\r\n\r\nc\r\n"));
	struct ph_adopt in = how;

	in.header = PH_SPAN("A: b\r\n");
	in.scan = &scan;
	check(ph_message_adopt(&in, &m, &f) == PH_EINVAL);
	check(m == NULL);
}

int main(void)
{
	check_cases();
	check_missing();
	check_facts();
	check_refused();
	return check_end();
}
