#ifndef PH_TESTS_HTTP_FAR_END_H
#define PH_TESTS_HTTP_FAR_END_H

#include "base/span.h"

#include <pthread.h>
#include <stdint.h>

/* A web server on the loopback address, in a thread, that says one thing to
   everybody and keeps what it heard. */
struct far_end {
	struct ph_span answer;
	bool is_silent;  /* reads, and says nothing until the client is gone */
	bool is_endless; /* says the answer again and again */
	uint16_t port;
	unsigned count; /* of connections */
	char heard[16 * 1024];
	size_t heard_len;
	int listener;
	pthread_t thread;
};

void far_end_begin(struct far_end *f);
/* Nothing of it is running any more. */
void far_end_finish(struct far_end *f);

#endif
