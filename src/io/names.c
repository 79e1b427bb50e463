#include "io/names.h"

#include "io/loop_uv.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	NAME_SIZE = 256,
	/* The root's key comes from nearby, or not at all. */
	ROOT_TIMEOUT_MS = 2000
};

struct question {
	struct ph_names *names;
	char name[NAME_SIZE];
	enum ph_dns_type type;
	ph_dns_fn *fn; /* NULL: the place is free */
	void *ctx;
	int id;
	bool is_asked;
	ph_msec until;
};

enum state {
	ASKING_ROOT,
	SETTLED, /* its answer is there: to be dealt with outside of it */
	READY
};

struct ph_names {
	struct ph_loop *loop;
	const struct ph_dns *dns;
	struct ph_dns_context *context;
	uv_poll_t *poll;
	struct ph_timer *timer;
	enum state state;
	bool is_proven;
	int root_id;
	ph_msec root_until;
	struct question questions[PH_NAMES_QUESTIONS_MAX];
};

static void on_readable(uv_poll_t *h, int status, int events);

static void on_poll_closed(uv_handle_t *h)
{
	free(h);
}

static void stop_watching(struct ph_names *n)
{
	if (n->poll == NULL)
		return;
	(void)uv_poll_stop(n->poll);
	uv_close((uv_handle_t *)n->poll, on_poll_closed);
	n->poll = NULL;
}

static enum ph_err watch(struct ph_names *n)
{
	uv_poll_t *poll = calloc(1, sizeof(*poll));

	if (poll == NULL)
		return PH_ENOMEM;
	if (uv_poll_init(ph_loop_uv(n->loop), poll,
		n->dns->descriptor(n->context)) != 0) {
		free(poll);
		return PH_EIO;
	}
	poll->data = n;
	n->poll = poll;
	return uv_poll_start(poll, UV_READABLE, on_readable) == 0 ? PH_OK
								  : PH_EIO;
}

static enum ph_err open_context(struct ph_names *n, bool validates)
{
	enum ph_err err = n->dns->open(validates, &n->context);

	return err == PH_OK ? watch(n) : err;
}

static void close_context(struct ph_names *n)
{
	stop_watching(n);
	if (n->context != NULL)
		n->dns->close(n->context);
	n->context = NULL;
}

static void set_timer(struct ph_names *n)
{
	ph_msec at = n->state == ASKING_ROOT ? n->root_until : PH_NEVER;

	for (size_t i = 0; i < PH_NAMES_QUESTIONS_MAX; i++) {
		const struct question *q = &n->questions[i];

		if (q->fn != NULL && (at == PH_NEVER || q->until < at))
			at = q->until;
	}
	ph_timer_set(n->timer, at);
}

static void tell(struct question *q, const struct ph_dns_answer *a)
{
	ph_dns_fn *fn = q->fn;

	q->fn = NULL;
	fn(q->ctx, a);
}

static void tell_failed(struct question *q)
{
	const struct ph_dns_answer failed = { .status = PH_DNS_FAILED };

	tell(q, &failed);
}

static void on_answer(void *ctx, const struct ph_dns_answer *a)
{
	struct question *q = ctx;
	struct ph_names *n = q->names;
	struct ph_dns_answer shown = *a;

	shown.is_secure = shown.is_secure && n->is_proven;
	tell(q, &shown);
	set_timer(n);
}

static void ask_now(struct ph_names *n, struct question *q)
{
	if (n->context == NULL ||
	    n->dns->ask(n->context, q->name, q->type, on_answer, q, &q->id) !=
		PH_OK) {
		tell_failed(q);
		return;
	}
	q->is_asked = true;
}

/* What waited for the root's key is asked, with or without it. */
static void settle(struct ph_names *n)
{
	n->state = READY;
	if (!n->is_proven) {
		close_context(n);
		/* Without one every question fails. */
		if (open_context(n, false) != PH_OK)
			close_context(n);
	}
	for (size_t i = 0; i < PH_NAMES_QUESTIONS_MAX; i++) {
		struct question *q = &n->questions[i];

		if (q->fn != NULL && !q->is_asked)
			ask_now(n, q);
	}
	set_timer(n);
}

static void on_root(void *ctx, const struct ph_dns_answer *a)
{
	struct ph_names *n = ctx;

	n->is_proven = a->status == PH_DNS_FOUND && a->is_secure;
	n->state = SETTLED;
}

static void on_readable(uv_poll_t *h, int status, int events)
{
	struct ph_names *n = h->data;

	(void)status;
	(void)events;
	n->dns->process(n->context);
	if (n->state == SETTLED)
		settle(n);
}

static void on_timer(void *ctx)
{
	struct ph_names *n = ctx;
	ph_msec now = ph_loop_now(n->loop);

	if (n->state == ASKING_ROOT && now >= n->root_until) {
		n->dns->cancel(n->context, n->root_id);
		settle(n);
	}
	for (size_t i = 0; i < PH_NAMES_QUESTIONS_MAX; i++) {
		struct question *q = &n->questions[i];

		if (q->fn == NULL || now < q->until)
			continue;
		if (q->is_asked && n->context != NULL)
			n->dns->cancel(n->context, q->id);
		tell_failed(q);
	}
	set_timer(n);
}

static enum ph_err begin(struct ph_names *n)
{
	enum ph_err err = ph_timer_new(n->loop, on_timer, n, &n->timer);

	if (err == PH_OK)
		err = open_context(n, true);
	if (err != PH_OK)
		return err;
	n->root_until = ph_loop_now(n->loop) + ROOT_TIMEOUT_MS;
	err = n->dns->ask(
	    n->context, ".", PH_DNS_DNSKEY, on_root, n, &n->root_id);
	if (err == PH_OK)
		set_timer(n);
	return err;
}

static enum ph_err refuse(enum ph_err err, struct ph_fault *fault)
{
	if (err == PH_ENOMEM)
		return err;
	ph_fault_set(fault, PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS,
	    err == PH_ENOTFOUND
		? "no name server is configured (/etc/resolv.conf)"
		: "libunbound does not start");
	return PH_EIO;
}

enum ph_err ph_names_new(
    struct ph_loop *l, struct ph_names **out, struct ph_fault *fault)
{
	const struct ph_dns *dns = ph_dns();
	struct ph_names *n;

	if (dns == NULL) {
		ph_fault_set(fault, PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS,
		    "the module %s is missing, which asks name servers",
		    PH_DNS_FILE);
		return PH_EIO;
	}
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		return PH_ENOMEM;
	n->loop = l;
	n->dns = dns;

	enum ph_err err = begin(n);
	if (err != PH_OK) {
		ph_names_free(n);
		return refuse(err, fault);
	}
	*out = n;
	return PH_OK;
}

void ph_names_free(struct ph_names *n)
{
	if (n == NULL)
		return;
	close_context(n);
	ph_timer_free(n->timer);
	free(n);
}

enum ph_err ph_names_ask(struct ph_names *n, const char *name,
    enum ph_dns_type type, ph_dns_fn *fn, void *ctx)
{
	struct question *q = n->questions;

	while (q < n->questions + PH_NAMES_QUESTIONS_MAX && q->fn != NULL)
		q++;
	if (q == n->questions + PH_NAMES_QUESTIONS_MAX)
		return PH_ETOOBIG;
	if (strlen(name) >= sizeof(q->name))
		return PH_EINVAL;
	*q = (struct question){
		.names = n,
		.type = type,
		.fn = fn,
		.ctx = ctx,
		.until = ph_loop_now(n->loop) + PH_NAMES_TIMEOUT_MS,
	};
	(void)snprintf(q->name, sizeof(q->name), "%s", name);
	if (n->state == READY) {
		enum ph_err err = n->context == NULL
		    ? PH_EIO
		    : n->dns->ask(n->context, name, type, on_answer, q, &q->id);
		if (err != PH_OK) {
			q->fn = NULL;
			return err;
		}
		q->is_asked = true;
	}
	set_timer(n);
	return PH_OK;
}
