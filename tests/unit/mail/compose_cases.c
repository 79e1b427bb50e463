/* Composes many messages and writes each, as it would be sent, to DIR/NAME.eml.
   check_compose.py then reads them with another parser. */

#include "check.h"
#include "mail/message.h"
#include "rendered.h"

#include <stdio.h>
#include <stdlib.h>

#define LONG_WORD \
 "0123456789012345678901234567890123456789012345678901234567890123456789"
#define X10(s) s s s s s s s s s s

enum {
	FILE_BYTES = 100 * 1000
};

struct file_case {
	const char *name, *type;
	size_t size;
	bool is_inline;
};

struct compose_case {
	const char *id, *from, *sender, *to, *cc, *reply_to, *subject, *text,
	    *html, *charset, *code_page;
	struct file_case files[4];
	const char *headers[8]; /* name, value, name, value */
	unsigned priority;
	bool receipt;
};

static const struct compose_case cases[] = {
	{ .id = "empty", .from = "a@example.com", .to = "b@example.com" },
	{ .id = "text",
	    .from = "Ann Example <ann@example.com>",
	    .to = "bob@example.org, \"Last, First\" <c@example.org>",
	    .cc = "Dr. Jane O'Neil <j@example.net>",
	    .subject = "Hello",
	    .text = "Hi\n.\n..dot\nFrom me\n-- \nbye  \n" },
	{ .id = "open-line",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "",
	    .text = "no line end" },
	{ .id = "utf8",
	    .from = "J\xc3\xb6rg M\xc3\xbcller <joerg@example.com>",
	    .to = "\"M\xc3\xbcller, \\\"Hans\\\" (x)\" <h@example.com>",
	    .subject = "Gr\xc3\xbc\xc3\x9f"
		       "e aus K\xc3\xb6ln \xe2\x80\x93 \xf0\x9f\x98\x80",
	    .text = "Gr\xc3\xbc\xc3\x9f"
		    "e\r\nzweite Zeile = \t\r\n.\r\n" },
	{ .id = "japanese",
	    .from = "\xe6\x97\xa5\xe6\x9c\xac <a@example.com>",
	    .to = "b@example.com",
	    .subject = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abc "),
	    .text = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n") },
	{ .id = "iso-2022-jp",
	    .from = "\xe6\x97\xa5\xe6\x9c\xac <a@example.com>",
	    .to = "b@example.com",
	    .charset = "ISO-2022-JP",
	    .subject = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abc "),
	    .text = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n") },
	{ .id = "latin1",
	    .from = "J\xc3\xb6rg <a@example.com>",
	    .to = "b@example.com",
	    .charset = "latin1",
	    .subject = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f",
	    .text = "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f plus ASCII text\n" },
	{ .id = "auto-fits",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "windows-1252",
	    .subject = "\xe2\x82\xac 5",
	    .text = "\xe2\x82\xac 5 and more text here to make it readable\n" },
	{ .id = "auto-fallback",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .subject = "caf\xc3\xa9",
	    .text = "\xe2\x82\xac 5\n" },
	{ .id = "header-traps",
	    .from = "\"=?utf-8?q?x?= a\" <a@example.com>",
	    .to = "\" two  blanks \" <b@example.com>",
	    .subject = "literal =?utf-8?q?x?= text",
	    .text = "x\n",
	    .headers = { "X-Lead", "  led", "X-Two", "two  blanks", "X-Umlaut",
		"\xc3\xa4 b", "Reply-To", "r@example.com" } },
	{ .id = "long-headers",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = X10("a long subject of plain words "),
	    .text = "x\n",
	    .headers = { "X-Word", X10(LONG_WORD) X10(LONG_WORD) } },
	{ .id = "long-lines",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "long",
	    .text = "short\n" X10(LONG_WORD) X10(LONG_WORD) "\nend\n" },
	{ .id = "controls",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "controls",
	    .text = "bell\x07 tab\t esc\x1b del\x7f\nend \xc3\xa4\n" },
	{ .id = "alternative",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "both",
	    .text = "plain\n",
	    .html = "<p>fancy \xc3\xa4</p>\n" },
	{ .id = "html-only",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .html = "<p>only</p>" },
	{ .id = "related",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "plain\n",
	    .html = "<img src=\"cid:logo.png\">\n",
	    .files = { { "logo.png", NULL, 1000, true },
		{ "my logo\xc3\xa4.png", NULL, 57, true },
		{ "r.pdf", NULL, 3000, false } } },
	{ .id = "inline-alone",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "plain\n",
	    .files = { { "logo.png", NULL, 1000, true } } },
	{ .id = "files",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "see files\n",
	    .files = { { "empty.txt", NULL, 0, false },
		{ "one.bin", NULL, 1, false },
		{ "big.tar.gz", NULL, FILE_BYTES, false },
		{ "notes", "text/plain; charset=utf-8", 58, false } } },
	{ .id = "file-alone",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .files = { { "a.eml", "message/rfc822", 60, false } } },
	{ .id = "file-names",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { "\xc3\x9c"
			 "bersicht \"3\" \xe2\x80\x93 "
			 "\xe6\x97\xa5\xe6\x9c\xac.pdf",
			   NULL, 10, false },
		{ "a \"quoted\" back\\slash; semi.txt", NULL, 10, false },
		{ X10("long-ascii-name-") ".bin", NULL, 10, false },
		{ X10("\xe6\x97\xa5\xe6\x9c\xac\xc3\xa4 ") ".bin", NULL, 10,
		    false } } },
	{ .id = "people",
	    .from = "a@b\xc3\xbc"
		    "cher.example",
	    .sender = "Boss <boss@example.com>",
	    .to = "Team: " X10("\"A, B\" <x@example.com>, Some Body "
			       "<y@example.com>, "),
	    .reply_to = "r1@example.com; R 2 <r2@example.com>",
	    .subject = "people",
	    .text = "x\n",
	    .priority = 1,
	    .receipt = true },
	{ .id = "bcc-only", .from = "a@example.com", .text = "x\n" },
	{ .id = "utf8-local",
	    .from = "j\xc3\xb6rg@b\xc3\xbc"
		    "cher.example",
	    .to = "Jos\xc3\xa9 <jos\xc3\xa9@example.com>",
	    .subject = "\xc3\xa4",
	    .text = "x\n" },
	{ .id = "own-stamps",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .headers = { "Date", "Tue, 1 Jul 2003 10:52:37 +0200", "message-id",
		"<own@example.net>", "References", "<a@b> <c@d>", "X-Empty",
		"" } },
	{ .id = "literal",
	    .from = "a@[192.0.2.1]",
	    .to = "\"quoted local\"@example.com",
	    .text = "x\n",
	    .priority = 5 },
};

static char *file_bytes;

static struct ph_address_list list_of(const char *text, struct ph_arena *a)
{
	struct ph_address_list list = { 0 };
	struct ph_fault f = { 0 };

	if (text != NULL) {
		check(ph_address_list_parse(ph_span_of(text), a, &list, &f) ==
		    PH_OK);
	}
	check_str(f.text, "");
	return list;
}

static void save(const char *dir, const char *id, struct ph_span bytes)
{
	char path[1000];

	(void)snprintf(path, sizeof(path), "%s/%s.eml", dir, id);

	FILE *file = fopen(path, "wb");

	check(file != NULL);
	if (file == NULL)
		return;
	check(fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len);
	check(fclose(file) == 0);
}

static void run(
    const struct compose_case *one, const char *dir, struct ph_arena *a)
{
	struct ph_address_list from = list_of(one->from, a);
	struct ph_address_list sender = list_of(one->sender, a);
	struct ph_message_file files[4];
	struct ph_message_header headers[4];
	struct rendered_file bytes[4];
	struct ph_fault fault = { 0 };
	struct ph_compose c = {
		.from = from.items[0],
		.sender = sender.items,
		.to = list_of(one->to, a),
		.cc = list_of(one->cc, a),
		.reply_to = list_of(one->reply_to, a),
		.subject = ph_span_of(one->subject),
		.has_text = one->text != NULL,
		.text = ph_span_of(one->text),
		.has_html = one->html != NULL,
		.html = ph_span_of(one->html),
		.charset = ph_span_of(one->charset),
		.code_page = ph_span_of(one->code_page),
		.files = files,
		.headers = headers,
		.priority = one->priority,
		.request_receipt = one->receipt,
		.stamp = { .now = 1795337337,
		    .utc_offset_min = 330,
		    .random = "0123456789abcde",
		    .hostname = PH_SPAN("host.example") },
	};

	for (size_t i = 0; i < 4 && one->files[i].name != NULL; i++) {
		files[i] = (struct ph_message_file){ one->files[i].name,
			one->files[i].type, one->files[i].size, i,
			one->files[i].is_inline };
		bytes[i] = (struct rendered_file){ file_bytes + i,
			one->files[i].size };
		c.file_count++;
	}
	for (size_t i = 0; i < 8 && one->headers[i] != NULL; i += 2) {
		headers[c.header_count++] =
		    (struct ph_message_header){ ph_span_of(one->headers[i]),
			    ph_span_of(one->headers[i + 1]) };
	}

	struct ph_message *m = NULL;
	struct ph_buf out;

	ph_buf_init(&out, (size_t)4 * FILE_BYTES);
	check(ph_message_compose(&c, &m, &fault) == PH_OK);
	check_str(fault.text, "");
	if (m != NULL) {
		rendered(ph_message_body(m), bytes, &out);
		check(ph_message_body(m)->eight_bit ==
		    ph_message_body(m)->utf8_headers);
		save(dir, one->id, ph_buf_span(&out));
		for (size_t i = 0; ph_message_note(m, i) != NULL; i++)
			printf("%s: %s\n", one->id, ph_message_note(m, i));
	}
	ph_buf_release(&out);
	ph_message_free(m);
}

int main(int argc, char **argv)
{
	struct ph_arena a;

	if (argc != 2)
		return 2;
	file_bytes = malloc(FILE_BYTES + 4);
	for (size_t i = 0; i < FILE_BYTES + 4; i++)
		file_bytes[i] = (char)(i * 31 + i / 251);
	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].id, i);
		run(&cases[i], argv[1], &a);
	}
	ph_arena_release(&a);
	free(file_bytes);
	return check_end();
}
