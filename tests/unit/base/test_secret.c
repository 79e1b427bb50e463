#include "base/secret.h"

#include "base/buf.h"
#include "check.h"
#include "failalloc.h"
#include "freewatch.h"

static const char password[] = "correct horse battery staple";

static void keeps_a_copy(void)
{
	struct ph_secret s = { 0 };
	char text[] = "one";

	check(ph_secret_set(&s, ph_span_of(text)) == PH_OK);
	text[0] = 'x';
	check_str(s.ptr, "one");
	check_int(ph_secret_span(&s).len, 3);
	/* A part of itself. */
	check(ph_secret_set(&s, ph_span_skip(ph_secret_span(&s), 1)) == PH_OK);
	check_str(s.ptr, "ne");
	check(ph_secret_set(&s, (struct ph_span){ NULL, 0 }) == PH_OK);
	check_str(s.ptr, "");
	check_int(s.len, 0);
	ph_secret_release(&s);
	check(s.ptr == NULL && s.len == 0);
	ph_secret_release(&s);
	ph_secret_release(NULL);
}

static void holds_its_limit(void)
{
	static char big[PH_SECRET_MAX + 1];
	struct ph_secret s = { 0 };

	check(
	    ph_secret_set(&s, (struct ph_span){ big, PH_SECRET_MAX }) == PH_OK);
	check_int(s.len, PH_SECRET_MAX);
	check(ph_secret_set(&s, PH_SPAN("kept")) == PH_OK);
	check(ph_secret_set(&s, (struct ph_span){ big, sizeof(big) }) ==
	    PH_ETOOBIG);
	check_str(s.ptr, "kept");
	ph_secret_release(&s);
}

static const struct {
	struct ph_span a, b;
	bool eq;
} pairs[] = {
	{ PH_SPAN_INIT(""), PH_SPAN_INIT(""), true },
	{ { NULL, 0 }, PH_SPAN_INIT(""), true },
	{ PH_SPAN_INIT("a"), PH_SPAN_INIT(""), false },
	{ PH_SPAN_INIT("abc"), PH_SPAN_INIT("abc"), true },
	{ PH_SPAN_INIT("abc"), PH_SPAN_INIT("xbc"), false },
	{ PH_SPAN_INIT("abc"), PH_SPAN_INIT("abx"), false },
	{ PH_SPAN_INIT("abc"), PH_SPAN_INIT("abcd"), false },
	{ PH_SPAN_INIT("a\0b"), PH_SPAN_INIT("a\0c"), false },
	/* Two differences that would cancel out if they were added up. */
	{ PH_SPAN_INIT("ab"), PH_SPAN_INIT("ba"), false },
	{ PH_SPAN_INIT("\x80\x80"), PH_SPAN_INIT("\0\0"), false },
};

static void compares(void)
{
	for (size_t i = 0; i < PH_COUNT(pairs); i++) {
		check_case("pair", i);
		check(ph_secret_eq(pairs[i].a, pairs[i].b) == pairs[i].eq);
		check(ph_secret_eq(pairs[i].b, pairs[i].a) == pairs[i].eq);
	}
	check_case(NULL, 0);
}

/* The watch itself must be able to see: a plain free is noticed. */
static void watch_sees(void)
{
	struct ph_buf b;

	freewatch_for(password);
	ph_buf_init(&b, 1000);
	check(ph_buf_append_str(&b, password) == PH_OK);
	ph_buf_release(&b);
	check_int(freewatch_found(), 1);
}

static void leaves_nothing_behind(void)
{
	struct ph_secret s = { 0 };

	freewatch_for(password);
	check(ph_secret_set(&s, ph_span_of(password)) == PH_OK);
	check(ph_secret_set(&s, PH_SPAN("another")) == PH_OK);
	check(ph_secret_set(&s, ph_span_of(password)) == PH_OK);
	ph_secret_release(&s);
	check_int(freewatch_found(), 0);
}

/* A buffer that grows away from a secret, and one that is wiped. */
static void buffers_too(void)
{
	struct ph_buf b;

	freewatch_for(password);
	ph_buf_init(&b, 10000);
	check(ph_buf_append_str(&b, password) == PH_OK);
	check(ph_buf_reserve(&b, 5000) == PH_OK);
	check_str(ph_buf_str(&b), password);
	ph_buf_clear(&b);
	check(ph_buf_append(&b, ph_span_of(password)) == PH_OK);
	ph_buf_consume(&b, b.len);
	check(ph_buf_append(&b, ph_span_of(password)) == PH_OK);
	ph_buf_wipe(&b);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

static enum ph_err set_twice(void *ctx)
{
	struct ph_secret s = { 0 };
	enum ph_err err = ph_secret_set(&s, PH_SPAN("first"));

	(void)ctx;
	if (err == PH_OK) {
		err = ph_secret_set(&s, PH_SPAN("second"));
		check_str(s.ptr, err == PH_OK ? "second" : "first");
	}
	ph_secret_release(&s);
	return err;
}

int main(void)
{
	keeps_a_copy();
	holds_its_limit();
	compares();
	watch_sees();
	leaves_nothing_behind();
	buffers_too();
	check_int(failalloc_run(set_twice, NULL), 2);
	return check_end();
}
