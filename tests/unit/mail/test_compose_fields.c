#include "check.h"
#include "mail/message.h"

#include <stdlib.h>

/* The header section of composed messages, octet by octet, and the sentences
   that say what cannot be sent. */

static struct ph_arena arena;

static struct ph_address_list list_of(const char *text)
{
	struct ph_address_list list = { 0 };
	struct ph_fault f = { 0 };

	check(ph_address_list_parse(ph_span_of(text), &arena, &list, &f) ==
	    PH_OK);
	return list;
}

struct field_case {
	const char *from, *sender, *to, *cc, *reply_to, *subject, *charset;
	const char *name, *value; /* an extra header */
	unsigned priority;
	bool receipt;
	const char *out; /* all between Date and Content-Type */
};

#define ID   "Message-ID: <000000000000000000000000000000ff@b>\r\n"
#define MIME "MIME-Version: 1.0\r\n"

static const struct field_case cases[] = {
	{ .out = "From: a@b\r\nTo: undisclosed-recipients:;\r\n" ID MIME },
	{ .to = "c@d",
	    .subject = "",
	    .out = "From: a@b\r\nTo: c@d\r\nSubject: \r\n" ID MIME },
	{ .cc = "c@d, E <f@g>",
	    .out = "From: a@b\r\nCc: c@d, E <f@g>\r\n" ID MIME },
	{ .to = "c@d",
	    .reply_to = "\"x, y\" <r@s>",
	    .out = "From: a@b\r\nReply-To: \"x, y\" <r@s>\r\nTo: c@d\r\n" ID
		MIME },
	{ .to = "c@d",
	    .sender = "S <s@t>",
	    .out = "From: a@b\r\nSender: S <s@t>\r\nTo: c@d\r\n" ID MIME },
	{ .to = "c@d",
	    .subject = "\xc3\xa4",
	    .charset = "latin1",
	    .out =
		"From: a@b\r\nTo: c@d\r\nSubject: =?iso-8859-1?Q?=E4?=\r\n" ID
		    MIME },
	{ .from = "\xc3\x84 <a@b>",
	    .to = "c@d",
	    .receipt = true,
	    .out = "From: =?utf-8?B?w4Q=?= <a@b>\r\nTo: c@d\r\n" ID
		   "Disposition-Notification-To: "
		   "=?utf-8?B?w4Q=?= <a@b>\r\n" MIME },
	{ .to = "c@d",
	    .priority = 1,
	    .out = "From: a@b\r\nTo: c@d\r\n" ID
		   "X-Priority: 1 (Highest)\r\nImportance: high\r\n"
		   "Priority: urgent\r\n" MIME },
	{ .to = "c@d",
	    .priority = 3,
	    .out = "From: a@b\r\nTo: c@d\r\n" ID
		   "X-Priority: 3 (Normal)\r\nImportance: normal\r\n"
		   "Priority: normal\r\n" MIME },
	{ .to = "c@d",
	    .priority = 4,
	    .out = "From: a@b\r\nTo: c@d\r\n" ID
		   "X-Priority: 4 (Low)\r\nImportance: low\r\n"
		   "Priority: non-urgent\r\n" MIME },
	{ .to = "c@d",
	    .name = "X-Mailer",
	    .value = "y z",
	    .out = "From: a@b\r\nTo: c@d\r\n" ID "X-Mailer: y z\r\n" MIME },
	{ .to = "c@d",
	    .name = "x-umlaut",
	    .value = "\xc3\xa4",
	    .out = "From: a@b\r\nTo: c@d\r\n" ID
		   "x-umlaut: =?utf-8?B?w6Q=?=\r\n" MIME },
	{ .to = "c@d",
	    .name = "MESSAGE-ID",
	    .value = " <own@x> ",
	    .out = "From: a@b\r\nTo: c@d\r\nMessage-ID: <own@x>\r\n" MIME },
	{ .to = "c@d",
	    .name = "Sender",
	    .value = "s@t",
	    .out = "From: a@b\r\nTo: c@d\r\n" ID "Sender: s@t\r\n" MIME },
	{ .to = "c@d",
	    .name = "Reply-To",
	    .value = "r@s",
	    .out = "From: a@b\r\nTo: c@d\r\n" ID "Reply-To: r@s\r\n" MIME },
	{ .to = "c@d",
	    .name = "Disposition-Notification-To",
	    .value = "r@s",
	    .out = "From: a@b\r\nTo: c@d\r\n" ID
		   "Disposition-Notification-To: r@s\r\n" MIME },
	{ .from = "a@\xc3\xa4.example",
	    .sender = "s@\xc3\xb6.example",
	    .to = "c@\xc3\xbc.example",
	    .name = "Message-ID",
	    .value = "<x@y>",
	    .out = "From: a@xn--4ca.example\r\nSender: s@xn--nda.example\r\n"
		   "To: c@xn--tda.example\r\nMessage-ID: <x@y>\r\n" MIME },
	/* One who needs SMTPUTF8 and all are written as people read them. */
	{ .from = "a@\xc3\xa4.example",
	    .to = "c@d, \xc3\xbc@d",
	    .name = "Message-ID",
	    .value = "<x@y>",
	    .out = "From: a@\xc3\xa4.example\r\nTo: c@d, \xc3\xbc@d\r\n"
		   "Message-ID: <x@y>\r\n" MIME },
};

static struct ph_compose compose_of(
    const struct field_case *one, struct ph_message_header *extra)
{
	*extra = (struct ph_message_header){ ph_span_of(one->name),
		ph_span_of(one->value) };

	return (struct ph_compose){
		.from = list_of(one->from == NULL ? "a@b" : one->from).items[0],
		.sender = list_of(one->sender).items,
		.to = list_of(one->to),
		.cc = list_of(one->cc),
		.reply_to = list_of(one->reply_to),
		.subject = ph_span_of(one->subject),
		.charset = ph_span_of(one->charset),
		.headers = extra,
		.header_count = one->name == NULL ? 0 : 1,
		.priority = one->priority,
		.request_receipt = one->receipt,
		.stamp = { .random = { [15] = 0xff } },
	};
}

static void check_fields(void)
{
	const struct ph_span date =
	    PH_SPAN("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n");

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_message_header extra;
		struct ph_compose c = compose_of(&cases[i], &extra);
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };

		check_case(cases[i].out, i);
		check(ph_message_compose(&c, &m, &f) == PH_OK);
		check_str(f.text, "");
		if (m == NULL)
			continue;

		struct ph_span head = ph_message_body(m)->parts[0].bytes;
		const char *end =
		    memmem(head.ptr, head.len, "Content-Type:", 13);
		size_t len = end == NULL ? 0 : (size_t)(end - head.ptr);

		check(ph_span_starts_nocase(head, date));
		head = ph_span_skip(ph_span_first(head, len), date.len);
		check_str(ph_arena_str(&arena, head), cases[i].out);
		check(memmem(head.ptr, head.len, ph_message_id(m).ptr,
			  ph_message_id(m).len) != NULL);
		ph_message_free(m);
	}
	check_case(NULL, 0);
}

/* An option and an extra header for the same field, in any letters. */
static const struct {
	struct field_case with;
	const char *why;
} refused[] = {
	{ { .priority = 1, .name = "x-PRIORITY", .value = "1" },
	    "header \"x-PRIORITY\": Posthaste writes this header itself" },
	{ { .priority = 1, .name = "priority", .value = "urgent" },
	    "header \"priority\": Posthaste writes this header itself" },
	{ { .priority = 1, .name = "importance", .value = "low" },
	    "header \"importance\": Posthaste writes this header itself" },
	{ { .receipt = true,
	      .name = "disposition-notification-to",
	      .value = "a@b" },
	    "header \"disposition-notification-to\": Posthaste writes this "
	    "header itself" },
	{ { .sender = "s@t", .name = "SENDER", .value = "s@t" },
	    "header \"SENDER\": Posthaste writes this header itself" },
	{ { .reply_to = "s@t", .name = "reply-to", .value = "s@t" },
	    "header \"reply-to\": Posthaste writes this header itself" },
	{ { .priority = 6 }, "priority: not between 1 and 5" },
	{ { .priority = 4000000000U }, "priority: not between 1 and 5" },
	{ { .name = "X-A", .value = "5 \xe2\x82\xac", .charset = "latin1" },
	    "X-A: the character U+20AC \"\xe2\x82\xac\" is not in "
	    "iso-8859-1" },
	{ { .to = "\"\xe2\x82\xac\" <c@d>", .charset = "latin1" },
	    "the name in To: the character U+20AC \"\xe2\x82\xac\" is not in "
	    "iso-8859-1" },
	{ { .cc = "x@y, \"\xd0\x90\" <c@d>", .charset = "latin1" },
	    "a name in Cc: the character U+0410 \"\xd0\x90\" is not in "
	    "iso-8859-1" },
	{ { .reply_to = "\"\xd0\x90\" <c@d>", .charset = "latin1" },
	    "the name in Reply-To: the character U+0410 \"\xd0\x90\" is not in "
	    "iso-8859-1" },
	{ { .sender = "\"\xd0\x90\" <c@d>", .charset = "latin1" },
	    "the name in Sender: the character U+0410 \"\xd0\x90\" is not in "
	    "iso-8859-1" },
	{ { .from = "\"\xd0\x90\" <c@d>", .charset = "latin1" },
	    "the name in From: the character U+0410 \"\xd0\x90\" is not in "
	    "iso-8859-1" },
	{ { .charset = "utf-16" },
	    "charset: \"utf-16\" is unknown, or not fit for mail" },
	{ { .name = "Date", .value = "2026-11-22" },
	    "header \"Date\": not a date as headers have it (RFC 5322)" },
	{ { .name = "Message-ID", .value = "x@y" },
	    "header \"Message-ID\": not a message id (<left@right>)" },
	{ { .name = "Content-Language", .value = "de" },
	    "header \"Content-Language\": Posthaste writes this header "
	    "itself" },
	{ { .name = "X-A ", .value = "b" },
	    "header \"X-A \": no name of a header field" },
};

static void check_refused(void)
{
	for (size_t i = 0; i < PH_COUNT(refused); i++) {
		struct ph_message_header extra;
		struct ph_compose c = compose_of(&refused[i].with, &extra);
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };

		check_case(refused[i].why, i);
		check(ph_message_compose(&c, &m, &f) == PH_EINVAL);
		check_str(f.text, refused[i].why);
		check(m == NULL);
	}
	check_case(NULL, 0);
}

/* The longest name of a header, and one octet more. */
static void check_name_length(void)
{
	struct field_case one = { .to = "c@d", .value = "x" };
	char name[102];

	memset(name, 'n', sizeof(name));
	for (size_t len = 99; len <= 101; len++) {
		struct ph_message_header extra;
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };

		name[len] = '\0';
		one.name = name;

		struct ph_compose c = compose_of(&one, &extra);

		check(ph_message_compose(&c, &m, &f) ==
		    (len <= 100 ? PH_OK : PH_EINVAL));
		ph_message_free(m);
		name[len] = 'n';
	}
}

static const struct {
	struct ph_message_file file;
	const char *note; /* NULL: none */
} files[] = {
	{ { .name = "a.txt" }, NULL },
	{ { .name = "a.eml" }, NULL },
	{ { .name = "a.eml", .type = "message/rfc822" },
	    "\"a.eml\" is sent as application/octet-stream: a message/rfc822 "
	    "must not be encoded" },
	{ { .name = "l.png", .is_inline = true }, NULL },
	{ { .name = "a b.png", .is_inline = true },
	    "the inline file \"a b.png\" is cid:a_b.png in the HTML" },
	{ { .name = "\xc3\xa4.png", .is_inline = true },
	    "the inline file \"\xc3\xa4.png\" is cid:__.png in the HTML" },
	{ { .name = "a_b-c+d@e.0", .is_inline = true }, NULL },
	{ { .name = "x\xe4" },
	    "the name of the file \"x\xef\xbf\xbd\" is not UTF-8" },
};

static void check_file_notes(void)
{
	for (size_t i = 0; i < PH_COUNT(files); i++) {
		struct ph_message_header extra;
		const struct field_case one = { .to = "c@d" };
		struct ph_compose c = compose_of(&one, &extra);
		struct ph_message *m = NULL;
		struct ph_fault f = { 0 };

		c.files = &files[i].file;
		c.file_count = 1;
		c.has_html = true;
		check_case(files[i].file.name, i);
		check(ph_message_compose(&c, &m, &f) == PH_OK);

		const char *note = m == NULL ? "" : ph_message_note(m, 0);

		if (files[i].note == NULL) {
			check(note == NULL);
		} else {
			check_str(note == NULL ? "" : note, files[i].note);
		}
		ph_message_free(m);
	}
	check_case(NULL, 0);
}

int main(void)
{
	ph_arena_init(&arena, 1 << 20);
	check_fields();
	check_refused();
	check_name_length();
	check_file_notes();
	ph_arena_release(&arena);
	return check_end();
}
