#include "check.h"
#include "io/interrupt.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What a child does with a signal it sends to itself; its exit status, or the
   signal that ended it as a negative number. */
static int outcome_of(int (*work)(int signum), int signum)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(work(signum));
	check(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int hold_and_let_go(int signum)
{
	struct ph_interrupt i;

	ph_interrupt_hold(&i);
	if (ph_interrupt_came(&i))
		return 1;
	(void)raise(signum);
	if (!ph_interrupt_came(&i) || !ph_interrupt_wait(&i, 60 * 1000))
		return 2;
	ph_interrupt_let_go(&i);
	return 3;
}

static int hold_and_take(int signum)
{
	struct ph_interrupt i;

	ph_interrupt_hold(&i);
	(void)raise(signum);
	if (!ph_interrupt_came(&i))
		return 1;
	ph_interrupt_take(&i);
	if (ph_interrupt_came(&i))
		return 2;
	ph_interrupt_let_go(&i);
	return 3;
}

/* As under nohup. */
static int hold_ignored(int signum)
{
	struct ph_interrupt i;

	(void)signal(signum, SIG_IGN);
	ph_interrupt_hold(&i);
	(void)raise(signum);
	if (ph_interrupt_came(&i))
		return 1;
	ph_interrupt_let_go(&i);
	return 3;
}

static void test_wait(void)
{
	struct ph_interrupt i;
	struct timespec from;
	struct timespec to;

	ph_interrupt_hold(&i);
	check(!ph_interrupt_wait(&i, -5));
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	check(!ph_interrupt_wait(&i, 30));
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	check((to.tv_sec - from.tv_sec) * 1000 +
		(to.tv_nsec - from.tv_nsec) / 1000000 >=
	    29);
	ph_interrupt_let_go(&i);
	check_int(i.fd, -1);
}

int main(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		check_case("signal", (size_t)signals[i]);
		check_int(outcome_of(hold_and_let_go, signals[i]), -signals[i]);
		check_int(outcome_of(hold_and_take, signals[i]), 3);
		check_int(outcome_of(hold_ignored, signals[i]), 3);
	}
	check_case(NULL, 0);
	test_wait();
	return check_end();
}
