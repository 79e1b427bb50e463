#include "smtpd/state.h"

#include <stdio.h>

static const char *const always[] = { "PIPELINING", "8BITMIME", "SMTPUTF8",
	"DSN", "ENHANCEDSTATUSCODES", "CHUNKING" };

static enum ph_err write_size(const struct ph_smtpd *s, struct ph_buf *out)
{
	char text[32];
	int len = snprintf(
	    text, sizeof(text), "SIZE %llu", (unsigned long long)s->size_max);

	return ph_smtpd_reply_line(
	    out, 250, false, (struct ph_span){ text, (size_t)len });
}

static enum ph_err write_auth(const struct ph_smtpd *s, struct ph_buf *out)
{
	const struct ph_buf *names =
	    s->secure ? &s->mechanisms_tls : &s->mechanisms_clear;
	/* "AUTH " and the names are under a reply line's limit: new() saw to
	   it. */
	char text[PH_SMTPD_TEXT_MAX];
	int len = snprintf(text, sizeof(text), "AUTH %s", ph_buf_str(names));

	if (s->auth == PH_SMTPD_AUTH_OFF || names->len == 0 ||
	    (s->tls_required && !s->secure)) {
		return PH_OK;
	}
	return ph_smtpd_reply_line(
	    out, 250, false, (struct ph_span){ text, (size_t)len });
}

enum ph_err ph_smtpd_ehlo_write(const struct ph_smtpd *s, struct ph_buf *out)
{
	enum ph_err err =
	    ph_smtpd_reply_line(out, 250, false, ph_span_of(s->hostname));

	for (size_t i = 0; i < PH_COUNT(always) && err == PH_OK; i++) {
		err =
		    ph_smtpd_reply_line(out, 250, false, ph_span_of(always[i]));
	}
	if (err == PH_OK)
		err = write_size(s, out);
	if (err == PH_OK && s->starttls && !s->secure)
		err = ph_smtpd_reply_line(out, 250, false, PH_SPAN("STARTTLS"));
	if (err == PH_OK)
		err = write_auth(s, out);
	if (err == PH_OK)
		err = ph_smtpd_reply_line(out, 250, true, PH_SPAN("HELP"));
	return err;
}
