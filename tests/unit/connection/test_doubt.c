#include "check.h"
#include "connection/doubt.h"
#include "connection/preset.h"

#include <string.h>

static struct ph_connection connection(
    const char *host, uint16_t port, enum ph_encryption mode)
{
	return (struct ph_connection){
		.name = "",
		.host = host,
		.port = port,
		.encryption = mode,
		.username = "",
	};
}

enum {
	A = PH_ENCRYPTION_AFTER_CONNECT,
	B = PH_ENCRYPTION_BEFORE_CONNECT,
	W = PH_ENCRYPTION_WANTED
};

/* words NULL: nothing is doubted of that setting. */
static const struct {
	const char *host;
	uint16_t port;
	int mode;
	const char *username;
	const char *password; /* NULL: none */
	const char *setting;
	const char *words;
	const char *key;
	const char *value;
} cases[] = {
	{ "mail", 587, A, "", NULL, "host", "no dot", NULL, NULL },
	{ "localhost", 587, A, "", NULL, "host", NULL, NULL, NULL },
	{ "192.0.2.1", 587, A, "", NULL, "host", NULL, NULL, NULL },
	{ "mail.example.com", 587, A, "", NULL, "host", NULL, NULL, NULL },
	{ "smtp.offfice365.com", 587, A, "", NULL, "host",
	    "did you mean smtp.office365.com?", "host", "smtp.office365.com" },
	{ "smtp.gmial.com", 587, A, "", NULL, "host",
	    "did you mean smtp.gmail.com?", "host", "smtp.gmail.com" },
	{ "smtp.gmail.com", 587, A, "", NULL, "host", NULL, NULL, NULL },
	{ "imap.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "imaps.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "pop.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "pop3.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "pops.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "webmail.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "IMAP.example.com", 587, A, "", NULL, "host",
	    "for reading mail, not for sending", "host", "smtp.example.com" },
	{ "imap-relay.example.com", 587, A, "", NULL, "host", NULL, NULL,
	    NULL },
	{ "h.example.com", 465, B, "<>", "''", "username", "quotes or brackets",
	    "username", "" },
	{ "h.example.com", 465, B, "ann", "\r", "password", "white space", NULL,
	    NULL },
	{ "www.example.com", 587, A, "", NULL, "host", "smtp.example.com",
	    "host", "smtp.example.com" },
	{ "smtp.office365.com", 587, A, "ann@gmail.com", NULL, "host",
	    "sent from over smtp.gmail.com", "host", "smtp.gmail.com" },
	{ "smtp.gmail.com", 587, A, "ann@gmail.com", NULL, "host", NULL, NULL,
	    NULL },
	{ "smtp.office365.com", 465, B, "", NULL, "port",
	    "publishes port 587 with encryption after-connect", "port", "587" },
	{ "smtp.office365.com", 587, A, "", NULL, "port", NULL, NULL, NULL },
	{ "smtp.gmail.com", 587, A, "", NULL, "port", NULL, NULL, NULL },
	{ "mail.example.com", 993, B, "", NULL, "port", "IMAP", "port", "465" },
	{ "mail.example.com", 110, W, "", NULL, "port", "POP3", "port", "465" },
	{ "mail.example.com", 465, A, "", NULL, "tls", "first byte",
	    "encryption", "before-connect" },
	{ "mail.example.com", 587, B, "", NULL, "tls", "begins in clear",
	    "encryption", "after-connect" },
	{ "mail.example.com", 25, B, "", NULL, "tls", "STARTTLS", "encryption",
	    "after-connect" },
	{ "mail.example.com", 465, B, "", NULL, "tls", NULL, NULL, NULL },
	{ "mail.example.com", 587, A, "", NULL, "tls", NULL, NULL, NULL },
	{ "smtp.gmail.com", 465, B, "ann", NULL, "username", "whole address",
	    NULL, NULL },
	{ "h.example.com", 465, B, "<ann@example.com>", NULL, "username",
	    "quotes or brackets", "username", "ann@example.com" },
	{ "h.example.com", 465, B, "\"ann\"", NULL, "username",
	    "quotes or brackets", "username", "ann" },
	{ "h.example.com", 465, B, "ann", NULL, "username", NULL, NULL, NULL },
	{ "smtp.sendgrid.net", 587, A, "ann", "k", "username",
	    "is always apikey", "username", "apikey" },
	/* passwords */
	{ "h.example.com", 465, B, "ann", "", "password", "is empty", NULL,
	    NULL },
	{ "h.example.com", 465, B, "ann", "\"s3cret\"", "password", "in quotes",
	    NULL, NULL },
	{ "h.example.com", 465, B, "ann", "'s3cret'", "password", "in quotes",
	    NULL, NULL },
	{ "h.example.com", 465, B, "ann", " s3cret", "password", "white space",
	    NULL, NULL },
	{ "h.example.com", 465, B, "ann", "s3cret ", "password", "white space",
	    NULL, NULL },
	{ "h.example.com", 465, B, "ann", "s3cret\t", "password", "white space",
	    NULL, NULL },
	{ "h.example.com", 465, B, "ann",
	    "s\xc3\xa9"
	    "cret",
	    "password", "beyond ASCII", NULL, NULL },
	{ "h.example.com", 465, B, "ann", "s3\"cret", "password", NULL, NULL,
	    NULL },
	{ "h.example.com", 465, B, "ann", NULL, "password", NULL, NULL, NULL },
	{ "smtp.gmail.com", 465, B, "ann@gmail.com", "hunter2", "password",
	    "no app password", NULL, NULL },
	{ "smtp.gmail.com", 465, B, "ann@gmail.com", "abcdefghijklmnop",
	    "password", NULL, NULL, NULL },
	{ "smtp.gmail.com", 465, B, "ann@gmail.com", "abcd efgh ijkl mnop",
	    "password", NULL, NULL, NULL },
	{ "smtp.gmail.com", 465, B, "ann@gmail.com", "abcdefghijklmno1",
	    "password", "no app password", NULL, NULL },
	{ "smtp-mail.outlook.com", 587, A, "ann@hotmail.com", "s3cret",
	    "password", "sign in with posthaste login", "password-from",
	    "oauth" },
	{ "smtp.gmail.com", 465, B, "ann@gmail.com", NULL, "account",
	    "app password", NULL, NULL },
};

static void test_cases(void)
{
	static struct ph_doubts found;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_connection c = connection(cases[i].host,
		    cases[i].port, (enum ph_encryption)cases[i].mode);
		const struct ph_doubt *d;

		c.username = cases[i].username;
		check_case(cases[i].host, i);
		ph_doubts_find(&c, ph_span_of(cases[i].password), &found);
		d = ph_doubts_about(&found, cases[i].setting);
		check((d == NULL) == (cases[i].words == NULL));
		if (d == NULL || cases[i].words == NULL)
			continue;
		check(strstr(d->text, cases[i].words) != NULL);
		/* No password in any of them. */
		for (size_t k = 0; k < found.count; k++) {
			const char *secret = cases[i].password;

			check(secret == NULL || strlen(secret) < 4 ||
			    strstr(found.items[k].text, secret) == NULL);
		}
		check((d->key == NULL) == (cases[i].key == NULL));
		if (d->key != NULL && cases[i].key != NULL) {
			check_str(d->key, cases[i].key);
			check_str(d->value, cases[i].value);
		}
	}
	check_case(NULL, 0);
}

static void test_both(void)
{
	struct ph_connection c =
	    connection("h.example.com", 465, PH_ENCRYPTION_BEFORE_CONNECT);
	static struct ph_doubts found;

	c.username = "<ann>";
	ph_doubts_find(&c, PH_SPAN(" x"), &found);
	check_str(ph_doubts_about(&found, "username-or-password")->setting,
	    "username");
	c.username = "ann";
	ph_doubts_find(&c, PH_SPAN(" x"), &found);
	check_str(ph_doubts_about(&found, "username-or-password")->setting,
	    "password");
	/* A token is no password. */
	c.password_from.kind = PH_SECRET_OAUTH;
	ph_doubts_find(&c, PH_SPAN(" x"), &found);
	check(ph_doubts_about(&found, "password") == NULL);
}

/* Hosts as they are mistyped, and which was meant; NULL: none is offered. */
static const struct {
	const char *typed;
	const char *meant;
} typos[] = {
	{ "smtp.gmail.con", "smtp.gmail.com" },
	{ "smtp.gmai.com", "smtp.gmail.com" },
	{ "smpt.gmail.com", "smtp.gmail.com" },
	{ "smtp.gmaill.com", "smtp.gmail.com" },
	{ "stmp.office365.com", "smtp.office365.com" },
	{ "smtp.ofice365.com", "smtp.office365.com" },
	{ "smtp.office356.com", "smtp.office365.com" },
	{ "smtp.office365.co", "smtp.office365.com" },
	{ "smtp.mail.yaho.com", "smtp.mail.yahoo.com" },
	{ "smtp.mail.yahoo.con", "smtp.mail.yahoo.com" },
	{ "smtp.fastmial.com", "smtp.fastmail.com" },
	{ "smtp.fastmal.com", "smtp.fastmail.com" },
	{ "smtp.mailgun.orgg", "smtp.mailgun.org" },
	{ "smtp.sendgird.net", "smtp.sendgrid.net" },
	{ "smtp.sendgrid.ney", "smtp.sendgrid.net" },
	/* it is somebody's own */
	{ "smtp.example.com", NULL },
	{ "mail.example.org", NULL },
	{ "smtp.gmail.com", NULL },
	{ "SMTP.GMAIL.COM", NULL },
	{ "192.0.2.25", NULL },
	{ "2001:db8::25", NULL },
	{ "localhost", NULL },
	{ "mx.a.example", NULL },
};

static void test_typos(void)
{
	static struct ph_doubts found;

	for (size_t i = 0; i < PH_COUNT(typos); i++) {
		struct ph_connection c = connection(
		    typos[i].typed, 587, PH_ENCRYPTION_AFTER_CONNECT);
		const char *offered = NULL;

		check_case(typos[i].typed, i);
		ph_doubts_find(&c, (struct ph_span){ 0 }, &found);
		for (size_t k = 0; k < found.count; k++) {
			if (found.items[k].key != NULL &&
			    strcmp(found.items[k].key, "host") == 0)
				offered = found.items[k].value;
		}
		check((offered == NULL) == (typos[i].meant == NULL));
		if (offered != NULL && typos[i].meant != NULL)
			check_str(offered, typos[i].meant);
	}
	check_case(NULL, 0);
}

/* What a provider publishes is not doubted. */
static void test_published(void)
{
	static struct ph_doubts found;

	for (size_t i = 0; i < ph_presets_count; i++) {
		const struct ph_preset *p = &ph_presets[i];
		struct ph_connection c =
		    connection(p->host, p->port, p->encryption);

		if (p->host[0] == '\0' || strchr(p->host, '{') != NULL ||
		    p->port == 0)
			continue;
		check_case(p->key, i);
		ph_doubts_find(&c, (struct ph_span){ 0 }, &found);
		check(ph_doubts_about(&found, "host") == NULL);
		check(ph_doubts_about(&found, "port") == NULL);
		check(ph_doubts_about(&found, "username") == NULL);
		check(ph_doubts_about(&found, "password") == NULL);
		/* On this computer anybody's server may run. */
		check((ph_preset_of_host(ph_span_of(p->host)) == NULL) ==
		    (strcmp(p->host, "localhost") == 0));
	}
	check_case(NULL, 0);
}

static const struct ph_doubt *doubt_as(const struct ph_preset *p,
    const char *username, const char *setting, struct ph_doubts *found)
{
	struct ph_connection c = connection(p->host, p->port, p->encryption);

	c.username = username;
	ph_doubts_find(&c, PH_SPAN("abcdefghijklmnop"), found);
	return ph_doubts_about(found, setting);
}

static bool is_first_of_host(size_t i)
{
	return ph_preset_of_host(ph_span_of(ph_presets[i].host)) ==
	    &ph_presets[i];
}

/* What a user name looks like there, of each provider that is known. */
static void test_forms(void)
{
	static struct ph_doubts found;

	for (size_t i = 0; i < ph_presets_count; i++) {
		const struct ph_preset *p = &ph_presets[i];
		enum ph_preset_form form = p->form;
		bool takes_all = form == PH_PRESET_FORM_OWN ||
		    form == PH_PRESET_FORM_NONE ||
		    form == PH_PRESET_FORM_WINDOWS;

		if (!is_first_of_host(i) || p->port == 0)
			continue;
		check_case(p->key, i);
		check((doubt_as(p, "ann", "username", &found) == NULL) ==
		    (takes_all || form == PH_PRESET_FORM_LOCALPART));
		check((doubt_as(p, "ann@a.example", "username", &found) ==
			  NULL) == (takes_all || form == PH_PRESET_FORM_EMAIL));
		if (form == PH_PRESET_FORM_FIXED) {
			check(doubt_as(p, p->username, "username", &found) ==
			    NULL);
		}
		check(doubt_as(p, "", "username", &found) == NULL);
	}
	check_case(NULL, 0);
}

/* Where only a sign-in is left, a password is doubted, and nowhere else. */
static void test_withdrawn(void)
{
	static struct ph_doubts found;

	for (size_t i = 0; i < ph_presets_count; i++) {
		const struct ph_preset *p = &ph_presets[i];
		bool is_withdrawn = (p->logins & PH_PRESET_PASSWORD) == 0 &&
		    (p->logins & PH_PRESET_OAUTH) != 0;

		if (!is_first_of_host(i) || p->port == 0)
			continue;
		check_case(p->key, i);
		check((doubt_as(p, "ann@a.example", "password", &found) !=
			  NULL) == is_withdrawn);
		check(doubt_as(p, "", "password", &found) == NULL);
	}
	check_case(NULL, 0);
}

/* A port that belongs to something else, in whatever mode. */
static void test_ports(void)
{
	static const struct {
		uint16_t port;
		const char *words; /* NULL: it may be a mail server's */
	} ports[] = {
		{ 80, "the web" },
		{ 110, "POP3" },
		{ 143, "IMAP" },
		{ 443, "the web" },
		{ 993, "IMAP" },
		{ 995, "POP3" },
		{ 24, NULL },
		{ 25, NULL },
		{ 26, NULL },
		{ 465, NULL },
		{ 587, NULL },
		{ 1025, NULL },
		{ 2525, NULL },
		{ 8025, NULL },
		{ 65535, NULL },
	};
	static struct ph_doubts found;

	for (size_t i = 0; i < PH_COUNT(ports); i++) {
		struct ph_connection c = connection("mail.example.com",
		    ports[i].port, PH_ENCRYPTION_BEFORE_CONNECT);
		const struct ph_doubt *d;

		check_case("port", ports[i].port);
		ph_doubts_find(&c, (struct ph_span){ 0 }, &found);
		d = ph_doubts_about(&found, "port");
		check((d == NULL) == (ports[i].words == NULL));
		if (d != NULL && ports[i].words != NULL)
			check(strstr(d->text, ports[i].words) != NULL);
	}
	check_case(NULL, 0);
}

/* However much there is to say, it fits, and is cut whole. */
static void test_long(void)
{
	static struct ph_doubts found;
	static char name[2000];
	struct ph_connection c =
	    connection("www.example.com", 993, PH_ENCRYPTION_WANTED);

	memset(name, 'x', sizeof(name) - 1);
	name[0] = '<';
	name[sizeof(name) - 2] = '>';
	c.username = name;
	ph_doubts_find(&c, PH_SPAN("\"\""), &found);
	check(found.count <= PH_DOUBTS_MAX);
	check(ph_doubts_about(&found, "username") != NULL);
	/* What does not fit is no value. */
	check(ph_doubts_about(&found, "username")->key == NULL);
	check(ph_doubts_about(&found, "password") != NULL);
	check(ph_doubts_about(&found, "host") != NULL);
	check(ph_doubts_about(&found, "size") == NULL);
	c.host = name;
	ph_doubts_find(&c, PH_SPAN("x"), &found);
	for (size_t i = 0; i < found.count; i++) {
		check(strlen(found.items[i].text) < PH_DOUBT_TEXT_MAX);
		check(strlen(found.items[i].setting) > 0);
	}
}

static void test_hosts(void)
{
	check(ph_preset_of_host(PH_SPAN("SMTP.GMAIL.COM")) != NULL);
	check(ph_preset_of_host(PH_SPAN("smtp.example.com")) == NULL);
	check(ph_preset_of_host(PH_SPAN("")) == NULL);
}

int main(void)
{
	test_cases();
	test_both();
	test_hosts();
	test_typos();
	test_published();
	test_ports();
	test_forms();
	test_withdrawn();
	test_long();
	return check_end();
}
