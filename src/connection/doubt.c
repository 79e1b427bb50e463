#include "connection/doubt.h"

#include "base/ascii.h"
#include "base/num.h"
#include "connection/host.h"
#include "connection/nearest.h"
#include "connection/preset.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	APP_PASSWORD_LETTERS = 16 /* of Google */
};

/* What is looked at. */
struct view {
	const struct ph_connection *c;
	struct ph_span password;
	const struct ph_preset *server;  /* whose server it is, or NULL */
	const struct ph_preset *mailbox; /* whose addresses, or NULL */
	struct ph_doubts *out;
};

PH_PRINTF(3, 4)

static struct ph_doubt *add(
    struct view *v, const char *setting, const char *fmt, ...)
{
	struct ph_doubt *d;
	va_list ap;

	if (v->out->count == PH_DOUBTS_MAX)
		return NULL;
	d = &v->out->items[v->out->count++];
	*d = (struct ph_doubt){ .setting = setting };
	va_start(ap, fmt);
	(void)vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	return d;
}

static void mend(struct ph_doubt *d, const char *key, struct ph_span value)
{
	if (d == NULL || value.len >= sizeof(d->value))
		return;
	d->key = key;
	memcpy(d->value, value.ptr, value.len);
	d->value[value.len] = '\0';
}

static bool is_host_of(const struct ph_preset *p, struct ph_span host)
{
	struct ph_span rest = ph_span_of(p->alternatives);
	struct ph_span one;

	if (ph_span_eq_nocase(ph_span_of(p->host), host))
		return true;
	while (ph_span_split(&rest, ',', &one)) {
		one = ph_span_trim(one);
		if (ph_span_eq_nocase(
			ph_span_first(one, ph_span_find(one, ':')), host))
			return true;
	}
	return false;
}

/* Whatever runs on this computer is nobody's that is known. */
const struct ph_preset *ph_preset_of_host(struct ph_span host)
{
	if (ph_span_eq_nocase(host, PH_SPAN("localhost")))
		return NULL;
	for (size_t i = 0; host.len > 0 && i < ph_presets_count; i++) {
		if (is_host_of(&ph_presets[i], host))
			return &ph_presets[i];
	}
	return NULL;
}

static const struct ph_preset *mailbox_of(const struct ph_connection *c)
{
	struct ph_span name = ph_span_of(c->username);
	size_t at = ph_span_find(name, '@');

	return at == name.len ? NULL
			      : ph_preset_of_domain(ph_span_skip(name, at + 1));
}

/* host */

static bool is_name(const struct ph_connection *c)
{
	struct ph_span host = ph_span_of(c->host);

	return host.len > 0 && !ph_host_is_literal(host) &&
	    !ph_span_eq_nocase(host, PH_SPAN("localhost"));
}

static void doubt_dot(struct view *v)
{
	struct ph_span host = ph_span_of(v->c->host);

	if (is_name(v->c) && ph_span_find(host, '.') == host.len) {
		(void)add(v, "host",
		    "the host \"%s\" has no dot: outside your own network it "
		    "is written in full, as smtp.example.com",
		    v->c->host);
	}
}

static void doubt_reading(struct view *v)
{
	static const char *const firsts[] = { "imap.", "imaps.", "pop.",
		"pop3.", "pops.", "www.", "webmail." };
	struct ph_span host = ph_span_of(v->c->host);

	if (v->server != NULL)
		return;
	for (size_t i = 0; i < PH_COUNT(firsts); i++) {
		struct ph_span first = ph_span_of(firsts[i]);
		char other[PH_DOUBT_VALUE_MAX];

		if (!ph_span_starts_nocase(host, first))
			continue;
		host = ph_span_skip(host, first.len);
		(void)snprintf(
		    other, sizeof(other), "smtp.%.*s", PH_SPAN_ARG(host));
		mend(add(v, "host",
			 "by its name %s is for reading mail, not for sending; "
			 "%s may be the one",
			 v->c->host, other),
		    "host", ph_span_of(other));
		return;
	}
}

/* Offered, and never used by itself: another's name may be meant. */
static void doubt_spelling(struct view *v)
{
	struct ph_nearest n;

	if (v->server != NULL || !is_name(v->c) ||
	    strlen(v->c->host) > PH_NEAREST_WORD_MAX)
		return;
	ph_nearest_init(&n, ph_span_of(v->c->host));
	for (size_t i = 0; i < ph_presets_count; i++) {
		struct ph_span host = ph_span_of(ph_presets[i].host);

		if (ph_span_find(host, '{') == host.len)
			(void)ph_nearest_offer(&n, host);
	}
	/* Of short names many are near and none is meant. */
	if (n.best.ptr == NULL || n.distance == 0 || n.distance > 2 ||
	    n.best.len < 10)
		return;
	mend(add(v, "host", "did you mean %.*s?", PH_SPAN_ARG(n.best)), "host",
	    n.best);
}

static void doubt_mailbox(struct view *v)
{
	const struct ph_preset *m = v->mailbox;

	if (m == NULL || m == v->server)
		return;
	if (m->kind == PH_PRESET_MAILBOX_NO_SMTP) {
		(void)add(v, "account",
		    "%s lets no program send from its mailboxes", m->name);
		return;
	}
	if (m->host[0] == '\0' ||
	    ph_span_find(ph_span_of(m->host), '{') < strlen(m->host) ||
	    is_host_of(m, ph_span_of(v->c->host)))
		return;
	mend(add(v, "host", "addresses of %s are sent from over %s", m->name,
		 m->host),
	    "host", ph_span_of(m->host));
}

/* port and mode */

static bool is_published(const struct ph_preset *p, uint16_t port)
{
	struct ph_span rest = ph_span_of(p->alternatives);
	struct ph_span one;

	if (p->port == port)
		return true;
	while (ph_span_split(&rest, ',', &one)) {
		uint64_t n = 0;
		size_t colon = ph_span_find(one, ':');

		if (colon == one.len)
			continue;
		one = ph_span_skip(one, colon + 1);
		one = ph_span_first(one, ph_span_find(one, '/'));
		if (ph_num_parse(one, UINT16_MAX, &n) == PH_OK && n == port)
			return true;
	}
	return false;
}

static void doubt_port(struct view *v)
{
	const struct ph_preset *p = v->server;
	char port[8];

	/* 587 is served nearly everywhere, whether it is published or not. */
	if (p == NULL || p->port == 0 || v->c->port == 587 ||
	    is_published(p, v->c->port))
		return;
	(void)snprintf(port, sizeof(port), "%u", (unsigned)p->port);
	mend(add(v, "port",
		 "%s publishes port %s with encryption %s for %s, not port %u",
		 p->name, port, ph_encryption_name(p->encryption), v->c->host,
		 (unsigned)v->c->port),
	    "port", ph_span_of(port));
}

static void doubt_reading_port(struct view *v)
{
	static const struct {
		uint16_t port;
		const char *what;
	} ports[] = {
		{ 110, "POP3" },
		{ 143, "IMAP" },
		{ 993, "IMAP" },
		{ 995, "POP3" },
		{ 80, "the web" },
		{ 443, "the web" },
	};

	for (size_t i = 0; i < PH_COUNT(ports); i++) {
		if (ports[i].port == v->c->port) {
			mend(add(v, "port",
				 "port %u is that of %s; mail is handed in on "
				 "465 or 587",
				 (unsigned)v->c->port, ports[i].what),
			    "port", PH_SPAN("465"));
		}
	}
}

static void doubt_mode(struct view *v)
{
	bool is_early = v->c->encryption == PH_ENCRYPTION_BEFORE_CONNECT;

	if (v->c->port == 465 && !is_early) {
		mend(add(v, "tls", "port 465 expects TLS from the first byte"),
		    "encryption", PH_SPAN("before-connect"));
	} else if ((v->c->port == 587 || v->c->port == 25) && is_early) {
		mend(add(v, "tls",
			 "port %u begins in clear, and goes on to TLS by "
			 "STARTTLS",
			 (unsigned)v->c->port),
		    "encryption", PH_SPAN("after-connect"));
	}
}

/* who logs in */

static bool is_framed(struct ph_span s)
{
	char first;
	char last;

	if (s.len < 2)
		return false;
	first = s.ptr[0];
	last = s.ptr[s.len - 1];
	return (first == '"' && last == '"') ||
	    (first == '\'' && last == '\'') || (first == '<' && last == '>');
}

static void doubt_username(struct view *v)
{
	struct ph_span name = ph_span_of(v->c->username);
	size_t at = ph_span_find(name, '@');
	enum ph_preset_form form =
	    v->server == NULL ? PH_PRESET_FORM_NONE : v->server->form;

	if (name.len == 0)
		return;
	if (is_framed(name)) {
		mend(add(v, "username",
			 "the user name stands in quotes or brackets, which "
			 "are taken for a part of it"),
		    "username",
		    ph_span_first(ph_span_skip(name, 1), name.len - 2));
	} else if (form == PH_PRESET_FORM_EMAIL && at == name.len) {
		(void)add(v, "username",
		    "%s wants the whole address for a user name",
		    v->server->name);
	} else if (form == PH_PRESET_FORM_LOCALPART && at < name.len) {
		mend(add(v, "username",
			 "%s wants what stands before the @ for a user name",
			 v->server->name),
		    "username", ph_span_first(name, at));
	} else if (form == PH_PRESET_FORM_FIXED &&
	    !ph_span_eq(name, ph_span_of(v->server->username))) {
		mend(add(v, "username", "the user name of %s is always %s",
			 v->server->name, v->server->username),
		    "username", ph_span_of(v->server->username));
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool has_far_letters(struct ph_span s)
{
	return !ph_span_is_ascii(s);
}

static void doubt_password(struct view *v)
{
	struct ph_span p = v->password;

	if (p.ptr == NULL)
		return;
	if (p.len == 0) {
		(void)add(v, "password", "the password is empty");
	} else if (is_framed(p)) {
		(void)add(v, "password",
		    "the password stands in quotes, which are taken for a part "
		    "of it");
	} else if (is_blank(p.ptr[0]) || is_blank(p.ptr[p.len - 1])) {
		(void)add(v, "password",
		    "the password begins or ends with white space, which is "
		    "taken for a part of it");
	} else if (has_far_letters(p)) {
		(void)add(v, "password",
		    "the password holds letters beyond ASCII, which servers "
		    "read in different ways");
	}
}

/* Google shows it in four groups, and takes it with or without the spaces. */
static bool is_app_password(struct ph_span s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == ' ')
			continue;
		if (!ph_ascii_is_alpha(s.ptr[i]))
			return false;
		letters++;
	}
	return letters == APP_PASSWORD_LETTERS;
}

static void doubt_google(struct view *v)
{
	if (v->server == NULL || v->password.ptr == NULL ||
	    v->server->oauth != PH_OAUTH_GOOGLE ||
	    v->server->kind != PH_PRESET_MAILBOX ||
	    is_app_password(v->password))
		return;
	(void)add(v, "password",
	    "that is no app password of Google's (16 letters), and the "
	    "account's own password is not taken: \"less secure apps\" were "
	    "withdrawn");
}

static void doubt_withdrawn(struct view *v)
{
	const struct ph_preset *p = v->server;
	bool takes_password;

	if (p == NULL || v->c->username[0] == '\0')
		return;
	takes_password = (p->logins & PH_PRESET_PASSWORD) != 0;
	if (!takes_password && (p->logins & PH_PRESET_OAUTH) != 0 &&
	    !ph_connection_wants_token(v->c)) {
		mend(add(v, "password",
			 "%s takes no passwords any more (basic authentication "
			 "was withdrawn): sign in with posthaste login",
			 p->name),
		    "password-from", PH_SPAN("oauth"));
	}
}

static void doubt_prerequisites(struct view *v)
{
	struct ph_span rest;
	struct ph_span one;

	if (v->server == NULL)
		return;
	rest = ph_span_of(v->server->prerequisites);
	while (ph_preset_next(&rest, &one)) {
		(void)add(v, "account", "%s: %.*s", v->server->name,
		    PH_SPAN_ARG(one));
	}
}

void ph_doubts_find(const struct ph_connection *c, struct ph_span password,
    struct ph_doubts *out)
{
	struct view v = {
		.c = c,
		.password = ph_connection_wants_token(c) ? (struct ph_span){ 0 }
							 : password,
		.server = ph_preset_of_host(ph_span_of(c->host)),
		.mailbox = mailbox_of(c),
		.out = out,
	};

	out->count = 0;
	doubt_dot(&v);
	doubt_spelling(&v);
	doubt_reading(&v);
	doubt_mailbox(&v);
	doubt_reading_port(&v);
	doubt_port(&v);
	doubt_mode(&v);
	doubt_username(&v);
	doubt_password(&v);
	doubt_google(&v);
	doubt_withdrawn(&v);
	doubt_prerequisites(&v);
}

static bool is_about(const char *doubted, const char *setting)
{
	if (strcmp(setting, "username-or-password") == 0) {
		return strcmp(doubted, "username") == 0 ||
		    strcmp(doubted, "password") == 0;
	}
	return strcmp(doubted, setting) == 0;
}

const struct ph_doubt *ph_doubts_about(
    const struct ph_doubts *d, const char *setting)
{
	for (size_t i = 0; i < d->count; i++) {
		if (is_about(d->items[i].setting, setting))
			return &d->items[i];
	}
	return NULL;
}
