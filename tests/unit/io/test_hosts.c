#include "check.h"
#include "io/hosts.h"

static const char text[] = "# comment\n"
			   "127.0.0.1\tlocalhost\n"
			   "192.0.2.1  mail.test  mail # the old one\n"
			   "2001:db8::1 mail.test\r\n"
			   "not-an-address mail.test\n"
			   "192.0.2.9 # mail.test\n"
			   "\n"
			   "   192.0.2.3 indented.test\n"
			   "192.0.2.4 last.test";

static const struct {
	const char *name;
	size_t count;
	const char *first;
} cases[] = {
	{ "mail.test", 2, "192.0.2.1" },
	{ "MAIL.Test.", 2, "192.0.2.1" },
	{ "mail", 1, "192.0.2.1" },
	{ "indented.test", 1, "192.0.2.3" },
	{ "last.test", 1, "192.0.2.4" },
	{ "last.tes", 0, "" },
	{ "192.0.2.4", 0, "" },
	{ "comment", 0, "" },
	{ "old", 0, "" },
	{ "", 0, "" },
};

static const struct {
	const char *name;
	size_t count;
	const char *first;
} known[] = {
	{ "192.0.2.7", 1, "192.0.2.7" },
	{ "2001:db8::7", 1, "2001:db8::7" },
	{ "localhost", 2, "::1" },
	{ "LOCALHOST.", 2, "::1" },
	{ "a.b.localhost", 2, "::1" },
	{ ".localhost", 0, "" },
	{ "notlocalhost", 0, "" },
	{ "host.not-in-any-file.invalid", 0, "" },
};

int main(void)
{
	struct ph_sockaddr list[4];
	char host[PH_SOCKADDR_TEXT_MAX];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].name, i);
		size_t n =
		    ph_hosts_find(ph_span_of(text), cases[i].name, 25, list, 4);
		check_int(n, cases[i].count);
		if (n == 0)
			continue;
		ph_sockaddr_host(&list[0], host);
		check_str(host, cases[i].first);
		check_int(ph_sockaddr_port(&list[0]), 25);
		check_int(
		    ph_hosts_find(ph_span_of(text), cases[i].name, 25, list, 1),
		    1);
	}
	for (size_t i = 0; i < PH_COUNT(known); i++) {
		check_case(known[i].name, i);
		size_t n = ph_hosts_known(known[i].name, 587, list, 4);
		check_int(n, known[i].count);
		if (n == 0)
			continue;
		ph_sockaddr_host(&list[0], host);
		check_str(host, known[i].first);
		check_int(ph_sockaddr_port(&list[n - 1]), 587);
	}
	check_case(NULL, 0);
	check_int(ph_hosts_known("localhost", 1, list, 1), 0);
	return check_end();
}
