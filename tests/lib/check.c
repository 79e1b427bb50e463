#include "check.h"

#include <stdio.h>
#include <string.h>

static int passed, failed;
static const char *case_name;
static size_t case_number;

static void fail(const char *file, int line)
{
	failed++;
	(void)fprintf(stderr, "%s:%d: ", file, line);
	if (case_name != NULL)
		(void)fprintf(stderr, "[%s %zu] ", case_name, case_number);
}

void check_at(bool ok, const char *what, const char *file, int line)
{
	if (ok) {
		passed++;
		return;
	}
	fail(file, line);
	(void)fprintf(stderr, "failed: %s\n", what);
}

void check_str_at(const char *got, const char *want, const char *file, int line)
{
	if (got != NULL && want != NULL && strcmp(got, want) == 0) {
		passed++;
		return;
	}
	fail(file, line);
	(void)fprintf(stderr, "got \"%s\", want \"%s\"\n",
	    got == NULL ? "(null)" : got, want == NULL ? "(null)" : want);
}

void check_int_at(long long got, long long want, const char *file, int line)
{
	if (got == want) {
		passed++;
		return;
	}
	fail(file, line);
	(void)fprintf(stderr, "got %lld, want %lld\n", got, want);
}

void check_case(const char *name, size_t number)
{
	case_name = name;
	case_number = number;
}

int check_end(void)
{
	printf("%d passed, %d failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
