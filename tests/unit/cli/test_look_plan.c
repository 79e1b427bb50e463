#include "check.h"
#include "cli/look.h"

/* Where a credential may be asked to go: the host's own domain, and never what
   anybody may register in. */
static const struct {
	const char *name;
	const char *host;
	bool is_own;
} names[] = {
	{ "mail.example.com", "mail.example.com", true },
	{ "MAIL.example.com", "mail.EXAMPLE.com", true },
	{ "smtp.example.com", "mail.example.com", true },
	{ "example.com", "mail.example.com", true },
	{ "a.b.example.com", "mail.example.com", true },
	{ "smtp.example.com", "example.com", true },
	{ "smtp.eu.example.com", "mail.eu.example.com", true },
	{ "smtp.example.co.uk", "mail.example.co.uk", true },
	{ "smtp.example.co.uk", "example.co.uk", true },
	/* another's */
	{ "evil.com", "mail.example.com", false },
	{ "example.com.evil.com", "mail.example.com", false },
	{ "badexample.com", "mail.example.com", false },
	{ "smtp.example.com", "mail.eu.example.com", false },
	{ "evil.co.uk", "example.co.uk", false },
	{ "evil.com.br", "example.com.br", false },
	{ "evil.org.pl", "example.org.pl", false },
	{ "evil.com", "example.com", false },
	{ "evil.net", "localhost", false },
	{ "co.uk", "example.co.uk", false },
	{ "com", "example.com", false },
	{ "evil.2.1", "192.0.2.1", false },
	{ "smtp.example.com", "192.0.2.1", false },
	{ "smtp.example.com", "2001:db8::1", false },
	{ "", "example.com", false },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		check_case(names[i].name, i);
		check(ph_look_is_own(names[i].name, names[i].host) ==
		    names[i].is_own);
	}
	return check_end();
}
