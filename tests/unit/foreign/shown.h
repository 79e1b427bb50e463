#ifndef PH_TESTS_FOREIGN_SHOWN_H
#define PH_TESTS_FOREIGN_SHOWN_H

#include "foreign/foreign.h"

/* What was read, a line each: "[NAME]" of a connection and whether it is the
   default, "SECTION.KEY = VALUE" in the order of the table, "secret ROLE:
   VALUE"; then "lost, line N: WHAT".  A text that is refused is "refused:" and
   why. */
enum {
	SHOWN_SIZE = 16 * 1024
};

struct shown {
	char text[SHOWN_SIZE];
};

struct shown show(
    enum ph_foreign_format format, const char *text, const char *address);

struct shown_case {
	const char *text;
	const char *want;
	const char *address; /* NULL: none is said */
};

/* Each case; then with every line ended by CRLF and a byte order mark before
   it, which must not matter; then cut at every octet, which must do no harm. */
void check_shown(enum ph_foreign_format format, const struct shown_case *cases,
    size_t count);

/* Each allocation fails in turn, and no block is given back with `secret` in
   it. */
void check_memory(
    enum ph_foreign_format format, const char *text, const char *secret);

#endif
