#include "posthaste/posthaste.h"

#include <stdio.h>
#include <string.h>

/* send_by_name CONFIG NAME [TOKEN]: one message by a named connection, with a
   token of the caller's own where one is given; says what came of it.  For
   tests of whole programs. */

static enum ph_status fill(struct ph_mail *mail)
{
	enum ph_status s = ph_mail_set_from(mail, "ann@example.com");

	if (s == PH_STATUS_OK)
		s = ph_mail_add_to(mail, "bob@example.com");
	return s == PH_STATUS_OK ? ph_mail_set_text(mail, "hi\n") : s;
}

static enum ph_status give_token(struct ph_mailer *m, const char *token)
{
	enum ph_status s = ph_mailer_set(m, "mechanisms", "XOAUTH2");

	return s == PH_STATUS_OK
	    ? ph_mailer_set_password(m, token, strlen(token))
	    : s;
}

int main(int argc, char **argv)
{
	const struct ph_mailer_options options = {
		.size = sizeof(options),
		.config = argc > 2 ? argv[1] : NULL,
		.connection = argc > 2 ? argv[2] : NULL,
	};
	struct ph_mailer *m = NULL;
	struct ph_mail *mail = NULL;
	struct ph_receipt *receipt = NULL;
	enum ph_status s = ph_mailer_new(&options, &m);

	if (s == PH_STATUS_OK)
		s = ph_mail_new(&mail);
	if (s == PH_STATUS_OK)
		s = fill(mail);
	if (s == PH_STATUS_OK && argc > 3)
		s = give_token(m, argv[3]);
	if (s == PH_STATUS_OK)
		s = ph_mailer_send(m, mail, &receipt);
	printf("%s\n%s\n", ph_status_name(s),
	    m == NULL ? "" : ph_mailer_problem(m)->text);
	ph_receipt_free(receipt);
	ph_mail_free(mail);
	ph_mailer_free(m);
	return s == PH_STATUS_OK ? 0 : 1;
}
