#include "check.h"
#include "cli/connection_part.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	const char *value;
	const char *want; /* NULL: refused */
} rows[] = {
	{ "ca-file", "ca.pem", "/usr/ca.pem" },
	{ "ca-file", "./ca.pem", "/usr/ca.pem" },
	{ "ca-file", "././a b.pem", "/usr/a b.pem" },
	{ "ca-file", "../ca.pem", "/usr/../ca.pem" },
	{ "ca-file", "/etc/ca.pem", "/etc/ca.pem" },
	{ "ca-file", "~/ca.pem", "/home/ann b/ca.pem" },
	{ "ca-file", "~x", "/usr/~x" },
	{ "ca-file", "", "" },
	{ "proxy.ca-file", "c", "/usr/c" },
	{ "oauth.ca-file", "c", "/usr/c" },
	{ "client-certificate", "c", "/usr/c" },
	{ "client-key", "c", "/usr/c" },
	{ "password-from", "file:pw", "file:/usr/pw" },
	{ "password-from", "FILE:~/pw", "FILE:/home/ann b/pw" },
	{ "password-from", "file:/pw", "file:/pw" },
	{ "proxy.password-from", "file:pw", "file:/usr/pw" },
	{ "client-secret-from", "file:pw", "file:/usr/pw" },
	{ "client-key-password-from", "file:pw", "file:/usr/pw" },
	{ "password-from", "env:pw", "env:pw" },
	{ "password-from", "keyring", "keyring" },
	{ "password-from", "command:pass show a/b", "command:pass show a/b" },
	{ "password-from", "command:pass", "command:pass" },
	{ "password-from", "command:./ask a/b", "command:/usr/ask a/b" },
	{ "password-from", "command: bin/ask", "command: /usr/bin/ask" },
	{ "password-from", "command:\"./my ask\"", "command:\"/usr/my ask\"" },
	{ "password-from", "command:/bin/ask x", "command:/bin/ask x" },
	/* Of the user's home the blank would need quotes. */
	{ "password-from", "command:~/ask", NULL },
	{ "helo", "a/b", "a/b" },
	{ "username", "file:x", "file:x" },
};

int main(void)
{
	check_int(chdir("/usr"), 0);
	check_int(setenv("HOME", "/home/ann b", 1), 0);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_span out = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		check_case(rows[i].value, i);
		ph_arena_init(&a, 4096);

		enum ph_err err = ph_connection_whole_path(
		    ph_setting_find(PH_SPAN(""), ph_span_of(rows[i].name)),
		    ph_span_of(rows[i].value), &a, &out, &fault);

		check_int(err, rows[i].want == NULL ? PH_EINVAL : PH_OK);
		check_int(ph_fault_is_set(&fault), rows[i].want == NULL);
		if (rows[i].want != NULL)
			check(ph_span_eq(out, ph_span_of(rows[i].want)));
		ph_arena_release(&a);
	}
	return check_end();
}
