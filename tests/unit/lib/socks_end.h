#ifndef PH_TESTS_LIB_SOCKS_END_H
#define PH_TESTS_LIB_SOCKS_END_H

#include <stdint.h>
#include <sys/types.h>

/* A SOCKS 5 proxy in a process of its own, for user "pat" with the password
   "open"; whatever it is asked for, it leads to one port of this machine. */
struct socks_end {
	pid_t pid;
	uint16_t port;
};

/* Ends the test when it cannot. */
void socks_end_start(struct socks_end *s, uint16_t leads_to);
void socks_end_stop(struct socks_end *s);

#endif
