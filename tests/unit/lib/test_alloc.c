#include "check.h"
#include "failalloc.h"
#include "far_end.h"

#include "base/err.h"
#include <posthaste/posthaste.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A program that runs out of memory anywhere in the library: it is told, and
   once there is memory again the same mailer and the same mail go on. */

static struct far_end far;
static char url[64];
static char path[128];

static enum ph_status make_mailer(struct ph_mailer **out)
{
	struct ph_mailer_options o = {
		.size = sizeof(o), .config = far.dir, .connection = NULL
	};
	enum ph_status status = ph_mailer_new(&o, out);

	if (status == PH_STATUS_OK)
		status = ph_mailer_set_url(*out, url);
	if (status == PH_STATUS_OK)
		status = ph_mailer_set(*out, "encryption", "none");
	if (status == PH_STATUS_OK)
		status = ph_mailer_set_password(*out, "secret", 6);
	return status;
}

static enum ph_status fill(struct ph_mail *p)
{
	enum ph_status status = ph_mail_set_from(p, "Ann <ann@example.com>");

	if (status == PH_STATUS_OK)
		status = ph_mail_set_sender(p, "bounce@example.com");
	if (status == PH_STATUS_OK)
		status = ph_mail_add_to(p, "bob@example.com, no@example.com");
	if (status == PH_STATUS_OK)
		status = ph_mail_add_bcc(p, "dee@example.com");
	if (status == PH_STATUS_OK)
		status = ph_mail_set_subject(p, "memory");
	if (status == PH_STATUS_OK)
		status = ph_mail_set_text(p, "text\n");
	if (status == PH_STATUS_OK)
		status = ph_mail_set_html(p, "<p>text</p>");
	if (status == PH_STATUS_OK)
		status = ph_mail_add_header(p, "X-A", "b");
	if (status == PH_STATUS_OK)
		status = ph_mail_attach(p, path, "note.txt", "text/plain");
	return status;
}

/* Where a call fails it says so itself, and why. */
static enum ph_err told(enum ph_status status, const struct ph_problem *p)
{
	if (status == PH_STATUS_OK)
		return PH_OK;
	check_int(p->status, status);
	check(p->text[0] != '\0');
	if (status == PH_STATUS_SYSTEM)
		check_str(p->cause, "no-memory");
	return PH_ENOMEM;
}

static enum ph_err make_mail(void *ctx)
{
	struct ph_mail *p = NULL;

	(void)ctx;
	if (ph_mail_new(&p) != PH_STATUS_OK)
		return PH_ENOMEM;

	enum ph_err err = told(fill(p), ph_mail_problem(p));

	if (err == PH_OK)
		err = told(ph_mail_set_raw_file(p, path), ph_mail_problem(p));
	if (err == PH_OK) {
		err =
		    told(ph_mail_set_raw_bytes(p, "a", 1), ph_mail_problem(p));
	}
	ph_mail_free(p);
	return err;
}

static enum ph_err set_up(void *ctx)
{
	struct ph_mailer *m = NULL;
	enum ph_status status = make_mailer(&m);
	enum ph_err err = PH_ENOMEM;

	(void)ctx;
	if (m != NULL)
		err = told(status, ph_mailer_problem(m));
	ph_mailer_free(m);
	return err;
}

struct sending {
	struct ph_mailer *m;
	struct ph_mail *p;
};

/* One of three is refused: that is what comes of it where memory suffices. */
static enum ph_err send_once(void *ctx)
{
	struct sending *s = ctx;
	struct ph_receipt *r = NULL;
	enum ph_status status = ph_mailer_send(s->m, s->p, &r);
	enum ph_err err = PH_OK;

	check(status != PH_STATUS_OK);
	(void)told(status, ph_mailer_problem(s->m));
	if (r == NULL || status != PH_STATUS_REFUSED)
		err = PH_ENOMEM;
	if (r != NULL && err == PH_OK) {
		check_int(r->rcpt_count, 3);
		check_int(r->fate, PH_FATE_PARTIAL);
		/* Its text may be lost, its code is not. */
		check_int(r->rcpts[1].code, 550);
		check_str(r->rcpts[1].enhanced, "5.1.1");
	}
	check(!ph_mailer_is_connected(s->m));
	ph_receipt_free(r);
	return err;
}

static void test_sending(void)
{
	struct sending s = { 0 };

	check_int(make_mailer(&s.m), PH_STATUS_OK);
	check_int(ph_mail_new(&s.p), PH_STATUS_OK);
	check_int(fill(s.p), PH_STATUS_OK);
	check(failalloc_run_any(send_once, &s) > 50);
	/* And still. */
	check_int(send_once(&s), PH_OK);
	ph_mail_free(s.p);
	ph_mailer_free(s.m);
}

int main(void)
{
	FILE *f;

	far_end_start(&far);
	check_int(unsetenv("XDG_STATE_HOME"), 0);
	check_int(setenv("HOME", "/nonexistent", 1), 0);
	(void)snprintf(path, sizeof(path), "%s/note.txt", far.dir);
	f = fopen(path, "w");
	check(f != NULL && fputs("attached", f) >= 0 && fclose(f) == 0);
	(void)snprintf(
	    url, sizeof(url), "smtp://127.0.0.1:%u", (unsigned)far.port);
	check(failalloc_run(make_mail, NULL) > 5);
	check(failalloc_run(set_up, NULL) > 2);
	test_sending();
	check_int(remove(path), 0);
	far_end_stop(&far);
	return check_end();
}
