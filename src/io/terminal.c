#include "io/terminal.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum {
	CHUNK = 1024
};

static void write_text(int tty, const char *text)
{
	/* A terminal that cannot show the question can still be typed at. */
	if (ph_fd_write_all(tty, ph_span_of(text)) != PH_OK)
		return;
}

/* Takes what was typed up to the line end.  PH_AGAIN: more is to come. */
static enum ph_err take(int tty, struct ph_buf *out)
{
	char chunk[CHUNK];
	ssize_t n = read(tty, chunk, sizeof(chunk));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? PH_AGAIN : PH_EIO;
	if (n == 0)
		return out->len > 0 ? PH_OK : PH_EOF;

	struct ph_span typed = { chunk, (size_t)n };
	size_t end = ph_span_find(typed, '\n');
	enum ph_err err = ph_buf_append(out, ph_span_first(typed, end));
	explicit_bzero(chunk, sizeof(chunk));
	if (err != PH_OK)
		return err;
	return end < typed.len ? PH_OK : PH_AGAIN;
}

static enum ph_err read_line(int tty, int signals, struct ph_buf *out)
{
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = tty, .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
		};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return PH_EIO;
		/* Left pending: it acts once the signals are unblocked. */
		if (p[1].revents != 0)
			return PH_EIO;
		if (p[0].revents == 0)
			continue;
		enum ph_err err = take(tty, out);
		if (err != PH_AGAIN)
			return err;
	}
}

/* A question under way. */
struct asking {
	int tty;
	int signals;
	bool shown; /* what is typed */
	struct ph_buf *out;
};

static enum ph_err ask(const struct asking *a, const char *question)
{
	struct termios before;
	struct termios during;
	int tty = a->tty;

	if (tcgetattr(tty, &before) != 0)
		return PH_ENOTFOUND;
	during = before;
	during.c_lflag |= ICANON;
	if (a->shown) {
		during.c_lflag |= ECHO;
	} else {
		during.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
		during.c_lflag |= ECHONL;
	}
	if (tcsetattr(tty, TCSAFLUSH, &during) != 0)
		return PH_EIO;
	write_text(tty, question);
	enum ph_err err = read_line(tty, a->signals, a->out);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	if (err != PH_OK)
		write_text(tty, "\n");
	return err;
}

static enum ph_err ask_terminal(
    const char *question, bool shown, struct ph_buf *out)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	PH_CLEANUP(ph_close_fd)
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	sigset_t set;
	sigset_t old;

	if (tty < 0)
		return PH_ENOTFOUND;
	(void)sigemptyset(&set);
	for (size_t i = 0; i < PH_COUNT(held); i++)
		(void)sigaddset(&set, held[i]);
	(void)pthread_sigmask(SIG_BLOCK, &set, &old);
	PH_CLEANUP(ph_close_fd)
	int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	enum ph_err err =
	    ask(&(struct asking){ tty, signals, shown, out }, question);
	/* What came meanwhile acts here, on a terminal that echoes again. */
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

enum ph_err ph_terminal_ask(const char *question, struct ph_buf *out)
{
	return ask_terminal(question, false, out);
}

enum ph_err ph_terminal_ask_openly(const char *question, struct ph_buf *out)
{
	return ask_terminal(question, true, out);
}

bool ph_terminal_open(struct ph_terminal *t)
{
	t->tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (t->tty >= 0 && tcgetattr(t->tty, &t->mode) != 0)
		ph_close_fd(&t->tty);
	return t->tty >= 0;
}

void ph_terminal_restore(const struct ph_terminal *t)
{
	/* In the background it is another's: trying would stop us. */
	if (t->tty >= 0 && tcgetpgrp(t->tty) == getpgrp())
		(void)tcsetattr(t->tty, TCSANOW, &t->mode);
}

void ph_terminal_close(struct ph_terminal *t)
{
	ph_close_fd(&t->tty);
}

bool ph_terminal_is_there(void)
{
	struct ph_terminal t;
	bool is_there = ph_terminal_open(&t);

	ph_terminal_close(&t);
	return is_there;
}
