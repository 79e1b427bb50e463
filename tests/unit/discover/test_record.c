#include "discover/record.h"

#include "check.h"
#include "exact.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	struct ph_span data;
	const char *name; /* NULL: refused */
} names[] = {
	{ PH_SPAN_INIT("\0"), "" },
	{ PH_SPAN_INIT("\4smtp\7example\3com\0"), "smtp.example.com" },
	{ PH_SPAN_INIT("\4SMTP\7Example\3com\0"), "smtp.example.com" },
	{ PH_SPAN_INIT("\6_a-b_9\1c\0"), "_a-b_9.c" },
	{ PH_SPAN_INIT("\77" L63 "\77" L63 "\77" L63 "\75" L61 "\0"),
	    L63 "." L63 "." L63 "." L61 },
	/* One more is over what a name can be. */
	{ PH_SPAN_INIT("\77" L63 "\77" L63 "\77" L63 "\76" L61 "a\0"), NULL },
	{ PH_SPAN_INIT("\77" L63 "\77" L63 "\77" L63 "\77" L63 "\0"), NULL },
	{ PH_SPAN_INIT(""), NULL },
	/* Cut off. */
	{ PH_SPAN_INIT("\4smtp"), NULL },
	{ PH_SPAN_INIT("\5smtp"), NULL },
	{ PH_SPAN_INIT("\4smtp\7example\3com"), NULL },
	/* More behind it. */
	{ PH_SPAN_INIT("\1a\0\0"), NULL },
	{ PH_SPAN_INIT("\0a"), NULL },
	/* A pointer (RFC 1035 4.1.4), and a label that is too long. */
	{ PH_SPAN_INIT("\300\14"), NULL },
	{ PH_SPAN_INIT("\100" L63 "a\0"), NULL },
	/* What no host's name holds. */
	{ PH_SPAN_INIT("\3a.b\0"), NULL },
	{ PH_SPAN_INIT("\3a b\0"), NULL },
	{ PH_SPAN_INIT("\3a\0b\0"), NULL },
	{ PH_SPAN_INIT("\3a\nb\0"), NULL },
	{ PH_SPAN_INIT("\2\303\274\0"), NULL },
};

static void test_names(void)
{
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		char out[PH_RECORD_NAME_SIZE] = "as it was";
		struct ph_span data = exact_copy(names[i].data);

		check_case("name", i);
		if (names[i].name == NULL) {
			check_int(ph_record_name(data, out), PH_EINVAL);
			check_str(out, "as it was");
		} else {
			check_int(ph_record_name(data, out), PH_OK);
			check_str(out, names[i].name);
		}
		exact_free(data);
	}
	check_case(NULL, 0);
}

static const struct {
	struct ph_span data;
	struct ph_srv want;
	bool is_refused;
} services[] = {
	{ PH_SPAN_INIT("\0\1\0\2\1\321\4smtp\1x\0"), { 1, 2, 465, "smtp.x" },
	    false },
	{ PH_SPAN_INIT("\377\377\0\0\2\113\1x\0"), { 65535, 0, 587, "x" },
	    false },
	/* RFC 2782: not offered. */
	{ PH_SPAN_INIT("\0\0\0\0\0\0\0"), { 0, 0, 0, "" }, false },
	/* A target and no port. */
	{ PH_SPAN_INIT("\0\0\0\0\0\0\1x\0"), { .port = 0 }, true },
	{ PH_SPAN_INIT("\0\0\0\0\1\321"), { .port = 0 }, true },
	{ PH_SPAN_INIT("\0\0\0\0\1"), { .port = 0 }, true },
	{ PH_SPAN_INIT(""), { .port = 0 }, true },
	{ PH_SPAN_INIT("\0\0\0\0\1\321\1x"), { .port = 0 }, true },
};

static void test_srv(void)
{
	for (size_t i = 0; i < PH_COUNT(services); i++) {
		struct ph_srv s = { .port = 7 };
		enum ph_err err = ph_srv_read(services[i].data, &s);

		check_case("srv", i);
		if (services[i].is_refused) {
			check_int(err, PH_EINVAL);
			check_int(s.port, 7);
			continue;
		}
		check_int(err, PH_OK);
		check_int(s.priority, services[i].want.priority);
		check_int(s.weight, services[i].want.weight);
		check_int(s.port, services[i].want.port);
		check_str(s.target, services[i].want.target);
	}
	check_case(NULL, 0);
}

static void test_mx(void)
{
	struct ph_mx m = { .preference = 7 };

	check_int(ph_mx_read(PH_SPAN("\0\12\2mx\1x\0"), &m), PH_OK);
	check_int(m.preference, 10);
	check_str(m.host, "mx.x");
	/* RFC 7505: no mail is taken. */
	check_int(ph_mx_read(PH_SPAN("\0\0\0"), &m), PH_OK);
	check_str(m.host, "");
	m.preference = 7;
	check_int(ph_mx_read(PH_SPAN("\0\12"), &m), PH_EINVAL);
	check_int(ph_mx_read(PH_SPAN(""), &m), PH_EINVAL);
	check_int(ph_mx_read(PH_SPAN("\0\12\1x"), &m), PH_EINVAL);
	check_int(m.preference, 7);
}

static void test_order(void)
{
	struct ph_srv srv[] = { { 20, 0, 1, "d" }, { 10, 5, 1, "c" },
		{ 10, 60, 1, "b" }, { 0, 0, 1, "a2" }, { 0, 0, 1, "a1" } };
	static const char *const want[] = { "a1", "a2", "b", "c", "d" };
	struct ph_mx mx[] = { { 20, "c" }, { 10, "b" }, { 10, "a" } };

	ph_srv_sort(srv, PH_COUNT(srv));
	for (size_t i = 0; i < PH_COUNT(srv); i++)
		check_str(srv[i].target, want[i]);
	ph_mx_sort(mx, PH_COUNT(mx));
	check_str(mx[0].host, "a");
	check_str(mx[1].host, "b");
	check_str(mx[2].host, "c");
	ph_srv_sort(srv, 0);
	ph_mx_sort(mx, 0);
}

int main(void)
{
	test_names();
	test_srv();
	test_mx();
	test_order();
	return check_end();
}
