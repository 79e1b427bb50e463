#include "check.h"

#include <posthaste/posthaste.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A server that is rid of its first session at its second message: what then
   becomes of that message. */

enum point {
	NEVER,
	IDLE, /* behind the first message */
	AT_MAIL,
	AT_RCPT,
	AT_DOT
};

struct server {
	enum point point;
	const char *word; /* said before; NULL: nothing */
	int listener;
	uint16_t port;
	pthread_t thread;
	unsigned sessions;
	unsigned messages; /* begun, in this session */
	unsigned taken;
};

/* True: it is time to go. */
static bool is_due(const struct server *s, int fd, enum point at)
{
	bool due = s->point == at && s->sessions == 1 &&
	    s->messages == (at == IDLE ? 1 : 2);

	if (due && s->word != NULL)
		(void)dprintf(fd, "%s\r\n", s->word);
	return due;
}

static bool take_content(struct server *s, FILE *in, int fd)
{
	char line[1024];

	(void)dprintf(fd, "354 go on\r\n");
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strcmp(line, ".\r\n") == 0)
			break;
	}
	if (is_due(s, fd, AT_DOT))
		return false;
	s->taken++;
	(void)dprintf(fd, "250 2.0.0 taken\r\n");
	return !is_due(s, fd, IDLE);
}

/* False: it hangs up. */
static bool take_line(struct server *s, const char *line, FILE *in, int fd)
{
	if (strncmp(line, "MAIL", 4) == 0) {
		s->messages++;
		if (is_due(s, fd, AT_MAIL))
			return false;
	}
	if (strncmp(line, "RCPT", 4) == 0 && is_due(s, fd, AT_RCPT))
		return false;
	if (strncmp(line, "DATA", 4) == 0)
		return take_content(s, in, fd);
	(void)dprintf(
	    fd, "%s\r\n", strncmp(line, "QUIT", 4) == 0 ? "221 bye" : "250 ok");
	return strncmp(line, "QUIT", 4) != 0;
}

static void *serve(void *arg)
{
	struct server *s = arg;
	int fd;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		FILE *in = fdopen(fd, "r");
		char line[1024];

		s->sessions++;
		s->messages = 0;
		(void)dprintf(fd, "220 far ESMTP\r\n");
		while (in != NULL && fgets(line, sizeof(line), in) != NULL &&
		    take_line(s, line, in, fd))
			;
		if (in != NULL)
			(void)fclose(in);
	}
	return NULL;
}

static void begin(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(s->listener, 4) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len) != 0 ||
	    pthread_create(&s->thread, NULL, serve, s) != 0)
		abort();
	s->port = ntohs(a.sin_port);
}

static void finish(struct server *s)
{
	(void)shutdown(s->listener, SHUT_RDWR);
	check_int(pthread_join(s->thread, NULL), 0);
	(void)close(s->listener);
}

static struct ph_mailer *mailer(const struct server *s)
{
	struct ph_mailer *m = NULL;
	char url[64];

	(void)snprintf(
	    url, sizeof(url), "smtp://127.0.0.1:%u", (unsigned)s->port);
	check_int(ph_mailer_new(NULL, &m), PH_STATUS_OK);
	check_int(ph_mailer_set_url(m, url), PH_STATUS_OK);
	check_int(ph_mailer_set(m, "encryption", "none"), PH_STATUS_OK);
	return m;
}

static struct ph_mail *mail(void)
{
	struct ph_mail *p = NULL;

	check_int(ph_mail_new(&p), PH_STATUS_OK);
	check_int(ph_mail_set_from(p, "ann@example.com"), PH_STATUS_OK);
	check_int(ph_mail_add_to(p, "bob@example.com"), PH_STATUS_OK);
	check_int(ph_mail_set_text(p, "Hello!\n"), PH_STATUS_OK);
	return p;
}

static const struct {
	const char *name;
	enum point point;
	const char *word;
	enum ph_status second; /* of the second message */
	unsigned sessions;
	unsigned taken;
} cases[] = {
	{ "stays", NEVER, NULL, PH_STATUS_OK, 1, 2 },
	/* An idle client is got rid of: it comes again. */
	{ "hangs up", IDLE, NULL, PH_STATUS_OK, 2, 2 },
	{ "421", IDLE, "421 4.4.2 idle", PH_STATUS_OK, 2, 2 },
	{ "hangs up at MAIL", AT_MAIL, NULL, PH_STATUS_OK, 2, 2 },
	{ "421 at MAIL", AT_MAIL, "421 4.4.2 idle", PH_STATUS_OK, 2, 2 },
	/* It knew the session and did not want this message. */
	{ "hangs up at RCPT", AT_RCPT, NULL, PH_STATUS_TEMPORARY, 1, 1 },
	{ "421 at RCPT", AT_RCPT, "421 4.3.2 no", PH_STATUS_TEMPORARY, 1, 1 },
	/* It may have it already: never twice. */
	{ "hangs up at the dot", AT_DOT, NULL, PH_STATUS_UNSURE, 1, 1 },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct server s = { .point = cases[i].point,
			.word = cases[i].word };
		struct ph_mail *p = mail();
		struct ph_mailer *m;

		check_case(cases[i].name, i);
		begin(&s);
		m = mailer(&s);
		check_int(ph_mailer_connect(m), PH_STATUS_OK);
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);
		check_int(ph_mailer_send(m, p, NULL), cases[i].second);
		ph_mailer_free(m);
		finish(&s);
		check_int(s.sessions, cases[i].sessions);
		check_int(s.taken, cases[i].taken);
		ph_mail_free(p);
	}
	check_case(NULL, 0);
}

static long long now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* A session that is as old as the settings allow is ended between messages. */
static void test_session_age(void)
{
	struct server s = { .point = NEVER };
	struct ph_mail *p = mail();
	struct ph_mailer *m;

	begin(&s);
	m = mailer(&s);
	check_int(ph_mailer_set(m, "session-age", "2ms"), PH_STATUS_OK);
	check_int(ph_mailer_connect(m), PH_STATUS_OK);
	for (int i = 0; i < 3; i++) {
		check_int(ph_mailer_send(m, p, NULL), PH_STATUS_OK);

		long long since = now_ms();

		while (now_ms() < since + 4)
			;
	}
	ph_mailer_free(m);
	finish(&s);
	check_int(s.sessions, 3);
	check_int(s.taken, 3);
	ph_mail_free(p);
}

int main(void)
{
	check_int(unsetenv("XDG_STATE_HOME"), 0);
	check_int(unsetenv("XDG_CONFIG_HOME"), 0);
	check_int(setenv("HOME", "/nonexistent", 1), 0);
	test_cases();
	test_session_age();
	return check_end();
}
