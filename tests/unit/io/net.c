#include "net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(2);
}

static int listen_any(struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*a = (struct sockaddr_in){ .sin_family = AF_INET };
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(fd >= 0, "socket");
	must(bind(fd, (struct sockaddr *)a, sizeof(*a)) == 0, "bind");
	must(listen(fd, 8) == 0, "listen");
	must(getsockname(fd, (struct sockaddr *)a, &len) == 0, "getsockname");
	return fd;
}

void net_pair(int fds[2])
{
	struct sockaddr_in a;
	int listener = listen_any(&a);

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(connect(fds[0], (struct sockaddr *)&a, sizeof(a)) == 0, "connect");
	fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	must(fds[1] >= 0, "accept4");
	must(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0, "fcntl");
	(void)close(listener);
}

unsigned net_dead_port(void)
{
	struct sockaddr_in a;
	int fd = listen_any(&a);

	(void)close(fd);
	return ntohs(a.sin_port);
}

static void on_timeout(void *ctx)
{
	bool *over = ctx;
	*over = true;
}

static bool run_until(struct ph_loop *l, const bool *flag, ph_msec ms)
{
	struct ph_timer *t;
	bool over = false;

	must(ph_timer_new(l, on_timeout, &over, &t) == PH_OK, "timer");
	ph_loop_update(l);
	ph_timer_set(t, ph_loop_now(l) + ms);
	while (!over && (flag == NULL || !*flag))
		(void)ph_loop_turn(l);
	ph_timer_free(t);
	return !over;
}

bool net_run(struct ph_loop *l, const bool *flag)
{
	return run_until(l, flag, 10000);
}

void net_run_for(struct ph_loop *l, ph_msec ms)
{
	(void)run_until(l, NULL, ms);
}

void net_count(void *ctx)
{
	int *count = ctx;
	(*count)++;
}
