#include "base/num.h"
#include "check.h"
#include "config/claim.h"
#include "io/file.h"
#include "playground.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PROCESSES = 3,
	ROUNDS = 6
};

static bool is_there(const char *name)
{
	return access(playground_path(name), F_OK) == 0;
}

static enum ph_err claim(const char *name, bool makes, struct ph_claim *out)
{
	struct ph_fault fault = { 0 };
	enum ph_err err =
	    ph_claim_take(playground_path(name), makes, out, &fault);

	check_int(ph_fault_is_set(&fault), err != PH_OK);
	return err;
}

static void test_nothing_there(void)
{
	struct ph_claim c = { 0 };

	check_int(claim("new/connections", false, &c), PH_OK);
	check(!is_there("new"));
	ph_claim_drop(&c);
	ph_claim_drop(&c);
}

static void test_made_and_gone(void)
{
	struct ph_claim c = { 0 };

	check_int(claim("new/connections", true, &c), PH_OK);
	check(is_there("new/connections/.posthaste-lock"));
	ph_claim_drop(&c);
	check(!is_there("new"));
}

/* What was there before stays, and so does what holds a file. */
static void test_made_and_used(void)
{
	struct ph_claim c = { 0 };

	check_int(mkdir(playground_path("mine"), 0700), 0);
	check_int(claim("mine/connections", true, &c), PH_OK);
	ph_claim_drop(&c);
	check(is_there("mine") && !is_there("mine/connections"));

	check_int(claim("mine/connections", true, &c), PH_OK);
	playground_write("mine/connections/a.conf", "");
	ph_claim_drop(&c);
	check(is_there("mine/connections/a.conf"));
	check(!is_there("mine/connections/.posthaste-lock"));

	check_int(claim("mine/connections", false, &c), PH_OK);
	check(is_there("mine/connections/.posthaste-lock"));
	ph_claim_drop(&c);
}

static void test_no_directory(void)
{
	struct ph_claim c = { 0 };

	playground_write("file", "");
	check_int(claim("file/connections", true, &c), PH_EIO);
	check(c.lock.path == NULL && c.made == NULL);
	check(is_there("file"));
}

static uint64_t read_count(void)
{
	uint64_t n = 0;

	check(ph_num_parse(ph_span_of(playground_read("count/n")), 1000, &n) ==
	    PH_OK);
	return n;
}

/* Read, changed and written back, as a file of settings is. */
static void count_on(void)
{
	struct ph_claim c = { 0 };
	char text[24];

	check_int(claim("count", false, &c), PH_OK);
	(void)snprintf(text, sizeof(text), "%u", (unsigned)read_count() + 1);
	playground_write("count/n", text);
	ph_claim_drop(&c);
}

static void test_processes(void)
{
	pid_t pids[PROCESSES];

	playground_write("count/n", "0");
	for (size_t i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int k = 0; k < ROUNDS; k++)
			count_on();
		_exit(check_end());
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status = 0;

		check_int(waitpid(pids[i], &status, 0), pids[i]);
		check_int(status, 0);
	}
	check_int(read_count(), PROCESSES * ROUNDS);
}

int main(void)
{
	(void)playground_begin();
	test_nothing_there();
	test_made_and_gone();
	test_made_and_used();
	test_no_directory();
	test_processes();
	playground_end();
	return check_end();
}
