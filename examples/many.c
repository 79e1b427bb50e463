/* Sends a number of messages over one connection, and shows the conversation.

       cc many.c $(pkg-config --cflags --libs libposthaste) -o many
       ./many smtp://localhost:2525 ann@example.com bob@example.net 10 */

#include <posthaste/posthaste.h>

#include <stdio.h>
#include <stdlib.h>

static void show(void *ctx, const struct ph_transcript *t)
{
	(void)ctx;
	fprintf(stderr, "%8.1f %c %s\n", t->t_ms, t->direction, t->line);
}

static int complain(const struct ph_problem *p)
{
	fprintf(stderr, "%s: %s\nadvice: %s\n", p->stage, p->text, p->advice);
	return 1;
}

/* A mail can be changed between two sendings. */
static int post(struct ph_mailer *m, struct ph_mail *mail, unsigned number)
{
	struct ph_receipt *r = NULL;
	char text[64];

	snprintf(text, sizeof(text), "Message number %u.\n", number);
	if (ph_mail_set_text(mail, text) != PH_STATUS_OK)
		return complain(ph_mail_problem(mail));
	if (ph_mailer_send(m, mail, &r) != PH_STATUS_OK) {
		ph_receipt_free(r);
		return complain(ph_mailer_problem(m));
	}
	printf("%u %s %s\n", number, ph_fate_name(r->fate), r->message_id);
	ph_receipt_free(r);
	return 0;
}

static int post_all(struct ph_mailer *m, struct ph_mail *mail, char **argv)
{
	unsigned long count = strtoul(argv[4], NULL, 10);
	int rc = 0;

	if (ph_mailer_set_url(m, argv[1]) != PH_STATUS_OK ||
	    ph_mailer_connect(m) != PH_STATUS_OK)
		return complain(ph_mailer_problem(m));
	if (ph_mail_set_from(mail, argv[2]) != PH_STATUS_OK ||
	    ph_mail_add_to(mail, argv[3]) != PH_STATUS_OK ||
	    ph_mail_set_subject(mail, "One of many") != PH_STATUS_OK)
		return complain(ph_mail_problem(mail));
	for (unsigned i = 1; i <= count && rc == 0; i++)
		rc = post(m, mail, i);
	ph_mailer_disconnect(m);
	return rc;
}

int main(int argc, char **argv)
{
	struct ph_mailer_options options = {
		.size = sizeof(options),
		.transcript = show,
	};
	struct ph_mailer *m = NULL;
	struct ph_mail *mail = NULL;
	int rc = 1;

	if (argc != 5) {
		fprintf(stderr, "usage: many URL FROM TO COUNT\n");
		return 64;
	}
	if (ph_mailer_new(&options, &m) == PH_STATUS_OK &&
	    ph_mail_new(&mail) == PH_STATUS_OK)
		rc = post_all(m, mail, argv);
	ph_mail_free(mail);
	ph_mailer_free(m);
	return rc;
}
