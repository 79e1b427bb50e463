#include "check.h"
#include "diagnose/explain.h"
#include "exact.h"

/* Texts as they are pasted: conversations, logs, tracebacks.  Which part is
   looked at, whose server it is, and what is about it. */

static const char *or_dash(const char *s)
{
	return s == NULL ? "-" : s;
}

static const struct {
	const char *name;
	const char *text;
	unsigned code;
	const char *stage;
	const char *setting;
	const char *who;
	const char *retry;
	const char *provider;
} shapes[] = {
	{ "Gmail in lines",
	    "535-5.7.8 Username and Password not accepted. For more "
	    "information, go to\r\n"
	    "535 5.7.8  https://support.google.com/mail/?p=BadCredentials "
	    "a640c23a - gsmtp\r\n",
	    535, "auth", "password", "you", "after-fix", "gmail" },
	{ "a sentence that goes over a line's end",
	    "550-5.7.1 Client does not have permissions to\r\n"
	    "550 5.7.1 send as this sender\r\n",
	    550, "mail", "sender", "you", "after-fix", NULL },
	{ "Python",
	    "Traceback (most recent call last):\n"
	    "  File \"/usr/lib/python3.11/smtplib.py\", line 535, in login\n"
	    "smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication "
	    "unsuccessful, SmtpClientAuthentication is disabled for the "
	    "Mailbox. [AM0PR02.eurprd02.prod.outlook.com]')\n",
	    535, "auth", "account", "admin", "after-fix", "microsoft365" },
	{ "nodemailer",
	    "Error: Invalid login: 535 Login Fail. Please enter your "
	    "authorization code to login. More information in "
	    "http://service.mail.qq.com/\n"
	    "    at SMTPConnection._formatError (index.js:784:19) {\n"
	    "  code: 'EAUTH',\n  responseCode: 535,\n"
	    "  command: 'AUTH PLAIN'\n}\n",
	    535, "auth", "password", "you", "after-fix", "qq" },
	{ "swaks",
	    "=== Trying smtp.example.com:587...\n"
	    "<-  220 smtp.example.com ESMTP\n -> EHLO me\n"
	    "<-  250-smtp.example.com\n<-  250 AUTH PLAIN\n"
	    " -> MAIL FROM:<a@example.com>\n<-  250 ok\n"
	    " -> RCPT TO:<b@example.net>\n"
	    "<** 554 5.7.1 <b@example.net>: Relay access denied\n"
	    " -> QUIT\n<-  221 Bye\n=== Connection closed with remote "
	    "host.\n",
	    554, "rcpt", "anonymous", "you", "after-fix", NULL },
	{ "an echo behind the cause",
	    "MAIL FROM:<a@example.com>\n"
	    "550 5.7.1 Sender address rejected: not owned by user bob\n"
	    "RCPT TO:<b@example.net>\n503 5.5.1 Error: need MAIL command\n",
	    550, "mail", "sender", "you", "after-fix", NULL },
	{ "the provider by its greeting",
	    "220 smtp.mail.me.com ESMTP\nEHLO me\n250 AUTH PLAIN\n"
	    "AUTH PLAIN xxx\n535 5.7.8 Error: authentication failed\n",
	    535, "auth", "password", "you", "after-fix", "icloud" },
	{ "PHPMailer",
	    "2026-11-28 10:06:26 SERVER -> CLIENT: 220 mail.example.org\n"
	    "2026-11-28 10:06:26 CLIENT -> SERVER: EHLO me\n"
	    "2026-11-28 10:06:26 SERVER -> CLIENT: 250 AUTH LOGIN\n"
	    "2026-11-28 10:06:26 CLIENT -> SERVER: AUTH LOGIN\n"
	    "2026-11-28 10:06:26 SERVER -> CLIENT: 334 VXNlcm5hbWU6\n"
	    "2026-11-28 10:06:29 SERVER -> CLIENT: 535 Incorrect "
	    "authentication data\n"
	    "2026-11-28 10:06:29 SMTP ERROR: Password command failed: 535 "
	    "Incorrect authentication data\n"
	    "SMTP Error: Could not authenticate.\n",
	    535, "auth", "username-or-password", "you", "after-fix", NULL },
	{ "curl",
	    "* Connected to smtp.example.com (192.0.2.1) port 25\n"
	    "< 220 smtp.example.com ESMTP\n> EHLO me\n< 250 HELP\n"
	    "> MAIL FROM:<a@example.com>\n"
	    "< 530 5.7.0 Must issue a STARTTLS command first\n"
	    "* MAIL failed: 530\ncurl: (55) MAIL failed: 530\n",
	    530, "mail", "tls", "you", "after-fix", NULL },
	{ "msmtp",
	    "msmtp: authentication failed (method PLAIN)\n"
	    "msmtp: server message: 534-5.7.9 Application-specific password "
	    "required. Learn more at\n"
	    "msmtp: server message: 534 5.7.9  "
	    "https://support.google.com/mail/?p=InvalidSecondFactor\n"
	    "msmtp: could not send mail (account default)\n",
	    534, "auth", "password", "you", "after-fix", "gmail" },
	{ "Postfix",
	    "Nov 28 04:00:01 h postfix/smtp[9]: A1: to=<b@example.net>, "
	    "relay=mx.example.net[192.0.2.3]:25, delay=1, dsn=4.2.0, "
	    "status=deferred (host mx.example.net[192.0.2.3] said: 450 4.2.0 "
	    "<b@example.net>: Recipient address rejected: Greylisted (in "
	    "reply to RCPT TO command))\n",
	    450, "rcpt", "none", "nobody", "later", NULL },
	{ "the first of two lines of a log",
	    "Nov 28 04:00:01 h postfix/smtp[9]: A1: (host m said: 552 5.3.4 "
	    "Message size exceeds fixed limit)\n"
	    "Nov 28 04:00:02 h postfix/smtp[9]: A2: (host m said: 554 5.7.1 "
	    "Relay access denied)\n",
	    552, "data", "size", "you", "after-fix", NULL },
	{ "Exim",
	    "2026-11-28 04:00:01 1abc ** b@example.net R=dnslookup "
	    "T=remote_smtp: SMTP error from remote mail server after RCPT "
	    "TO:<b@example.net>: 550 No such user here\n",
	    550, "rcpt", "recipient", "you", "after-fix", NULL },
	{ "Sendmail",
	    "Nov 28 04:00:01 h sm-mta[9]: A1: to=<b@example.net>, "
	    "dsn=5.1.2, stat=Host unknown (Name server: example.net: host "
	    "not found)\n",
	    0, "dns", "recipient", "you", "after-fix", NULL },
	{ "Exchange",
	    "Remote Server returned '550 5.1.10 RESOLVER.ADR."
	    "RecipientNotFound; Recipient not found by SMTP address "
	    "lookup'\n",
	    550, "rcpt", "recipient", "you", "after-fix", NULL },
	{ "an older Exchange",
	    "<mail.example.com #5.7.1 smtp;550 5.7.1 Unable to relay>\n", 550,
	    "rcpt", "anonymous", "you", "after-fix", NULL },
	{ ".NET",
	    "System.Net.Mail.SmtpException: The SMTP server requires a "
	    "secure connection or the client was not authenticated. The "
	    "server response was: 5.7.57 Client not authenticated to send "
	    "mail.\n   at System.Net.Mail.MailCommand.CheckResponse()\n",
	    0, "auth", "anonymous", "you", "after-fix", NULL },
	{ "Java",
	    "javax.mail.MessagingException: Could not connect to SMTP host: "
	    "mail.example.com, port: 465;\n  nested exception is:\n"
	    "\tjavax.net.ssl.SSLException: Unrecognized SSL message, "
	    "plaintext connection?\n",
	    0, "tls", "tls", "you", "after-fix", NULL },
	{ "a callout that is about the sender",
	    "550-Verification failed for <me@example.com>\n"
	    "550-Called:   192.0.2.1\n"
	    "550-Sent:     RCPT TO:<me@example.com>\n"
	    "550-Response: 550 5.1.1 <me@example.com>: User unknown\n"
	    "550 Sender verify failed\n",
	    550, "rcpt", "sender", "you", "after-fix", NULL },
	{ "a token refused by a challenge",
	    "C: AUTH XOAUTH2 xxx\n"
	    "S: 334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\n"
	    "C: \nS: 535 5.7.8 Username and Password not accepted\n",
	    334, "auth", "token", "you", "after-fix", NULL },
	{ "a question is no refusal", "334 UGFzc3dvcmQ6", 334, "auth", "none",
	    "nobody", "never", NULL },
	{ "cut after good news",
	    "220 hi\nEHLO me\n250 ok\nMAIL FROM:<a@b.example>\n250 ok\n"
	    "smtplib.SMTPServerDisconnected: Connection unexpectedly "
	    "closed\n",
	    220, NULL, "network", "nobody", "later", NULL },
	{ "temporary in a permanent dress",
	    "550 Domain example.com has exceeded the max emails per hour "
	    "(100/100 (100%)) allowed.  Message discarded.",
	    550, NULL, "limit", "you", "later", NULL },
};

static void check_shape(size_t i, const struct ph_explanation *e)
{
	check(e->known);
	check_int(e->code, shapes[i].code);
	check_str(or_dash(e->stage), or_dash(shapes[i].stage));
	check_str(or_dash(e->setting), shapes[i].setting);
	check_str(or_dash(e->who), shapes[i].who);
	check_str(or_dash(e->retry), shapes[i].retry);
	check_str(or_dash(e->provider), or_dash(shapes[i].provider));
}

static void test_shapes(void)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct ph_span text = exact_copy(ph_span_of(shapes[i].text));
		struct ph_explanation e;

		check_case(shapes[i].name, i);
		ph_explain(text, &e);
		check_shape(i, &e);
		check(e.said.ptr >= text.ptr && e.said.len > 0 &&
		    e.said.ptr + e.said.len <= text.ptr + text.len);
		exact_free(text);
	}
}

/* No cut makes a reader go beyond the text (the sanitizers watch). */
static void test_cut(void)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (size_t n = 0; n < strlen(shapes[i].text); n += 3) {
			struct ph_span text =
			    exact_copy((struct ph_span){ shapes[i].text, n });
			struct ph_explanation e;

			check_case(shapes[i].name, n);
			ph_explain(text, &e);
			check(e.cause != NULL && e.advice != NULL);
			exact_free(text);
		}
	}
}

/* What is sought may stand anywhere in a long text. */
static void test_long(void)
{
	static const char needle[] = "\nssl.SSLError: certificate verify "
				     "failed: certificate has expired\n";
	static char text[100000];
	struct ph_explanation e;

	check_case("long", 0);
	memset(text, 'x', sizeof(text));
	for (size_t i = 9; i < sizeof(text); i += 10)
		text[i] = i % 100 == 99 ? '\n' : ' ';
	ph_explain((struct ph_span){ text, sizeof(text) }, &e);
	check(!e.known);
	memcpy(text + sizeof(text) - 1000, needle, sizeof(needle) - 1);
	ph_explain((struct ph_span){ text, sizeof(text) }, &e);
	check_str(or_dash(e.setting), "certificate");
	/* One line, and no space in it. */
	memset(text, 'x', sizeof(text));
	ph_explain((struct ph_span){ text, sizeof(text) }, &e);
	check(!e.known);
}

static void test_place(void)
{
	const struct ph_span reply = PH_SPAN("535 5.7.8 Error: authentication "
					     "failed");
	struct ph_explain_place place = { "auth", "smtp.mail.me.com" };
	struct ph_explanation e;

	check_case("place", 0);
	ph_explain(reply, &e);
	check_str(e.setting, "username-or-password");
	check(e.provider == NULL && e.by_words);
	ph_explain_at(&place, reply, &e);
	check_str(e.provider, "icloud");
	check_str(e.setting, "password");
	place = (struct ph_explain_place){ "mail", NULL };
	ph_explain_at(&place, PH_SPAN("550 no"), &e);
	check_str(e.setting, "sender");
	check_str(e.stage, "mail");
	place = (struct ph_explain_place){ NULL, "smtp.example.com" };
	ph_explain_at(&place, PH_SPAN("550 no"), &e);
	check_str(e.setting, "recipient");
	check(!e.by_words && e.provider == NULL);
}

static void test_fault(void)
{
	struct ph_fault f = { 0 };
	struct ph_explanation e;

	check_case("fault", 0);
	ph_fault_set(&f, PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH,
	    "smtp.gmail.com:587 answered 535 5.7.8 \"Username and Password "
	    "not accepted\"");
	f.code = 535;
	f.enhanced[0] = 5;
	f.enhanced[1] = 7;
	f.enhanced[2] = 8;
	ph_explain_fault(&f, "smtp.gmail.com", &e);
	check(e.known && e.by_words);
	check_int(e.code, 535);
	check_str(e.provider, "gmail");
	check_str(e.setting, "password");
	check_str(e.stage, "auth");
	check(ph_span_starts_nocase(e.said, PH_SPAN("535 5.7.8")));
	/* Its own words are for people, and are no server's. */
	ph_fault_set(&f, PH_CAUSE_CONNECT_REFUSED, PH_STAGE_CONNECT,
	    "connection refused");
	ph_explain_fault(&f, NULL, &e);
	check(!e.known && e.setting == NULL && e.said.len == 0);
}

int main(void)
{
	test_shapes();
	test_cut();
	test_long();
	test_place();
	test_fault();
	return check_end();
}
