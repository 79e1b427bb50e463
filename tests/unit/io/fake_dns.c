#include "fake_dns.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake_dns fake_dns;

enum {
	OPEN_MAX = 32
};

struct open_question {
	ph_dns_fn *fn; /* NULL: free */
	void *ctx;
	const struct fake_record *record; /* NULL: there is no such name */
};

struct ph_dns_context {
	int ends[2];
	bool validates;
	struct open_question questions[OPEN_MAX];
};

static enum ph_err open_context(bool validates, struct ph_dns_context **out)
{
	enum ph_err err = validates ? fake_dns.open_err : fake_dns.plain_err;
	struct ph_dns_context *c;

	if (err != PH_OK)
		return err;
	c = calloc(1, sizeof(*c));
	check(c != NULL);
	check_int(pipe(c->ends), 0);
	c->validates = validates;
	if (validates) {
		fake_dns.opened++;
	} else {
		fake_dns.opened_plain++;
	}
	*out = c;
	return PH_OK;
}

static void close_context(struct ph_dns_context *c)
{
	(void)close(c->ends[0]);
	(void)close(c->ends[1]);
	free(c);
	fake_dns.closed++;
}

static int descriptor(struct ph_dns_context *c)
{
	return c->ends[0];
}

static void answer(const struct open_question *q)
{
	static const struct ph_dns_answer none = { .status = PH_DNS_NO_NAME };

	q->fn(q->ctx, q->record == NULL ? &none : &q->record->answer);
}

static void process(struct ph_dns_context *c)
{
	char octet;

	check_int(read(c->ends[0], &octet, 1), 1);
	for (size_t i = 0; i < OPEN_MAX; i++) {
		struct open_question q = c->questions[i];

		if (q.fn == NULL || (q.record != NULL && q.record->is_silent))
			continue;
		c->questions[i].fn = NULL;
		answer(&q);
		return;
	}
}

static const struct fake_record *find(const char *name, enum ph_dns_type type)
{
	for (size_t i = 0; i < fake_dns.record_count; i++) {
		const struct fake_record *r = &fake_dns.records[i];

		if (r->type == type && strcmp(r->name, name) == 0)
			return r;
	}
	return NULL;
}

static enum ph_err ask(struct ph_dns_context *c, const char *name,
    enum ph_dns_type type, ph_dns_fn *fn, void *ctx, int *id_out)
{
	int i = 0;

	fake_dns.asked++;
	if (fake_dns.ask_err != PH_OK)
		return fake_dns.ask_err;
	while (c->questions[i].fn != NULL)
		i++;
	c->questions[i] = (struct open_question){ fn, ctx, find(name, type) };
	*id_out = i;
	if (c->questions[i].record == NULL ||
	    !c->questions[i].record->is_silent)
		check_int(write(c->ends[1], "x", 1), 1);
	return PH_OK;
}

static void cancel(struct ph_dns_context *c, int id)
{
	c->questions[id].fn = NULL;
	fake_dns.cancelled++;
}

/* The last two labels; a single one is a public suffix. */
static const char *registrable(const char *host)
{
	const char *at = host + strlen(host);
	unsigned dots = 0;

	while (at > host && (at[-1] != '.' || ++dots < 2))
		at--;
	return dots == 0 ? NULL : at;
}

const struct ph_dns *wrap_ph_dns(void) __asm__("__wrap_ph_dns");

const struct ph_dns *wrap_ph_dns(void)
{
	static const struct ph_dns module = {
		.open = open_context,
		.close = close_context,
		.descriptor = descriptor,
		.process = process,
		.ask = ask,
		.cancel = cancel,
		.registrable = registrable,
	};

	return fake_dns.is_missing ? NULL : &module;
}
