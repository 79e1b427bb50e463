#include "fake_http.h"

#include <string.h>
#include <time.h>

struct fake_http fake_http;

static const struct fake_page *find(const char *url)
{
	for (size_t i = 0; i < fake_http.page_count; i++) {
		if (strcmp(fake_http.pages[i].url, url) == 0)
			return &fake_http.pages[i];
	}
	return NULL;
}

static enum ph_err fail(struct ph_fault *fault, enum ph_cause cause)
{
	ph_fault_set(fault, cause, PH_STAGE_CONNECT, "host: words");
	return PH_EIO;
}

/* What is_stopped() is asked for as the module does it, without a clock of its
   own to wait by. */
static void wait_for_stop(const struct ph_http_get *g)
{
	const struct timespec blink = { .tv_nsec = 1000000 };

	while (!g->is_stopped(g->ctx))
		(void)nanosleep(&blink, NULL);
}

static enum ph_err get(const struct ph_http_get *g, struct ph_http_got *out,
    struct ph_fault *fault)
{
	const struct fake_page *p = find(g->url);

	if (p == NULL)
		return fail(fault, PH_CAUSE_HOST_NOT_FOUND);
	if (p->needs_memory)
		return PH_ENOMEM;
	if (p->hop != NULL &&
	    (ph_buf_append_str(&out->hops, p->hop) != PH_OK ||
		ph_buf_append_char(&out->hops, '\n') != PH_OK))
		return PH_ENOMEM;
	if (p->is_endless) {
		wait_for_stop(g);
		return fail(fault, PH_CAUSE_INTERRUPTED);
	}
	if (p->cause != PH_CAUSE_NONE)
		return fail(fault, p->cause);
	out->status = p->status;
	return ph_buf_append_str(&out->body, p->body);
}

const struct ph_http *wrap_ph_http(void) __asm__("__wrap_ph_http");

const struct ph_http *wrap_ph_http(void)
{
	static const struct ph_http module = { .get = get };

	return fake_http.is_missing ? NULL : &module;
}
