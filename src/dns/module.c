#include "dns/module.h"

#include <libpsl.h>
#include <stdlib.h>
#include <unbound.h>
#include <unistd.h>

static const char resolv_conf[] = "/etc/resolv.conf";
/* Of Debian's package dns-root-data, which is kept up to date. */
static const char anchor_file[] = "/usr/share/dns/root.key";
/* Where that is not there: the keys of the root as IANA publishes them, of 2017
   and of 2024. */
static const char *const anchors[] = {
	". IN DS 20326 8 2 "
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". IN DS 38696 8 2 "
	"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};

enum {
	CLASS_IN = 1,
	RCODE_OK = 0,
	RCODE_NXDOMAIN = 3
};

struct question {
	struct question *next;
	struct ph_dns_context *context;
	ph_dns_fn *fn;
	void *ctx;
	int id;
};

struct ph_dns_context {
	struct ub_ctx *unbound;
	struct question *questions; /* those that are open */
};

static bool trust(struct ub_ctx *c)
{
	if (access(anchor_file, R_OK) == 0)
		return ub_ctx_add_ta_file(c, anchor_file) == 0;
	for (size_t i = 0; i < PH_COUNT(anchors); i++) {
		if (ub_ctx_add_ta(c, anchors[i]) != 0)
			return false;
	}
	return true;
}

static enum ph_err set_up(struct ub_ctx *c, bool validates)
{
	/* A thread, not a process. */
	if (ub_ctx_async(c, 1) != 0 || ub_ctx_debugout(c, NULL) != 0)
		return PH_EIO;
	if (ub_ctx_resolvconf(c, resolv_conf) != 0)
		return PH_ENOTFOUND;
	return validates && !trust(c) ? PH_EIO : PH_OK;
}

static enum ph_err open_context(bool validates, struct ph_dns_context **out)
{
	struct ph_dns_context *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return PH_ENOMEM;
	c->unbound = ub_ctx_create();
	if (c->unbound == NULL) {
		free(c);
		return PH_ENOMEM;
	}

	enum ph_err err = set_up(c->unbound, validates);
	if (err != PH_OK) {
		ub_ctx_delete(c->unbound);
		free(c);
		return err;
	}
	*out = c;
	return PH_OK;
}

static void drop(struct question *q)
{
	struct question **at = &q->context->questions;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	free(q);
}

static void close_context(struct ph_dns_context *c)
{
	if (c == NULL)
		return;
	ub_ctx_delete(c->unbound);
	while (c->questions != NULL)
		drop(c->questions);
	free(c);
}

static int descriptor(struct ph_dns_context *c)
{
	return ub_fd(c->unbound);
}

static void process(struct ph_dns_context *c)
{
	(void)ub_process(c->unbound);
}

static enum ph_dns_status status_of(int err, const struct ub_result *r)
{
	if (err != 0 || r == NULL)
		return PH_DNS_FAILED;
	if (r->bogus != 0)
		return PH_DNS_BOGUS;
	if (r->rcode == RCODE_NXDOMAIN)
		return PH_DNS_NO_NAME;
	if (r->rcode != RCODE_OK)
		return PH_DNS_FAILED;
	return r->havedata != 0 ? PH_DNS_FOUND : PH_DNS_NO_DATA;
}

static void on_answer(void *arg, int err, struct ub_result *r)
{
	struct question *q = arg;
	struct ph_span records[PH_DNS_RECORDS_MAX];
	struct ph_dns_answer answer = {
		.status = status_of(err, r),
		.records = records,
	};

	answer.is_secure = err == 0 && r != NULL && r->secure != 0;
	for (size_t i = 0; answer.status == PH_DNS_FOUND &&
	     i < PH_DNS_RECORDS_MAX && r->data[i] != NULL;
	     i++) {
		records[i] = (struct ph_span){ r->data[i], (size_t)r->len[i] };
		answer.record_count = i + 1;
	}
	q->fn(q->ctx, &answer);
	drop(q);
	ub_resolve_free(r);
}

static enum ph_err ask(struct ph_dns_context *c, const char *name,
    enum ph_dns_type type, ph_dns_fn *fn, void *ctx, int *id_out)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return PH_ENOMEM;
	*q = (struct question){ c->questions, c, fn, ctx, 0 };
	c->questions = q;

	int rc = ub_resolve_async(
	    c->unbound, name, (int)type, CLASS_IN, q, on_answer, &q->id);
	if (rc != 0) {
		drop(q);
		return rc == UB_SYNTAX ? PH_EINVAL : PH_ENOMEM;
	}
	*id_out = q->id;
	return PH_OK;
}

static void cancel(struct ph_dns_context *c, int id)
{
	for (struct question *q = c->questions; q != NULL; q = q->next) {
		if (q->id != id)
			continue;
		(void)ub_cancel(c->unbound, id);
		drop(q);
		return;
	}
}

static const char *registrable(const char *host)
{
	return psl_registrable_domain(psl_builtin(), host);
}

__attribute__((visibility("default"))) const struct ph_dns ph_dns_module = {
	.open = open_context,
	.close = close_context,
	.descriptor = descriptor,
	.process = process,
	.ask = ask,
	.cancel = cancel,
	.registrable = registrable,
};
