#include "check.h"
#include "io/work.h"

#include <pthread.h>

/* Work on a thread, waited for or left to itself. */

struct job {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool may_go; /* run waits for it */
	bool ended;
	int ran;
	struct ph_work *work; /* freed by done, if free_in_done */
	bool free_in_done;
	int told;
};

static void job_init(struct job *j)
{
	*j = (struct job){ .told = 0 };
	check(pthread_mutex_init(&j->lock, NULL) == 0);
	check(pthread_cond_init(&j->changed, NULL) == 0);
}

static void job_release(struct job *j)
{
	check(pthread_mutex_destroy(&j->lock) == 0);
	check(pthread_cond_destroy(&j->changed) == 0);
}

static void set(struct job *j, bool *what)
{
	check(pthread_mutex_lock(&j->lock) == 0);
	*what = true;
	check(pthread_cond_broadcast(&j->changed) == 0);
	check(pthread_mutex_unlock(&j->lock) == 0);
}

static void wait_for(struct job *j, const bool *what)
{
	check(pthread_mutex_lock(&j->lock) == 0);
	while (!*what)
		check(pthread_cond_wait(&j->changed, &j->lock) == 0);
	check(pthread_mutex_unlock(&j->lock) == 0);
}

static void run(void *arg)
{
	struct job *j = arg;

	(void)pthread_mutex_lock(&j->lock);
	while (!j->may_go)
		(void)pthread_cond_wait(&j->changed, &j->lock);
	j->ran++;
	(void)pthread_mutex_unlock(&j->lock);
}

static void end(void *arg)
{
	struct job *j = arg;

	(void)pthread_mutex_lock(&j->lock);
	j->ended = true;
	(void)pthread_cond_broadcast(&j->changed);
	(void)pthread_mutex_unlock(&j->lock);
}

static void on_done(void *ctx)
{
	struct job *j = ctx;

	j->told++;
	if (!j->free_in_done)
		return;
	ph_work_free(j->work);
	j->work = NULL;
}

static struct ph_loop *start(struct job *j)
{
	const struct ph_work_job job = { run, end, j };
	struct ph_loop *l = NULL;

	check(ph_loop_new(&l) == PH_OK);
	check(ph_work_start(l, &job, on_done, j, &j->work) == PH_OK);
	return l;
}

static void test_waited_for(bool free_in_done)
{
	struct job j;

	job_init(&j);
	j.free_in_done = free_in_done;

	struct ph_loop *l = start(&j);

	check_int(j.told, 0);
	set(&j, &j.may_go);
	while (j.told == 0 && ph_loop_turn(l))
		continue;
	check_int(j.told, 1);
	check_int(j.ran, 1);
	if (!free_in_done) {
		/* It holds nothing up any more. */
		check(!ph_loop_turn(l));
		ph_work_free(j.work);
	}
	wait_for(&j, &j.ended);
	ph_loop_free(l);
	job_release(&j);
}

static void on_time(void *ctx)
{
	(*(int *)ctx)++;
}

/* Left to itself: the loop's time goes on, nobody is told, and it ends what it
   works on when it is through, even after the loop. */
static void test_left(void)
{
	struct ph_timer *timer = NULL;
	struct job j;
	int ticks = 0;

	job_init(&j);

	struct ph_loop *l = start(&j);

	check(ph_timer_new(l, on_time, &ticks, &timer) == PH_OK);
	ph_timer_set(timer, ph_loop_now(l) + 1);
	while (ticks == 0 && ph_loop_turn(l))
		continue;
	check_int(ticks, 1);
	ph_work_free(j.work);
	check(!ph_loop_turn(l));
	ph_timer_free(timer);
	ph_loop_free(l);
	check_int(j.ran, 0);
	check(!j.ended);
	set(&j, &j.may_go);
	wait_for(&j, &j.ended);
	check_int(j.ran, 1);
	check_int(j.told, 0);
	job_release(&j);
}

int main(void)
{
	test_waited_for(false);
	test_waited_for(true);
	test_left();
	ph_work_free(NULL);
	return check_end();
}
