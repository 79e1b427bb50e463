#include "check.h"
#include "mail/message.h"

#include <stdlib.h>

/* What good messages look like is judged by check_compose.py; this is about
   what is refused, and said. */

static struct ph_arena arena;

static struct ph_compose base_compose(void)
{
	struct ph_compose c = { .stamp.hostname = PH_SPAN("h.example") };
	struct ph_fault f;

	check(ph_address_parse(PH_SPAN("a@example.com"), &arena, &c.from, &f) ==
	    PH_OK);
	check(ph_address_list_parse(
		  PH_SPAN("b@example.com"), &arena, &c.to, &f) == PH_OK);
	return c;
}

static void check_refused(const struct ph_compose *c, const char *why)
{
	struct ph_message *m = NULL;
	struct ph_fault f = { 0 };

	check(ph_message_compose(c, &m, &f) == PH_EINVAL);
	check(m == NULL);
	check(f.cause == PH_CAUSE_BAD_INPUT);
	check(strstr(f.text, why) != NULL);
	if (strstr(f.text, why) == NULL)
		check_str(f.text, why);
	ph_message_free(m);
}

/* Returns all that lies in memory, which lives as long as *m. */
static struct ph_span compose_ok(
    const struct ph_compose *c, struct ph_message **m)
{
	struct ph_fault f = { 0 };

	*m = NULL;
	check(ph_message_compose(c, m, &f) == PH_OK);
	check_str(f.text, "");
	if (*m == NULL)
		return PH_SPAN("");
	return ph_message_body(*m)->parts[0].bytes;
}

static bool holds(struct ph_span in, const char *what)
{
	return memmem(in.ptr, in.len, what, strlen(what)) != NULL;
}

static const struct {
	struct ph_message_header header;
	const char *why;
} headers[] = {

#define H(n, v, w)                                  \
 {                                                  \
  { { n, sizeof(n) - 1 }, { v, sizeof(v) - 1 } }, w \
 }
	H("X-A", "a\r\nBcc: x@y", "header \"X-A\": a line end"),
	H("X-A", "a\nb", "a line end"),
	H("X-A", "a\rb", "a line end"),
	H("X-A", "a\0b", "a line end"),
	H("X-A", "a\tb", "control character"),
	H("X-A", "\x7f", "control character"),
	H("X-A", "\xff", "header \"X-A\": not UTF-8"),
	H("", "a", "no name of a header"),
	H("X A", "a", "no name of a header"),
	H("X:A", "a", "no name of a header"),
	H("X\r\nBcc", "a", "no name of a header"),
	H("\xc3\xa4", "a", "no name of a header"),
	H("From", "a@b", "writes this header itself"),
	H("tO", "a@b", "writes this header itself"),
	H("Cc", "a@b", "writes this header itself"),
	H("BCC", "a@b", "writes this header itself"),
	H("Resent-Bcc", "a@b", "writes this header itself"),
	H("Subject", "a", "writes this header itself"),
	H("MIME-version", "1.0", "writes this header itself"),
	H("Content-Type", "text/plain", "writes this header itself"),
	H("content-foo", "x", "writes this header itself"),
	H("Date", "yesterday", "not a date"),
	H("Date", "", "not a date"),
	H("Message-Id", "abc", "not a message id"),
	H("Message-Id", "<a@b> <c@d>", "not a message id"),
};

static void check_headers(void)
{
	struct ph_compose c = base_compose();

	for (size_t i = 0; i < PH_COUNT(headers); i++) {
		check_case(headers[i].header.name.ptr, i);
		c.headers = &headers[i].header;
		c.header_count = 1;
		check_refused(&c, headers[i].why);
	}
}

/* Fields that an option writes may come from nowhere else then. */
static void check_taken(void)
{
	struct ph_message_header h = { .value = PH_SPAN("x") };
	struct ph_compose c = base_compose();
	struct ph_message *m = NULL;

	c.headers = &h;
	c.header_count = 1;
	h.name = PH_SPAN("x-priority");
	check(holds(compose_ok(&c, &m), "x-priority: x\r\n"));
	ph_message_free(m);
	c.priority = 2;
	check_refused(&c, "writes this header itself");
	h.name = PH_SPAN("Importance");
	check_refused(&c, "writes this header itself");
	h.name = PH_SPAN("Disposition-Notification-To");
	c.request_receipt = true;
	check_refused(&c, "writes this header itself");
	h.name = PH_SPAN("Reply-To");
	c.reply_to = c.to;
	check_refused(&c, "writes this header itself");
	h.name = PH_SPAN("Sender");
	c.sender = c.to.items;
	check_refused(&c, "writes this header itself");
	c.header_count = 0;
	c.priority = 6;
	check_refused(&c, "priority: not between");
}

static void check_texts(void)
{
	struct ph_compose c = base_compose();

	c.subject = PH_SPAN("a\nb");
	check_refused(&c, "subject: a line end");
	c.subject = PH_SPAN("\xc3");
	check_refused(&c, "subject: not UTF-8");
	c.subject = PH_SPAN("a\xc2\x85");
	check_refused(&c, "subject: a line end or another control");
	c.subject = PH_SPAN("ok");
	c.has_text = true;
	c.text = PH_SPAN("x\xffy");
	check_refused(&c, "text, line 1: not UTF-8 at octet 2 (0xFF)");
	c.text = PH_SPAN("a\r\nb\rc\nd \xff");
	check_refused(&c, "text, line 4: not UTF-8 at octet 10 (0xFF)");
	c.charset = PH_SPAN("iso-8859-1");
	check_refused(&c, "text, line 4: not UTF-8");
	c.text = PH_SPAN("one\n\n5 \xe2\x82\xac");
	check_refused(&c,
	    "text, line 3: the character U+20AC \"\xe2\x82\xac\" is not "
	    "in iso-8859-1");
	c.text = PH_SPAN("\xf0\x9f\x98\x80");
	check_refused(&c, "U+1F600 \"\xf0\x9f\x98\x80\"");
	c.charset = PH_SPAN("us-ascii");
	c.text = PH_SPAN("x\xc3\xa4");
	check_refused(&c, "U+00E4 \"\xc3\xa4\" is not in us-ascii");
	c.text = PH_SPAN("x");
	c.has_html = true;
	c.html = PH_SPAN("<p>\xc3\xa4");
	check_refused(&c, "html, line 1: the character U+00E4");
	c.has_html = false;
	c.subject = PH_SPAN("\xc3\xa4");
	check_refused(&c, "Subject: the character U+00E4");
}

static void check_charsets(void)
{
	static const char *const bad[] = { "no-such-charset", "utf-16",
		"UTF-32LE", "ebcdic-us", "utf-8//translit", "a b", "ucs-2",
		"utf-7", "\xc3\xa4" };
	struct ph_compose c = base_compose();

	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case(bad[i], i);
		c.charset = ph_span_of(bad[i]);
		check_refused(&c, "charset: \"");
		c.charset = PH_SPAN("auto");
		c.code_page = ph_span_of(bad[i]);
		check_refused(&c, "code-page: \"");
		c.charset = PH_SPAN("");
		check_refused(&c, "code-page: \"");
	}
}

static void check_files(void)
{
	struct ph_message_file file = { .name = "x", .size = 10 };
	struct ph_compose c = base_compose();
	char name[1002];

	c.files = &file;
	c.file_count = 1;
	c.charset = PH_SPAN("koi8-r");
	file.name = "na\xc3\xafve.txt";
	check_refused(&c,
	    "the name of the file \"na\xc3\xafve.txt\": the character U+00EF "
	    "\"\xc3\xaf\" is not in koi8-r");
	file.name = "x";
	file.type = "text";
	check_refused(&c, "file \"x\", type text: no media type");
	file.type = "text/plain\r\nBcc: x@y";
	check_refused(&c, "no media type");
	file.type = "Multipart/mixed";
	check_refused(&c, "cannot be a multipart");
	file.type = NULL;
	file.name = "";
	check_refused(&c, "without a name");
	memset(name, 'a', sizeof(name));
	name[1001] = '\0';
	file.name = name;
	check_refused(&c, "over 1000 octets");
	c.file_count = 10001;
	check_refused(&c, "more than 10000 files");
}

/* Names that are no names: nothing of them may break a line. */
static void check_hostile_names(void)
{
	struct ph_message_file file = { .name = "a\r\nBcc: x@y\r\n\r\nb",
		.size = 10 };
	struct ph_compose c = base_compose();
	struct ph_message *m = NULL;

	c.files = &file;
	c.file_count = 1;
	check(!holds(compose_ok(&c, &m), "\nBcc"));
	ph_message_free(m);
	file.name = "latin1-\xe4";
	check(holds(compose_ok(&c, &m), "latin1-%EF%BF%BD"));
	check(ph_message_note(m, 0) != NULL);
	ph_message_free(m);
}

static void check_limits(void)
{
	struct ph_compose c = base_compose();
	const size_t len = 64 * 1024;
	char *text = malloc(len + 1);
	struct ph_message *m = NULL;

	memset(text, 'x', len + 1);
	c.subject = (struct ph_span){ text, len };
	check(holds(compose_ok(&c, &m), "Subject: =?utf-8?Q?xxx"));
	check(ph_message_body(m)->longest_line <= 998);
	check(ph_message_subject(m).len == len);
	ph_message_free(m);
	c.subject.len++;
	check_refused(&c, "subject: over 64 KiB");
	free(text);

	struct ph_message_header *many = calloc(1001, sizeof(*many));

	for (size_t i = 0; i < 1001; i++)
		many[i].name = PH_SPAN("X");
	c = base_compose();
	c.headers = many;
	c.header_count = 1000;
	(void)compose_ok(&c, &m);
	ph_message_free(m);
	c.header_count = 1001;
	check_refused(&c, "more than 1000");
	free(many);
}

/* A file of any size costs no memory: it is never read here. */
static void check_huge_file(void)
{
	struct ph_message_file file = {
		.name = "x", .size = (uint64_t)1 << 40, .file = 7
	};
	struct ph_compose c = base_compose();
	struct ph_message *m = NULL;

	c.files = &file;
	c.file_count = 1;
	(void)compose_ok(&c, &m);

	const struct ph_body *b = ph_message_body(m);

	check_int(b->count, 3);
	check_int(b->parts[1].file, 7);
	check_int(b->parts[1].length, (uint64_t)1 << 40);
	check(b->parts[1].encoding == PH_ENCODE_BASE64);
	check(b->size > ((uint64_t)1 << 40) / 3 * 4);
	check_int(b->longest_line, 76);
	ph_message_free(m);
}

int main(void)
{
	ph_arena_init(&arena, 1 << 20);
	check_headers();
	check_taken();
	check_texts();
	check_charsets();
	check_files();
	check_hostile_names();
	check_limits();
	check_huge_file();
	ph_arena_release(&arena);
	ph_message_free(NULL);
	return check_end();
}
