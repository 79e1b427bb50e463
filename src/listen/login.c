#include "listen/channel.h"
#include "listen/fault.h"

static struct ph_sasl_channel channel_of(const struct ph_listen_session *s)
{
	return ph_listen_channel(s->stream, s->server->config.plaintext_login);
}

/* Only what the server offers that it is like. */
static enum ph_err resemble(
    const struct ph_listen_session *s, struct ph_buf *names)
{
	const struct ph_inject_likeness *like =
	    ph_inject_plan_like(s->server->config.plan);
	struct ph_buf all;

	if (like == NULL)
		return PH_OK;
	ph_buf_init(&all, PH_LISTEN_MECHANISMS_MAX);

	enum ph_err err = ph_buf_append(&all, ph_buf_span(names));
	ph_buf_clear(names);
	if (err == PH_OK) {
		err = ph_inject_likeness_mechanisms(
		    like, ph_buf_span(&all), names);
	}
	ph_buf_release(&all);
	return err;
}

enum ph_err ph_listen_login_mechanisms(
    const struct ph_listen_session *s, bool secure, struct ph_buf *out)
{
	const struct ph_sasl_users *users = s->server->config.users;
	struct ph_sasl_channel channel = channel_of(s);

	if (users == NULL)
		return PH_OK;

	struct ph_sasl_server_offer offer = {
		.secure = secure,
		.bound = secure && channel.binding != PH_BINDING_NONE,
		.plaintext = channel.plaintext_allowed,
		.anonymous = users->anonymous,
	};

	enum ph_err err = ph_sasl_server_mechanisms(&offer, out);
	if (err != PH_OK || s->fault == NULL)
		return err;
	return resemble(s, out);
}

void ph_listen_login_reset(struct ph_listen_session *s)
{
	ph_sasl_server_free(s->login);
	s->login = NULL;
	s->login_good = false;
	ph_buf_wipe(&s->challenge);
	ph_buf_clear(&s->username);
	s->client.mechanism = NULL;
	s->client.username = (struct ph_span){ 0 };
}

static ph_msec now_of(const struct ph_listen_session *s)
{
	return ph_loop_now(s->server->loop);
}

/* The engine's own errors end the session by its events. */
static void end(struct ph_listen_session *s, enum ph_smtpd_auth_result result)
{
	enum ph_err err = ph_smtpd_auth_done(s->engine, now_of(s), result);

	(void)err;
	if (result != PH_SMTPD_AUTH_OK)
		ph_listen_login_reset(s);
	ph_sasl_server_free(s->login);
	s->login = NULL;
	ph_buf_wipe(&s->challenge);
}

/* Who logs in, as far as is known. */
static struct ph_span claimed(const struct ph_listen_session *s)
{
	return s->login == NULL ? (struct ph_span){ 0 }
				: ph_sasl_server_username(s->login);
}

static void done(struct ph_listen_session *s, enum ph_smtpd_auth_result result)
{
	if (s->fault == NULL) {
		end(s, result);
		return;
	}
	s->fault->result = result;
	ph_listen_fault_at(s, PH_SMTPD_STAGE_LOGIN, claimed(s));
}

/* Keeps who it is; false: there is no room. */
static bool keep_name(struct ph_listen_session *s)
{
	const char *name = ph_sasl_server_mechanism(s->login);
	size_t len = strlen(name);

	ph_buf_clear(&s->username);
	if (len >= sizeof(s->mechanism) ||
	    ph_buf_append(&s->username, ph_sasl_server_username(s->login)) !=
		PH_OK) {
		return false;
	}
	memcpy(s->mechanism, name, len + 1);
	s->client.mechanism = s->mechanism;
	s->client.username = ph_buf_span(&s->username);
	return true;
}

static void good(struct ph_listen_session *s)
{
	done(s, keep_name(s) ? PH_SMTPD_AUTH_OK : PH_SMTPD_AUTH_TEMPORARY);
}

void ph_listen_login_finish(struct ph_listen_session *s, bool good)
{
	enum ph_smtpd_auth_result result = s->fault->result;

	if (good && result != PH_SMTPD_AUTH_OK && s->login != NULL &&
	    keep_name(s)) {
		result = PH_SMTPD_AUTH_OK;
	}
	end(s, result);
}

static void challenge(struct ph_listen_session *s)
{
	if (ph_smtpd_auth_challenge(
		s->engine, now_of(s), ph_buf_span(&s->challenge)) != PH_OK) {
		done(s, PH_SMTPD_AUTH_TEMPORARY);
	}
}

static void step(
    struct ph_listen_session *s, struct ph_span response, bool has_response)
{
	enum ph_err err = ph_sasl_server_step(
	    s->login, response, has_response, &s->challenge);

	s->login_good = err == PH_EOF;
	if (err == PH_OK || (err == PH_EOF && s->challenge.len > 0)) {
		challenge(s);
	} else if (err == PH_EOF) {
		good(s);
	} else if (err == PH_EDENIED) {
		done(s, PH_SMTPD_AUTH_REFUSED);
	} else {
		done(s, PH_SMTPD_AUTH_TEMPORARY);
	}
}

/* A challenge that nothing answers well. */
static bool mislead(struct ph_listen_session *s)
{
	struct ph_span text = s->fault->challenge;

	s->fault->challenged = text.ptr != NULL &&
	    ph_smtpd_auth_challenge_as_is(s->engine, now_of(s), text) == PH_OK;
	s->fault->challenge = (struct ph_span){ 0 };
	return s->fault->challenged;
}

static void begin(struct ph_listen_session *s, const struct ph_smtpd_event *ev)
{
	struct ph_sasl_channel channel = channel_of(s);

	ph_listen_login_reset(s);
	if (s->fault != NULL && mislead(s))
		return;
	if (ph_sasl_server_new(ev->data, s->server->config.users, &channel,
		&s->login) != PH_OK) {
		done(s, PH_SMTPD_AUTH_TEMPORARY);
		return;
	}
	step(s, ev->initial, ev->has_initial);
}

void ph_listen_login_event(
    struct ph_listen_session *s, const struct ph_smtpd_event *ev)
{
	if (ev->type == PH_SMTPD_AUTH) {
		begin(s, ev);
	} else if (ev->type == PH_SMTPD_AUTH_CANCELLED) {
		ph_listen_login_reset(s);
	} else if (s->fault != NULL && s->fault->challenged) {
		done(s, PH_SMTPD_AUTH_REFUSED);
	} else if (s->login_good) {
		good(s);
	} else {
		step(s, ev->data, true);
	}
}
