#include "dns/module.h"

#include "check.h"
#include "failalloc.h"

#include <unbound.h>
#include <unistd.h>

/* What libunbound can refuse (--wrap): each in turn. */

enum step {
	NOTHING,
	CREATE,
	ASYNC,
	QUIET,
	RESOLV_CONF,
	ANCHOR_FILE,
	ANCHOR /* and there is no file */
};

static enum step refused;
static bool has_file = true;
static unsigned anchors_added;

struct ub_ctx *real_create(void) __asm__("__real_ub_ctx_create");
int real_async(struct ub_ctx *c, int threads) __asm__("__real_ub_ctx_async");

struct ub_ctx *wrap_create(void) __asm__("__wrap_ub_ctx_create");
int wrap_async(struct ub_ctx *c, int threads) __asm__("__wrap_ub_ctx_async");
int wrap_debugout(struct ub_ctx *c, void *out) __asm__(
    "__wrap_ub_ctx_debugout");
int wrap_resolvconf(struct ub_ctx *c, const char *path) __asm__(
    "__wrap_ub_ctx_resolvconf");
int wrap_add_file(struct ub_ctx *c, const char *path) __asm__(
    "__wrap_ub_ctx_add_ta_file");
int wrap_add(struct ub_ctx *c, const char *anchor) __asm__(
    "__wrap_ub_ctx_add_ta");
int wrap_access(const char *path, int mode) __asm__("__wrap_access");

struct ub_ctx *wrap_create(void)
{
	return refused == CREATE ? NULL : real_create();
}

int wrap_async(struct ub_ctx *c, int threads)
{
	return refused == ASYNC ? UB_NOMEM : real_async(c, threads);
}

int wrap_debugout(struct ub_ctx *c, void *out)
{
	(void)c;
	check(out == NULL);
	return refused == QUIET ? UB_NOMEM : UB_NOERROR;
}

int wrap_resolvconf(struct ub_ctx *c, const char *path)
{
	check_str(path, "/etc/resolv.conf");
	return refused == RESOLV_CONF ? UB_READFILE
				      : ub_ctx_set_fwd(c, "127.0.0.1");
}

int wrap_add_file(struct ub_ctx *c, const char *path)
{
	(void)c;
	check_str(path, "/usr/share/dns/root.key");
	return refused == ANCHOR_FILE ? UB_READFILE : UB_NOERROR;
}

int wrap_add(struct ub_ctx *c, const char *anchor)
{
	(void)c;
	check(anchor[0] == '.');
	anchors_added++;
	return refused == ANCHOR ? UB_SYNTAX : UB_NOERROR;
}

int wrap_access(const char *path, int mode)
{
	(void)path;
	(void)mode;
	return has_file ? 0 : -1;
}

static const struct {
	enum step step;
	bool has_file;
	bool validates;
	enum ph_err err;
	unsigned anchors;
} cases[] = {
	{ NOTHING, true, true, PH_OK, 0 },
	/* IANA's keys, as they are built in. */
	{ NOTHING, false, true, PH_OK, 2 },
	{ NOTHING, false, false, PH_OK, 0 },
	{ CREATE, true, true, PH_ENOMEM, 0 },
	{ ASYNC, true, true, PH_EIO, 0 },
	{ QUIET, true, true, PH_EIO, 0 },
	{ RESOLV_CONF, true, true, PH_ENOTFOUND, 0 },
	{ RESOLV_CONF, true, false, PH_ENOTFOUND, 0 },
	{ ANCHOR_FILE, true, true, PH_EIO, 0 },
	{ ANCHOR, false, true, PH_EIO, 1 },
};

static void test_open(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_dns_context *c = NULL;

		check_case("open", i);
		refused = cases[i].step;
		has_file = cases[i].has_file;
		anchors_added = 0;
		check_int(
		    ph_dns_module.open(cases[i].validates, &c), cases[i].err);
		check_int(c != NULL, cases[i].err == PH_OK);
		check_int(anchors_added, cases[i].anchors);
		ph_dns_module.close(c);
	}
	check_case(NULL, 0);
	refused = NOTHING;
}

static void on_answer(void *ctx, const struct ph_dns_answer *a)
{
	(void)ctx;
	(void)a;
}

static enum ph_err open_and_ask(void *ctx)
{
	struct ph_dns_context *c = NULL;
	enum ph_err err = ph_dns_module.open(false, &c);
	int id;

	(void)ctx;
	if (err == PH_OK) {
		err = ph_dns_module.ask(
		    c, "x.invalid", PH_DNS_MX, on_answer, NULL, &id);
	}
	ph_dns_module.close(c);
	return err;
}

int main(void)
{
	test_open();
	check_int(failalloc_run(open_and_ask, NULL), 2);
	return check_end();
}
