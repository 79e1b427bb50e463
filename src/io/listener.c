#include "io/listener.h"

#include "base/num.h"
#include "io/errno_text.h"
#include "io/loop_uv.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 4096, /* the kernel cuts it to net.core.somaxconn */
	/* So that a flood of connections does not starve those that are
	   here. */
	ACCEPT_BATCH = 64,
	/* Out of descriptors: leave connections in the queue for so long. */
	PAUSE_MS = 100,
	ADDRESS_MAX = PH_SOCKADDR_TEXT_MAX + 8
};

struct ph_listener {
	uv_poll_t poll;
	uv_timer_t resume;
	int handles;
	int fd;
	bool closing;
	ph_accept_fn *fn;
	void *ctx;
	char address[ADDRESS_MAX];
};

/* "host:port", "[v6]:port", ":port" cut in two. */
static enum ph_err split(
    const char *address, char host[ADDRESS_MAX], uint16_t *port)
{
	struct ph_span all = ph_span_of(address);
	const char *colon = strrchr(address, ':');
	uint64_t n;

	if (colon == NULL)
		return PH_EINVAL;

	struct ph_span name = ph_span_first(all, (size_t)(colon - address));
	if (name.len >= 2 && name.ptr[0] == '[' &&
	    name.ptr[name.len - 1] == ']') {
		name = (struct ph_span){ name.ptr + 1, name.len - 2 };
	} else if (ph_span_find(name, ':') < name.len) {
		return PH_EINVAL;
	}
	if (name.len >= ADDRESS_MAX)
		return PH_EINVAL;
	enum ph_err err = ph_num_parse(ph_span_of(colon + 1), UINT16_MAX, &n);
	if (err != PH_OK)
		return err;
	(void)snprintf(host, ADDRESS_MAX, "%.*s", PH_SPAN_ARG(name));
	*port = (uint16_t)n;
	return PH_OK;
}

static enum ph_err parse(const char *address, struct ph_sockaddr *out)
{
	char host[ADDRESS_MAX];
	uint16_t port;

	enum ph_err err = split(address, host, &port);
	if (err != PH_OK)
		return err;
	if (host[0] == '\0' || strcmp(host, "*") == 0)
		return ph_sockaddr_parse("::", port, out);
	if (ph_span_eq_nocase(ph_span_of(host), PH_SPAN("localhost")))
		return ph_sockaddr_parse("127.0.0.1", port, out);
	return ph_sockaddr_parse(host, port, out);
}

/* -1 with errno. */
static int open_socket(const struct ph_sockaddr *a)
{
	int fd = socket(ph_sockaddr_family(a),
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;

	int on = 1;
	int off = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* "::" takes IPv4 too, whatever the system's default. */
	if (ph_sockaddr_family(a) == AF_INET6) {
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	}
	if (bind(fd, ph_sockaddr_get(a), a->len) == 0 &&
	    listen(fd, BACKLOG) == 0) {
		return fd;
	}
	int err = errno;
	(void)close(fd);
	errno = err;
	return -1;
}

static int open_address(const char *address, struct ph_sockaddr *a)
{
	int fd = open_socket(a);
	bool any = address[0] == ':' || address[0] == '*';

	/* A kernel without IPv6 still has every IPv4 address. */
	if (fd >= 0 || !any ||
	    ph_sockaddr_parse("0.0.0.0", ph_sockaddr_port(a), a) != PH_OK) {
		return fd;
	}
	return open_socket(a);
}

static void on_accept(uv_poll_t *h, int status, int events);

static void start(struct ph_listener *l)
{
	(void)uv_poll_start(&l->poll, UV_READABLE, on_accept);
}

static void on_resume(uv_timer_t *t)
{
	start(t->data);
}

static bool out_of_room(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOBUFS ||
	    err == ENOMEM;
}

static void on_accept(uv_poll_t *h, int status, int events)
{
	struct ph_listener *l = h->data;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPT_BATCH && !l->closing; i++) {
		int fd =
		    accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			l->fn(l->ctx, fd);
			continue;
		}
		if (out_of_room(errno)) {
			(void)uv_poll_stop(&l->poll);
			(void)uv_timer_start(
			    &l->resume, on_resume, PAUSE_MS, 0);
		}
		/* Anything else was the fault of one connection that is gone
		   already; level-triggered polling brings the next. */
		return;
	}
}

static void name_self(struct ph_listener *l)
{
	struct ph_sockaddr a = { .len = sizeof(a.ss) };
	char host[PH_SOCKADDR_TEXT_MAX] = "";

	if (getsockname(l->fd, (struct sockaddr *)&a.ss, &a.len) == 0)
		ph_sockaddr_host(&a, host);
	bool brackets = strchr(host, ':') != NULL;
	(void)snprintf(l->address, sizeof(l->address),
	    brackets ? "[%s]:%u" : "%s:%u", host,
	    (unsigned)ph_sockaddr_port(&a));
}

static enum ph_err watch(struct ph_loop *loop, int fd, struct ph_listener **out)
{
	struct ph_listener *l = calloc(1, sizeof(*l));
	if (l == NULL)
		return PH_ENOMEM;
	int rc = uv_poll_init(ph_loop_uv(loop), &l->poll, fd);
	if (rc != 0) {
		free(l);
		errno = -rc;
		return PH_EIO;
	}
	(void)uv_timer_init(ph_loop_uv(loop), &l->resume);
	l->handles = 2;
	l->fd = fd;
	l->poll.data = l;
	l->resume.data = l;
	*out = l;
	return PH_OK;
}

enum ph_err ph_listener_new(struct ph_loop *loop, const char *address,
    ph_accept_fn *fn, void *ctx, struct ph_listener **out,
    struct ph_fault *fault)
{
	struct ph_sockaddr a;

	if (parse(address, &a) != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "\"%s\" is not an address to listen on", address);
		ph_fault_advise(fault,
		    "write ADDRESS:PORT, like 127.0.0.1:2525 or [::1]:2525");
		return PH_EINVAL;
	}

	int fd = open_address(address, &a);
	if (fd < 0) {
		ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
		    "cannot listen on %s: %s", address, ph_errno_text(errno));
		ph_fault_advise(fault,
		    "take an address of this computer and a port that no "
		    "other program has, or port 0 for any that is free");
		return PH_EIO;
	}
	struct ph_listener *l;
	enum ph_err err = watch(loop, fd, &l);
	if (err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
		    "cannot listen on %s: %s", address, ph_errno_text(errno));
		(void)close(fd);
		return err;
	}
	l->fn = fn;
	l->ctx = ctx;
	name_self(l);
	start(l);
	*out = l;
	return PH_OK;
}

static void on_closed(uv_handle_t *h)
{
	struct ph_listener *l = h->data;

	l->handles--;
	if (l->handles == 0)
		free(l);
}

void ph_listener_free(struct ph_listener *l)
{
	if (l == NULL)
		return;
	l->closing = true;
	uv_close((uv_handle_t *)&l->poll, on_closed);
	uv_close((uv_handle_t *)&l->resume, on_closed);
	(void)close(l->fd);
}

const char *ph_listener_address(const struct ph_listener *l)
{
	return l->address;
}
