#include "oauth/answer.h"

#include "base/num.h"
#include "base/utf8.h"
#include "oauth/url.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>

enum {
	DAY = 24 * 60 * 60,
	/* RFC 8628 3.2: where the server names none. */
	INTERVAL_PRESET = 5,
	INTERVAL_MAX = 300
};

/* Ten years: more is a mistake, or never. */
static const int64_t lifetime_max = INT64_C(10) * 366 * DAY;

static const struct {
	const char *name;
	enum ph_oauth_error error;
} errors[] = {
	{ "authorization_pending", PH_OAUTH_PENDING },
	{ "slow_down", PH_OAUTH_SLOW_DOWN },
	{ "expired_token", PH_OAUTH_EXPIRED },
	{ "code_expired", PH_OAUTH_EXPIRED },
	{ "access_denied", PH_OAUTH_DENIED },
	/* Microsoft's word for it. */
	{ "authorization_declined", PH_OAUTH_DENIED },
	{ "invalid_grant", PH_OAUTH_INVALID_GRANT },
	{ "interaction_required", PH_OAUTH_INVALID_GRANT },
	{ "invalid_client", PH_OAUTH_CLIENT },
	{ "unauthorized_client", PH_OAUTH_CLIENT },
	{ "unsupported_grant_type", PH_OAUTH_CLIENT },
	{ "invalid_scope", PH_OAUTH_SCOPE },
	{ "temporarily_unavailable", PH_OAUTH_BUSY },
	{ "server_error", PH_OAUTH_BUSY },
};

static void wipe_and_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* NULL: it is none.  Jansson copies what it reads, more than once: every copy
   may be a token.  Memory it took from malloc before may be given back this
   way too. */
static json_t *read_object(struct ph_span body)
{
	json_error_t ignored;
	json_t *j = NULL;

	json_set_alloc_funcs(malloc, wipe_and_free);
	if (body.len <= PH_OAUTH_ANSWER_MAX) {
		j = json_loadb(
		    body.ptr, body.len, JSON_REJECT_DUPLICATES, &ignored);
	}
	if (json_is_object(j))
		return j;
	json_decref(j);
	return NULL;
}

static struct ph_span text_of(const json_t *j, const char *key)
{
	const json_t *value = json_object_get(j, key);

	if (!json_is_string(value))
		return (struct ph_span){ 0 };
	return (struct ph_span){ json_string_value(value),
		json_string_length(value) };
}

static void copy_text(struct ph_span s, char *out, size_t out_size)
{
	s = ph_utf8_cut(s, out_size - 1);
	if (s.len > 0)
		memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
}

static enum ph_err broken(struct ph_oauth_refusal *why, const char *what)
{
	why->broken = what;
	return PH_EPROTO;
}

static bool is_for_now(unsigned status)
{
	return status >= 500 || status == 429 || status == 408;
}

static enum ph_err refuse(
    const json_t *j, unsigned status, struct ph_oauth_refusal *why)
{
	struct ph_span name = text_of(j, "error");

	why->error = is_for_now(status) ? PH_OAUTH_BUSY : PH_OAUTH_OTHER;
	for (size_t i = 0; i < PH_COUNT(errors); i++) {
		if (ph_span_eq(name, ph_span_of(errors[i].name)))
			why->error = errors[i].error;
	}
	copy_text(name, why->name, sizeof(why->name));
	copy_text(
	    text_of(j, "error_description"), why->words, sizeof(why->words));
	return PH_EDENIED;
}

/* The object that stands for success; else why not. */
static enum ph_err open_answer(unsigned status, struct ph_span body,
    json_t **out, struct ph_oauth_refusal *why)
{
	json_t *j = read_object(body);
	enum ph_err err = PH_OK;

	*why = (struct ph_oauth_refusal){ .broken = "" };
	if (j != NULL && text_of(j, "error").len > 0) {
		err = refuse(j, status, why);
	} else if (is_for_now(status)) {
		why->error = PH_OAUTH_BUSY;
		err = PH_EDENIED;
	} else if (status / 100 == 3) {
		err = broken(why, "it points elsewhere, which is not followed");
	} else if (j == NULL) {
		err = broken(why, "it is not a JSON object");
	} else if (status != 200) {
		err = broken(why, "it names no error");
	}
	if (err == PH_OK) {
		*out = j;
	} else {
		json_decref(j);
	}
	return err;
}

bool ph_oauth_token_is_valid(struct ph_span token)
{
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] <= ' ' || token.ptr[i] > '~')
			return false;
	}
	return token.len > 0 && token.len <= PH_OAUTH_TOKEN_MAX;
}

/* A number of seconds, as a number or, as some write it, in a string.  -1 where
   it is not there; false where it is not one. */
static bool take_seconds(const json_t *j, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(j, key);
	uint64_t n = 0;

	*out = -1;
	if (value == NULL || json_is_null(value))
		return true;
	if (json_is_string(value)) {
		if (ph_num_parse(text_of(j, key), (uint64_t)lifetime_max, &n) !=
		    PH_OK)
			return false;
		*out = (int64_t)n;
		return true;
	}
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*out = json_integer_value(value);
	if (*out > lifetime_max)
		*out = lifetime_max;
	return true;
}

static enum ph_err take_token(const json_t *j, const char *key,
    struct ph_secret *out, struct ph_oauth_refusal *why)
{
	struct ph_span token = text_of(j, key);

	if (!ph_oauth_token_is_valid(token)) {
		return broken(why,
		    "a token in it is empty, too long, or has characters that "
		    "no token has");
	}
	return ph_secret_set(out, token);
}

static bool is_there(const json_t *j, const char *key)
{
	const json_t *value = json_object_get(j, key);

	return value != NULL && !json_is_null(value);
}

static enum ph_err take_tokens(
    const json_t *j, struct ph_oauth_tokens *t, struct ph_oauth_refusal *why)
{
	if (!is_there(j, "access_token"))
		return broken(why, "there is no access_token in it");
	/* RFC 6750; another type would be used in another way. */
	if (!ph_span_eq_nocase(text_of(j, "token_type"), PH_SPAN("Bearer")))
		return broken(why, "its token_type is not Bearer");
	if (!take_seconds(j, "expires_in", &t->expires_in) ||
	    !take_seconds(
		j, "refresh_token_expires_in", &t->refresh_expires_in))
		return broken(why, "a lifetime in it is not a number");

	enum ph_err err = take_token(j, "access_token", &t->access, why);

	if (err == PH_OK && is_there(j, "refresh_token"))
		err = take_token(j, "refresh_token", &t->refresh, why);
	return err;
}

enum ph_err ph_oauth_answer_tokens(unsigned status, struct ph_span body,
    struct ph_oauth_tokens *out, struct ph_oauth_refusal *why)
{
	struct ph_oauth_tokens t = { 0 };
	json_t *j = NULL;
	enum ph_err err = open_answer(status, body, &j, why);

	if (err == PH_OK)
		err = take_tokens(j, &t, why);
	json_decref(j);
	if (err == PH_OK) {
		*out = t;
	} else {
		ph_oauth_tokens_release(&t);
	}
	return err;
}

/* Google's older name for it. */
static struct ph_span page_of(const json_t *j)
{
	struct ph_span page = text_of(j, "verification_uri");

	return page.len > 0 ? page : text_of(j, "verification_url");
}

static bool is_user_code(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < ' ' || s.ptr[i] > '~')
			return false;
	}
	return s.len > 0 && s.len <= PH_OAUTH_USER_CODE_MAX;
}

static bool is_page(struct ph_span s)
{
	return s.len <= PH_OAUTH_PAGE_MAX && ph_oauth_url_is_page(s);
}

static bool take_times(const json_t *j, struct ph_oauth_device *d)
{
	if (!take_seconds(j, "expires_in", &d->expires_in) ||
	    !take_seconds(j, "interval", &d->interval) || d->expires_in <= 0)
		return false;
	if (d->expires_in > DAY)
		d->expires_in = DAY;
	if (d->interval < 0)
		d->interval = INTERVAL_PRESET;
	if (d->interval < 1)
		d->interval = 1;
	if (d->interval > INTERVAL_MAX)
		d->interval = INTERVAL_MAX;
	return true;
}

static enum ph_err take_device(
    const json_t *j, struct ph_oauth_device *d, struct ph_oauth_refusal *why)
{
	struct ph_span user_code = text_of(j, "user_code");
	struct ph_span page = page_of(j);
	struct ph_span complete = text_of(j, "verification_uri_complete");

	if (!is_user_code(user_code))
		return broken(why, "there is no user_code in it to show");
	if (!is_page(page) || (complete.len > 0 && !is_page(complete)))
		return broken(why, "its verification_uri is no URL");
	if (!take_times(j, d))
		return broken(why, "expires_in or interval is not a number");
	copy_text(user_code, d->user_code, sizeof(d->user_code));
	copy_text(page, d->page, sizeof(d->page));
	copy_text(complete, d->page_complete, sizeof(d->page_complete));
	return take_token(j, "device_code", &d->code, why);
}

enum ph_err ph_oauth_answer_device(unsigned status, struct ph_span body,
    struct ph_oauth_device *out, struct ph_oauth_refusal *why)
{
	struct ph_oauth_device d = { 0 };
	json_t *j = NULL;
	enum ph_err err = open_answer(status, body, &j, why);

	if (err == PH_OK)
		err = take_device(j, &d, why);
	json_decref(j);
	if (err == PH_OK) {
		*out = d;
	} else {
		ph_oauth_device_release(&d);
	}
	return err;
}

void ph_oauth_tokens_release(struct ph_oauth_tokens *t)
{
	ph_secret_release(&t->access);
	ph_secret_release(&t->refresh);
	*t = (struct ph_oauth_tokens){ 0 };
}

void ph_oauth_device_release(struct ph_oauth_device *d)
{
	ph_secret_release(&d->code);
	*d = (struct ph_oauth_device){ 0 };
}
