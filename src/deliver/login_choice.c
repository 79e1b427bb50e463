#include "deliver/session_state.h"

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
	return c->username[0] != '\0' ||
	    (c->client_certificate[0] != '\0' && names(c, PH_SPAN("EXTERNAL")));
}

struct ph_sasl_credentials ph_login_credentials(const struct ph_session *s)
{
	const struct ph_connection *c = s->conn;
	struct ph_sasl_credentials cred = {
		.username = ph_span_of(c->username),
		.has_certificate =
		    c->client_certificate[0] != '\0' && s->facts.tls != NULL,
		.host = ph_span_of(s->host),
		.port = c->port,
	};

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

	if (tls == NULL || tls->binding_len == 0)
		return ch;
	ch.binding = tls->binding_is_exporter ? PH_BINDING_TLS_EXPORTER
					      : PH_BINDING_TLS_UNIQUE;
	ch.binding_data =
	    (struct ph_span){ (const char *)tls->binding, tls->binding_len };
	return ch;
}

static void choose(struct ph_session *s)
{
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);
	struct ph_span offered[PH_EHLO_MECHANISMS_MAX];
	struct ph_sasl_credentials cred = ph_login_credentials(s);
	struct ph_sasl_channel ch = ph_login_channel(s);

	for (size_t i = 0; i < e->mechanism_count; i++)
		offered[i] = ph_span_of(ph_ehlo_mechanism(e, i));
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

/* Why none of them fits. */
void ph_login_none_fits(struct ph_session *s)
{
	const struct ph_sasl_choice *c = &s->login.choice;
	PH_CLEANUP(ph_buf_release) struct ph_buf line;
	enum ph_cause cause = PH_CAUSE_AUTH_NO_COMMON;
	struct ph_fault f;

	ph_buf_init(&line, LINE_MAX_NOTE);
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].fitness == PH_SASL_CLEARTEXT)
			cause = PH_CAUSE_AUTH_PLAINTEXT;
		if (ph_buf_appendf(&line, "%s%s (%s)", i == 0 ? "" : ", ",
			c->items[i].name,
			ph_sasl_fitness_text(c->items[i].fitness)) != PH_OK)
			break;
	}
	ph_fault_set(&f, cause, PH_STAGE_AUTH,
	    "%s offers no mechanism that may be used: %s", s->where,
	    ph_buf_str(&line));
	ph_link_give_up(s, &f);
}
