#include "certs.h"
#include "check.h"
#include "io/file.h"
#include "io/maildir.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t count_in(const char *dir, const char *folder)
{
	struct ph_buf names;
	char *path = NULL;
	size_t count = 0;

	ph_buf_init(&names, 10 * 1024 * 1024);
	check(asprintf(&path, "%s/%s", dir, folder) > 0);
	check(ph_dir_list(path, "", &names, NULL) == PH_OK);
	for (size_t i = 0; i < names.len; i++)
		count += names.ptr[i] == '\0';
	ph_buf_release(&names);
	free(path);
	return count;
}

static void check_content(const char *path, const char *want, size_t len)
{
	struct ph_buf b;
	struct stat st;

	ph_buf_init(&b, 1024 * 1024);
	check_int(ph_file_read(path, &b, NULL), PH_OK);
	check(ph_span_eq(ph_buf_span(&b), (struct ph_span){ want, len }));
	check(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	ph_buf_release(&b);
}

static void test_deliver(const char *dir)
{
	static char big[200 * 1024];
	static const size_t sizes[] = { 0, 1, 100, 64 * 1024 - 1, 64 * 1024,
		64 * 1024 + 1, sizeof(big) };
	static const size_t steps[] = { 100, 1000, 70000, sizeof(big) };
	struct ph_maildir *m = NULL;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7);
	check_int(ph_maildir_open(dir, &m, NULL), PH_OK);
	for (size_t i = 0; i < PH_COUNT(sizes) * PH_COUNT(steps); i++) {
		size_t size = sizes[i % PH_COUNT(sizes)];
		size_t step = steps[i / PH_COUNT(sizes)];
		struct ph_maildir_message *msg;
		const char *path;

		check_case("size", size);
		check_int(ph_maildir_begin(m, &msg, NULL), PH_OK);
		for (size_t at = 0; at < size; at += step) {
			struct ph_span piece = { big + at,
				size - at < step ? size - at : step };
			check_int(ph_maildir_write(msg, piece, NULL), PH_OK);
		}
		check_int(count_in(dir, "tmp"), 1);
		check_int(
		    ph_maildir_commit(msg, i % 2 == 0, &path, NULL), PH_OK);
		check_content(path, big, size);
		count++;
		check_int(count_in(dir, "tmp"), 0);
		check_int(count_in(dir, "new"), count);
	}
	check_case(NULL, 0);

	/* Two at once, one given up. */
	struct ph_maildir_message *a;
	struct ph_maildir_message *b;
	const char *path;
	check_int(ph_maildir_begin(m, &a, NULL), PH_OK);
	check_int(ph_maildir_begin(m, &b, NULL), PH_OK);
	check_int(ph_maildir_write(a, PH_SPAN("a"), NULL), PH_OK);
	check_int(ph_maildir_write(b, PH_SPAN("b"), NULL), PH_OK);
	ph_maildir_abort(a);
	check_int(ph_maildir_commit(b, false, &path, NULL), PH_OK);
	check_content(path, "b", 1);
	check_int(count_in(dir, "tmp"), 0);
	check_int(count_in(dir, "new"), count + 1);
	ph_maildir_abort(NULL);
	ph_maildir_free(m);
	ph_maildir_free(NULL);
}

static void test_names(const char *dir)
{
	struct ph_maildir *m = NULL;
	const char *path;

	/* Fast enough that clock and process are the same. */
	check_int(ph_maildir_open(dir, &m, NULL), PH_OK);
	for (int i = 0; i < 1000; i++) {
		struct ph_maildir_message *msg;
		check(ph_maildir_begin(m, &msg, NULL) == PH_OK);
		check(ph_maildir_commit(msg, false, &path, NULL) == PH_OK);
	}
	check_int(count_in(dir, "new"), 1000);
	check(strchr(strrchr(path, '/'), ':') == NULL);
	/* A clock that stands still must not matter. */
	check(strstr(strrchr(path, '/'), "Q1000.") != NULL);
	ph_maildir_free(m);
}

/* A disk that is full: nothing is left behind. */
static void test_full(const char *dir)
{
	struct rlimit old;
	struct rlimit small;
	struct ph_maildir *m = NULL;
	struct ph_maildir_message *msg;
	struct ph_fault f = { 0 };
	const char *path = NULL;
	static char big[100 * 1024];

	check_int(ph_maildir_open(dir, &m, NULL), PH_OK);
	(void)signal(SIGXFSZ, SIG_IGN);
	check(getrlimit(RLIMIT_FSIZE, &old) == 0);
	small = old;
	small.rlim_cur = 1000;
	check(setrlimit(RLIMIT_FSIZE, &small) == 0);
	check_int(ph_maildir_begin(m, &msg, &f), PH_OK);
	check_int(
	    ph_maildir_write(msg, (struct ph_span){ big, 2000 }, &f), PH_OK);
	check_int(ph_maildir_commit(msg, false, &path, &f), PH_EIO);
	check_int(f.cause, PH_CAUSE_CANNOT_WRITE);
	check(path == NULL);
	check_int(ph_maildir_begin(m, &msg, &f), PH_OK);
	check_int(
	    ph_maildir_write(msg, (struct ph_span){ big, sizeof(big) }, &f),
	    PH_EIO);
	ph_maildir_abort(msg);
	check(setrlimit(RLIMIT_FSIZE, &old) == 0);
	check_int(count_in(dir, "tmp"), 0);
	check_int(count_in(dir, "new"), 0);

	/* Somebody removed the folder under us. */
	char *sub = NULL;
	check(asprintf(&sub, "%s/tmp", dir) > 0);
	check(rmdir(sub) == 0);
	check_int(ph_maildir_begin(m, &msg, &f), PH_EIO);
	check_int(f.cause, PH_CAUSE_CANNOT_CREATE);
	free(sub);
	ph_maildir_free(m);
}

static void test_cannot(void)
{
	struct ph_maildir *m = NULL;
	struct ph_fault f = { 0 };
	char *file = temp_path("file");
	char *below = temp_path("file/maildir");
	char longpath[5000];

	temp_write(file, "x");
	check_int(ph_maildir_open(below, &m, &f), PH_EIO);
	check_int(f.cause, PH_CAUSE_CANNOT_CREATE);
	memset(longpath, 'a', sizeof(longpath) - 1);
	longpath[sizeof(longpath) - 1] = '\0';
	check_int(ph_maildir_open(longpath, &m, &f), PH_EIO);
	check(m == NULL);
	free(file);
	free(below);
}

int main(void)
{
	char *a = temp_path("deep/er/maildir");
	char *b = temp_path("b");
	char *c = temp_path("c");

	test_deliver(a);
	test_names(b);
	test_full(c);
	test_cannot();
	free(a);
	free(b);
	free(c);
	return check_end();
}
