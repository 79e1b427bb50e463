#include "check.h"
#include "far_end.h"
#include "socks_end.h"

#include <ftw.h>
#include <posthaste/posthaste.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct far_end far;

static struct ph_mailer *mailer(const char *scheme)
{
	struct ph_mailer_options o = { .size = sizeof(o), .config = far.dir };
	struct ph_mailer *m = NULL;
	char url[128];

	(void)snprintf(url, sizeof(url), "%s://ann@localhost:%u", scheme,
	    (unsigned)far.port);
	check_int(ph_mailer_new(&o, &m), PH_STATUS_OK);
	check_int(ph_mailer_set_url(m, url), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "ca-file", far.ca_file), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "timeout", "5s"), PH_STATUS_OK);
	check_int(ph_mailer_set_password(m, "secret", 6), PH_STATUS_OK);
	return m;
}

static struct ph_mail *mail(const char *subject)
{
	struct ph_mail *p = NULL;

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_set_from(p, "Ann <ann@example.com>"), PH_STATUS_OK);
	check_int(ph_mail_set_subject(p, subject), PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "Hello!\n"), PH_STATUS_OK);
	return p;
}

static void test_one(void)
{
	struct ph_mailer *m = mailer("smtp+starttls");
	struct ph_mail *p = mail("one");
	struct ph_receipt *r = NULL;

	check(ph_mailer_peer(m) == NULL);
	check_int(ph_mail_add_to(p, "bob@example.com, Cy <cy@example.com>"),
	    PH_STATUS_OK);
	check_int(ph_mail_add_bcc(p, "dee@example.com; bob@example.com"),
	    PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_OK);
	check_str(ph_mailer_problem(m)->text, "");
	check_str(ph_mailer_problem(m)->cause, "none");
	check(!ph_mailer_is_connected(m));
	check(r != NULL);
	if (r != NULL) {
		check_int(r->fate, PH_FATE_DELIVERED);
		check_int(r->rcpt_count, 3);
		check_str(r->rcpts[2].address, "dee@example.com");
		check_str(r->rcpts[0].server_id, "1A2B3C");
		check_str(r->rcpts[0].enhanced, "2.0.0");
		check_int(r->rcpts[0].code, 250);
		check(r->message_id[0] == '<' && r->size > 0);
		check_str(r->problem.cause, "none");
		check(far_end_holds(&far, r->message_id));
	}
	check(far_end_holds(&far, "Subject: one\r\n"));
	check(!far_end_holds(&far, "dee@example.com"));
	ph_receipt_free(r);

	const struct ph_peer *peer = ph_mailer_peer(m);

	check_str(peer->host, "localhost");
	check_int(peer->port, far.port);
	check_str(peer->encryption, "after-connect");
	check(strncmp(peer->tls, "TLSv1.", 6) == 0);
	check(strncmp(peer->mechanism, "SCRAM-", 6) == 0);
	check(strncmp(peer->greeting, "220 far.example.com", 19) == 0);
	ph_mail_free(p);
	ph_mailer_free(m);
}

/* The far end hangs up after four: nobody notices. */
static void test_many(void)
{
	struct ph_mailer *m = mailer("smtp+starttls");
	struct ph_mail *p = mail("many");

	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	check(ph_mailer_is_connected(m));
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	for (int i = 0; i < 10; i++) {
		check_case("many", (size_t)i);
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
		check_str(ph_mailer_problem(m)->text, "");
		check(ph_mailer_is_connected(m));
	}
	check_case(NULL, 0);
	ph_mailer_disconnect(m);
	check(!ph_mailer_is_connected(m));
	ph_mailer_disconnect(m);

	/* So do the settings. */
	check_int(ph_mailer_set(m, "messages-per-session", "2"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	for (int i = 0; i < 5; i++)
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	ph_mail_free(p);
	ph_mailer_free(m);
}

static void test_refused(void)
{
	struct ph_mailer *m = mailer("smtp");
	struct ph_mail *p = mail("refused");
	struct ph_receipt *r = NULL;

	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "nobody@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_REFUSED);

	const struct ph_problem *e = ph_mailer_problem(m);

	check_int(e->status, PH_STATUS_REFUSED);
	check_str(e->cause, "recipient-refused");
	check_str(e->stage, "rcpt");
	check_int(e->code, 550);
	check_str(e->enhanced, "5.1.1");
	check(strstr(e->text, "no such user") != NULL);
	check(e->advice[0] != '\0');
	check_int(r->fate, PH_FATE_PARTIAL);
	check_int(r->rcpts[0].fate, PH_FATE_DELIVERED);
	check_int(r->rcpts[1].fate, PH_FATE_FAILED);
	check_str(r->rcpts[1].text, "no such user");
	check_str(r->rcpts[1].server_id, "");
	check_int(r->problem.code, 550);
	ph_receipt_free(r);
	ph_mail_free(p);
	ph_mailer_free(m);
}

static void test_login(void)
{
	struct ph_mailer *m = mailer("smtp+starttls");
	struct ph_mail *p = mail("login");
	struct ph_receipt *r = NULL;

	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_set_password(m, "wrong-one", 9), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_LOGIN);
	check(r == NULL);
	check_str(ph_mailer_problem(m)->stage, "auth");
	check_int(ph_mailer_problem(m)->code, 535);
	check(strstr(ph_mailer_problem(m)->text, "wrong-one") == NULL);

	/* None at all: nothing is asked on any terminal. */
	check_int(ph_mailer_set_password(m, NULL, 0), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_CONFIG);
	check_str(ph_mailer_problem(m)->cause, "no-password");
	check_int(ph_mailer_set(m, "password-from", "prompt"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_CONFIG);
	check_str(ph_mailer_problem(m)->cause, "no-password");

	/* The other secrets are asked for where they are needed. */
	check_int(ph_mailer_set_password(m, "secret", 6), PH_STATUS_OK);
	check_int(
	    ph_mailer_set(m, "client-certificate", "/none"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "client-key-password-from", "prompt"),
	    PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_CONFIG);
	check_str(ph_mailer_problem(m)->text,
	    "the passphrase for the key /none would have to be asked for");
	check(strstr(ph_mailer_problem(m)->advice, "ph_mailer_set_secret") !=
	    NULL);
	check_int(ph_mailer_set_secret(m, PH_SECRET_FOR_CLIENT_KEY, "x", 1),
	    PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, &r), PH_STATUS_CONFIG);
	check(strstr(ph_mailer_problem(m)->text, "asked for") == NULL);
	check_int(ph_mailer_set(m, "client-certificate", ""), PH_STATUS_OK);
	check_int(ph_mailer_set_secret(m, PH_SECRET_FOR_LOGIN, NULL, 0),
	    PH_STATUS_OK);

	check_int(setenv("PH_TEST_PASSWORD", "secret", 1), 0);
	check_int(ph_mailer_set(m, "password-from", "env:PH_TEST_PASSWORD"),
	    PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	ph_mail_free(p);
	ph_mailer_free(m);
}

static void test_wrong(void)
{
	struct ph_mailer_options small = { .size = 1 };
	struct ph_mailer *m = NULL;
	struct ph_mail *p = mail("wrong");

	check_int(ph_mailer_new(&small, &m), PH_STATUS_ARGUMENT);
	check(m == NULL);
	check_int(ph_mailer_new(NULL, NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_connect(NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set(NULL, "host", "h"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_url(NULL, "smtp://h"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_send(NULL, p, NULL), PH_STATUS_ARGUMENT);
	check(!ph_mailer_is_connected(NULL));
	check(ph_mailer_peer(NULL) == NULL);
	check_int(ph_mailer_problem(NULL)->status, PH_STATUS_ARGUMENT);
	ph_mailer_free(NULL);
	ph_mailer_disconnect(NULL);

	m = mailer("smtp");
	check_int(ph_mailer_set(m, "usrname", "x"), PH_STATUS_ARGUMENT);
	check(strstr(ph_mailer_problem(m)->advice, "username") != NULL);
	check_int(ph_mailer_set(m, "port", "seven"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set(m, NULL, "x"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set(m, "host", NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_url(m, "ftp://x"), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_url(m, NULL), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_password(m, "a\0b", 3), PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_secret(m, (enum ph_secret_for)3, "a", 1),
	    PH_STATUS_ARGUMENT);
	check_int(ph_mailer_set_secret(NULL, PH_SECRET_FOR_PROXY, "a", 1),
	    PH_STATUS_ARGUMENT);
	check_int(ph_mailer_send(m, NULL, NULL), PH_STATUS_ARGUMENT);
	/* A mail without recipients never connects. */
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_INPUT);
	check(ph_mailer_peer(m) == NULL);

	check_int(ph_mailer_set(m, "host", "localhost"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "port", "1"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_TEMPORARY);
	check_str(ph_mailer_problem(m)->cause, "connect-refused");
	ph_mail_free(p);
	ph_mailer_free(m);
}

/* Certificates are verified unless somebody says no. */
static void test_certificate(void)
{
	struct ph_mailer *m = mailer("smtp+starttls");

	check_int(ph_mailer_set(m, "ca-file", ""), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_CONFIG);
	check(strncmp(ph_mailer_problem(m)->cause, "cert-", 5) == 0);
	check_str(ph_mailer_peer(m)->warning, "");
	check_int(ph_mailer_set(m, "verify", "off"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	check_str(ph_mailer_peer(m)->warning, "");
	ph_mailer_disconnect(m);

	/* Encryption that is only wished for is better than none. */
	check_int(ph_mailer_set(m, "verify", "ca"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "encryption", "wanted"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	check(strstr(ph_mailer_peer(m)->warning,
		  "without a certificate that can be trusted") != NULL);
	ph_mailer_free(m);
}

static void note(void *ctx, const struct ph_transcript *t)
{
	char *seen = ctx;
	size_t len = strlen(seen);

	check_int(strlen(t->line), t->len);
	check(t->stage[0] != '\0' && t->t_ms >= 0);
	if (len + t->len + 4 < 16384) {
		(void)snprintf(seen + len, 16384 - len, "%c%d %s\n",
		    t->direction, t->tls, t->line);
	}
}

static void test_transcript(void)
{
	char *seen = calloc(1, 16384);
	struct ph_mailer_options o = { .size = sizeof(o),
		.config = far.dir,
		.transcript = note,
		.transcript_ctx = seen };
	struct ph_mailer *m = NULL;
	char url[128];

	(void)snprintf(url, sizeof(url),
	    "smtp+starttls://ann:secret@localhost:%u", (unsigned)far.port);
	check_int(ph_mailer_new(&o, &m), PH_STATUS_OK);
	check_int(ph_mailer_set_url(m, url), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "ca-file", far.ca_file), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "mechanisms", "PLAIN"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	ph_mailer_free(m);
	check(strstr(seen, "<0 220 far.example.com") != NULL);
	check(strstr(seen, ">1 EHLO") != NULL);
	check(strstr(seen, "AUTH PLAIN") != NULL);
	check(strstr(seen, "secret") == NULL);
	check(strstr(seen, "AGFubgBzZWNyZXQ") == NULL);
	free(seen);
}

/* Nothing is checked in there: the harness is no more thread-safe than it has
   to be. */
struct sender {
	pthread_t thread;
	struct ph_mailer *mailer;
	struct ph_mail *mail;
	int bad;
};

static void *send_some(void *arg)
{
	struct sender *s = arg;

	for (int i = 0; i < 8; i++) {
		if (ph_mailer_send(s->mailer, s->mail, NULL) != PH_STATUS_OK)
			s->bad++;
	}
	return NULL;
}

static void test_threads(void)
{
	struct sender senders[4] = { 0 };

	for (size_t i = 0; i < 4; i++) {
		struct sender *s = &senders[i];

		/* The last two share one. */
		s->mailer =
		    i == 3 ? senders[2].mailer : mailer("smtp+starttls");
		s->mail = mail("threads");
		check_int(
		    ph_mail_add_to(s->mail, "bob@example.com"), PH_STATUS_OK);
		check_int(pthread_create(&s->thread, NULL, send_some, s), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		check_int(pthread_join(senders[i].thread, NULL), 0);
		check_int(senders[i].bad, 0);
		ph_mail_free(senders[i].mail);
	}
	for (size_t i = 0; i < 3; i++)
		ph_mailer_free(senders[i].mailer);
}

/* Through a proxy that wants a login of its own. */
static void test_proxy(void)
{
	struct socks_end proxy;
	char port[8];

	socks_end_start(&proxy, far.port);
	(void)snprintf(port, sizeof(port), "%u", (unsigned)proxy.port);
	for (int wrong = 0; wrong < 2; wrong++) {
		struct ph_mailer *m = mailer("smtp+starttls");
		struct ph_mail *p = mail("by proxy");

		check_case("wrong", (size_t)wrong);
		check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
		check_int(
		    ph_mailer_set(m, "proxy.type", "socks5"), PH_STATUS_OK);
		check_int(
		    ph_mailer_set(m, "proxy.host", "127.0.0.1"), PH_STATUS_OK);
		check_int(ph_mailer_set(m, "proxy.port", port), PH_STATUS_OK);
		check_int(ph_mailer_set(m, "proxy.use-credentials", "yes"),
		    PH_STATUS_OK);
		check_int(
		    ph_mailer_set(m, "proxy.username", "pat"), PH_STATUS_OK);
		check_int(ph_mailer_set_secret(m, PH_SECRET_FOR_PROXY,
			      wrong ? "shut" : "open", 4),
		    PH_STATUS_OK);
		check_int(ph_mailer_send(m, p, NULL),
		    wrong ? PH_STATUS_LOGIN : PH_STATUS_OK);
		if (wrong) {
			check_str(ph_mailer_problem(m)->stage, "proxy");
			check_str(
			    ph_mailer_problem(m)->cause, "proxy-login-refused");
			check_str(ph_mailer_problem(m)->setting, "proxy");
		}
		ph_mail_free(p);
		ph_mailer_free(m);
	}
	check(far_end_holds(&far, "by proxy"));
	socks_end_stop(&proxy);
}

static void test_names(void)
{
	check_str(ph_library_version(), "0.1.0");
	check_str(ph_status_name(PH_STATUS_UNSURE), "unsure");
	check_str(ph_status_name((enum ph_status)99), "unknown");
	check_str(ph_fate_name(PH_FATE_PARTIAL), "partial");
	check_str(ph_fate_name((enum ph_fate)99), "unknown");
}

static int drop(
    const char *name, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(name);
}

/* Logins refused count over mailers, as if they were processes; another
   password is tried at once. */
static void test_remembers(void)
{
	struct ph_mail *p = mail("remembered");
	char state[96];

	(void)snprintf(state, sizeof(state), "%s/state", far.dir);
	check_int(setenv("XDG_STATE_HOME", state, 1), 0);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	for (int i = 0; i < 2; i++) {
		struct ph_mailer *m = mailer("smtp+starttls");

		check_int(ph_mailer_set(m, "attempts", "1"), PH_STATUS_OK);
		check_int(ph_mailer_set_password(m, NULL, 0), PH_STATUS_OK);
		check_int(
		    ph_mailer_set_password(m, "wrong-one", 9), PH_STATUS_OK);
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_LOGIN);
		check_str(ph_mailer_problem(m)->cause,
		    i == 0 ? "auth-refused" : "auth-used-up");
		/* The same once more is no other one. */
		check_int(
		    ph_mailer_set_password(m, "wrong-one", 9), PH_STATUS_OK);
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_LOGIN);
		check_str(ph_mailer_problem(m)->cause, "auth-used-up");
		if (i == 1) {
			check_int(ph_mailer_set_password(m, "secret", 6),
			    PH_STATUS_OK);
			check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
		}
		ph_mailer_free(m);
	}

	struct ph_mailer *m = mailer("smtp+starttls");

	check_int(ph_mailer_set(m, "memory", "no"), PH_STATUS_OK);
	check_int(ph_mailer_set_password(m, "wrong-one", 9), PH_STATUS_OK);
	for (int i = 0; i < 3; i++) {
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_LOGIN);
		check_str(ph_mailer_problem(m)->cause, "auth-refused");
	}
	ph_mailer_free(m);
	ph_mail_free(p);
	check_int(nftw(state, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* By rate and quota it waits, or tells for how long; by sessions too. */
static void test_limits(void)
{
	struct ph_mail *p = mail("limited");
	struct ph_mailer *m = mailer("smtp+starttls");
	struct ph_mailer *other = mailer("smtp+starttls");
	char state[96];

	(void)snprintf(state, sizeof(state), "%s/limits", far.dir);
	check_int(setenv("XDG_STATE_HOME", state, 1), 0);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "quota", "2/h"), PH_STATUS_OK);
	check_int(ph_mailer_set(other, "quota", "2/h"), PH_STATUS_OK);
	/* Waited for: a second holds four. */
	check_int(ph_mailer_set(m, "rate", "100/s"), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "sessions", "1"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
	check_int(ph_mailer_problem(m)->retry_ms, 0);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_OK);
	check_int(ph_mailer_send(m, p, NULL), PH_STATUS_TEMPORARY);
	check_str(ph_mailer_problem(m)->cause, "rate-limited");
	check(strstr(ph_mailer_problem(m)->text, "quota: quota = 2/hour") !=
	    NULL);
	check(ph_mailer_problem(m)->retry_ms > 3590000 &&
	    ph_mailer_problem(m)->retry_ms <= 3600000);
	check(ph_mailer_is_connected(m));

	/* The one that is open is as many as may be. */
	check_int(ph_mailer_set(other, "sessions", "1"), PH_STATUS_OK);
	check_int(ph_mailer_set(other, "timeout", "50ms"), PH_STATUS_OK);
	check_int(ph_mailer_set(other, "quota", ""), PH_STATUS_OK);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_TEMPORARY);
	check_str(ph_mailer_problem(other)->cause, "too-many-sessions");
	ph_mailer_disconnect(m);
	check_int(ph_mailer_set(other, "timeout", "5s"), PH_STATUS_OK);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_OK);

	/* A turn is waited for, unless that takes longer than timeout. */
	check_int(ph_mailer_set(other, "rate", "1/s"), PH_STATUS_OK);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_OK);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_OK);
	check_int(ph_mailer_set(other, "timeout", "1ms"), PH_STATUS_OK);
	check_int(ph_mailer_send(other, p, NULL), PH_STATUS_TEMPORARY);
	check_str(ph_mailer_problem(other)->cause, "rate-limited");
	check(ph_mailer_problem(other)->retry_ms <= 1000);
	ph_mailer_free(other);
	ph_mailer_free(m);
	ph_mail_free(p);
	check_int(nftw(state, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	check_int(unsetenv("XDG_STATE_HOME"), 0);
}

int main(void)
{
	far_end_start(&far);
	/* What is remembered is for test_remembers() alone. */
	check_int(unsetenv("XDG_STATE_HOME"), 0);
	check_int(setenv("HOME", "/nonexistent", 1), 0);
	test_names();
	test_limits();
	test_one();
	test_many();
	test_refused();
	test_login();
	test_wrong();
	test_certificate();
	test_transcript();
	test_proxy();
	test_threads();
	test_remembers();
	far_end_stop(&far);
	return check_end();
}
