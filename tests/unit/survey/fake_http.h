#ifndef PH_TESTS_SURVEY_FAKE_HTTP_H
#define PH_TESTS_SURVEY_FAKE_HTTP_H

#include "token/http.h"

/* What stands in for the module http (--wrap=ph_http): pages by URL; of others
   the host does not exist.  Read by several threads at once. */
struct fake_page {
	const char *url;
	unsigned status;
	const char *body;
	enum ph_cause cause; /* it fails so */
	const char *hop;     /* it leads there first; NULL: nowhere */
	bool is_endless;     /* until it is stopped */
	bool needs_memory;   /* and there is none */
};

struct fake_http {
	const struct fake_page *pages;
	size_t page_count;
	bool is_missing;
};

extern struct fake_http fake_http;

#endif
