#include "io/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
	HOST_MAX = 256
};

struct ph_lookup {
	struct ph_lookup *next;
	struct shared *shared;
	struct ph_resolver *waiting_in; /* NULL once its thread runs */
	/* The loop's side; NULL when it was given up. */
	ph_lookup_fn *fn;
	void *ctx;
	/* The thread's side, until it is done. */
	char host[HOST_MAX];
	uint16_t port;
	int eai;
	size_t count;
	struct ph_sockaddr list[PH_ADDRESSES_MAX];
};

/* What the threads and the loop have in common.  It lives until the last of
   them lets go: threads may outlive the loop. */
struct shared {
	pthread_mutex_t lock;
	size_t refs;
	size_t running;
	struct ph_lookup *done;
	uv_async_t *wake; /* NULL: nobody waits any more */
};

struct ph_resolver {
	uv_async_t wake;
	struct shared *shared;
	struct ph_lookup *waiting; /* oldest first */
};

static void unref_locked(struct shared *s)
{
	s->refs--;
	bool last = s->refs == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}

static void free_list(struct ph_lookup *l)
{
	while (l != NULL) {
		struct ph_lookup *next = l->next;
		free(l);
		l = next;
	}
}

static void take_list(struct ph_lookup *l, const struct addrinfo *list)
{
	for (const struct addrinfo *ai = list;
	     ai != NULL && l->count < PH_ADDRESSES_MAX; ai = ai->ai_next) {
		struct ph_sockaddr *a = &l->list[l->count];

		if (ai->ai_addrlen > sizeof(a->ss))
			continue;
		*a = (struct ph_sockaddr){ .len = ai->ai_addrlen };
		memcpy(&a->ss, ai->ai_addr, ai->ai_addrlen);
		l->count++;
	}
}

static void look_up(struct ph_lookup *l)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,
		.ai_flags = AI_NUMERICSERV,
	};
	struct addrinfo *list = NULL;
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)l->port);
	l->eai = getaddrinfo(l->host, port, &hints, &list);
	if (l->eai != 0)
		return;
	take_list(l, list);
	freeaddrinfo(list);
	if (l->count == 0)
		l->eai = EAI_NONAME;
}

/* Hands a finished look-up back, or frees it when nobody waits. */
static void finish(struct ph_lookup *l)
{
	struct shared *s = l->shared;

	(void)pthread_mutex_lock(&s->lock);
	s->running--;
	if (s->wake == NULL) {
		free(l);
	} else {
		l->next = s->done;
		s->done = l;
		(void)uv_async_send(s->wake);
	}
	unref_locked(s);
}

static void *thread_main(void *arg)
{
	struct ph_lookup *l = arg;

	look_up(l);
	finish(l);
	return NULL;
}

static bool start_thread(struct ph_lookup *l)
{
	pthread_t thread;
	sigset_t all;
	sigset_t old;

	/* The program's signals are for its own threads. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	int rc = pthread_create(&thread, NULL, thread_main, l);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		return false;
	(void)pthread_detach(thread);
	return true;
}

static void launch(struct ph_lookup *l)
{
	struct shared *s = l->shared;

	l->waiting_in = NULL;
	(void)pthread_mutex_lock(&s->lock);
	s->running++;
	s->refs++;
	(void)pthread_mutex_unlock(&s->lock);
	if (start_thread(l))
		return;
	l->eai = EAI_AGAIN;
	finish(l);
}

static bool has_room(struct shared *s)
{
	(void)pthread_mutex_lock(&s->lock);
	bool room = s->running < PH_RESOLVER_THREADS_MAX;
	(void)pthread_mutex_unlock(&s->lock);
	return room;
}

static void launch_waiting(struct ph_resolver *r)
{
	while (r->waiting != NULL && has_room(r->shared)) {
		struct ph_lookup *l = r->waiting;
		r->waiting = l->next;
		launch(l);
	}
}

static void on_wake(uv_async_t *h)
{
	struct ph_resolver *r = h->data;
	struct shared *s = r->shared;

	(void)pthread_mutex_lock(&s->lock);
	struct ph_lookup *done = s->done;
	s->done = NULL;
	(void)pthread_mutex_unlock(&s->lock);

	launch_waiting(r);
	while (done != NULL) {
		struct ph_lookup *l = done;
		done = l->next;
		if (l->fn != NULL)
			l->fn(l->ctx, l->eai, l->list, l->count);
		free(l);
	}
}

enum ph_err ph_resolver_new(struct uv_loop_s *loop, struct ph_resolver **out)
{
	struct ph_resolver *r = calloc(1, sizeof(*r));
	struct shared *s = calloc(1, sizeof(*s));

	if (r == NULL || s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
		free(r);
		free(s);
		return PH_ENOMEM;
	}
	if (uv_async_init(loop, &r->wake, on_wake) != 0) {
		(void)pthread_mutex_destroy(&s->lock);
		free(r);
		free(s);
		return PH_EIO;
	}
	/* Whoever waits for a look-up has a deadline, which keeps the loop. */
	uv_unref((uv_handle_t *)&r->wake);
	r->wake.data = r;
	s->wake = &r->wake;
	s->refs = 1;
	r->shared = s;
	*out = r;
	return PH_OK;
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void ph_resolver_free(struct ph_resolver *r)
{
	if (r == NULL)
		return;
	free_list(r->waiting);

	struct shared *s = r->shared;
	(void)pthread_mutex_lock(&s->lock);
	s->wake = NULL;
	free_list(s->done);
	s->done = NULL;
	unref_locked(s);
	uv_close((uv_handle_t *)&r->wake, on_closed);
}

enum ph_err ph_lookup_start(struct ph_resolver *r, const char *host,
    uint16_t port, ph_lookup_fn *fn, void *ctx, struct ph_lookup **out)
{
	if (strlen(host) >= HOST_MAX)
		return PH_EINVAL;

	struct ph_lookup *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return PH_ENOMEM;
	(void)snprintf(l->host, sizeof(l->host), "%s", host);
	l->port = port;
	l->fn = fn;
	l->ctx = ctx;
	l->shared = r->shared;
	l->waiting_in = r;
	*out = l;

	struct ph_lookup **at = &r->waiting;
	while (*at != NULL)
		at = &(*at)->next;
	*at = l;
	launch_waiting(r);
	return PH_OK;
}

void ph_lookup_cancel(struct ph_lookup *l)
{
	if (l == NULL)
		return;
	if (l->waiting_in == NULL) {
		l->fn = NULL;
		return;
	}
	struct ph_lookup **at = &l->waiting_in->waiting;
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	free(l);
}

void ph_lookup_fault(int eai, struct ph_fault *fault)
{
	switch (eai) {
	case EAI_NONAME:
		ph_fault_set(fault, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "host not found");
		return;
	case EAI_NODATA:
	case EAI_ADDRFAMILY:
		ph_fault_set(fault, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "the name exists, but has no address");
		return;
	case EAI_AGAIN:
		ph_fault_set(fault, PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS,
		    "the name servers gave no answer");
		return;
	default:
		ph_fault_set(fault, PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS,
		    "look-up failed: %s", gai_strerror(eai));
		return;
	}
}
