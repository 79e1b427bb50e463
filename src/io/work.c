#include "io/work.h"

#include "io/loop_uv.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* What thread and loop have in common; the last of them ends it. */
struct shared {
	pthread_mutex_t lock;
	unsigned refs;
	uv_async_t *wake; /* NULL: nobody waits */
	struct ph_work_job job;
};

struct ph_work {
	uv_async_t wake;
	struct shared *shared;
	void (*done)(void *ctx);
	void *ctx;
};

static void let_go(struct shared *s)
{
	(void)pthread_mutex_lock(&s->lock);
	bool last = --s->refs == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	s->job.end(s->job.job);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static void *thread_main(void *arg)
{
	struct shared *s = arg;

	s->job.run(s->job.job);
	(void)pthread_mutex_lock(&s->lock);
	if (s->wake != NULL)
		(void)uv_async_send(s->wake);
	(void)pthread_mutex_unlock(&s->lock);
	let_go(s);
	return NULL;
}

static void on_wake(uv_async_t *h)
{
	struct ph_work *w = h->data;

	/* It is there only once more than needed: it holds nothing up. */
	uv_unref((uv_handle_t *)h);
	w->done(w->ctx);
}

static bool start_thread(struct shared *s)
{
	pthread_t thread;
	sigset_t all;
	sigset_t old;

	/* The program's signals are for its own threads. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	int rc = pthread_create(&thread, NULL, thread_main, s);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return false;
	(void)pthread_detach(thread);
	return true;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

static struct shared *make_shared(const struct ph_work_job *job)
{
	struct shared *s = calloc(1, sizeof(*s));

	if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(s);
		return NULL;
	}
	s->refs = 2;
	s->job = *job;
	return s;
}

static void free_unstarted(struct shared *s)
{
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

enum ph_err ph_work_start(struct ph_loop *l, const struct ph_work_job *job,
    void (*done)(void *ctx), void *ctx, struct ph_work **out)
{
	struct ph_work *w = calloc(1, sizeof(*w));
	struct shared *s = w == NULL ? NULL : make_shared(job);

	if (s == NULL) {
		free(w);
		return PH_ENOMEM;
	}
	if (uv_async_init(ph_loop_uv(l), &w->wake, on_wake) != 0) {
		free_unstarted(s);
		free(w);
		return PH_EIO;
	}
	w->wake.data = w;
	w->shared = s;
	w->done = done;
	w->ctx = ctx;
	s->wake = &w->wake;
	if (!start_thread(s)) {
		free_unstarted(s);
		uv_close((uv_handle_t *)&w->wake, on_closed);
		return PH_EIO;
	}
	*out = w;
	return PH_OK;
}

void ph_work_free(struct ph_work *w)
{
	if (w == NULL)
		return;

	struct shared *s = w->shared;

	(void)pthread_mutex_lock(&s->lock);
	s->wake = NULL;
	(void)pthread_mutex_unlock(&s->lock);
	uv_close((uv_handle_t *)&w->wake, on_closed);
	let_go(s);
}
