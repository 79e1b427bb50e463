#include "check.h"
#include "io/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/posthaste-lock-XXXXXX";
static char path[sizeof(dir) + 8];

static bool is_there(void)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static void test_alone(void)
{
	struct ph_lock l = { 0 };
	struct ph_fault fault = { 0 };
	struct stat st;

	for (int i = 0; i < 2; i++) {
		check_int(ph_lock_take(path, 0, &l, &fault), PH_OK);
		check_int(stat(path, &st), 0);
		check_int(st.st_mode & 07777, 0600);
		ph_lock_drop(&l);
		check(!is_there());
	}
	ph_lock_drop(&l);
}

static void test_taken(void)
{
	struct ph_lock first = { 0 };
	struct ph_lock second = { 0 };
	struct ph_fault fault = { 0 };

	check_int(ph_lock_take(path, 0, &first, &fault), PH_OK);
	check_int(ph_lock_take(path, 40, &second, &fault), PH_ETIMEOUT);
	check(!ph_fault_is_set(&fault));
	check(second.path == NULL);
	ph_lock_drop(&first);
	check_int(ph_lock_take(path, 0, &second, &fault), PH_OK);
	ph_lock_drop(&second);
}

enum {
	WORKERS = 8,
	ROUNDS = 50,
	WAIT_MS = 30 * 1000
};

/* The number in the file; -1: there is none. */
static long read_number(const char *path_of_it)
{
	char line[32] = "";
	FILE *f = fopen(path_of_it, "r");
	char *end = line;
	long n = -1;

	if (f == NULL)
		return -1;
	if (fgets(line, sizeof(line), f) != NULL)
		n = strtol(line, &end, 10);
	(void)fclose(f);
	return end == line ? -1 : n;
}

/* Adds one to the number in the file, in two steps that may not be mixed. */
static int work(const char *count)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct ph_lock l = { 0 };
		struct ph_fault fault;

		if (ph_lock_take(path, WAIT_MS, &l, &fault) != PH_OK)
			return 1;

		long n = read_number(count);
		FILE *f = fopen(count, "w");

		if (n < 0 || f == NULL || fprintf(f, "%ld", n + 1) < 0)
			return 2;
		(void)fclose(f);
		ph_lock_drop(&l);
	}
	return 0;
}

/* Removing it at the end of each turn lets nobody in beside another. */
static void test_many(void)
{
	char count[sizeof(dir) + 8];
	pid_t pids[WORKERS];
	FILE *f;

	(void)snprintf(count, sizeof(count), "%s/count", dir);
	f = fopen(count, "w");
	check(f != NULL && fputs("0", f) >= 0 && fclose(f) == 0);
	for (int i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(work(count));
	}
	for (int i = 0; i < WORKERS; i++) {
		int status = -1;

		check(waitpid(pids[i], &status, 0) == pids[i]);
		check_int(status, 0);
	}
	check_int(read_number(count), WORKERS * ROUNDS);
	check_int(unlink(count), 0);
	check(!is_there());
}

static void test_refused(void)
{
	struct ph_lock l = { 0 };
	struct ph_fault fault = { 0 };

	check_int(ph_lock_take("/nonexistent/x", 0, &l, &fault), PH_EIO);
	check_int(fault.cause, PH_CAUSE_CANNOT_CREATE);
	check_str(fault.text,
	    "cannot lock /nonexistent/x: no such file or directory");
	/* A link that somebody laid there leads nowhere. */
	check_int(symlink("/tmp", path), 0);
	check_int(ph_lock_take(path, 0, &l, &fault), PH_EIO);
	check_int(unlink(path), 0);
	check(l.path == NULL);
}

int main(void)
{
	check(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	test_alone();
	test_taken();
	test_many();
	test_refused();
	check_int(rmdir(dir), 0);
	return check_end();
}
