#include "cli/consent.h"

#include "cli/json.h"
#include "io/loop.h"
#include "oauth/device.h"

#include <inttypes.h>
#include <unistd.h>

enum {
	SECOND_MS = 1000,
	MINUTE = 60,
	LINE_MAX_LEN = 80
};

static ph_msec now_ms(void)
{
	return ph_clock_usec() / 1000;
}

/* what a person sees */

static enum ph_err show_json(
    const struct ph_consent *c, const struct ph_oauth_device *d)
{
	json_t *line = json_object();

	ph_json_put(line, "event", json_string("code"));
	ph_json_put(line, "name", ph_json_str(c->connection->name));
	ph_json_put(line, "page", ph_json_str(d->page));
	ph_json_put(
	    line, "page_complete", ph_json_str_or_null(d->page_complete));
	ph_json_put(line, "user_code", ph_json_str(d->user_code));
	ph_json_put(
	    line, "expires_in", json_integer((json_int_t)d->expires_in));
	return ph_json_print(&line) == PH_EXIT_OK ? PH_OK : PH_EIO;
}

static enum ph_err show(
    const struct ph_consent *c, const struct ph_oauth_device *d)
{
	if (c->cli->json)
		return show_json(c, d);
	printf("To let Posthaste send mail as %s,\n"
	       "open this page in any browser, on any device,\n\n    %s\n\n"
	       "and enter this code:\n\n    %s\n\n",
	    c->connection->username, d->page, d->user_code);
	if (d->page_complete[0] != '\0') {
		printf("Or open this one, which knows the code:\n\n    %s\n\n",
		    d->page_complete);
	}
	if (d->expires_in < 2 * MINUTE) {
		printf("The code is good for %" PRId64 " s.", d->expires_in);
	} else {
		printf("The code is good for %" PRId64 " min.",
		    d->expires_in / MINUTE);
	}
	printf("  Ctrl-C gives up.\n");
	return fflush(stdout) == 0 ? PH_OK : PH_EIO;
}

static bool is_watched(const struct ph_consent *c)
{
	return !c->cli->quiet && !c->cli->json && isatty(STDERR_FILENO);
}

static void draw(const struct ph_consent *c, const struct ph_oauth_wait *w)
{
	ph_msec left = (w->ends - now_ms()) / SECOND_MS;

	if (!is_watched(c) || left < 0)
		return;
	(void)fprintf(stderr, "\rwaiting: %" PRId64 ":%02" PRId64 " left ",
	    left / MINUTE, left % MINUTE);
	(void)fflush(stderr);
}

static void undraw(const struct ph_consent *c)
{
	if (is_watched(c))
		(void)fprintf(stderr, "\r%*s\r", LINE_MAX_LEN - 1, "");
}

/* the waiting */

static enum ph_err tell_interrupted(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_AUTH,
	    "interrupted before anybody consented; nothing was stored");
	ph_fault_advise(fault, "run it again to get a new code");
	return PH_EIO;
}

/* Unless it was the server that was away. */
static enum ph_err tell_expired(
    const struct ph_oauth_device *d, struct ph_fault *fault)
{
	if (fault->cause == PH_CAUSE_TOKEN_UNREACHABLE)
		return PH_EIO;
	ph_fault_set(fault, PH_CAUSE_TOKEN_EXPIRED, PH_STAGE_AUTH,
	    "nobody entered the code %s before it ended", d->user_code);
	return PH_ETIMEOUT;
}

/* Until the next question is due.  PH_EIO: interrupted. */
static enum ph_err sleep_until_due(
    const struct ph_consent *c, const struct ph_oauth_wait *w)
{
	for (;;) {
		ph_msec left = ph_oauth_wait_left(w, now_ms());

		if (left == 0)
			return PH_OK;
		draw(c, w);
		if (ph_interrupt_wait(
			c->hold, left < SECOND_MS ? left : SECOND_MS))
			return PH_EIO;
	}
}

/* PH_AGAIN: ask once more later. */
static enum ph_err judge(struct ph_oauth_wait *w, enum ph_err err,
    const struct ph_oauth_refusal *why, const struct ph_fault *fault)
{
	if (err == PH_EDENIED)
		return ph_oauth_wait_refused(w, why->error, now_ms());
	if (err == PH_EIO && fault->cause == PH_CAUSE_TOKEN_UNREACHABLE)
		return ph_oauth_wait_unanswered(w, now_ms());
	return err;
}

static enum ph_err wait_for(const struct ph_consent *c,
    const struct ph_oauth_device *d, struct ph_oauth_tokens *out,
    struct ph_fault *fault)
{
	struct ph_span code = ph_secret_span(&d->code);
	struct ph_oauth_refusal why = { 0 };
	struct ph_oauth_wait w;
	enum ph_err err = PH_AGAIN;

	ph_oauth_wait_begin(&w, d, now_ms());
	while (err == PH_AGAIN) {
		if (sleep_until_due(c, &w) != PH_OK)
			return tell_interrupted(fault);
		if (ph_oauth_wait_is_over(&w, now_ms()))
			return tell_expired(d, fault);
		err = ph_token_ask_poll(c->exchange, code, out, &why, fault);
		err = judge(&w, err, &why, fault);
	}
	if (err == PH_ETIMEOUT)
		return tell_expired(d, fault);
	if (err == PH_EIO && fault->cause == PH_CAUSE_INTERRUPTED)
		return tell_interrupted(fault);
	if (err == PH_OK)
		*fault = (struct ph_fault){ 0 };
	return err;
}

/* the beginning */

static enum ph_err refuse_device(
    const struct ph_consent *c, struct ph_fault *fault)
{
	const struct ph_oauth_issuer *issuer = c->exchange->site->issuer;

	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "connection \"%s\" has no device-endpoint to get a code from",
	    c->connection->name);
	if (issuer != NULL && issuer->caveat[0] != '\0') {
		ph_fault_advise(fault, "%s", issuer->caveat);
	} else {
		ph_fault_advise(fault,
		    "posthaste connection set %s oauth.device-endpoint=URL; "
		    "or posthaste login %s --refresh-token-from SOURCE takes "
		    "a refresh token that was got otherwise",
		    c->connection->name, c->connection->name);
	}
	return PH_EINVAL;
}

/* What is known of the provider may be why. */
static void explain(const struct ph_consent *c,
    const struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	const struct ph_oauth_issuer *issuer = c->exchange->site->issuer;

	if (issuer == NULL || issuer->caveat[0] == '\0')
		return;
	if (why->error == PH_OAUTH_SCOPE || why->error == PH_OAUTH_CLIENT)
		ph_fault_advise(fault, "%s", issuer->caveat);
}

enum ph_err ph_consent_get(const struct ph_consent *c,
    struct ph_oauth_tokens *out, struct ph_fault *fault)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why = { 0 };
	enum ph_err err;

	if (c->exchange->site->device_url[0] == '\0')
		return refuse_device(c, fault);
	err = ph_token_ask_device(c->exchange, &d, &why, fault);
	if (err == PH_EDENIED)
		explain(c, &why, fault);
	if (err == PH_OK)
		err = show(c, &d);
	if (err == PH_OK) {
		err = wait_for(c, &d, out, fault);
		undraw(c);
	}
	ph_oauth_device_release(&d);
	return err;
}
