#include "check.h"
#include "io/errno_text.h"
#include "io/sockaddr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *in;
	const char *out; /* NULL: none */
} cases[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "2001:DB8:0:0::1", "2001:db8::1" },
	{ "::", "::" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "fe80::1%lo", "fe80::1" },
	{ "fe80::1%no-such-interface", NULL },
	{ "192.0.2", NULL },
	{ "0x7f.1", NULL },
	{ "[::1]", NULL },
	{ "a", NULL },
	{ "", NULL },
	{ "1.2.3.4%lo", NULL },
};

/* 4 and 6 in, the order wanted out by index. */
static const struct {
	const char *in;
	const char *out;
} orders[] = {
	{ "", "" },
	{ "4", "0" },
	{ "46", "10" },
	{ "6644", "0213" },
	{ "4466", "2031" },
	{ "444", "012" },
	{ "4446", "3012" },
	{ "666664", "051234" },
};

static void test_order(const char *in, const char *want)
{
	struct ph_sockaddr list[PH_ADDRESSES_MAX];
	char got[PH_ADDRESSES_MAX + 1] = "";
	size_t count = strlen(in);

	for (size_t i = 0; i < count; i++) {
		check(ph_sockaddr_parse(in[i] == '6' ? "::1" : "127.0.0.1",
			  (uint16_t)i, &list[i]) == PH_OK);
	}
	ph_sockaddr_interleave(list, count);
	for (size_t i = 0; i < count; i++)
		got[i] = (char)('0' + ph_sockaddr_port(&list[i]));
	check_str(got, want);
}

int main(void)
{
	char host[PH_SOCKADDR_TEXT_MAX];
	struct ph_sockaddr a;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].in, i);
		enum ph_err err = ph_sockaddr_parse(cases[i].in, 2525, &a);
		check_int(err, cases[i].out == NULL ? PH_EINVAL : PH_OK);
		if (err != PH_OK)
			continue;
		ph_sockaddr_host(&a, host);
		check_str(host, cases[i].out);
		check_int(ph_sockaddr_port(&a), 2525);
	}
	for (size_t i = 0; i < PH_COUNT(orders); i++) {
		check_case(orders[i].in, i);
		test_order(orders[i].in, orders[i].out);
	}
	check_case(NULL, 0);

	a = (struct ph_sockaddr){ .ss.ss_family = AF_UNIX };
	ph_sockaddr_host(&a, host);
	check_str(host, "");
	check_int(ph_sockaddr_port(&a), 0);
	check(!ph_sockaddr_set_octets(&a, PH_SPAN("1234")));
	check(ph_sockaddr_parse("0.0.0.0", 0, &a) == PH_OK);
	check(!ph_sockaddr_set_octets(&a, PH_SPAN("12345")));
	check(ph_sockaddr_set_octets(&a, PH_SPAN("\300\0\2\1")));
	ph_sockaddr_host(&a, host);
	check_str(host, "192.0.2.1");

	check_str(ph_errno_text(ECONNREFUSED), "connection refused");
	check_str(ph_errno_text(99999), "unknown error");
	check(strlen(ph_errno_text(E2BIG)) > 5);
	return check_end();
}
