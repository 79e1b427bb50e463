#include "io/loop.h"

#include "io/loop_uv.h"
#include "io/resolver.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

struct ph_loop {
	uv_loop_t uv;
	struct ph_resolver *resolver;
};

enum {
	/* Closing takes one turn, and one more for what closes in it. */
	DRAIN_TURNS_MAX = 16
};

enum ph_err ph_loop_new(struct ph_loop **out)
{
	struct ph_loop *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return PH_ENOMEM;

	int rc = uv_loop_init(&l->uv);
	if (rc != 0) {
		free(l);
		errno = -rc;
		return rc == UV_ENOMEM ? PH_ENOMEM : PH_EIO;
	}
	*out = l;
	return PH_OK;
}

void ph_loop_free(struct ph_loop *l)
{
	if (l == NULL)
		return;
	ph_resolver_free(l->resolver);

	int rc = uv_loop_close(&l->uv);
	for (int i = 0; rc == UV_EBUSY && i < DRAIN_TURNS_MAX; i++) {
		(void)uv_run(&l->uv, UV_RUN_NOWAIT);
		rc = uv_loop_close(&l->uv);
	}
	assert(rc == 0); /* our caller left something open */
	free(l);
}

uv_loop_t *ph_loop_uv(struct ph_loop *l)
{
	return &l->uv;
}

struct ph_resolver *ph_loop_resolver(struct ph_loop *l)
{
	if (l->resolver == NULL &&
	    ph_resolver_new(&l->uv, &l->resolver) != PH_OK) {
		return NULL;
	}
	return l->resolver;
}

ph_msec ph_loop_now(const struct ph_loop *l)
{
	return (ph_msec)uv_now(&l->uv);
}

void ph_loop_update(struct ph_loop *l)
{
	uv_update_time(&l->uv);
}

int64_t ph_clock_usec(void)
{
	return (int64_t)(uv_hrtime() / 1000);
}

ph_unixtime ph_clock_unix(void)
{
	return (ph_unixtime)time(NULL);
}

int64_t ph_clock_unix_msec(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void ph_clock_pause(ph_msec wait)
{
	struct timespec left = {
		.tv_sec = (time_t)(wait / 1000),
		.tv_nsec = (long)(wait % 1000) * 1000000L,
	};

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

int ph_clock_utc_offset_min(ph_unixtime at)
{
	time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return 0;
	return (int)(tm.tm_gmtoff / 60);
}

enum ph_err ph_random(void *out, size_t len)
{
	char *at = out;

	while (len > 0) {
		ssize_t n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return PH_EIO;
		at += n;
		len -= (size_t)n;
	}
	return PH_OK;
}

bool ph_loop_turn(struct ph_loop *l)
{
	return uv_run(&l->uv, UV_RUN_ONCE) != 0;
}

struct ph_timer {
	uv_timer_t uv;
	ph_timer_fn *fn;
	void *ctx;
};

static void on_timer(uv_timer_t *h)
{
	struct ph_timer *t = h->data;

	ph_loop_delivered(h->loop);
	t->fn(t->ctx);
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

enum ph_err ph_timer_new(
    struct ph_loop *l, ph_timer_fn *fn, void *ctx, struct ph_timer **out)
{
	struct ph_timer *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return PH_ENOMEM;
	t->fn = fn;
	t->ctx = ctx;
	(void)uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	*out = t;
	return PH_OK;
}

void ph_timer_set(struct ph_timer *t, ph_msec at)
{
	if (at == PH_NEVER) {
		(void)uv_timer_stop(&t->uv);
		return;
	}
	ph_msec now = (ph_msec)uv_now(t->uv.loop);
	uint64_t wait = at > now ? (uint64_t)(at - now) : 0;
	(void)uv_timer_start(&t->uv, on_timer, wait, 0);
}

void ph_timer_free(struct ph_timer *t)
{
	if (t == NULL)
		return;
	uv_close((uv_handle_t *)&t->uv, on_timer_closed);
}

struct ph_signal {
	uv_signal_t uv;
	ph_signal_fn *fn;
	void *ctx;
};

static void on_signal(uv_signal_t *h, int signum)
{
	struct ph_signal *s = h->data;
	s->fn(s->ctx, signum);
}

static void on_signal_closed(uv_handle_t *h)
{
	free(h->data);
}

enum ph_err ph_signal_new(struct ph_loop *l, int signum, ph_signal_fn *fn,
    void *ctx, struct ph_signal **out)
{
	struct ph_signal *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return PH_ENOMEM;
	s->fn = fn;
	s->ctx = ctx;
	int rc = uv_signal_init(&l->uv, &s->uv);
	if (rc != 0) {
		free(s);
		return PH_EIO;
	}
	s->uv.data = s;
	rc = uv_signal_start(&s->uv, on_signal, signum);
	if (rc != 0) {
		ph_signal_free(s);
		return PH_EINVAL;
	}
	/* Waiting for a signal alone is no reason to go on. */
	uv_unref((uv_handle_t *)&s->uv);
	*out = s;
	return PH_OK;
}

void ph_signal_free(struct ph_signal *s)
{
	if (s == NULL)
		return;
	uv_close((uv_handle_t *)&s->uv, on_signal_closed);
}
