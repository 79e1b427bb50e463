#ifndef PH_TESTS_CHECK_H
#define PH_TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* The whole harness: check() counts; check_end() prints the one closing line
   "N passed, N failed" and gives main's return value. */

#define check(cond) check_at((cond), #cond, __FILE__, __LINE__)
/* Shows both sides when they differ. */
#define check_str(got, want) check_str_at((got), (want), __FILE__, __LINE__)
#define check_int(got, want) \
 check_int_at((long long)(got), (long long)(want), __FILE__, __LINE__)

void check_at(bool ok, const char *what, const char *file, int line);
void check_str_at(
    const char *got, const char *want, const char *file, int line);
void check_int_at(long long got, long long want, const char *file, int line);

/* Names the case at hand, shown with failures until the next one.  Borrowed. */
void check_case(const char *name, size_t number);

int check_end(void);

#endif
