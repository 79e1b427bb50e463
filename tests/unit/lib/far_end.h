#ifndef PH_TESTS_LIB_FAR_END_H
#define PH_TESTS_LIB_FAR_END_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A mail server in a process of its own, for programs that use the library:
   user "ann" with the password "secret"; refuses every recipient whose address
   begins with "no"; hangs up after every fourth message. */
struct far_end {
	pid_t pid;
	uint16_t port;
	char dir[64];
	char ca_file[96];
	char mail_file[96]; /* every message taken, one after the other */
};

/* Ends the test when it cannot. */
void far_end_start(struct far_end *f);
void far_end_stop(struct far_end *f);
/* What was taken so far holds that text. */
bool far_end_holds(const struct far_end *f, const char *text);

#endif
