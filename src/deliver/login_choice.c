#include "deliver/session_state.h"

#include "base/ascii.h"
#include "io/ticket.h"

#include <stdio.h>

/* Whether there is a login, as whom and over what, and by which mechanisms. */

enum {
	LINE_MAX_NOTE = 4096
};

static bool names(const struct ph_connection *c, struct ph_span mechanism)
{
	for (size_t i = 0; i < c->mechanism_count; i++) {
		if (ph_span_eq_nocase(c->mechanisms[i], mechanism))
			return true;
	}
	return false;
}

bool ph_login_is_due(const struct ph_connection *c)
{
	if (names(c, PH_SPAN("ANONYMOUS")))
		return true;
	if (c->anonymous)
		return false;
	return c->username[0] != '\0' || names(c, PH_SPAN("GSSAPI")) ||
	    (c->client_certificate[0] != '\0' && names(c, PH_SPAN("EXTERNAL")));
}

struct ph_sasl_credentials ph_login_credentials(const struct ph_session *s)
{
	const struct ph_connection *c = s->conn;
	struct ph_sasl_credentials cred = {
		.username = ph_span_of(c->username),
		.has_ticket = s->login.has_ticket,
		.has_certificate =
		    c->client_certificate[0] != '\0' && s->facts.tls != NULL,
		.host = ph_span_of(s->host),
		.port = c->port,
		.domain = ph_span_of(c->domain),
	};

	if (s->login.other_name[0] != '\0')
		cred.username = ph_span_of(s->login.other_name);
	if (s->password == NULL)
		return cred;
	if (ph_connection_wants_token(c)) {
		cred.token = ph_secret_span(s->password);
		cred.has_token = true;
	} else {
		cred.password = ph_secret_span(s->password);
		cred.has_password = true;
	}
	return cred;
}

struct ph_sasl_channel ph_login_channel(const struct ph_session *s)
{
	const struct ph_tls_info *tls = s->facts.tls;
	struct ph_sasl_channel ch = {
		/* verify = off is the user's word; a certificate that `wanted`
		   put up with is nobody's. */
		.secure = tls != NULL && s->footing == PH_FOOTING_AS_ASKED,
		.plaintext_allowed = s->conn->allow_plaintext_password,
	};

	if (tls != NULL) {
		ch.end_point = (struct ph_span){ (const char *)tls->end_point,
			tls->end_point_len };
	}
	if (tls == NULL || tls->binding_len == 0)
		return ch;
	ch.binding = tls->binding_is_exporter ? PH_BINDING_TLS_EXPORTER
					      : PH_BINDING_TLS_UNIQUE;
	ch.binding_data =
	    (struct ph_span){ (const char *)tls->binding, tls->binding_len };
	return ch;
}

static bool has_ticket(const struct ph_connection *c)
{
	char owner[PH_TICKET_OWNER_MAX];

	return ph_ticket_owner(owner) &&
	    ph_ticket_is_of(owner, ph_span_of(c->username));
}

static void choose(struct ph_session *s)
{
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);
	struct ph_span offered[PH_EHLO_MECHANISMS_MAX];
	struct ph_sasl_credentials cred = ph_login_credentials(s);
	struct ph_sasl_channel ch = ph_login_channel(s);

	for (size_t i = 0; i < e->mechanism_count; i++) {
		offered[i] = ph_span_of(ph_ehlo_mechanism(e, i));
		if (ph_span_eq_nocase(offered[i], PH_SPAN("GSSAPI")))
			s->login.has_ticket = has_ticket(s->conn);
	}
	cred.has_ticket = s->login.has_ticket;
	ph_sasl_choose(
	    &(struct ph_sasl_question){
		.offered = offered,
		.offered_count = e->mechanism_count,
		.allowed = s->conn->mechanisms,
		.allowed_count = s->conn->mechanism_count,
		.credentials = &cred,
		.channel = &ch,
	    },
	    &s->login.choice);
	ph_recall_order(s, &s->login.choice);
}

static void note_choice(struct ph_session *s)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf line;

	ph_buf_init(&line, LINE_MAX_NOTE);
	if (s->trace != NULL &&
	    ph_sasl_choice_describe(&s->login.choice, &line) == PH_OK)
		ph_link_note(s, PH_STAGE_AUTH, "login: %s", ph_buf_str(&line));
}

void ph_login_choose(struct ph_session *s)
{
	choose(s);
	note_choice(s);
}

/* The domain of the connection's sender, or that of the server. */
static struct ph_span guess_domain(const struct ph_session *s)
{
	struct ph_span from = ph_span_of(s->conn->from);
	struct ph_span host = ph_span_of(s->host);
	size_t at = ph_span_find(from, '@');
	size_t dot = ph_span_find(host, '.');

	if (at < from.len) {
		from = ph_span_skip(from, at + 1);
		return ph_span_first(from, ph_span_find(from, '>'));
	}
	/* An address has none, nor has a name of two labels one above it. */
	if (dot == host.len || ph_span_find(host, ':') < host.len ||
	    ph_ascii_is_digit(host.ptr[host.len - 1]))
		return (struct ph_span){ 0 };
	host = ph_span_skip(host, dot + 1);
	return ph_span_find(host, '.') < host.len ? host
						  : (struct ph_span){ 0 };
}

bool ph_login_other_name(
    const struct ph_session *s, char out[PH_LOGIN_NAME_MAX])
{
	struct ph_span name = ph_span_of(s->conn->username);
	size_t at = ph_span_find(name, '@');
	struct ph_span domain = { 0 };

	if (ph_span_find(name, '\\') < name.len)
		return false;
	if (at == name.len) {
		domain = guess_domain(s);
		if (domain.len == 0)
			return false;
	}
	if (at == 0 || at + domain.len + 2 > PH_LOGIN_NAME_MAX)
		return false;
	(void)snprintf(out, PH_LOGIN_NAME_MAX, "%.*s%s%.*s", (int)at, name.ptr,
	    domain.len > 0 ? "@" : "", PH_SPAN_ARG(domain));
	return true;
}

/* What to do where nothing fits, by the first reason that is among them. */
static const struct {
	enum ph_sasl_fitness fitness;
	const char *advice;
} ways_out[] = {
	{ PH_SASL_NOT_ALLOWED,
	    "allow one of those that the server offers: mechanisms = auto, or "
	    "its name in the list (--auth)" },
	{ PH_SASL_NO_TOKEN,
	    "the server wants an access token: let password-from give one, and "
	    "name the mechanism (--auth)" },
	{ PH_SASL_NO_PASSWORD,
	    "the server takes no token: let password-from give a password" },
	{ PH_SASL_NO_TICKET,
	    "get a Kerberos ticket for this user (kinit), or name GSSAPI "
	    "(--auth)" },
	{ PH_SASL_NO_CREDENTIALS,
	    "give what the mechanism needs: --username and --password-from, or "
	    "a client certificate" },
	{ PH_SASL_NOT_KNOWN,
	    "the server's administrator has to offer a mechanism that is known "
	    "here, such as SCRAM-SHA-256, or PLAIN over TLS" },
};

static bool has_fitness(
    const struct ph_sasl_choice *c, enum ph_sasl_fitness fitness)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].fitness == fitness)
			return true;
	}
	return false;
}

static void advise(const struct ph_sasl_choice *c, struct ph_fault *f)
{
	for (size_t i = 0; i < PH_COUNT(ways_out); i++) {
		if (!has_fitness(c, ways_out[i].fitness) ||
		    (ways_out[i].fitness == PH_SASL_NOT_ALLOWED && !c->by_list))
			continue;
		ph_fault_advise(f,
		    "%s; if the server lets this computer send without a "
		    "login, anonymous = yes makes none",
		    ways_out[i].advice);
		return;
	}
	/* What is left is ANONYMOUS, which has to be named. */
	ph_fault_advise(f,
	    "the server takes guests only: leave the user name out and set "
	    "anonymous = yes, or name ANONYMOUS (--auth)");
}

/* "PLAIN (not allowed), X (not supported)": what is offered, and why not. */
static enum ph_err put_offered(
    const struct ph_sasl_choice *c, struct ph_buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < c->count; i++) {
		const struct ph_sasl_candidate *item = &c->items[i];

		if (item->fitness == PH_SASL_NOT_OFFERED)
			continue;

		enum ph_err err = ph_buf_appendf(out, "%s%s (%s)", sep,
		    item->name, ph_sasl_fitness_text(item->fitness));
		if (err != PH_OK)
			return err;
		sep = ", ";
	}
	return PH_OK;
}

static enum ph_err put_allowed(
    const struct ph_connection *c, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append_str(out, "; allowed here:");

	if (err == PH_OK && c->mechanism_count == 0)
		err = ph_buf_append_str(out, " auto");
	for (size_t i = 0; err == PH_OK && i < c->mechanism_count; i++) {
		err =
		    ph_buf_appendf(out, " %.*s", PH_SPAN_ARG(c->mechanisms[i]));
	}
	return err;
}

/* Why none of them fits. */
void ph_login_none_fits(struct ph_session *s)
{
	const struct ph_sasl_choice *c = &s->login.choice;
	bool in_clear = has_fitness(c, PH_SASL_CLEARTEXT);
	PH_CLEANUP(ph_buf_release) struct ph_buf line;
	struct ph_fault f;

	ph_buf_init(&line, LINE_MAX_NOTE);
	/* What does not fit in is not told. */
	if (put_offered(c, &line) == PH_OK)
		(void)!put_allowed(s->conn, &line);
	ph_fault_set(&f,
	    in_clear ? PH_CAUSE_AUTH_PLAINTEXT : PH_CAUSE_AUTH_NO_COMMON,
	    PH_STAGE_AUTH, "%s offers no mechanism that may be used: %s",
	    s->where, ph_buf_str(&line));
	if (!in_clear)
		advise(c, &f);
	ph_link_give_up(s, &f);
}
