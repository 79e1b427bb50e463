#include "socks_end.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* The user, the password; then CONNECT by name, whose length stands at the end
   of the head. */
static const char greeting[] = { 5, 2, 0, 2 };
static const char login[] = { 1, 3, 'p', 'a', 't', 4, 'o', 'p', 'e', 'n' };
static const char opened[] = { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 };

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "socks end: %s\n", what);
	abort();
}

static bool read_all(int fd, char *out, size_t len)
{
	return recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* True when the way was asked for by who may. */
static bool shake(int fd)
{
	char in[512];

	if (!read_all(fd, in, sizeof(greeting)) ||
	    memcmp(in, greeting, sizeof(greeting)) != 0 ||
	    !write_all(fd, "\x05\x02", 2) || !read_all(fd, in, sizeof(login)))
		return false;
	if (memcmp(in, login, sizeof(login)) != 0) {
		(void)write_all(fd, "\x01\x01", 2);
		return false;
	}
	if (!write_all(fd, "\x01\0", 2) || !read_all(fd, in, 5))
		return false;

	size_t rest = in[3] == 3 ? (unsigned char)in[4] + 2U : 4 - 1 + 2;

	return read_all(fd, in, rest) && write_all(fd, opened, sizeof(opened));
}

static int dial(uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 &&
		connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0,
	    "connect");
	return fd;
}

/* Until either side ends. */
static void pump(int one, int other)
{
	struct pollfd p[] = { { .fd = one, .events = POLLIN },
		{ .fd = other, .events = POLLIN } };
	static char data[64 * 1024];

	while (poll(p, 2, -1) > 0) {
		for (size_t i = 0; i < 2; i++) {
			if (p[i].revents == 0)
				continue;

			ssize_t n = recv(p[i].fd, data, sizeof(data), 0);

			if (n <= 0 || !write_all(p[1 - i].fd, data, (size_t)n))
				return;
		}
	}
}

/* Never returns; the parent kills it. */
static void serve(int listener, uint16_t leads_to)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		must(fd >= 0, "accept");
		if (shake(fd)) {
			int server = dial(leads_to);

			pump(fd, server);
			(void)close(server);
		}
		(void)close(fd);
	}
}

void socks_end_start(struct socks_end *s, uint16_t leads_to)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && bind(fd, (const struct sockaddr *)&at, len) == 0 &&
		listen(fd, 16) == 0 &&
		getsockname(fd, (struct sockaddr *)&at, &len) == 0,
	    "listen");
	s->port = ntohs(at.sin_port);
	s->pid = fork();
	must(s->pid >= 0, "fork");
	if (s->pid == 0) {
		/* Whatever becomes of the test, nothing stays behind. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fd, leads_to);
	}
	(void)close(fd);
}

void socks_end_stop(struct socks_end *s)
{
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
}
