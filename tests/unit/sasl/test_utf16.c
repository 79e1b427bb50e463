#include "check.h"
#include "sasl/utf16.h"

#include <string.h>

static const struct {
	struct ph_span utf8, plain, upper;
} rows[] = {
	{ PH_SPAN_INIT(""), PH_SPAN_INIT(""), PH_SPAN_INIT("") },
	{ PH_SPAN_INIT("aZ9"),
	    PH_SPAN_INIT("a\0Z\0"
			 "9\0"),
	    PH_SPAN_INIT("A\0Z\0"
			 "9\0") },
	/* u with diaeresis, sharp s, y with diaeresis (its capital is far
	   away), sigma, de */
	{ PH_SPAN_INIT("\xc3\xbc\xc3\x9f\xc3\xbf\xcf\x83\xd0\xb4"),
	    PH_SPAN_INIT("\xfc\0\xdf\0\xff\0\xc3\x03\x34\x04"),
	    PH_SPAN_INIT("\xdc\0\xdf\0\x78\x01\xa3\x03\x14\x04") },
	/* U+20AC, U+1F600, and U+10428, whose capital is U+10400 */
	{ PH_SPAN_INIT("\xe2\x82\xac\xf0\x9f\x98\x80\xf0\x90\x90\xa8"),
	    PH_SPAN_INIT("\xac\x20\x3d\xd8\x00\xde\x01\xd8\x28\xdc"),
	    PH_SPAN_INIT("\xac\x20\x3d\xd8\x00\xde\x01\xd8\x00\xdc") },
};

static void test_append(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_buf out;

		check_case("utf16", i);
		ph_buf_init(&out, 100);
		check(ph_utf16_append(rows[i].utf8, &out) == PH_OK);
		check(ph_span_eq(ph_buf_span(&out), rows[i].plain));
		ph_buf_clear(&out);
		check(ph_utf16_append_upper(rows[i].utf8, &out) == PH_OK);
		check(ph_span_eq(ph_buf_span(&out), rows[i].upper));
		ph_buf_release(&out);
		for (size_t max = 0; max < rows[i].plain.len; max++) {
			ph_buf_init(&out, max);
			check(
			    ph_utf16_append(rows[i].utf8, &out) == PH_ETOOBIG);
			ph_buf_release(&out);
		}
	}
}

static void test_refused(void)
{
	static const struct ph_span bad[] = {
		PH_SPAN_INIT("a\xff"),
		PH_SPAN_INIT("\xc3"),
		PH_SPAN_INIT("\xed\xa0\x80"), /* half a pair */
		PH_SPAN_INIT("\xf4\x90\x80\x80"),
	};
	struct ph_buf out;

	ph_buf_init(&out, 100);
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case("no utf-8", i);
		check(ph_utf16_append(bad[i], &out) == PH_EINVAL);
		check(ph_utf16_append_upper(bad[i], &out) == PH_EINVAL);
		check_int(out.len, 0);
	}
	ph_buf_release(&out);
}

int main(void)
{
	test_append();
	test_refused();
	return check_end();
}
