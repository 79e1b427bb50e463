#ifndef PH_TESTS_FAKE_HTTP_H
#define PH_TESTS_FAKE_HTTP_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

/* In place of the module: says what the test wants and keeps what it was
   asked. */
struct fake_http {
	enum ph_err err; /* other than PH_OK: no answer */
	unsigned status;
	const char *body;
	unsigned count;
	char url[512];
	char form[1024];
	char ca_file[64];
	char proxy[128];
	char proxy_login[128];
};

extern struct fake_http fake_http;

/* status and body next; err PH_OK. */
void fake_http_says(unsigned status, const char *body);

#endif
