#include "smtpd/state.h"

static const struct ph_smtpd_reply ok = { 250, "2.0.0", "OK", PH_PHRASE_RESET };
static const struct ph_smtpd_reply bye = { 221, "2.0.0", "Bye", PH_PHRASE_BYE };
static const struct ph_smtpd_reply vrfy = { 252, "2.0.0",
	"Cannot verify, but will take the message and try" };
static const struct ph_smtpd_reply expn = { 502, "5.5.1",
	"EXPN is not available" };
static const struct ph_smtpd_reply help = { 214, "2.0.0",
	"EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS AUTH QUIT" };
static const struct ph_smtpd_reply foreign = { 421, "4.7.0",
	"This is an SMTP server" };
static const struct ph_smtpd_reply no_hello = { 503, "5.5.1",
	"Send EHLO first" };
static const struct ph_smtpd_reply nested = { 503, "5.5.1",
	"MAIL was given already" };
static const struct ph_smtpd_reply no_mail = { 503, "5.5.1",
	"Send MAIL first" };
static const struct ph_smtpd_reply in_bdat = { 503, "5.5.1",
	"BDAT is under way" };
static const struct ph_smtpd_reply not_extended = { 555, "5.5.4",
	"Parameters need EHLO" };
static const struct ph_smtpd_reply need_tls = { 530, "5.7.0",
	"Must issue a STARTTLS command first", PH_PHRASE_TLS_REQUIRED };
static const struct ph_smtpd_reply need_login = { 530, "5.7.0",
	"Authentication required", PH_PHRASE_LOGIN_REQUIRED };
static const struct ph_smtpd_reply too_big = { 552, "5.3.4",
	"Message is over the size limit", PH_PHRASE_TOO_BIG };
static const struct ph_smtpd_reply too_many_mails = { 421, "4.7.0",
	"Too many messages in one session", PH_PHRASE_TOO_MANY_MESSAGES };
static const struct ph_smtpd_reply too_many_rcpts = { 452, "4.5.3",
	"Too many recipients", PH_PHRASE_TOO_MANY_RECIPIENTS };
static const struct ph_smtpd_reply needs_utf8 = { 553, "5.6.7",
	"Recipient address needs SMTPUTF8 with MAIL" };
static const struct ph_smtpd_reply tls_on = { 503, "5.5.1",
	"TLS is on already" };
static const struct ph_smtpd_reply no_tls = { 502, "5.5.1",
	"STARTTLS is not offered" };
static const struct ph_smtpd_reply no_bdat = { 502, "5.5.1",
	"CHUNKING is not offered" };
static const struct ph_smtpd_reply tls_in_mail = { 503, "5.5.1",
	"Not within a mail transaction" };
static const struct ph_smtpd_reply tls_go = { 220, "2.0.0",
	"Ready to start TLS", PH_PHRASE_TLS_GO };

static void hello(struct ph_smtpd *s, bool extended)
{
	enum ph_err err;

	ph_smtpd_reset(s, true);
	ph_buf_clear(&s->helo);
	err = ph_buf_append(&s->helo, s->command.argument);
	/* Reworded, nothing is offered. */
	if (err == PH_OK && extended && s->reworded == NULL) {
		err = ph_smtpd_ehlo_write(s);
	} else if (err == PH_OK) {
		ph_smtpd_say(s,
		    &(struct ph_smtpd_reply){
			250, NULL, s->hostname, PH_PHRASE_HELLO });
	}
	s->extended = extended;
	if (err != PH_OK)
		ph_smtpd_fail(s);
}

static void run_ehlo(struct ph_smtpd *s)
{
	hello(s, true);
}

static void run_helo(struct ph_smtpd *s)
{
	hello(s, false);
}

static const struct ph_smtpd_reply *mail_refusal(const struct ph_smtpd *s)
{
	if (s->helo.len == 0)
		return &no_hello;
	if (s->in_mail)
		return &nested;
	if (s->tls_required && !s->secure)
		return &need_tls;
	if (s->auth == PH_SMTPD_AUTH_REQUIRED && !s->logged_in)
		return &need_login;
	if (s->command.extended && !s->extended)
		return &not_extended;
	if (s->size_max > 0 && s->command.mail.size > s->size_max)
		return &too_big;
	return NULL;
}

static void run_mail(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal = mail_refusal(s);

	if (refusal == &too_big) {
		/* An honest client's: no mistake. */
		ph_smtpd_say(s, refusal);
		return;
	}
	if (refusal != NULL) {
		ph_smtpd_blame(s, refusal);
		return;
	}
	if (s->mail_max > 0 && s->mail_count == s->mail_max) {
		ph_smtpd_say(s, &too_many_mails);
		ph_smtpd_close(s);
		return;
	}
	s->utf8 = s->command.mail.utf8;
	s->phase = PH_PHASE_ANSWER_MAIL;
	ph_smtpd_push(s,
	    (struct ph_smtpd_event){
		.type = PH_SMTPD_MAIL, .mail = &s->command.mail });
}

static const struct ph_smtpd_reply *rcpt_refusal(const struct ph_smtpd *s)
{
	if (!s->in_mail)
		return &no_mail;
	if (s->content)
		return &in_bdat;
	if (s->command.extended && !s->extended)
		return &not_extended;
	if (!s->utf8 && !ph_span_is_ascii(s->command.rcpt.address))
		return &needs_utf8;
	return NULL;
}

static void run_rcpt(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal = rcpt_refusal(s);

	if (refusal != NULL) {
		ph_smtpd_blame(s, refusal);
		return;
	}
	if (s->rcpt_count == s->rcpt_max) {
		ph_smtpd_say(s, &too_many_rcpts);
		return;
	}
	s->phase = PH_PHASE_ANSWER_RCPT;
	ph_smtpd_push(s,
	    (struct ph_smtpd_event){
		.type = PH_SMTPD_RCPT, .rcpt = &s->command.rcpt });
}

static void run_rset(struct ph_smtpd *s)
{
	ph_smtpd_reset(s, true);
	ph_smtpd_say(s, &ok);
}

static void run_noop(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &ok);
}

static void run_quit(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &bye);
	ph_smtpd_close(s);
}

static void run_vrfy(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &vrfy);
}

static void run_expn(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &expn);
}

static void run_help(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &help);
}

/* A browser made to talk to us would go on with mail in its request's body. */
static void run_foreign(struct ph_smtpd *s)
{
	ph_smtpd_say(s, &foreign);
	ph_smtpd_close(s);
}

static const struct ph_smtpd_reply *tls_refusal(const struct ph_smtpd *s)
{
	if (s->secure)
		return &tls_on;
	if (!s->starttls || s->no_tls)
		return &no_tls;
	if (s->helo.len == 0)
		return &no_hello;
	return s->in_mail ? &tls_in_mail : NULL;
}

static void run_starttls(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal = tls_refusal(s);

	if (refusal != NULL) {
		ph_smtpd_blame(s, refusal);
		return;
	}
	ph_smtpd_say(s, &tls_go);
	if (s->phase == PH_PHASE_CLOSED)
		return;
	s->phase = PH_PHASE_TLS;
	ph_smtpd_push(s, (struct ph_smtpd_event){ .type = PH_SMTPD_START_TLS });
}

/* Nobody knows how many octets of content follow a BDAT that is not known;
   taken for commands they could do harm. */
static void run_bdat(struct ph_smtpd *s)
{
	if (!s->no_chunking) {
		ph_smtpd_transfer_bdat(s);
		return;
	}
	ph_smtpd_blame(s, &no_bdat);
	ph_smtpd_close(s);
}

static void (*const verbs[PH_VERB_COUNT])(struct ph_smtpd *s) = {
	[PH_VERB_EHLO] = run_ehlo,
	[PH_VERB_HELO] = run_helo,
	[PH_VERB_MAIL] = run_mail,
	[PH_VERB_RCPT] = run_rcpt,
	[PH_VERB_DATA] = ph_smtpd_transfer_data,
	[PH_VERB_BDAT] = run_bdat,
	[PH_VERB_RSET] = run_rset,
	[PH_VERB_NOOP] = run_noop,
	[PH_VERB_QUIT] = run_quit,
	[PH_VERB_STARTTLS] = run_starttls,
	[PH_VERB_AUTH] = ph_smtpd_login_begin,
	[PH_VERB_VRFY] = run_vrfy,
	[PH_VERB_EXPN] = run_expn,
	[PH_VERB_HELP] = run_help,
	[PH_VERB_FOREIGN] = run_foreign,
};

void ph_smtpd_verb_carry_out(struct ph_smtpd *s, struct ph_span line)
{
	const struct ph_smtpd_reply *refusal = NULL;

	if (ph_smtpd_command_parse(line, &s->command, &refusal) == PH_OK)
		verbs[s->command.verb](s);
}

void ph_smtpd_verb_run(struct ph_smtpd *s, struct ph_span line)
{
	const struct ph_smtpd_reply *refusal = NULL;

	if (ph_smtpd_command_parse(line, &s->command, &refusal) == PH_OK) {
		if (!s->stages || !ph_smtpd_report_stage(s, line))
			verbs[s->command.verb](s);
		return;
	}
	ph_smtpd_blame(s, refusal);
	/* Nobody knows how many octets of content follow a BDAT that cannot be
	   read; taken for commands they could do harm. */
	if (s->command.verb == PH_VERB_BDAT)
		ph_smtpd_close(s);
}
