#include "check.h"
#include "io/listener.h"
#include "net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct seen {
	struct ph_listener *listener;
	int count;
	int want;
	bool done;
	bool free_within;
};

static void on_accept(void *ctx, int fd)
{
	struct seen *s = ctx;

	check((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	check((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	(void)close(fd);
	s->count++;
	s->done = s->count == s->want;
	if (s->free_within)
		ph_listener_free(s->listener);
}

static int connect_to(const struct ph_listener *l)
{
	const char *colon = strrchr(ph_listener_address(l), ':');
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)connect(fd, (struct sockaddr *)&a, sizeof(a));
	return fd;
}

static const struct {
	const char *in;
	const char *prefix; /* of the address; NULL: an error */
} cases[] = {
	{ "127.0.0.1:0", "127.0.0.1:" },
	{ "localhost:0", "127.0.0.1:" },
	{ "[::1]:0", "[::1]:" },
	{ ":0", "[::]:" },
	{ "*:0", "[::]:" },
	{ "0.0.0.0:0", "0.0.0.0:" },
	{ "127.0.0.1", NULL },
	{ "127.0.0.1:", NULL },
	{ "127.0.0.1:65536", NULL },
	{ "127.0.0.1:-1", NULL },
	{ "127.0.0.1:2x", NULL },
	{ "::1:25", NULL },
	{ "[::1:25", NULL },
	{ "host.test:25", NULL },
	{ "", NULL },
};

static void test_addresses(struct ph_loop *l)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct seen s = { .want = 1 };
		struct ph_fault f = { 0 };

		check_case(cases[i].in, i);
		enum ph_err err = ph_listener_new(
		    l, cases[i].in, on_accept, &s, &s.listener, &f);
		if (cases[i].prefix == NULL) {
			check_int(err, PH_EINVAL);
			check_int(f.cause, PH_CAUSE_CONFIG);
			check(f.advice[0] != '\0');
			continue;
		}
		check_int(err, PH_OK);
		const char *at = ph_listener_address(s.listener);
		check(
		    strncmp(at, cases[i].prefix, strlen(cases[i].prefix)) == 0);
		check(strtoul(at + strlen(cases[i].prefix), NULL, 10) > 0);
		if (strcmp(cases[i].in, "[::1]:0") != 0) {
			int fd = connect_to(s.listener);
			check(net_run(l, &s.done));
			(void)close(fd);
		}
		ph_listener_free(s.listener);
	}
	check_case(NULL, 0);
	ph_listener_free(NULL);
}

static void test_taken(struct ph_loop *l)
{
	struct seen s = { 0 };
	struct ph_listener *second = NULL;
	struct ph_fault f = { 0 };

	check(ph_listener_new(
		  l, "127.0.0.1:0", on_accept, &s, &s.listener, NULL) == PH_OK);
	check_int(ph_listener_new(l, ph_listener_address(s.listener), on_accept,
		      &s, &second, &f),
	    PH_EIO);
	check_int(f.cause, PH_CAUSE_CANNOT_CREATE);
	check(strstr(f.text, "address already in use") != NULL);
	check(second == NULL);
	ph_listener_free(s.listener);
}

static void test_many(struct ph_loop *l)
{
	struct seen s = { .want = 200 };
	int fds[200];

	check(ph_listener_new(
		  l, "127.0.0.1:0", on_accept, &s, &s.listener, NULL) == PH_OK);
	for (int i = 0; i < 200; i++)
		fds[i] = connect_to(s.listener);
	check(net_run(l, &s.done));
	for (int i = 0; i < 200; i++)
		(void)close(fds[i]);
	ph_listener_free(s.listener);

	/* Freed from within, with more in the queue. */
	s = (struct seen){ .want = 1, .free_within = true };
	check(ph_listener_new(
		  l, "127.0.0.1:0", on_accept, &s, &s.listener, NULL) == PH_OK);
	for (int i = 0; i < 3; i++)
		fds[i] = connect_to(s.listener);
	check(net_run(l, &s.done));
	net_run_for(l, 5);
	check_int(s.count, 1);
	for (int i = 0; i < 3; i++)
		(void)close(fds[i]);
}

/* Out of descriptors: no busy loop, and it goes on when there are some. */
static void test_out_of_descriptors(struct ph_loop *l)
{
	struct seen s = { .want = 1 };
	struct rlimit old;

	check(ph_listener_new(
		  l, "127.0.0.1:0", on_accept, &s, &s.listener, NULL) == PH_OK);
	int fd = connect_to(s.listener);
	check(getrlimit(RLIMIT_NOFILE, &old) == 0);
	struct rlimit none = { (rlim_t)fd + 1, old.rlim_max };
	check(setrlimit(RLIMIT_NOFILE, &none) == 0);
	net_run_for(l, 20);
	check_int(s.count, 0);
	check(setrlimit(RLIMIT_NOFILE, &old) == 0);
	check(net_run(l, &s.done));
	(void)close(fd);
	ph_listener_free(s.listener);
}

int main(void)
{
	struct ph_loop *l;

	check(ph_loop_new(&l) == PH_OK);
	test_addresses(l);
	test_taken(l);
	test_many(l);
	test_out_of_descriptors(l);
	ph_loop_free(l);
	return check_end();
}
