#include "check.h"
#include "failalloc.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/scan.h"

/* Every allocation of the room is made to fail once. */

static enum ph_err addresses(void *ctx)
{
	struct ph_arena a;
	struct ph_address_list list = { 0 };
	struct ph_address one = { 0 };
	struct ph_span domain;
	struct ph_fault f = { 0 };

	(void)ctx;
	ph_arena_init(&a, 1 << 20);

	enum ph_err err = ph_address_list_parse(
	    PH_SPAN("\"A \\\" B\" (c) <\"x y\"@b\xc3\xbc"
		    "cher.example> (d), "
		    "=?utf-8?q?J=C3=B6?= <j@[::1]>, e@f (g)"),
	    &a, &list, &f);

	if (err == PH_OK)
		err = ph_address_list_unite(&list, 1, &a, &list);
	if (err == PH_OK) {
		err = ph_address_parse_sender(
		    PH_SPAN("a@b\xc3\xbc.example"), &a, &one, &f);
	}
	if (err == PH_OK)
		err = ph_domain_to_ascii(PH_SPAN("EXAMPLE"), &a, &domain);
	ph_arena_release(&a);
	return err;
}

static enum ph_err compose_in(const char *charset, bool add_files)
{
	static const struct ph_message_file files[] = {
		{ "\xc3\xa4 long name of a file that takes two lines.pdf",
		    "message/rfc822", 10, 0, false },
		{ "my logo.png", NULL, 10, 1, true },
		{ "a.txt", NULL, 10, 2, false },
	};
	static const char long_line[1200] = { 'x' };
	const struct ph_message_header headers[] = {
		{ PH_SPAN("X-A"), PH_SPAN("b c") },
		{ PH_SPAN("Message-ID"), PH_SPAN("<a@b>") },
	};
	struct ph_arena a;
	struct ph_fault f = { 0 };
	struct ph_message *m = NULL;
	struct ph_compose c = {
		.subject = PH_SPAN("Gr\xc3\xbc\xc3\x9f"
				   "e"),
		.has_text = true,
		.text = PH_SPAN("mostly ASCII text here \xc3\xa4\n"),
		.has_html = true,
		.html = { long_line, sizeof(long_line) },
		.files = files,
		.file_count = add_files ? 3 : 0,
		.headers = headers,
		.header_count = add_files ? 1 : 2,
		.charset = ph_span_of(charset),
		.priority = 1,
		.request_receipt = true,
	};

	ph_arena_init(&a, 1 << 20);

	enum ph_err err = ph_address_parse(
	    PH_SPAN("J\xc3\xb6rg <a@b.example>"), &a, &c.from, &f);

	if (err == PH_OK) {
		err = ph_address_list_parse(
		    PH_SPAN("a@b, C D <c@d>, \"E.\" <e@f>"), &a, &c.to, &f);
	}
	if (err == PH_OK)
		err = ph_message_compose(&c, &m, &f);
	check((err == PH_OK) != ph_fault_is_set(&f));
	ph_message_free(m);
	ph_arena_release(&a);
	return err;
}

static enum ph_err compose_utf8(void *ctx)
{
	(void)ctx;
	return compose_in("", true);
}

/* A converter's memory is the C library's; without it the charset counts as
   unknown. */
static enum ph_err compose_latin1(void *ctx)
{
	(void)ctx;
	return compose_in("iso-8859-1", false);
}

static enum ph_err adopt(void *ctx)
{
	const struct ph_span text =
	    PH_SPAN("From x\nSubject: =?utf-8?B?w6Q?=\nBcc: a@b\nX: y\n\n"
		    "text\rmore\n");
	struct ph_fault f = { 0 };
	struct ph_message *m = NULL;
	struct ph_scan scan;

	(void)ctx;
	ph_scan_init(&scan);
	ph_scan_feed(&scan, text);
	ph_scan_finish(&scan);

	const struct ph_adopt in = {
		.header = ph_span_first(text, (size_t)scan.header_octets),
		.scan = &scan,
		.add_missing = true,
		.from = PH_SPAN("f@e"),
	};
	enum ph_err err = ph_message_adopt(&in, &m, &f);

	ph_message_free(m);
	return err;
}

static enum ph_err recipients(void *ctx)
{
	struct ph_arena a;
	struct ph_address_list list = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault f = { 0 };

	(void)ctx;
	ph_arena_init(&a, 1 << 20);

	enum ph_err err = ph_message_read_recipients(
	    PH_SPAN("From: m@x\nSender: s@x\nTo: a@b,\n c@d\nCc: a@b\n"), &a,
	    &list, &from, &f);

	ph_arena_release(&a);
	return err;
}

static enum ph_err decode(void *ctx)
{
	struct ph_buf out;

	(void)ctx;
	ph_buf_init(&out, 1000);

	enum ph_err err = ph_header_decode(
	    PH_SPAN("a =?utf-8?B?w6Q?= =?utf-8?q?b?= =?koi8-r?q?=E1?= \xff"),
	    &out);

	ph_buf_release(&out);
	return err;
}

int main(void)
{
	check(failalloc_run(addresses, NULL) > 10);
	check(failalloc_run(compose_utf8, NULL) > 20);
	check(failalloc_run_any(compose_latin1, NULL) > 20);
	check(failalloc_run(adopt, NULL) > 5);
	check(failalloc_run(recipients, NULL) > 5);
	check(failalloc_run(decode, NULL) > 3);
	return check_end();
}
