#include "io/dial.h"

#include "io/errno_text.h"
#include "io/hosts.h"
#include "io/loop_uv.h"
#include "io/resolver.h"
#include "io/sockaddr.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	ATTEMPT_DELAY_MS = 250, /* RFC 8305 section 5 */
	TIMEOUT_DEFAULT_MS = 30 * 1000,
	HOST_MAX = 256
};

struct attempt {
	uv_poll_t poll;
	struct ph_dial *dial;
	struct ph_sockaddr address;
	int fd; /* -1: not started, or over */
	int err;
	bool bind_failed;
};

struct ph_dial {
	uv_loop_t *loop;
	uv_timer_t timer;
	int handles;
	bool starting;  /* still within ph_dial_start() */
	bool concluded; /* result is set; fn is called once */
	bool look_up_ipv4;
	ph_dial_fn *fn;
	void *ctx;
	char host[HOST_MAX];
	uint16_t port;
	char source_text[PH_SOCKADDR_TEXT_MAX];
	struct ph_sockaddr source; /* len 0: any */
	ph_msec timeout_dns;
	ph_msec timeout_connect;
	ph_msec deadline;
	int64_t began_usec; /* the look-up, then the race */
	struct ph_lookup *lookup;
	struct attempt attempts[PH_ADDRESSES_MAX];
	size_t count;
	size_t next; /* the first not started */
	size_t running;
	struct ph_dial_result result;
};

static void on_timer(uv_timer_t *h);
static void race(struct ph_dial *d);

static double since_ms(int64_t began_usec)
{
	return (double)(ph_clock_usec() - began_usec) / 1000.0;
}

static void set_timer(struct ph_dial *d, ph_msec at)
{
	ph_msec now = (ph_msec)uv_now(d->loop);
	uint64_t wait = at > now ? (uint64_t)(at - now) : 0;
	(void)uv_timer_start(&d->timer, on_timer, wait, 0);
}

static void on_closed(uv_handle_t *h)
{
	struct ph_dial *d = h->data;

	d->handles--;
	if (d->handles == 0)
		free(d);
}

static void on_attempt_closed(uv_handle_t *h)
{
	struct attempt *a = h->data;

	h->data = a->dial;
	on_closed(h);
}

/* Ends an attempt; its descriptor goes to the caller. */
static int detach(struct attempt *a)
{
	int fd = a->fd;

	a->fd = -1;
	a->dial->running--;
	uv_close((uv_handle_t *)&a->poll, on_attempt_closed);
	return fd;
}

static void cancel_all(struct ph_dial *d)
{
	ph_lookup_cancel(d->lookup);
	d->lookup = NULL;
	for (size_t i = 0; i < d->count; i++) {
		if (d->attempts[i].fd >= 0)
			(void)close(detach(&d->attempts[i]));
	}
}

/* Tells the result, at once or, within ph_dial_start(), by the next turn. */
static void conclude(struct ph_dial *d)
{
	cancel_all(d);
	d->concluded = true;
	if (d->starting) {
		set_timer(d, 0);
		return;
	}
	(void)uv_timer_stop(&d->timer);
	d->fn(d->ctx, &d->result);
}

/* "mail.example.com:587: " before what the fault says. */
static void prefix_host(struct ph_dial *d)
{
	char where[HOST_MAX + 16];
	bool v6 = strchr(d->host, ':') != NULL;

	(void)snprintf(where, sizeof(where), v6 ? "[%s]:%u" : "%s:%u", d->host,
	    (unsigned)d->port);
	ph_fault_prefix(&d->result.fault, where);
}

static void conclude_dns(struct ph_dial *d, int eai)
{
	d->result.dns_ms = since_ms(d->began_usec);
	ph_lookup_fault(eai, &d->result.fault);
	prefix_host(d);
	conclude(d);
}

static void conclude_dns_timeout(struct ph_dial *d)
{
	d->result.dns_ms = since_ms(d->began_usec);
	ph_fault_set(&d->result.fault, PH_CAUSE_DNS_TIMEOUT, PH_STAGE_DNS,
	    "no answer from the name servers within %g s",
	    (double)d->timeout_dns / 1000.0);
	prefix_host(d);
	conclude(d);
}

/* What says most about the server comes first: one that refuses is there. */
static const struct {
	int err;
	enum ph_cause cause;
} causes[] = {
	{ ECONNREFUSED, PH_CAUSE_CONNECT_REFUSED },
	{ ETIMEDOUT, PH_CAUSE_CONNECT_TIMEOUT },
	{ EHOSTUNREACH, PH_CAUSE_CONNECT_UNREACHABLE },
	{ ENETUNREACH, PH_CAUSE_CONNECT_UNREACHABLE },
};

static enum ph_cause cause_of(const struct ph_dial *d)
{
	for (size_t c = 0; c < PH_COUNT(causes); c++) {
		for (size_t i = 0; i < d->count; i++) {
			if (d->attempts[i].err == causes[c].err &&
			    !d->attempts[i].bind_failed)
				return causes[c].cause;
		}
	}
	return PH_CAUSE_CONNECT_FAILED;
}

static void append_reason(
    const struct ph_dial *d, const struct attempt *a, char *text, size_t max)
{
	char address[PH_SOCKADDR_TEXT_MAX];
	char reason[160];
	size_t len = strlen(text);

	ph_sockaddr_host(&a->address, address);
	if (a->bind_failed) {
		(void)snprintf(reason, sizeof(reason),
		    "source address %s cannot be used: %s", d->source_text,
		    ph_errno_text(a->err));
	} else if (a->err == ETIMEDOUT) {
		(void)snprintf(reason, sizeof(reason), "no answer within %g s",
		    (double)d->timeout_connect / 1000.0);
	} else {
		(void)snprintf(
		    reason, sizeof(reason), "%s", ph_errno_text(a->err));
	}
	if (strcmp(address, d->host) == 0)
		address[0] = '\0';
	(void)snprintf(text + len, max - len, "%s%s%s%s", len > 0 ? "; " : "",
	    address, address[0] == '\0' ? "" : ": ", reason);
}

static void conclude_failed(struct ph_dial *d)
{
	char text[PH_FAULT_TEXT_MAX] = "";

	for (size_t i = 0; i < d->count; i++)
		append_reason(d, &d->attempts[i], text, sizeof(text));
	d->result.connect_ms = since_ms(d->began_usec);
	ph_fault_set(
	    &d->result.fault, cause_of(d), PH_STAGE_CONNECT, "%s", text);
	prefix_host(d);
	conclude(d);
}

static void conclude_timeout(struct ph_dial *d)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->attempts[i].err == 0)
			d->attempts[i].err = ETIMEDOUT;
	}
	conclude_failed(d);
}

static void conclude_won(struct ph_dial *d, struct attempt *a)
{
	d->result.connect_ms = since_ms(d->began_usec);
	ph_sockaddr_host(&a->address, d->result.address);
	d->result.fd = detach(a);
	conclude(d);
}

static void on_attempt(uv_poll_t *h, int status, int events)
{
	struct attempt *a = h->data;
	struct ph_dial *d = a->dial;
	int err = 0;
	socklen_t len = sizeof(err);

	(void)status;
	(void)events;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
		err = errno;
	if (err == 0) {
		conclude_won(d, a);
		return;
	}
	a->err = err;
	(void)close(detach(a));
	race(d);
}

/* Binds and connects without waiting; 0, or the errno. */
static int connect_start(struct ph_dial *d, struct attempt *a, int fd)
{
	if (d->source.len > 0 &&
	    bind(fd, ph_sockaddr_get(&d->source), d->source.len) != 0) {
		a->bind_failed = true;
		return errno;
	}
	if (connect(fd, ph_sockaddr_get(&a->address), a->address.len) != 0 &&
	    errno != EINPROGRESS && errno != EINTR) {
		return errno;
	}
	int rc = uv_poll_init(d->loop, &a->poll, fd);
	if (rc != 0)
		return -rc;
	a->poll.data = a;
	a->fd = fd;
	d->handles++;
	d->running++;
	(void)uv_poll_start(&a->poll, UV_WRITABLE, on_attempt);
	return 0;
}

/* True when the attempt is under way. */
static bool attempt_start(struct ph_dial *d, struct attempt *a)
{
	int fd = socket(ph_sockaddr_family(&a->address),
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		a->err = errno;
		return false;
	}
	a->err = connect_start(d, a, fd);
	if (a->err == 0)
		return true;
	(void)close(fd);
	return false;
}

/* Starts the next attempt, and more while they fail at once. */
static void race(struct ph_dial *d)
{
	while (d->next < d->count) {
		d->next++;
		if (attempt_start(d, &d->attempts[d->next - 1]))
			break;
	}
	if (d->running == 0) {
		conclude_failed(d);
		return;
	}
	ph_msec at = d->deadline;
	ph_msec more = (ph_msec)uv_now(d->loop) + ATTEMPT_DELAY_MS;
	set_timer(d, d->next < d->count && more < at ? more : at);
}

static void on_timer(uv_timer_t *h)
{
	struct ph_dial *d = h->data;

	ph_loop_delivered(h->loop);
	if (d->concluded) {
		d->fn(d->ctx, &d->result);
		return;
	}
	if (d->lookup != NULL) {
		conclude_dns_timeout(d);
		return;
	}
	if ((ph_msec)uv_now(d->loop) >= d->deadline) {
		conclude_timeout(d);
		return;
	}
	race(d);
}

/* Takes over the addresses that the source address can reach. */
static void take_addresses(
    struct ph_dial *d, const struct ph_sockaddr *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (d->source.len > 0 &&
		    ph_sockaddr_family(&d->source) !=
			ph_sockaddr_family(&list[i])) {
			continue;
		}
		d->attempts[d->count++] = (struct attempt){
			.dial = d,
			.fd = -1,
			.address = list[i],
		};
	}
}

static void conclude_ipv4(
    struct ph_dial *d, const struct ph_sockaddr *list, size_t count)
{
	size_t i = 0;

	while (i < count && ph_sockaddr_family(&list[i]) != AF_INET)
		i++;
	if (i < count) {
		ph_sockaddr_host(&list[i], d->result.address);
	} else {
		ph_fault_set(&d->result.fault, PH_CAUSE_HOST_NOT_FOUND,
		    PH_STAGE_DNS,
		    "it has no IPv4 address, and SOCKS 4 carries no other");
		ph_fault_advise(&d->result.fault,
		    "use a proxy of type socks5, or socks4a, which look the "
		    "name up themselves");
		prefix_host(d);
	}
	conclude(d);
}

static void start_race(
    struct ph_dial *d, const struct ph_sockaddr *list, size_t count)
{
	struct ph_sockaddr sorted[PH_ADDRESSES_MAX];

	assert(count <= PH_ADDRESSES_MAX);
	d->result.dns_ms = since_ms(d->began_usec);
	if (d->look_up_ipv4) {
		conclude_ipv4(d, list, count);
		return;
	}
	d->began_usec = ph_clock_usec();
	uv_update_time(d->loop);
	d->deadline = (ph_msec)uv_now(d->loop) + d->timeout_connect;
	memcpy(sorted, list, count * sizeof(*list));
	ph_sockaddr_interleave(sorted, count);
	take_addresses(d, sorted, count);
	if (d->count > 0) {
		race(d);
		return;
	}
	ph_fault_set(&d->result.fault, PH_CAUSE_CONNECT_FAILED,
	    PH_STAGE_CONNECT,
	    "no address of the server can be reached from the source address "
	    "%s: it is of the other family",
	    d->source_text);
	prefix_host(d);
	conclude(d);
}

static void on_lookup(
    void *ctx, int eai, const struct ph_sockaddr *list, size_t count)
{
	struct ph_dial *d = ctx;

	d->lookup = NULL;
	if (eai != 0) {
		conclude_dns(d, eai);
	} else {
		start_race(d, list, count);
	}
}

static bool is_host(const char *host)
{
	struct ph_span s = ph_span_of(host);

	return s.len > 0 && s.len < HOST_MAX && !ph_span_has_control(s) &&
	    ph_span_find(s, ' ') == s.len;
}

static enum ph_err look_up(struct ph_loop *l, struct ph_dial *d)
{
	struct ph_sockaddr list[PH_ADDRESSES_MAX];

	size_t count = ph_hosts_known(d->host, d->port, list, PH_COUNT(list));
	if (count > 0) {
		start_race(d, list, count);
		return PH_OK;
	}
	struct ph_resolver *r = ph_loop_resolver(l);
	if (r == NULL)
		return PH_ENOMEM;
	enum ph_err err =
	    ph_lookup_start(r, d->host, d->port, on_lookup, d, &d->lookup);
	if (err == PH_OK) {
		uv_update_time(d->loop);
		set_timer(d, (ph_msec)uv_now(d->loop) + d->timeout_dns);
	}
	return err;
}

/* What is wrong with the options is told like any other failure. */
static bool check_options(struct ph_dial *d, const struct ph_dial_options *opt)
{
	const char *source = opt->source_address;

	if (!is_host(opt->host)) {
		ph_fault_set(&d->result.fault, PH_CAUSE_HOST_NOT_FOUND,
		    PH_STAGE_DNS, "\"%.200s\" is not a host name", opt->host);
		return false;
	}
	if (source == NULL || source[0] == '\0')
		return true;
	(void)snprintf(d->source_text, sizeof(d->source_text), "%s", source);
	if (ph_sockaddr_parse(source, 0, &d->source) == PH_OK)
		return true;
	ph_fault_set(&d->result.fault, PH_CAUSE_CONNECT_FAILED,
	    PH_STAGE_CONNECT, "the source address \"%.100s\" is not an address",
	    source);
	return false;
}

enum ph_err ph_dial_start(struct ph_loop *l, const struct ph_dial_options *opt,
    ph_dial_fn *fn, void *ctx, struct ph_dial **out)
{
	if (opt->host == NULL)
		return PH_EINVAL;

	struct ph_dial *d = calloc(1, sizeof(*d));
	if (d == NULL)
		return PH_ENOMEM;
	d->loop = ph_loop_uv(l);
	(void)uv_timer_init(d->loop, &d->timer);
	d->timer.data = d;
	d->handles = 1;
	d->starting = true;
	d->fn = fn;
	d->ctx = ctx;
	d->port = opt->port;
	d->look_up_ipv4 = opt->look_up_ipv4;
	d->timeout_dns =
	    opt->timeout_dns > 0 ? opt->timeout_dns : TIMEOUT_DEFAULT_MS;
	d->timeout_connect = opt->timeout_connect > 0 ? opt->timeout_connect
						      : TIMEOUT_DEFAULT_MS;
	d->result.fd = -1;
	d->result.dns_ms = -1;
	d->result.connect_ms = -1;
	d->began_usec = ph_clock_usec();

	enum ph_err err = PH_OK;
	if (check_options(d, opt)) {
		(void)snprintf(d->host, sizeof(d->host), "%s", opt->host);
		err = look_up(l, d);
	} else {
		conclude(d);
	}
	d->starting = false;
	if (err != PH_OK) {
		ph_dial_free(d);
		return err;
	}
	*out = d;
	return PH_OK;
}

void ph_dial_free(struct ph_dial *d)
{
	if (d == NULL)
		return;
	cancel_all(d);
	uv_close((uv_handle_t *)&d->timer, on_closed);
}
