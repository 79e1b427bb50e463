#include "check.h"
#include "far_end.h"

#include <posthaste/posthaste.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct far_end far;
static struct ph_mailer *m;

static void connect_mailer(void)
{
	struct ph_mailer_options o = { .size = sizeof(o), .config = far.dir };
	char port[16];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)far.port);
	check_int(ph_mailer_new(&o, &m), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "host", "127.0.0.1"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "port", port), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "encryption", "none"), PH_STATUS_OK);
}

/* Everything a composed one can have. */
static void test_composed(void)
{
	struct ph_mail *p = NULL;
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/note.txt", far.dir);
	f = fopen(path, "w");
	check(f != NULL && fputs("attached", f) >= 0 && fclose(f) == 0);
	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_set_from(p, "Ann <ann@example.com>"), PH_STATUS_OK);
	check_int(ph_mail_set_sender(p, "bounce@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_cc(p, "cy@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_reply_to(p, "desk@example.com"), PH_STATUS_OK);
	check_int(ph_mail_set_subject(p,
		      "Gr\xc3\xbc\xc3\x9f"
		      "e"),
	    PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "text\n"), PH_STATUS_OK);
	check_int(ph_mail_set_html(p, "<p>html</p>"), PH_STATUS_OK);
	check_int(ph_mail_set_charset(p, "utf-8"), PH_STATUS_OK);
	check_int(ph_mail_set_priority(p, 1), PH_STATUS_OK);
	check_int(ph_mail_add_header(p, "X-Trial", "yes"), PH_STATUS_OK);
	check_int(ph_mail_attach(p, path, NULL, NULL), PH_STATUS_OK);
	check_int(ph_mail_attach_inline(p, path, "logo.txt", "text/plain"),
	    PH_STATUS_OK);
	check_int(ph_mail_set_report(p, PH_REPORT_FAILURE | PH_REPORT_DELAY),
	    PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check_str(ph_mailer_problem(m)->text, "");
	check(far_end_holds(&far, "multipart/alternative"));
	check(far_end_holds(&far, "X-Trial: yes\r\n"));
	check(far_end_holds(&far, "YXR0YWNoZWQ=\r\n"));
	check(far_end_holds(&far, "note.txt"));
	check(far_end_holds(&far, "logo.txt"));
	check(far_end_holds(&far, "Reply-To:"));
	check(far_end_holds(&far, "Cc: cy@example.com"));

	/* Gone between attaching and sending. */
	(void)unlink(path);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	check_str(ph_mailer_problem(m)->cause, "input-not-found");
	ph_mail_free(p);
}

/* The mailer's code-page, and a mail's own charset over it. */
static void test_code_page(void)
{
	struct ph_mail *p = NULL;

	check_int(ph_mailer_set(m, "code-page", "utf-7"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set(m, "code-page", "windows-1252"), PH_STATUS_OK);
	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_set_from(p, "ann@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "5 \xe2\x82\xac"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "charset=windows-1252"));
	check_int(ph_mail_set_charset(p, "iso-8859-15"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "charset=iso-8859-15"));
	check_int(ph_mail_set_charset(p, "iso-8859-1"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	check(strstr(ph_mailer_problem(m)->text, "U+20AC") != NULL);
	check_int(ph_mail_set_charset(p, "auto"), PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "\xe6\x97\xa5"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "charset=utf-8"));
	check_int(ph_mailer_set(m, "code-page", "utf-8"), PH_STATUS_OK);
	ph_mail_free(p);
}

static void test_raw(void)
{
	static const char raw[] = "From: Ann <ann@example.com>\n"
				  "To: bob@example.com\n"
				  "Bcc: secret-one@example.com\n"
				  "Subject: ready-made\n"
				  "Message-ID: <fixed@example.com>\n"
				  "\n"
				  "raw text\n";
	struct ph_mail *p = NULL;
	struct ph_receipt *r = NULL;
	char path[128];
	FILE *f;

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_set_raw_bytes(p, raw, strlen(raw)), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_INPUT);
	check_int(ph_mail_use_header_recipients(p, true), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_OK);
	check_int(r->rcpt_count, 2);
	check_str(r->message_id, "<fixed@example.com>");
	check(far_end_holds(&far, "Subject: ready-made\r\n"));
	check(far_end_holds(&far, "\r\n\r\nraw text\r\n"));
	check(!far_end_holds(&far, "secret-one"));
	ph_receipt_free(r);

	(void)snprintf(path, sizeof(path), "%s/raw.eml", far.dir);
	f = fopen(path, "w");
	check(f != NULL && fputs(raw, f) >= 0 && fclose(f) == 0);
	check_int(ph_mail_set_raw_file(p, path), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	(void)unlink(path);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	ph_mail_free(p);
}

/* The connection says who writes, where nobody else does. */
static void test_from(void)
{
	struct ph_mail *p = NULL;

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "x"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	check(strstr(ph_mailer_problem(m)->text, "From") != NULL);
	check_int(ph_mailer_set(m, "from", "robot@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "From: robot@example.com\r\n"));

	check_int(ph_mail_set_from(p, "eve@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "rewrite-from", "both"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "Reply-To: eve@example.com\r\n"));
	check(!far_end_holds(&far, "From: eve@example.com"));

	static const char raw[] = "From: Zoe <zoe@example.com>\n\nx\n";

	check_int(ph_mail_set_raw_bytes(p, raw, strlen(raw)), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check(far_end_holds(&far, "Reply-To: Zoe <zoe@example.com>\r\n"));
	check(!far_end_holds(&far, "\r\nFrom: Zoe"));
	ph_mail_free(p);
}

static void test_bad(void)
{
	struct ph_mail *p = NULL;

	check_int(ph_mail_new(NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_from(NULL, "a@b"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_sender(NULL, "a@b"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_add_to(NULL, "a@b"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_subject(NULL, "x"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_html(NULL, "x"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_charset(NULL, "x"), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_priority(NULL, 1), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_raw_file(NULL, "x"), PH_STATUS_ARGUMENT);
	check_int(
	    ph_mail_use_header_recipients(NULL, true), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_report(NULL, 0), PH_STATUS_ARGUMENT);
	check_int(ph_mail_problem(NULL)->status, PH_STATUS_ARGUMENT);
	ph_mail_free(NULL);
	ph_receipt_free(NULL);

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_str(ph_mail_problem(p)->cause, "none");
	check_int(ph_mail_set_from(p, NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_from(p, "nobody"), PH_STATUS_INPUT);
	check_str(ph_mail_problem(p)->cause, "bad-address");
	check_int(ph_mail_add_to(p, "a@example.com, b@@example.com"),
	    PH_STATUS_INPUT);
	check(strstr(ph_mail_problem(p)->text, "b@@") != NULL);
	check_int(ph_mail_add_to(p, "a@example.com\r\nDATA"), PH_STATUS_INPUT);
	check_int(ph_mail_set_sender(p, "a b"), PH_STATUS_INPUT);
	check_int(ph_mail_set_sender(p, "<>"), PH_STATUS_OK);
	check_int(ph_mail_set_priority(p, 6), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_report(p, PH_REPORT_NEVER | PH_REPORT_DELAY),
	    PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_report(p, PH_REPORT_NEVER), PH_STATUS_OK);
	check_int(ph_mail_attach(p, NULL, NULL, NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mail_add_header(p, "X", NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_raw_bytes(p, NULL, 1), PH_STATUS_ARGUMENT);
	check_int(ph_mail_set_text(p, "fine"), PH_STATUS_OK);
	check_str(ph_mail_problem(p)->text, "");

	/* What only sending finds. */
	check_int(ph_mail_set_from(p, "a@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "b@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_header(p, "X-A", "b\r\nX-C: d"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	ph_mail_free(p);
}

/* A loop run wild ends with a sentence, not with all the memory. */
static void test_too_many(void)
{
	struct ph_mail *p = NULL;
	size_t headers = 0;
	size_t attachments = 0;

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	while (headers < 20000 &&
	    ph_mail_add_header(p, "X-A", "b") == PH_STATUS_OK)
		headers++;
	check_int(headers, 10000);
	check_str(ph_mail_problem(p)->text, "too many header fields");
	while (attachments < 20000 &&
	    ph_mail_attach(p, "x", NULL, NULL) == PH_STATUS_OK)
		attachments++;
	check_int(attachments, 10000);
	check_str(ph_mail_problem(p)->text, "too many attachments");
	check_int(ph_mail_problem(p)->status, PH_STATUS_ARGUMENT);
	ph_mail_free(p);
}

int main(void)
{
	far_end_start(&far);
	connect_mailer();
	test_composed();
	test_code_page();
	test_raw();
	test_bad();
	test_too_many();
	test_from();
	ph_mailer_free(m);
	far_end_stop(&far);
	return check_end();
}
