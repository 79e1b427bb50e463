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
	{ .id = "charset-windows-1251",
	    .from = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		    " \xd0\xbc\xd0\xb8\xd1\x80 <a@example.com>",
	    .to = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		  " \xd0\xbc\xd0\xb8\xd1\x80 <b@example.com>,"
		  " \xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		  " \xd0\xbc\xd0\xb8\xd1\x80 2 <c@example.com"
		  ">",
	    .charset = "windows-1251",
	    .subject = X10("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5"
			   "\xd1\x82 \xd0\xbc\xd0\xb8\xd1\x80 ") "x",
	    .text = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		    " \xd0\xbc\xd0\xb8\xd1\x80\n\xd0\x9f\xd1\x80"
		    "\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xd0\xbc\xd0\xb8"
		    "\xd1\x80 ok\n" },
	{ .id = "charset-koi8-r",
	    .from = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		    " \xd0\xbc\xd0\xb8\xd1\x80 <a@example.com>",
	    .to = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		  " \xd0\xbc\xd0\xb8\xd1\x80 <b@example.com>,"
		  " \xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		  " \xd0\xbc\xd0\xb8\xd1\x80 2 <c@example.com"
		  ">",
	    .charset = "KOI8-R",
	    .subject = X10("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5"
			   "\xd1\x82 \xd0\xbc\xd0\xb8\xd1\x80 ") "x",
	    .text = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"
		    " \xd0\xbc\xd0\xb8\xd1\x80\n\xd0\x9f\xd1\x80"
		    "\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 \xd0\xbc\xd0\xb8"
		    "\xd1\x80 ok\n" },
	{ .id = "charset-shift_jis",
	    .from = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		    "\xe3\x83\xbc\xe3\x83\xab <a@example.com>",
	    .to = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		  "\xe3\x83\xbc\xe3\x83\xab <b@example.com>, "
		  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		  "\xe3\x83\xbc\xe3\x83\xab 2 <c@example.com>",
	    .charset = "sjis",
	    .subject = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
			   "\xe3\x83\xbc\xe3\x83\xab ") "x",
	    .text = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		    "\xe3\x83\xbc\xe3\x83\xab\n\xe6\x97\xa5\xe6\x9c\xac"
		    "\xe8\xaa\x9e\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab"
		    " ok\n" },
	{ .id = "charset-euc-jp",
	    .from = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		    "\xe3\x83\xbc\xe3\x83\xab <a@example.com>",
	    .to = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		  "\xe3\x83\xbc\xe3\x83\xab <b@example.com>, "
		  "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		  "\xe3\x83\xbc\xe3\x83\xab 2 <c@example.com>",
	    .charset = "EUC-JP",
	    .subject = X10("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
			   "\xe3\x83\xbc\xe3\x83\xab ") "x",
	    .text = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x83\xa1"
		    "\xe3\x83\xbc\xe3\x83\xab\n\xe6\x97\xa5\xe6\x9c\xac"
		    "\xe8\xaa\x9e\xe3\x83\xa1\xe3\x83\xbc\xe3\x83\xab"
		    " ok\n" },
	{ .id = "charset-euc-kr",
	    .from = "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xed\x8e\xb8"
		    "\xec\xa7\x80 <a@example.com>",
	    .to = "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xed\x8e\xb8"
		  "\xec\xa7\x80 <b@example.com>, \xed\x95\x9c"
		  "\xea\xb5\xad\xec\x96\xb4 \xed\x8e\xb8\xec\xa7\x80"
		  " 2 <c@example.com>",
	    .charset = "euc-kr",
	    .subject = X10("\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xed\x8e\xb8"
			   "\xec\xa7\x80 ") "x",
	    .text = "\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xed\x8e\xb8"
		    "\xec\xa7\x80\n\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4"
		    " \xed\x8e\xb8\xec\xa7\x80 ok\n" },
	{ .id = "charset-gb18030",
	    .from = "\xe4\xb8\xad\xe6\x96\x87\xe9\x82\xae\xe4\xbb\xb6"
		    " <a@example.com>",
	    .to = "\xe4\xb8\xad\xe6\x96\x87\xe9\x82\xae\xe4\xbb\xb6"
		  " <b@example.com>, \xe4\xb8\xad\xe6\x96\x87"
		  "\xe9\x82\xae\xe4\xbb\xb6 2 <c@example.com>",
	    .charset = "gb18030",
	    .subject = X10("\xe4\xb8\xad\xe6\x96\x87\xe9\x82\xae\xe4\xbb\xb6"
			   " ") "x",
	    .text = "\xe4\xb8\xad\xe6\x96\x87\xe9\x82\xae\xe4\xbb\xb6"
		    "\n\xe4\xb8\xad\xe6\x96\x87\xe9\x82\xae\xe4\xbb\xb6"
		    " ok\n" },
	{ .id = "charset-big5",
	    .from = "\xe4\xb8\xad\xe6\x96\x87\xe9\x83\xb5\xe4\xbb\xb6"
		    " <a@example.com>",
	    .to = "\xe4\xb8\xad\xe6\x96\x87\xe9\x83\xb5\xe4\xbb\xb6"
		  " <b@example.com>, \xe4\xb8\xad\xe6\x96\x87"
		  "\xe9\x83\xb5\xe4\xbb\xb6 2 <c@example.com>",
	    .charset = "big5",
	    .subject = X10("\xe4\xb8\xad\xe6\x96\x87\xe9\x83\xb5\xe4\xbb\xb6"
			   " ") "x",
	    .text = "\xe4\xb8\xad\xe6\x96\x87\xe9\x83\xb5\xe4\xbb\xb6"
		    "\n\xe4\xb8\xad\xe6\x96\x87\xe9\x83\xb5\xe4\xbb\xb6"
		    " ok\n" },
	{ .id = "charset-iso-8859-15",
	    .from = "5 \xe2\x82\xac \xc5\x92uvre <a@example.com"
		    ">",
	    .to = "5 \xe2\x82\xac \xc5\x92uvre <b@example.com"
		  ">, 5 \xe2\x82\xac \xc5\x92uvre 2 <c@exampl"
		  "e.com>",
	    .charset = "latin9",
	    .subject = X10("5 \xe2\x82\xac \xc5\x92uvre ") "x",
	    .text = "5 \xe2\x82\xac \xc5\x92uvre\n5 \xe2\x82\xac"
		    " \xc5\x92uvre ok\n" },
	{ .id = "charset-iso-8859-2",
	    .from = "\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd k\xc5\xaf"
		    "\xc5\x88 <a@example.com>",
	    .to = "\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd k\xc5\xaf"
		  "\xc5\x88 <b@example.com>, \xc5\xbdlu\xc5\xa5"
		  "ou\xc4\x8dk\xc3\xbd k\xc5\xaf\xc5\x88 2 <c"
		  "@example.com>",
	    .charset = "latin2",
	    .subject = X10("\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd k\xc5\xaf"
			   "\xc5\x88 ") "x",
	    .text = "\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd k\xc5\xaf"
		    "\xc5\x88\n\xc5\xbdlu\xc5\xa5ou\xc4\x8dk\xc3\xbd"
		    " k\xc5\xaf\xc5\x88 ok\n" },
	{ .id = "charset-iso-8859-7",
	    .from = "\xce\x9a\xce\xb1\xce\xbb\xce\xb7\xce\xbc\xce\xad"
		    "\xcf\x81\xce\xb1 <a@example.com>",
	    .to = "\xce\x9a\xce\xb1\xce\xbb\xce\xb7\xce\xbc\xce\xad"
		  "\xcf\x81\xce\xb1 <b@example.com>, \xce\x9a"
		  "\xce\xb1\xce\xbb\xce\xb7\xce\xbc\xce\xad\xcf\x81"
		  "\xce\xb1 2 <c@example.com>",
	    .charset = "iso-8859-7",
	    .subject = X10("\xce\x9a\xce\xb1\xce\xbb\xce\xb7\xce\xbc"
			   "\xce\xad\xcf\x81\xce\xb1 ") "x",
	    .text = "\xce\x9a\xce\xb1\xce\xbb\xce\xb7\xce\xbc\xce\xad"
		    "\xcf\x81\xce\xb1\n\xce\x9a\xce\xb1\xce\xbb"
		    "\xce\xb7\xce\xbc\xce\xad\xcf\x81\xce\xb1 o"
		    "k\n" },
	{ .id = "charset-iso-8859-8",
	    .from = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d <a@exampl"
		    "e.com>",
	    .to = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d <b@exampl"
		  "e.com>, \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d 2"
		  " <c@example.com>",
	    .charset = "iso-8859-8",
	    .subject = X10("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d ") "x",
	    .text = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\n\xd7\xa9"
		    "\xd7\x9c\xd7\x95\xd7\x9d ok\n" },
	{ .id = "charset-windows-1250",
	    .from = "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99"
		    "\xc5\x9bl\xc4\x85 <a@example.com>",
	    .to = "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99"
		  "\xc5\x9bl\xc4\x85 <b@example.com>, Za\xc5\xbc"
		  "\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99\xc5\x9b"
		  "l\xc4\x85 2 <c@example.com>",
	    .charset = "cp1250",
	    .subject = X10("Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99"
			   "\xc5\x9bl\xc4\x85 ") "x",
	    .text = "Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 g\xc4\x99"
		    "\xc5\x9bl\xc4\x85\nZa\xc5\xbc\xc3\xb3\xc5\x82"
		    "\xc4\x87 g\xc4\x99\xc5\x9bl\xc4\x85 ok\n" },
	{ .id = "charset-us-ascii",
	    .from = "plain words <a@example.com>",
	    .to = "plain words <b@example.com>, plain words 2"
		  " <c@example.com>",
	    .charset = "ascii",
	    .subject = X10("plain words ") "x",
	    .text = "plain words\nplain words ok\n" },
	{ .id = "charset-utf-8",
	    .from = "\xc3\xbcn\xc3\xaf \xe6\x97\xa5\xe6\x9c\xac"
		    " <a@example.com>",
	    .to = "\xc3\xbcn\xc3\xaf \xe6\x97\xa5\xe6\x9c\xac"
		  " <b@example.com>, \xc3\xbcn\xc3\xaf \xe6\x97\xa5"
		  "\xe6\x9c\xac 2 <c@example.com>",
	    .charset = "UTF8",
	    .subject = X10("\xc3\xbcn\xc3\xaf \xe6\x97\xa5\xe6\x9c\xac"
			   " ") "x",
	    .text = "\xc3\xbcn\xc3\xaf \xe6\x97\xa5\xe6\x9c\xac"
		    "\n\xc3\xbcn\xc3\xaf \xe6\x97\xa5\xe6\x9c\xac"
		    " ok\n" },
	{ .id = "auto-latin1",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .subject = "\xc3\xa9" },
	{ .id = "auto-no-page",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .subject = "\xc3\xa9" },
	{ .id = "auto-subject",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .subject = "5 \xe2\x82\xac" },
	{ .id = "auto-from",
	    .from = "\"5 \xe2\x82\xac\" <a@example.com>",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n" },
	{ .id = "auto-sender",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .sender = "\"5 \xe2\x82\xac\" <s@example.com>" },
	{ .id = "auto-to",
	    .from = "a@example.com",
	    .to = "x@example.com, \"5 \xe2\x82\xac\" <b@examp"
		  "le.com>",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n" },
	{ .id = "auto-cc",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .cc = "\"5 \xe2\x82\xac\" <b@example.com>" },
	{ .id = "auto-reply-to",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .reply_to = "\"5 \xe2\x82\xac\" <b@example.com>" },
	{ .id = "auto-header",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .headers = { "X-Ok", "fine", "X-Price", "5 \xe2\x82\xac" } },
	{ .id = "auto-html",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .charset = "auto",
	    .code_page = "iso-8859-1",
	    .text = "caf\xc3\xa9 au lait, s'il vous plait\n",
	    .html = "<p>5 \xe2\x82\xac\n" },
	{ .id = "priority-2",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .priority = 2 },
	{ .id = "priority-3",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .priority = 3 },
	{ .id = "priority-4",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .priority = 4 },
	{ .id = "receipt-named",
	    .from = "J\xc3\xb6rg <a@example.com>",
	    .to = "b@example.com",
	    .text = "x\n",
	    .receipt = true },
	{ .id = "no-receipt-own",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .headers = { "Disposition-Notification-To", "r@example.com",
		"Importance", "low", "Sender", "s@example.com" } },
	{ .id = "list-headers",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .headers = { "List-Unsubscribe",
		"<mailto:u@example.com>, <https://example.com/u>",
		"List-Unsubscribe-Post", "List-Unsubscribe=One-Click",
		"Auto-Submitted", "auto-generated", "In-Reply-To",
		"<p@example.com>" } },
	{ .id = "html-inline",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .html = "<img>\n",
	    .files = { { "logo.png", NULL, 1000, true } } },
	{ .id = "html-inline-file",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .html = "<img>\n",
	    .files = { { "r.pdf", NULL, 10, false },
		{ "logo.png", NULL, 1000, true } } },
	{ .id = "html-file",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .html = "<p>\n",
	    .files = { { "r.pdf", NULL, 10, false } } },
	{ .id = "both-file",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .html = "<p>\xc3\xbc\n",
	    .files = { { "r.pdf", NULL, 10, false } } },
	{ .id = "both-inline",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .html = "<p>\xc3\xbc",
	    .files = { { "l.gif", NULL, 10, true } } },
	{ .id = "inline-and-file",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { "r.pdf", NULL, 10, false },
		{ "l.gif", NULL, 10, true } } },
	{ .id = "inline-no-text",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .files = { { "l.gif", NULL, 10, true } } },
	{ .id = "empty-both",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "",
	    .html = "" },
	{ .id = "base64-both",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\n",
	    .html = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
	{ .id = "names-1",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { ".hidden", NULL, 55, false },
		{ "no-ending", NULL, 56, false },
		{ "\xf0\x9f\x98\x80.gif", NULL, 57, false },
		{ "a;b=c,d.txt", NULL, 58, false } } },
	{ .id = "names-2",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { "it's 100%.txt", NULL, 55, false },
		{ "\xc3\x9cn\xc3\xaf c\xc3\xb6"
		  "d\xc3\xa9 \xe2\x80\x93 na\xc3\xafve.docx",
		    NULL, 56, false },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.log",
		    NULL, 57, false },
		{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5"
		  ".zip",
		    NULL, 58, false } } },
	{ .id = "names-3",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { "name.with.many.dots.tar.gz", NULL, 55, false },
		{ "tab-\xc3\xa4\\back.txt", NULL, 56, false },
		{ "=?utf-8?q?x?=.txt", NULL, 57, false },
		{ "(c) [x] <y> @z.csv", NULL, 58, false } } },
	{ .id = "own-types",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "x\n",
	    .files = { { "page", "text/html", 57, false },
		{ "d", "application/x-y; a=b", 114, false },
		{ "m.txt", "Message/Delivery-Status", 171, false },
		{ "v.svg", "image/svg+xml", 1, true } } },
	{ .id = "text-cr",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "a\rb\r\nc\n\n\rd" },
	{ .id = "text-blanks",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = " \n\t\n \t\xc3\xbc \n" },
	{ .id = "text-one-end",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "\n" },
	{ .id = "text-at-limit",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n" },
	{ .id = "text-over-limit",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
	{ .id = "text-from",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .text = "From me\n>From you\nFrom \xc3\xbc\n" },
	{ .id = "subject-75",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "\xc3\xbcxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		       "xxxxxxxxxxxxxx",
	    .text = "x\n" },
	{ .id = "subject-emoji",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
		       "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
	    .text = "x\n" },
	{ .id = "subject-signs",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "Re: [list] \"q\" <a> (b) 50% = ? _ \xc3\xbc",
	    .text = "x\n" },
	{ .id = "subject-word-fold",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .subject = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
		       "wwwwwwwwwwwwwwwwwwwwwww vvvvvvvvvvvvvvvvvv"
		       "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
		       "vvvvvvvvvv",
	    .text = "x\n" },
	{ .id = "names-of-people",
	    .from = "\"O'Neil, Jr. (x)\" <a@example.com>",
	    .to = "\"a@b\" <b@example.com>, \"x\\\\y \\\"z\\\""
		  "\" <c@example.com>, Ann B. C. <d@example.c"
		  "om>, \xc3\x9cn\xc3\xaf <e@example.com>",
	    .cc = "\"Very Long Name Very Long Name Very Long "
		  "Name Very Long Name Very Long Name Very Lo"
		  "ng Name Very Long Name Very Long Name Very"
		  " Long Name\" <f@example.com>",
	    .text = "x\n" },
	{ .id = "idn-everywhere",
	    .from = "J\xc3\xb6 <a@b\xc3\xbc"
		    "cher.example>",
	    .to = "b@m\xc3\xbcller.example, C <c@\xe6\x97\xa5"
		  "\xe6\x9c\xac.example>",
	    .reply_to = "r@b\xc3\xbc"
			"cher.example",
	    .text = "x\n" },
	{ .id = "utf8-cc",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .cc = "Zo\xc3\xab <zo\xc3\xab@example.com>",
	    .subject = "gr\xc3\xbcn",
	    .text = "x\n" },
	{ .id = "utf8-sender",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .sender = "zo\xc3\xab@b\xc3\xbc"
		      "cher.example",
	    .text = "x\n" },
	{ .id = "utf8-reply-to",
	    .from = "a@example.com",
	    .to = "b@example.com",
	    .reply_to = "zo\xc3\xab@example.com",
	    .text = "x\n" },
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
