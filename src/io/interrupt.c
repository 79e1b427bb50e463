#include "io/interrupt.h"

#include "base/err.h"
#include "io/file.h"

#include <limits.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

/* Blocked, an ignored signal would be seen after all. */
static bool is_ignored(int signum)
{
	struct sigaction action;

	return sigaction(signum, NULL, &action) == 0 &&
	    (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

void ph_interrupt_hold(struct ph_interrupt *i)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t k = 0; k < PH_COUNT(signals); k++) {
		if (!is_ignored(signals[k]))
			(void)sigaddset(&set, signals[k]);
	}
	(void)pthread_sigmask(SIG_BLOCK, &set, &i->before);
	i->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool ph_interrupt_wait(const struct ph_interrupt *i, ph_msec wait)
{
	struct pollfd p = { .fd = i->fd, .events = POLLIN };

	if (wait < 0)
		wait = 0;
	if (wait > INT_MAX)
		wait = INT_MAX;
	return poll(&p, 1, (int)wait) > 0;
}

bool ph_interrupt_came(const struct ph_interrupt *i)
{
	return ph_interrupt_wait(i, 0);
}

void ph_interrupt_take(struct ph_interrupt *i)
{
	struct signalfd_siginfo info;

	for (size_t k = 0; k < PH_COUNT(signals); k++) {
		if (read(i->fd, &info, sizeof(info)) != sizeof(info))
			return;
	}
}

void ph_interrupt_let_go(struct ph_interrupt *i)
{
	ph_close_fd(&i->fd);
	(void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
}
