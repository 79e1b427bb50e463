#include "check.h"
#include "mail/message.h"
#include "mail/scan.h"
#include "rendered.h"

#include <stdlib.h>

#define STAMPS                               \
 "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n" \
 "Message-ID: <00000000000000000000000000000000@e>\r\n"

struct adopted {
	enum ph_err err;
	struct ph_message *m;
	struct ph_buf out;
	struct ph_fault fault;
};

static struct ph_scan scan_of(struct ph_span in)
{
	struct ph_scan s;

	ph_scan_init(&s);
	ph_scan_feed(&s, in);
	ph_scan_finish(&s);
	return s;
}

/* keep_bcc and add_missing as told; the stamps are zero. */
static struct adopted adopt(struct ph_span text, bool keep, bool add)
{
	struct adopted got = { 0 };
	struct ph_scan scan = scan_of(text);
	struct rendered_file file = { text.ptr, text.len };
	/* Its own memory, so that a read beyond it is seen. */
	char *header = malloc((size_t)scan.header_octets + 1);

	memcpy(header, text.ptr, (size_t)scan.header_octets);

	const struct ph_adopt in = {
		.header = { header, (size_t)scan.header_octets },
		.scan = &scan,
		.keep_bcc = keep,
		.add_missing = add,
		.from = PH_SPAN("f@e"),
	};

	ph_buf_init(&got.out, 1 << 20);
	got.err = ph_message_adopt(&in, &got.m, &got.fault);
	free(header);
	if (got.err == PH_OK)
		rendered(ph_message_body(got.m), &file, &got.out);
	return got;
}

static void release(struct adopted *got)
{
	ph_message_free(got->m);
	ph_buf_release(&got->out);
}

static const struct {
	const char *in, *out;
	bool keep, add;
	const char *note; /* the first, or NULL: none */
} cases[] = {
	{ "A: b\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n", false, false, NULL },
	{ "A: b\r\n\r\n", "A: b\r\n\r\n", false, false, NULL },
	{ "A: b\r\n", "A: b\r\n\r\n", false, false, NULL },
	{ "A: b", "A: b\r\n\r\n", false, false, NULL },
	{ "", "\r\n", false, false, NULL },
	{ "A: b\n\nc\nd", "A: b\r\n\r\nc\r\nd\r\n", false, false,
	    "3 lines ended in LF alone: CRLF was put there" },
	{ "A: b\r\n\r\nc\n", "A: b\r\n\r\nc\r\n", false, false,
	    "1 line ended in LF alone: CRLF was put there" },
	{ "A: b\r\n\r\nc\rd\r\n", "A: b\r\n\r\nc\r\nd\r\n", false, false,
	    "1 line ended in CR alone: CRLF was put there" },
	{ "A: b\r\rc", "A: b\r\n\r\nc\r\n", false, false,
	    "2 lines ended in CR alone: CRLF was put there" },
	{ "A: b\r\nBcc: x@y,\r\n z@y\r\nC: d\r\n\r\nBcc: text\r\n",
	    "A: b\r\nC: d\r\n\r\nBcc: text\r\n", false, false,
	    "the Bcc header was left out" },
	{ "bCC : x@y\r\nResent-BCC: z\r\nA: b\r\n\r\n", "A: b\r\n\r\n", false,
	    false, "the Bcc header was left out" },
	{ "Subject: x\rBcc: y@z\r\n\r\n", "Subject: x\r\n\r\n", false, false,
	    "the Bcc header was left out" },
	{ "A: b\r\nBcc: x@y\r\n\r\n", "A: b\r\nBcc: x@y\r\n\r\n", true, false,
	    NULL },
	{ "From x@y Thu Jan  1 00:00:00 1970\n>From z\nA: b\n\nFrom c\n",
	    "A: b\r\n\r\nFrom c\r\n", false, false,
	    "the \"From \" line of a mailbox file was left out" },
	{ "just text\r\nA: b\r\n\r\nmore\r\n",
	    "\r\njust text\r\nA: b\r\n\r\nmore\r\n", false, false,
	    "the message has no headers: an empty line was put before its "
	    "text" },
	{ "Fro", "\r\nFro\r\n", false, false,
	    "the message has no headers: an empty line was put before its "
	    "text" },
	{ "From x\njust text", "\r\njust text\r\n", false, false,
	    "the \"From \" line of a mailbox file was left out" },
	{ "A: b\nno field\nC: x@y\n\ntext\nBcc: z\n",
	    "A: b\r\n\r\nno field\r\nC: x@y\r\n\r\ntext\r\nBcc: z\r\n", false,
	    false,
	    "a line among the headers is no header: an empty line was put "
	    "before it" },
	{ "A: b\nno field\nBcc: x@y\n\n",
	    "A: b\r\n\r\nno field\r\nBcc: x@y\r\n\r\n", true, false,
	    "a line among the headers is no header: an empty line was put "
	    "before it" },
	{ "\xef\xbb\xbf"
	  "A: b\r\nBcc: x@y\r\n\r\nc\r\n",
	    "A: b\r\n\r\nc\r\n", false, false,
	    "the byte order mark before the headers was left out" },
	{ "\xef\xbb\xbfjust text", "\r\njust text\r\n", false, false,
	    "the byte order mark before the headers was left out" },
	{ "just text\r\nBcc: x@y\r\n", "\r\njust text\r\nBcc: x@y\r\n", false,
	    false,
	    "the message has no headers: an empty line was put before its "
	    "text" },
	{ "\r\ntext", "\r\ntext\r\n", false, false, NULL },
	{ "A: b\r\n\r\nc\r\n", "A: b\r\n" STAMPS "From: f@e\r\n\r\nc\r\n",
	    false, true, "Date was missing: added" },
	{ "date: x\r\nmessage-id: <y@z>\r\nfrom: me\r\n\r\n",
	    "date: x\r\nmessage-id: <y@z>\r\nfrom: me\r\n\r\n", false, true,
	    NULL },
	{ "text", STAMPS "From: f@e\r\n\r\ntext\r\n", false, true,
	    "the message has no headers: an empty line was put before its "
	    "text" },
};

static void check_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].in, i);

		struct adopted got =
		    adopt(ph_span_of(cases[i].in), cases[i].keep, cases[i].add);

		check(got.err == PH_OK);
		check_str(ph_buf_str(&got.out), cases[i].out);
		const char *note = ph_message_note(got.m, 0);

		if (cases[i].note == NULL) {
			check(note == NULL);
		} else {
			check_str(note, cases[i].note);
		}
		release(&got);
	}
}

static void check_facts(void)
{
	struct adopted got = adopt(
	    PH_SPAN("Subject: =?utf-8?q?=C3=A4?=\r\n b\r\n"
		    "Message-ID: <x@y>\r\nMessage-ID: <z@y>\r\n\r\nbody \xc3"
		    "\xa4\r\n"),
	    false, true);

	check(ph_span_eq(ph_message_subject(got.m), PH_SPAN("\xc3\xa4 b")));
	check(ph_span_eq(ph_message_id(got.m), PH_SPAN("<x@y>")));
	check(ph_message_body(got.m)->eight_bit);
	check(!ph_message_body(got.m)->utf8_headers);
	/* Nothing to mend in the text: it is sent as it lies there. */
	check(ph_message_body(got.m)->parts[1].encoding == PH_ENCODE_NONE);
	release(&got);

	got = adopt(PH_SPAN("Subject: \xc3\xa4\n\nx\n"), false, true);
	check(ph_message_body(got.m)->eight_bit);
	check(ph_message_body(got.m)->utf8_headers);
	check(ph_message_body(got.m)->parts[1].encoding == PH_ENCODE_CRLF);
	check(ph_span_starts_nocase(ph_message_id(got.m), PH_SPAN("<0000")));
	release(&got);

	/* What is left out does not count. */
	got = adopt(PH_SPAN("Bcc: \xc3\xa4@b\n\nx\n"), false, false);
	check(!ph_message_body(got.m)->utf8_headers);
	release(&got);
}

static void check_refused(void)
{
	static char text[3000];
	struct adopted got = adopt(PH_SPAN("A: b\n\nc\0d\n"), false, false);

	check(got.err == PH_EINVAL && strstr(got.fault.text, "NUL") != NULL);
	release(&got);

	memset(text, 'x', sizeof(text));
	memcpy(text, "A: b\n\n", 6);
	got = adopt((struct ph_span){ text, 6 + 998 }, false, false);
	check(got.err == PH_OK);
	check_int(ph_message_body(got.m)->longest_line, 998);
	release(&got);
	got = adopt((struct ph_span){ text, 6 + 999 }, false, false);
	check(got.err == PH_ETOOBIG);
	check(strstr(got.fault.text, "line of 999 octets") != NULL);
	release(&got);

	/* Among the headers, and there only. */
	got = adopt(PH_SPAN("A: \xc3\xbc\nB: \xfc\n\nx\n"), false, false);
	check(got.err == PH_EPROTO);
	check(strstr(got.fault.text, "no UTF-8") != NULL);
	release(&got);
	got = adopt(PH_SPAN("A: \xc3\xbc\n\n\xfc\n"), false, false);
	check(got.err == PH_OK);
	release(&got);
}

/* It would be text, below the line that is no field. */
static void check_bcc_below(void)
{
	static const char *const texts[] = {
		"A: b\nno field\nBcc: x@y\n",
		"To: a@b,\nc@d\nbcc : e@f\nSubject: x\n\ntext\n",
		"A: b\nno field\nnor this\nC: d\nResent-Bcc: x@y\n\n",
	};

	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		check_case(texts[i], i);

		struct adopted got = adopt(ph_span_of(texts[i]), false, false);

		check(got.err == PH_EINVAL);
		check(got.fault.cause == PH_CAUSE_BAD_INPUT);
		check(strstr(got.fault.text, "Bcc header below") != NULL);
		release(&got);
	}
	check_case(NULL, 0);
}

static void check_too_many(void)
{
	const size_t unit = strlen("a:\n");
	size_t len = unit * (PH_HEADER_FIELDS_MAX + 1);
	char *text = malloc(len);

	for (size_t i = 0; i < len; i++)
		text[i] = "a:\n"[i % unit];

	struct adopted got =
	    adopt((struct ph_span){ text, len - unit }, false, false);

	check(got.err == PH_OK);
	release(&got);
	got = adopt((struct ph_span){ text, len }, false, false);
	check(got.err == PH_EINVAL);
	check(strstr(got.fault.text, "header fields") != NULL);
	release(&got);
	free(text);

	len = PH_HEADER_MAX + 1;
	text = malloc(len);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 900 == 899 ? '\n' : 'a';
	got = adopt((struct ph_span){ text, len }, false, false);
	check(got.err == PH_EINVAL);
	check(strstr(got.fault.text, "header section is over") != NULL);
	release(&got);
	free(text);
}

/* rewrite-from = both. */
static const struct {
	const char *in, *out, *note;
} replaced[] = {
	{ "From: Ann <a@x>\r\nA: b\r\n\r\nc\r\n",
	    "A: b\r\nFrom: Own <o@e>\r\nReply-To: Ann <a@x>\r\n\r\nc\r\n",
	    "From was replaced by that of the connection: the author stands in "
	    "Reply-To" },
	{ "fROM : a@x,\n b@x\nA: b\n\nFrom: text\n",
	    "A: b\r\nFrom: Own <o@e>\r\nReply-To: a@x,\r\n b@x\r\n\r\n"
	    "From: text\r\n",
	    "From was replaced by that of the connection: the author stands in "
	    "Reply-To" },
	{ "From: a@x\r\nReply-To: r@x\r\n\r\n",
	    "Reply-To: r@x\r\nFrom: Own <o@e>\r\n\r\n",
	    "From was replaced by that of the connection" },
	{ "Reply-to: r@x\r\nFrom: a@x\r\n\r\n",
	    "Reply-to: r@x\r\nFrom: Own <o@e>\r\n\r\n",
	    "From was replaced by that of the connection" },
	/* Nobody there to answer. */
	{ "From: root\r\n\r\n", "From: Own <o@e>\r\n\r\n",
	    "From was replaced by that of the connection" },
	{ "From:\r\n\r\n", "From: Own <o@e>\r\n\r\n",
	    "From was replaced by that of the connection" },
	/* More than one From is none too many. */
	{ "From: a@x\r\nFrom: b@x\r\n\r\n",
	    "From: Own <o@e>\r\nReply-To: a@x\r\n\r\n",
	    "From was replaced by that of the connection: the author stands in "
	    "Reply-To" },
	/* Others than From stay, and one that is missing is not for here. */
	{ "Sender: s@x\r\nResent-From: a@x\r\n\r\n",
	    "Sender: s@x\r\nResent-From: a@x\r\n\r\n", NULL },
};

static void test_replaced(void)
{
	static const struct ph_address own = { .name = { "Own", 3 },
		.local = { "o", 1 },
		.domain = { "e", 1 },
		.mailbox = { "o@e", 3 },
		.display = { "o@e", 3 } };

	for (size_t i = 0; i < PH_COUNT(replaced); i++) {
		struct ph_span text = ph_span_of(replaced[i].in);
		struct ph_scan scan = scan_of(text);
		struct rendered_file file = { text.ptr, text.len };
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };
		struct ph_buf out;

		check_case(replaced[i].in, i);
		ph_buf_init(&out, 1 << 20);
		check(ph_message_adopt(
			  &(struct ph_adopt){
			      .header = ph_span_first(
				  text, (size_t)scan.header_octets),
			      .scan = &scan,
			      .replace_from = &own,
			  },
			  &m, &f) == PH_OK);
		rendered(ph_message_body(m), &file, &out);
		check_str(ph_buf_str(&out), replaced[i].out);
		if (replaced[i].note == NULL) {
			check(ph_message_note(m, 0) == NULL);
		} else {
			check_str(ph_message_note(m, 0), replaced[i].note);
		}
		ph_message_free(m);
		ph_buf_release(&out);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_replaced();
	check_cases();
	check_facts();
	check_refused();
	check_bcc_below();
	check_too_many();
	return check_end();
}
