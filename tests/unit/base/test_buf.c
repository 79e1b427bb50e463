#include "base/buf.h"
#include "check.h"
#include "failalloc.h"

static void holds_its_limit(void)
{
	struct ph_buf b;

	ph_buf_init(&b, 8);
	check_str(ph_buf_str(&b), "");
	check(ph_buf_append(&b, PH_SPAN("12345678")) == PH_OK);
	check(ph_buf_append_char(&b, '9') == PH_ETOOBIG);
	check(ph_buf_appendf(&b, "%d", 9) == PH_ETOOBIG);
	check(ph_buf_append_num(&b, 9) == PH_ETOOBIG);
	check(ph_buf_reserve(&b, SIZE_MAX) == PH_ETOOBIG);
	check_str(ph_buf_str(&b), "12345678");
	ph_buf_consume(&b, 0);
	ph_buf_consume(&b, 3);
	check_str(ph_buf_str(&b), "45678");
	check(ph_buf_appendf(&b, "%d", 901) == PH_OK);
	check_str(ph_buf_str(&b), "45678901");
	ph_buf_consume(&b, 8);
	check_int(b.len, 0);
	check_int(b.ptr[0], '\0');
	ph_buf_release(&b);
}

static void zero_takes_nothing(void)
{
	struct ph_buf b = { 0 };

	check(ph_buf_append(&b, PH_SPAN("a")) == PH_ETOOBIG);
	check(ph_buf_append(&b, (struct ph_span){ NULL, 0 }) == PH_OK);
	check_int(b.len, 0);
	check_str(ph_buf_str(&b), "");
	ph_buf_clear(&b);
	ph_buf_release(&b);
	ph_buf_clear(&b);
	ph_buf_release(NULL);
	ph_buf_wipe(NULL);
	ph_buf_wipe(&b);
}

/* One byte at a time across every growth: nothing is lost when it moves. */
static void grows(void)
{
	struct ph_buf b;
	size_t wrong = 0;

	ph_buf_init(&b, 5000);
	for (size_t i = 0; i < 5000; i++) {
		if (ph_buf_append_char(&b, (char)('a' + i % 26)) != PH_OK)
			wrong++;
		if (b.ptr[b.len] != '\0' || b.cap <= b.len)
			wrong++;
	}
	check_int(b.len, 5000);
	for (size_t i = 0; i < b.len; i++) {
		if (b.ptr[i] != (char)('a' + i % 26))
			wrong++;
	}
	check_int(wrong, 0);
	ph_buf_wipe(&b);
	check(b.ptr == NULL && b.len == 0 && b.cap == 0);
	check(ph_buf_append_str(&b, "again") == PH_OK);
	check_str(ph_buf_str(&b), "again");
	ph_buf_clear(&b);
	check(b.cap > 0 && b.len == 0);
	check_int(b.ptr[0], '\0');
	check(ph_buf_append_str(&b, NULL) == PH_OK);
	check_str(ph_buf_str(&b), "");
	ph_buf_release(&b);
}

static void keeps_nul_bytes(void)
{
	struct ph_buf b;

	ph_buf_init(&b, 64);
	check(ph_buf_append(&b, PH_SPAN("a\0b")) == PH_OK);
	check(ph_buf_append_char(&b, '\0') == PH_OK);
	check(ph_span_eq(ph_buf_span(&b), PH_SPAN("a\0b\0")));
	ph_buf_release(&b);
}

static const struct {
	uint64_t n;
	const char *want;
} nums[] = {
	{ 0, "0" },
	{ 9, "9" },
	{ 10, "10" },
	{ 4294967296, "4294967296" },
	{ UINT64_MAX, "18446744073709551615" },
};

static void writes_numbers(void)
{
	for (size_t i = 0; i < PH_COUNT(nums); i++) {
		struct ph_buf b;

		check_case("num", i);
		ph_buf_init(&b, 64);
		check(ph_buf_append_num(&b, nums[i].n) == PH_OK);
		check_str(ph_buf_str(&b), nums[i].want);
		ph_buf_release(&b);
	}
	check_case(NULL, 0);
}

static enum ph_err fill(void *ctx)
{
	struct ph_buf b;
	enum ph_err err = PH_OK;

	(void)ctx;
	ph_buf_init(&b, 100000);
	for (size_t i = 0; i < 100 && err == PH_OK; i++) {
		size_t before = b.len;

		err = ph_buf_appendf(&b, "line %zu of some length\n", i);
		/* Unchanged, and still whole, when it could not grow. */
		if (err != PH_OK) {
			check_int(b.len, before);
			check(before == 0 || b.ptr[before] == '\0');
		}
	}
	ph_buf_release(&b);
	return err;
}

int main(void)
{
	holds_its_limit();
	zero_takes_nothing();
	grows();
	keeps_nul_bytes();
	writes_numbers();
	check(failalloc_run(fill, NULL) >= 5);
	return check_end();
}
