#include "token/exchange.h"

#include "oauth/request.h"
#include "oauth/url.h"
#include "token/http.h"
#include "token/way.h"

#include <stdio.h>

static const enum ph_cause causes[] = {
	[PH_OAUTH_NO_ERROR] = PH_CAUSE_TOKEN_PROTOCOL,
	[PH_OAUTH_PENDING] = PH_CAUSE_TOKEN_EXPIRED,
	[PH_OAUTH_SLOW_DOWN] = PH_CAUSE_TOKEN_EXPIRED,
	[PH_OAUTH_EXPIRED] = PH_CAUSE_TOKEN_EXPIRED,
	[PH_OAUTH_DENIED] = PH_CAUSE_TOKEN_DENIED,
	[PH_OAUTH_INVALID_GRANT] = PH_CAUSE_TOKEN_ENDED,
	[PH_OAUTH_CLIENT] = PH_CAUSE_TOKEN_CLIENT,
	[PH_OAUTH_SCOPE] = PH_CAUSE_TOKEN_CLIENT,
	[PH_OAUTH_BUSY] = PH_CAUSE_TOKEN_UNREACHABLE,
	[PH_OAUTH_OTHER] = PH_CAUSE_TOKEN_CLIENT,
};

static struct ph_oauth_client client_of(const struct ph_token_exchange *x)
{
	return (struct ph_oauth_client){
		.id = ph_span_of(x->site->client_id),
		.secret = x->client_secret,
		.scope = ph_span_of(x->site->scope),
	};
}

/* One question: what is sent where, and what came back. */
struct question {
	const struct ph_token_exchange *x;
	const char *url;
	struct ph_buf form;
	struct ph_buf body;
	unsigned status;
};

static void question_init(
    struct question *q, const struct ph_token_exchange *x, const char *url)
{
	*q = (struct question){ .x = x, .url = url };
	ph_buf_init(&q->form, PH_OAUTH_REQUEST_MAX);
	ph_buf_init(&q->body, PH_OAUTH_ANSWER_MAX);
}

static void question_release(struct question *q)
{
	ph_buf_wipe(&q->form);
	ph_buf_wipe(&q->body);
}

static enum ph_err ask(struct question *q, struct ph_fault *fault)
{
	const struct ph_http *http = ph_http();
	const struct ph_token_site *site = q->x->site;
	PH_CLEANUP(ph_token_way_release) struct ph_token_way way = { 0 };
	struct ph_http_post post = {
		.url = q->url,
		.form = ph_buf_span(&q->form),
		.ca_file = site->ca_file,
		.timeout = site->timeout,
		.is_stopped = q->x->is_stopped,
		.ctx = q->x->ctx,
	};

	if (http == NULL) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_AUTH,
		    "a token has to be fetched, and the module for it, %s, "
		    "cannot be loaded",
		    PH_HTTP_FILE);
		ph_fault_advise(fault, "install Posthaste again, whole");
		return PH_EIO;
	}

	const struct ph_token_way_question where = {
		.proxy = site->proxy,
		.password = q->x->proxy_password,
		.url = q->url,
	};
	enum ph_err err = ph_token_way_find(&where, &way, fault);

	if (err != PH_OK)
		return err;
	post.proxy = way.is_straight ? NULL : &way.proxy;
	return http->post(&post, &q->status, &q->body, fault);
}

static bool holds(struct ph_span text, struct ph_span part)
{
	for (size_t i = 0; part.len > 0 && i + part.len <= text.len; i++) {
		if (memcmp(text.ptr + i, part.ptr, part.len) == 0)
			return true;
	}
	return false;
}

/* Some servers repeat what was wrong. */
static void drop_secrets(const struct question *q, struct ph_span token,
    struct ph_oauth_refusal *why)
{
	struct ph_span words = ph_span_of(why->words);

	if (holds(words, token) || holds(words, q->x->client_secret))
		why->words[0] = '\0';
	if (holds(ph_span_of(why->name), token) ||
	    holds(ph_span_of(why->name), q->x->client_secret))
		why->name[0] = '\0';
}

static void tell_refusal(const struct question *q,
    const struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	struct ph_span host = ph_oauth_url_host(ph_span_of(q->url));
	char status[16];

	(void)snprintf(status, sizeof(status), "HTTP %u", q->status);
	ph_fault_set(fault, causes[why->error], PH_STAGE_AUTH,
	    "the token server %.*s answered %s%s%s%s", PH_SPAN_ARG(host),
	    why->name[0] == '\0' ? status : why->name,
	    why->words[0] == '\0' ? "" : " \"", why->words,
	    why->words[0] == '\0' ? "" : "\"");
}

/* What an answer that is none means for a person. */
static enum ph_err tell(const struct question *q, enum ph_err err,
    struct ph_span token, struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	struct ph_span host = ph_oauth_url_host(ph_span_of(q->url));

	if (err == PH_EDENIED) {
		drop_secrets(q, token, why);
		tell_refusal(q, why, fault);
	} else if (err == PH_EPROTO) {
		ph_fault_set(fault, PH_CAUSE_TOKEN_PROTOCOL, PH_STAGE_AUTH,
		    "the token server %.*s sent an answer (HTTP %u) that "
		    "cannot be used: %s",
		    PH_SPAN_ARG(host), q->status, why->broken);
	}
	return err;
}

enum ph_err ph_token_ask_device(const struct ph_token_exchange *x,
    struct ph_oauth_device *out, struct ph_oauth_refusal *why,
    struct ph_fault *fault)
{
	PH_CLEANUP(question_release) struct question q;
	struct ph_oauth_client client = client_of(x);

	question_init(&q, x, x->site->device_url);
	*why = (struct ph_oauth_refusal){ .broken = "" };

	enum ph_err err = ph_oauth_request_device(&client, &q.form);

	if (err == PH_OK)
		err = ask(&q, fault);
	if (err != PH_OK)
		return err;
	err = ph_oauth_answer_device(q.status, ph_buf_span(&q.body), out, why);
	return tell(&q, err, (struct ph_span){ 0 }, why, fault);
}

/* The form is made; token: the secret in it. */
static enum ph_err ask_tokens(struct question *q, struct ph_span token,
    struct ph_oauth_tokens *out, struct ph_oauth_refusal *why,
    struct ph_fault *fault)
{
	enum ph_err err = ask(q, fault);

	if (err != PH_OK)
		return err;
	err =
	    ph_oauth_answer_tokens(q->status, ph_buf_span(&q->body), out, why);
	return tell(q, err, token, why, fault);
}

enum ph_err ph_token_ask_poll(const struct ph_token_exchange *x,
    struct ph_span device_code, struct ph_oauth_tokens *out,
    struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	PH_CLEANUP(question_release) struct question q;
	struct ph_oauth_client client = client_of(x);

	question_init(&q, x, x->site->token_url);
	*why = (struct ph_oauth_refusal){ .broken = "" };

	enum ph_err err = ph_oauth_request_poll(&client, device_code, &q.form);

	return err == PH_OK ? ask_tokens(&q, device_code, out, why, fault)
			    : err;
}

enum ph_err ph_token_ask_refresh(const struct ph_token_exchange *x,
    struct ph_span refresh_token, struct ph_oauth_tokens *out,
    struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	PH_CLEANUP(question_release) struct question q;
	struct ph_oauth_client client = client_of(x);

	question_init(&q, x, x->site->token_url);
	*why = (struct ph_oauth_refusal){ .broken = "" };

	enum ph_err err =
	    ph_oauth_request_refresh(&client, refresh_token, &q.form);

	return err == PH_OK ? ask_tokens(&q, refresh_token, out, why, fault)
			    : err;
}

enum ph_err ph_token_ask_app(const struct ph_token_exchange *x,
    struct ph_oauth_tokens *out, struct ph_oauth_refusal *why,
    struct ph_fault *fault)
{
	PH_CLEANUP(question_release) struct question q;
	struct ph_oauth_client client = client_of(x);

	question_init(&q, x, x->site->token_url);
	*why = (struct ph_oauth_refusal){ .broken = "" };

	enum ph_err err = ph_oauth_request_app(&client, &q.form);

	return err == PH_OK
	    ? ask_tokens(&q, (struct ph_span){ 0 }, out, why, fault)
	    : err;
}
