/* Sends one message.

       cc one.c $(pkg-config --cflags --libs libposthaste) -o one
       PASSWORD=... ./one smtps://ann@smtp.example.com \
           ann@example.com bob@example.net */

#include <posthaste/posthaste.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const struct ph_problem *p)
{
	fprintf(stderr, "%s: %s\nadvice: %s\n", p->stage, p->text, p->advice);
	return 1;
}

static int set_up(struct ph_mailer *m, const char *url)
{
	const char *password = getenv("PASSWORD");
	const char *ca_file = getenv("CA_FILE");

	if (ph_mailer_set_url(m, url) != PH_STATUS_OK)
		return complain(ph_mailer_problem(m));
	if (ca_file != NULL &&
	    ph_mailer_set(m, "ca-file", ca_file) != PH_STATUS_OK)
		return complain(ph_mailer_problem(m));
	if (password != NULL &&
	    ph_mailer_set_password(m, password, strlen(password)) !=
		PH_STATUS_OK)
		return complain(ph_mailer_problem(m));
	return 0;
}

static int write_mail(struct ph_mail *mail, const char *from, const char *to)
{
	if (ph_mail_set_from(mail, from) != PH_STATUS_OK ||
	    ph_mail_add_to(mail, to) != PH_STATUS_OK ||
	    ph_mail_set_subject(mail,
		"Gr\xc3\xbc\xc3\x9f"
		"e") != PH_STATUS_OK ||
	    ph_mail_set_text(mail, "Hello!\n\n.A line with a dot.\n") !=
		PH_STATUS_OK)
		return complain(ph_mail_problem(mail));
	return 0;
}

static int post(struct ph_mailer *m, const struct ph_mail *mail)
{
	struct ph_receipt *r = NULL;
	enum ph_status status = ph_mailer_send(m, mail, &r);

	for (size_t i = 0; r != NULL && i < r->rcpt_count; i++) {
		printf("%s: %s (%d %s)\n", r->rcpts[i].address,
		    ph_fate_name(r->rcpts[i].fate), r->rcpts[i].code,
		    r->rcpts[i].text);
	}
	ph_receipt_free(r);
	return status == PH_STATUS_OK ? 0 : complain(ph_mailer_problem(m));
}

int main(int argc, char **argv)
{
	struct ph_mailer *m = NULL;
	struct ph_mail *mail = NULL;
	int rc = 1;

	if (argc != 4) {
		fprintf(stderr, "usage: one URL FROM TO\n");
		return 64;
	}
	if (ph_mailer_new(NULL, &m) == PH_STATUS_OK &&
	    ph_mail_new(&mail) == PH_STATUS_OK) {
		rc = set_up(m, argv[1]);
		if (rc == 0)
			rc = write_mail(mail, argv[2], argv[3]);
		if (rc == 0)
			rc = post(m, mail);
	}
	ph_mail_free(mail);
	ph_mailer_free(m);
	return rc;
}
