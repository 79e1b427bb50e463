#include "check.h"
#include "io/dial.h"
#include "io/listener.h"
#include "io/loop_uv.h"
#include "io/resolver.h"
#include "net.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct call {
	struct ph_dial *dial;
	bool done;
	int count;
	bool free_within;
	struct ph_dial_result result;
};

static void on_dial(void *ctx, const struct ph_dial_result *result)
{
	struct call *c = ctx;

	c->result = *result;
	c->done = true;
	c->count++;
	if (c->free_within) {
		ph_dial_free(c->dial);
		c->dial = NULL;
	}
}

/* Dials, waits for the end, checks what always holds. */
static void dial(
    struct ph_loop *l, const struct ph_dial_options *opt, struct call *c)
{
	check(ph_dial_start(l, opt, on_dial, c, &c->dial) == PH_OK);
	check(!c->done); /* never from within */
	check(net_run(l, &c->done));
	ph_dial_free(c->dial);
	check_int(c->count, 1);
	check((c->result.fd >= 0) == !ph_fault_is_set(&c->result.fault));
	if (c->result.fd >= 0)
		(void)close(c->result.fd);
}

static void on_accept(void *ctx, int fd)
{
	int *count = ctx;

	(*count)++;
	(void)close(fd);
}

static uint16_t port_of(const struct ph_listener *l)
{
	const char *colon = strrchr(ph_listener_address(l), ':');

	return (uint16_t)strtoul(colon + 1, NULL, 10);
}

static void test_connect(void)
{
	static const struct {
		const char *listen;
		const char *host;
		const char *source;
		const char *address;
	} cases[] = {
		{ "127.0.0.1:0", "127.0.0.1", NULL, "127.0.0.1" },
		{ "127.0.0.1:0", "127.0.0.1", "127.0.0.2", "127.0.0.1" },
		/* Nobody at ::1: refused there, and then IPv4 at once. */
		{ "127.0.0.1:0", "localhost", "", "127.0.0.1" },
		{ "127.0.0.1:0", "LocalHost.", NULL, "127.0.0.1" },
		{ "127.0.0.1:0", "mail.localhost", "127.0.0.1", "127.0.0.1" },
		{ "[::1]:0", "::1", NULL, "::1" },
		{ "[::1]:0", "localhost", NULL, "::1" },
		{ ":0", "localhost", NULL, "::1" },
		{ ":0", "127.0.0.1", NULL, "127.0.0.1" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_loop *l;
		struct ph_listener *server;
		struct call c = { .free_within = i % 2 == 1 };
		int accepted = 0;

		check_case(cases[i].host, i);
		check(ph_loop_new(&l) == PH_OK);
		check(ph_listener_new(l, cases[i].listen, on_accept, &accepted,
			  &server, NULL) == PH_OK);
		struct ph_dial_options opt = {
			.host = cases[i].host,
			.port = port_of(server),
			.source_address = cases[i].source,
		};
		dial(l, &opt, &c);
		check_str(c.result.address, cases[i].address);
		check(c.result.dns_ms >= 0 && c.result.connect_ms > 0);
		check(c.result.dns_ms + c.result.connect_ms < 200);
		net_run_for(l, 5);
		check_int(accepted, 1);
		ph_listener_free(server);
		ph_loop_free(l);
	}
	check_case(NULL, 0);
}

/* Only the look-up, and IPv4 only: nothing is connected. */
static void test_look_up_ipv4(void)
{
	static const struct {
		const char *host;
		const char *address;
		const char *text;
	} cases[] = {
		{ "127.0.0.1", "127.0.0.1", NULL },
		{ "localhost", "127.0.0.1", NULL },
		{ "::1", "", "[::1]:25: it has no IPv4 address" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_loop *l;
		struct call c = { 0 };
		const struct ph_dial_options opt = {
			.host = cases[i].host,
			.port = 25,
			.look_up_ipv4 = true,
		};

		check_case(cases[i].host, i);
		check(ph_loop_new(&l) == PH_OK);
		check(ph_dial_start(l, &opt, on_dial, &c, &c.dial) == PH_OK);
		check(net_run(l, &c.done));
		ph_dial_free(c.dial);
		check_int(c.count, 1);
		check_int(c.result.fd, -1);
		check_str(c.result.address, cases[i].address);
		check((cases[i].text != NULL) ==
		    ph_fault_is_set(&c.result.fault));
		check(cases[i].text == NULL ||
		    strstr(c.result.fault.text, cases[i].text) != NULL);
		check(c.result.connect_ms < 0);
		ph_loop_free(l);
	}
	check_case(NULL, 0);
}

static void test_fail(void)
{
	char refused[128];
	uint16_t port = (uint16_t)net_dead_port();
	(void)snprintf(refused, sizeof(refused),
	    "localhost:%u: ::1: connection refused; 127.0.0.1: connection "
	    "refused",
	    (unsigned)port);
	char literal[64];
	(void)snprintf(literal, sizeof(literal),
	    "127.0.0.1:%u: connection refused", (unsigned)port);

	const struct {
		const char *host;
		const char *source;
		enum ph_cause cause;
		enum ph_stage stage;
		const char *text;
	} cases[] = {
		{ "127.0.0.1", NULL, PH_CAUSE_CONNECT_REFUSED, PH_STAGE_CONNECT,
		    literal },
		{ "localhost", NULL, PH_CAUSE_CONNECT_REFUSED, PH_STAGE_CONNECT,
		    refused },
		{ "127.0.0.1", "192.0.2.77", PH_CAUSE_CONNECT_FAILED,
		    PH_STAGE_CONNECT,
		    "source address 192.0.2.77 cannot be used" },
		{ "127.0.0.1", "::1", PH_CAUSE_CONNECT_FAILED, PH_STAGE_CONNECT,
		    "of the other family" },
		{ "127.0.0.1", "here", PH_CAUSE_CONNECT_FAILED,
		    PH_STAGE_CONNECT, "\"here\" is not an address" },
		{ "", NULL, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "is not a host name" },
		{ "a b", NULL, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "\"a b\" is not a host name" },
		{ "a\nb", NULL, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "is not a host name" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_loop *l;
		struct call c = { .free_within = i % 2 == 0 };
		struct ph_dial_options opt = {
			.host = cases[i].host,
			.port = port,
			.source_address = cases[i].source,
		};

		check_case(cases[i].host, i);
		check(ph_loop_new(&l) == PH_OK);
		dial(l, &opt, &c);
		check_int(c.result.fd, -1);
		check_int(c.result.fault.cause, cases[i].cause);
		check_int(c.result.fault.stage, cases[i].stage);
		if (strstr(c.result.fault.text, cases[i].text) == NULL)
			check_str(c.result.fault.text, cases[i].text);
		ph_loop_free(l);
	}
	check_case(NULL, 0);
}

/* A listening socket whose queue is full lets nobody in and says nothing. */
static int black_hole(uint16_t *port, int fill[8])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	check(listen(fd, 0) == 0);
	check(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	for (int i = 0; i < 8; i++) {
		fill[i] = socket(
		    AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, sizeof(a));
	}
	*port = ntohs(a.sin_port);
	return fd;
}

static void test_black_hole(void)
{
	struct ph_loop *l;
	struct call c = { 0 };
	int fill[8];
	uint16_t port;
	int fd = black_hole(&port, fill);
	struct ph_dial_options opt = {
		.host = "127.0.0.1",
		.port = port,
		.timeout_connect = 100,
	};

	check(ph_loop_new(&l) == PH_OK);
	dial(l, &opt, &c);
	check_int(c.result.fault.cause, PH_CAUSE_CONNECT_TIMEOUT);
	check_int(c.result.fault.stage, PH_STAGE_CONNECT);
	check(strstr(c.result.fault.text, "no answer within 0.1 s") != NULL);
	check(c.result.connect_ms >= 99);

	/* Given up half-way: fn stays silent, nothing leaks. */
	struct call d = { 0 };
	check(ph_dial_start(l, &opt, on_dial, &d, &d.dial) == PH_OK);
	net_run_for(l, 10);
	ph_dial_free(d.dial);
	net_run_for(l, 120);
	check_int(d.count, 0);
	ph_loop_free(l);
	for (int i = 0; i < 8; i++)
		(void)close(fill[i]);
	(void)close(fd);
}

/* IPv6 swallowed, IPv4 well: the second starts 250 ms after the first. */
static void test_race(void)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	struct ph_loop *l;
	struct ph_listener *good;
	struct call c = { 0 };
	int accepted = 0;
	int fill[8];

	check(ph_loop_new(&l) == PH_OK);
	check(ph_listener_new(l, "127.0.0.1:0", on_accept, &accepted, &good,
		  NULL) == PH_OK);
	a.sin6_port = htons(port_of(good));
	int hole = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(bind(hole, (struct sockaddr *)&a, sizeof(a)) == 0);
	check(listen(hole, 0) == 0);
	for (int i = 0; i < 8; i++) {
		fill[i] = socket(
		    AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, sizeof(a));
	}
	struct ph_dial_options opt = {
		.host = "localhost",
		.port = port_of(good),
		.timeout_connect = 5000,
	};
	dial(l, &opt, &c);
	check_str(c.result.address, "127.0.0.1");
	check(c.result.connect_ms >= 249 && c.result.connect_ms < 4000);
	ph_listener_free(good);
	ph_loop_free(l);
	for (int i = 0; i < 8; i++)
		(void)close(fill[i]);
	(void)close(hole);
}

static void test_dns(void)
{
	struct ph_loop *l;
	struct call c = { 0 };
	struct ph_dial_options opt = {
		.host = "nonexistent.invalid",
		.port = 25,
		.timeout_dns = 200,
	};

	check(ph_loop_new(&l) == PH_OK);
	dial(l, &opt, &c);
	check_int(c.result.fault.stage, PH_STAGE_DNS);
	check(c.result.dns_ms >= 0);
	check(c.result.connect_ms < 0);
	check(c.result.fault.cause == PH_CAUSE_HOST_NOT_FOUND ||
	    c.result.fault.cause == PH_CAUSE_DNS_TEMPORARY ||
	    c.result.fault.cause == PH_CAUSE_DNS_TIMEOUT);
	check(strstr(c.result.fault.text, "nonexistent.invalid:25: ") ==
	    c.result.fault.text);

	/* A thread that is still asking holds nobody up. */
	struct call d = { 0 };
	int64_t began = ph_clock_usec();
	check(ph_dial_start(l, &opt, on_dial, &d, &d.dial) == PH_OK);
	ph_dial_free(d.dial);
	ph_loop_free(l);
	check(ph_clock_usec() - began < 1000000);
	check_int(d.count, 0);
}

static void test_mapping(void)
{
	static const struct {
		int eai;
		enum ph_cause cause;
	} cases[] = {
		{ EAI_NONAME, PH_CAUSE_HOST_NOT_FOUND },
		{ EAI_NODATA, PH_CAUSE_HOST_NOT_FOUND },
		{ EAI_ADDRFAMILY, PH_CAUSE_HOST_NOT_FOUND },
		{ EAI_AGAIN, PH_CAUSE_DNS_TEMPORARY },
		{ EAI_FAIL, PH_CAUSE_DNS_TEMPORARY },
		{ EAI_MEMORY, PH_CAUSE_DNS_TEMPORARY },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_fault f = { 0 };
		ph_lookup_fault(cases[i].eai, &f);
		check_int(f.cause, cases[i].cause);
		check_int(f.stage, PH_STAGE_DNS);
		check(f.text[0] != '\0');
	}
}

struct looked {
	int left;
	bool done;
};

static void on_lookup(
    void *ctx, int eai, const struct ph_sockaddr *list, size_t count)
{
	struct looked *x = ctx;

	check(eai == 0 && count > 0);
	check_int(ph_sockaddr_port(&list[0]), 25);
	x->left--;
	x->done = x->left == 0;
}

/* More than there are threads: all come, and those cancelled do not. */
static void test_many(void)
{
	enum {
		MANY = PH_RESOLVER_THREADS_MAX * 2
	};
	struct ph_loop *l;
	struct ph_resolver *r;
	struct ph_lookup *lookups[MANY];
	struct looked x = { .left = MANY / 2 };
	/* Known to getaddrinfo without asking, too. */
	const char *host = "127.0.0.1";

	check(ph_loop_new(&l) == PH_OK);
	r = ph_loop_resolver(l);
	check(r != NULL);
	for (size_t i = 0; i < MANY; i++) {
		check(ph_lookup_start(
			  r, host, 25, on_lookup, &x, &lookups[i]) == PH_OK);
	}
	for (size_t i = 0; i < MANY; i += 2)
		ph_lookup_cancel(lookups[i]);
	check(net_run(l, &x.done));
	check_int(x.left, 0);

	char longname[300];
	memset(longname, 'a', sizeof(longname) - 1);
	longname[sizeof(longname) - 1] = '\0';
	check_int(ph_lookup_start(r, longname, 25, on_lookup, &x, lookups),
	    PH_EINVAL);
	ph_lookup_cancel(NULL);
	ph_loop_free(l);
}

int main(void)
{
	test_connect();
	test_look_up_ipv4();
	test_fail();
	test_black_hole();
	test_race();
	test_dns();
	test_mapping();
	test_many();
	return check_end();
}
