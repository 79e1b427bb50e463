#include "lib/mailer.h"

#include <stdlib.h>

enum {
	ARENA_MAX = 16 * 1024 * 1024
};

/* The options of the first version; later ones are longer. */
enum {
	OPTIONS_SIZE_MIN = sizeof(struct ph_mailer_options)
};

const char *ph_library_version(void)
{
	return PH_LIBRARY_VERSION;
}

static bool take_options(struct ph_mailer *m, const struct ph_mailer_options *o)
{
	if (o == NULL)
		return true;
	m->transcript = o->transcript;
	m->transcript_ctx = o->transcript_ctx;
	if (o->connection != NULL) {
		m->connection_name =
		    ph_arena_str(&m->arena, ph_span_of(o->connection));
	}
	if (o->config != NULL)
		m->config = ph_arena_str(&m->arena, ph_span_of(o->config));
	return (o->connection == NULL || m->connection_name != NULL) &&
	    (o->config == NULL || m->config != NULL);
}

enum ph_status ph_mailer_new(
    const struct ph_mailer_options *options, struct ph_mailer **out)
{
	if (out == NULL)
		return PH_STATUS_ARGUMENT;
	*out = NULL;
	if (options != NULL && options->size < OPTIONS_SIZE_MIN)
		return PH_STATUS_ARGUMENT;

	struct ph_mailer *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return PH_STATUS_SYSTEM;
	if (pthread_mutex_init(&m->lock, NULL) != 0) {
		free(m);
		return PH_STATUS_SYSTEM;
	}
	ph_arena_init(&m->arena, ARENA_MAX);
	ph_arena_init(&m->conn_arena, ARENA_MAX);
	ph_lib_problem_clear(&m->problem);
	if (!take_options(m, options)) {
		ph_mailer_free(m);
		return PH_STATUS_SYSTEM;
	}
	*out = m;
	return PH_STATUS_OK;
}

void ph_mailer_free(struct ph_mailer *m)
{
	if (m == NULL)
		return;
	ph_lib_disconnect(m, false);
	ph_loop_free(m->loop);
	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		ph_secret_release(&m->given[i]);
		ph_secret_release(&m->found[i]);
	}
	ph_arena_release(&m->conn_arena);
	ph_arena_release(&m->arena);
	free(m->overrides);
	(void)pthread_mutex_destroy(&m->lock);
	free(m);
}

static void lock(struct ph_mailer *m)
{
	/* Fails only for a mutex that is none, or that we hold. */
	(void)pthread_mutex_lock(&m->lock);
	ph_lib_problem_clear(&m->problem);
}

static enum ph_status unlock(struct ph_mailer *m, enum ph_status status)
{
	(void)pthread_mutex_unlock(&m->lock);
	return status;
}

static const struct ph_problem no_mailer = {
	.status = PH_STATUS_ARGUMENT,
	.cause = "usage",
	.stage = "config",
	.setting = "none",
	.text = "there is no mailer",
	.advice = "see posthaste.h, or libposthaste(3)",
	.enhanced = "",
};

const struct ph_problem *ph_mailer_problem(const struct ph_mailer *m)
{
	return m == NULL ? &no_mailer : &m->problem.pub;
}

/* A later one takes the earlier one's place: two of them would be two
   opinions. */
static enum ph_status add_override(
    struct ph_mailer *m, const struct ph_setting_override *o)
{
	for (size_t i = 0; i < m->override_count; i++) {
		if (m->overrides[i].row == o->row) {
			m->overrides[i] = *o;
			return PH_STATUS_OK;
		}
	}

	struct ph_setting_override *items =
	    reallocarray(m->overrides, m->override_count + 1, sizeof(*items));

	if (items == NULL)
		return ph_lib_problem_memory(&m->problem);
	m->overrides = items;
	m->overrides[m->override_count++] = *o;
	return PH_STATUS_OK;
}

static enum ph_status no_setting(struct ph_mailer *m, const char *name)
{
	const struct ph_setting *near =
	    ph_setting_nearest((struct ph_span){ 0 }, ph_span_of(name));
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "there is no setting \"%s\"", name);
	if (near != NULL)
		ph_fault_advise(&f, "the nearest is \"%s\"", near->name);
	return ph_lib_problem_set(&m->problem, &f);
}

static enum ph_status set(
    struct ph_mailer *m, const char *name, const char *value)
{
	struct ph_setting_override o = { 0 };
	struct ph_fault f = { 0 };

	if (name == NULL || value == NULL)
		return ph_lib_problem_argument(&m->problem, "a value is NULL");
	o.row = ph_setting_find((struct ph_span){ 0 }, ph_span_of(name));
	if (o.row == NULL)
		return no_setting(m, name);
	if (ph_setting_check(o.row, ph_span_of(value), &f) != PH_OK) {
		(void)ph_lib_problem_set(&m->problem, &f);
		m->problem.pub.status = PH_STATUS_ARGUMENT;
		return PH_STATUS_ARGUMENT;
	}
	o.origin = o.row->name;
	if (ph_arena_copy(&m->arena, ph_span_of(value), &o.value) != PH_OK)
		return ph_lib_problem_memory(&m->problem);
	return add_override(m, &o);
}

enum ph_status ph_mailer_set(
    struct ph_mailer *m, const char *name, const char *value)
{
	if (m == NULL)
		return PH_STATUS_ARGUMENT;
	lock(m);
	return unlock(m, set(m, name, value));
}

static enum ph_status set_secret(
    struct ph_mailer *m, enum ph_role role, struct ph_span value)
{
	if (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL) {
		return ph_lib_problem_argument(
		    &m->problem, "a password holds no NUL");
	}

	struct ph_span before = ph_secret_span(&m->given[role]);
	bool is_other = before.ptr != NULL && !ph_secret_eq(before, value);
	enum ph_err err = ph_secret_set(&m->given[role], value);

	/* A program that has another password now means to try it. */
	if (err == PH_OK && role == PH_ROLE_PASSWORD && is_other)
		m->given_changed = ph_clock_unix_msec();

	if (err == PH_ETOOBIG) {
		return ph_lib_problem_argument(
		    &m->problem, "the password is too long");
	}
	if (err != PH_OK)
		return ph_lib_problem_memory(&m->problem);
	return PH_STATUS_OK;
}

static enum ph_status set_url(struct ph_mailer *m, const char *url)
{
	struct ph_server_url parsed = { 0 };
	struct ph_fault f = { 0 };
	enum ph_status status = PH_STATUS_OK;

	if (url == NULL)
		return ph_lib_problem_argument(&m->problem, "a value is NULL");
	if (ph_server_url_parse(ph_span_of(url), &m->arena, &parsed, &f) !=
	    PH_OK) {
		(void)ph_lib_problem_set(&m->problem, &f);
		m->problem.pub.status = PH_STATUS_ARGUMENT;
		return PH_STATUS_ARGUMENT;
	}
	for (size_t i = 0; i < parsed.override_count && status == PH_STATUS_OK;
	     i++)
		status = add_override(m, &parsed.overrides[i]);
	if (status == PH_STATUS_OK && parsed.has_password)
		status = set_secret(m, PH_ROLE_PASSWORD, parsed.password);
	return status;
}

enum ph_status ph_mailer_set_url(struct ph_mailer *m, const char *url)
{
	if (m == NULL)
		return PH_STATUS_ARGUMENT;
	lock(m);
	return unlock(m, set_url(m, url));
}

static enum ph_status give_secret(
    struct ph_mailer *m, enum ph_role role, const void *secret, size_t len)
{
	if (secret == NULL) {
		ph_secret_release(&m->given[role]);
		return PH_STATUS_OK;
	}
	return set_secret(m, role, (struct ph_span){ secret, len });
}

enum ph_status ph_mailer_set_password(
    struct ph_mailer *m, const void *password, size_t len)
{
	return ph_mailer_set_secret(m, PH_SECRET_FOR_LOGIN, password, len);
}

enum ph_status ph_mailer_set_secret(struct ph_mailer *m,
    enum ph_secret_for what, const void *secret, size_t len)
{
	static const enum ph_role roles[] = {
		[PH_SECRET_FOR_LOGIN] = PH_ROLE_PASSWORD,
		[PH_SECRET_FOR_PROXY] = PH_ROLE_PROXY,
		[PH_SECRET_FOR_CLIENT_KEY] = PH_ROLE_CLIENT_KEY,
	};

	if (m == NULL)
		return PH_STATUS_ARGUMENT;
	lock(m);
	if ((size_t)what >= PH_COUNT(roles)) {
		return unlock(m,
		    ph_lib_problem_argument(
			&m->problem, "there is no such use of a secret"));
	}
	return unlock(m, give_secret(m, roles[what], secret, len));
}

enum ph_status ph_mailer_connect(struct ph_mailer *m)
{
	if (m == NULL)
		return PH_STATUS_ARGUMENT;
	lock(m);
	return unlock(m, ph_lib_connect(m));
}

enum ph_status ph_mailer_send(
    struct ph_mailer *m, const struct ph_mail *mail, struct ph_receipt **out)
{
	struct ph_receipt *receipt = NULL;

	if (out != NULL)
		*out = NULL;
	if (m == NULL)
		return PH_STATUS_ARGUMENT;
	lock(m);
	if (mail == NULL) {
		return unlock(m,
		    ph_lib_problem_argument(&m->problem, "there is no mail"));
	}

	enum ph_status status = ph_lib_send(m, mail, &receipt);

	if (out != NULL) {
		*out = receipt;
	} else {
		ph_receipt_free(receipt);
	}
	return unlock(m, status);
}

void ph_mailer_disconnect(struct ph_mailer *m)
{
	if (m == NULL)
		return;
	lock(m);
	ph_lib_disconnect(m, true);
	(void)unlock(m, PH_STATUS_OK);
}

bool ph_mailer_is_connected(const struct ph_mailer *m)
{
	return m != NULL && m->session != NULL;
}

const struct ph_peer *ph_mailer_peer(const struct ph_mailer *m)
{
	return m == NULL || !m->has_peer ? NULL : &m->peer;
}
