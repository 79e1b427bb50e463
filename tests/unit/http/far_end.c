#include "far_end.h"

#include "check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Head and form are here; a question and a request for a tunnel have no
   form. */
static bool is_whole(const struct far_end *f)
{
	const char *end = memmem(f->heard, f->heard_len, "\r\n\r\n", 4);
	const char *length =
	    memmem(f->heard, f->heard_len, "Content-Length: ", 16);

	if (end != NULL &&
	    (strncmp(f->heard, "CONNECT ", 8) == 0 ||
		strncmp(f->heard, "GET ", 4) == 0))
		return true;
	if (end == NULL || length == NULL)
		return false;
	return f->heard_len - (size_t)(end + 4 - f->heard) >=
	    strtoul(length + 16, NULL, 10);
}

static bool hear(struct far_end *f, int fd)
{
	size_t room = sizeof(f->heard) - 1 - f->heard_len;
	ssize_t n = recv(fd, f->heard + f->heard_len, room, 0);

	if (n <= 0)
		return false;
	f->heard_len += (size_t)n;
	f->heard[f->heard_len] = '\0';
	return true;
}

static bool say(int fd, struct ph_span s)
{
	while (s.len > 0) {
		ssize_t n = send(fd, s.ptr, s.len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		s = ph_span_skip(s, (size_t)n);
	}
	return true;
}

static void serve(struct far_end *f, int fd)
{
	bool is_here = true;

	f->heard_len = 0;
	while (is_here && !is_whole(f))
		is_here = hear(f, fd);
	while (is_here && f->is_silent)
		is_here = hear(f, fd);
	do {
		is_here = is_here && say(fd, f->answer);
	} while (is_here && f->is_endless);
	(void)close(fd);
}

static void *run(void *ctx)
{
	struct far_end *f = ctx;

	for (;;) {
		int fd = accept(f->listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		f->count++;
		serve(f, fd);
	}
}

void far_end_begin(struct far_end *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->count = 0;
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_int(bind(f->listener, (struct sockaddr *)&at, len), 0);
	check_int(listen(f->listener, 8), 0);
	check_int(getsockname(f->listener, (struct sockaddr *)&at, &len), 0);
	f->port = ntohs(at.sin_port);
	check_int(pthread_create(&f->thread, NULL, run, f), 0);
}

void far_end_finish(struct far_end *f)
{
	(void)shutdown(f->listener, SHUT_RDWR);
	check_int(pthread_join(f->thread, NULL), 0);
	(void)close(f->listener);
}
