#include "diagnose/verdict.h"

#include "diagnose/cause.h"

#include <assert.h>

static enum ph_step_state of_host(const struct ph_evidence *e)
{
	return e->host_answers ? PH_STEP_GOOD : e->greeting;
}

static enum ph_step_state of_port(const struct ph_evidence *e)
{
	return e->port_answers ? PH_STEP_GOOD : e->greeting;
}

/* The mode is right when TLS came about, or when words came in clear. */
static enum ph_step_state of_mode(const struct ph_evidence *e)
{
	return e->in_clear ? of_port(e) : e->tls;
}

static enum ph_step_state of_tls(const struct ph_evidence *e)
{
	return e->in_clear ? PH_STEP_NOT_USED : e->tls;
}

static enum ph_step_state of_certificate(const struct ph_evidence *e)
{
	return e->in_clear ? PH_STEP_NOT_USED : e->certificate;
}

static enum ph_step_state of_proxy(const struct ph_evidence *e)
{
	return e->proxy;
}

static enum ph_step_state of_ehlo(const struct ph_evidence *e)
{
	return e->ehlo;
}

static enum ph_step_state of_auth(const struct ph_evidence *e)
{
	return e->auth;
}

/* Where the name's other shape was taken, all but the name was right. */
static enum ph_step_state of_mechanism(const struct ph_evidence *e)
{
	return e->fault.cause == PH_CAUSE_AUTH_USERNAME ? PH_STEP_GOOD
							: e->auth;
}

static enum ph_step_state of_password(const struct ph_evidence *e)
{
	return e->has_password ? of_mechanism(e) : PH_STEP_NOT_USED;
}

static enum ph_step_state of_mail(const struct ph_evidence *e)
{
	return e->mail;
}

static enum ph_step_state of_rcpt(const struct ph_evidence *e)
{
	return e->rcpt;
}

static enum ph_step_state of_data(const struct ph_evidence *e)
{
	return e->data;
}

const char *const ph_verdict_settings[PH_VERDICT_SETTINGS] = { "host", "port",
	"tls", "tls-version", "certificate", "proxy", "helo", "mechanism",
	"username", "password", "sender", "recipient", "size" };

/* What proves each, and whether a good login settles it for good. */
static const struct {
	enum ph_step_state (*step)(const struct ph_evidence *e);
	bool behind_login;
} rows[PH_VERDICT_SETTINGS] = {
	{ of_host, true },
	{ of_port, true },
	{ of_mode, true },
	{ of_tls, true },
	{ of_certificate, true },
	{ of_proxy, true },
	{ of_ehlo, true },
	{ of_mechanism, true },
	{ of_auth, true }, /* username */
	{ of_password, true },
	{ of_mail, false },
	{ of_rcpt, false },
	{ of_data, false },
};

static const char *const names[] = {
	[PH_VERDICT_NOT_REACHED] = "not-reached",
	[PH_VERDICT_PROVEN] = "proven",
	[PH_VERDICT_SUSPECT] = "suspect",
	[PH_VERDICT_NOT_USED] = "not-used",
};

const char *ph_verdict_name(enum ph_verdict verdict)
{
	return names[verdict];
}

static bool is_word(const char *word, const char *other)
{
	return ph_span_eq(ph_span_of(word), ph_span_of(other));
}

/* One word may stand for two settings. */
static bool points_at(const char *blamed, const char *setting)
{
	if (is_word(blamed, "username-or-password")) {
		return is_word(setting, "username") ||
		    is_word(setting, "password");
	}
	return is_word(blamed, setting);
}

static bool is_blamed(const struct ph_evidence *e, size_t i)
{
	if (!ph_fault_is_set(&e->fault) ||
	    (rows[i].behind_login && e->auth == PH_STEP_GOOD))
		return false;
	return points_at(ph_fault_setting(&e->fault), ph_verdict_settings[i]);
}

enum ph_verdict ph_verdict_of(const struct ph_evidence *e, size_t i)
{
	assert(i < PH_VERDICT_SETTINGS);

	if (is_blamed(e, i))
		return PH_VERDICT_SUSPECT;
	switch (rows[i].step(e)) {
	case PH_STEP_GOOD:
		return PH_VERDICT_PROVEN;
	case PH_STEP_NOT_USED:
		return PH_VERDICT_NOT_USED;
	case PH_STEP_NOT_REACHED:
	case PH_STEP_FAILED:
		return PH_VERDICT_NOT_REACHED;
	}
	return PH_VERDICT_NOT_REACHED;
}

const char *ph_verdict_other(const struct ph_evidence *e)
{
	const char *blamed = ph_fault_setting(&e->fault);

	if (!ph_fault_is_set(&e->fault) || is_word(blamed, "none"))
		return NULL;
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		if (points_at(blamed, ph_verdict_settings[i]))
			return NULL;
	}
	return blamed;
}
