#include "check.h"
#include "io/host.h"

#include "base/err.h"

#include <string.h>

static const struct {
	const char *name;
	bool is_public;
} cases[] = {
	{ "mail.example.com", true },
	{ "a.b", true },
	{ "xn--bcher-kva.example", true },
	{ "host-1.example.org", true },
	{ "", false },
	{ "host", false },
	{ "localhost", false },
	{ "localhost.localdomain", false },
	{ "LocalHost.example.com", false },
	{ "host.localdomain", false },
	{ "host.LOCALHOST", false },
	{ "host.", false },
	{ ".example.com", false },
	{ "a..b", false },
	{ "-a.b", false },
	{ "a-.b", false },
	{ "a_b.example.com", false },
	{ "a b.example.com", false },
	{ "a\r\n.example.com", false },
	{ "b\xc3\xbc.example.com", false },
};

static void test_lengths(void)
{
	char name[400];

	memset(name, 'a', 63);
	memcpy(name + 63, ".b", 3);
	check(ph_host_name_is_public(name));
	memset(name, 'a', 64);
	memcpy(name + 64, ".b", 3);
	check(!ph_host_name_is_public(name));

	/* 253 characters are allowed, 254 are not. */
	for (size_t i = 0; i < 254; i++)
		name[i] = i % 2 == 1 ? '.' : 'a';
	name[253] = '\0';
	check(ph_host_name_is_public(name));
	memcpy(name + 253, "a", 2);
	check(!ph_host_name_is_public(name));
}

int main(void)
{
	char name[PH_HOST_NAME_MAX];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].name, i);
		check_int(
		    ph_host_name_is_public(cases[i].name), cases[i].is_public);
	}
	check_case(NULL, 0);
	test_lengths();

	/* Whatever this machine is called. */
	check_int(
	    ph_host_name(name, sizeof(name)), ph_host_name_is_public(name));
	return check_end();
}
