#include "check.h"
#include "deliver/server_id.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	const char *id;
} cases[] = {
	{ "Ok: queued as 4F1C2A3B4C", "4F1C2A3B4C" },
	{ "Ok: queued as 4FZx1k3hYz9xQ.", "4FZx1k3hYz9xQ" },
	{ "OK: QUEUED AS 12AB", "12AB" },
	{ "from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as AB12CD",
	    "AB12CD" },
	{ "queued as first1 and then queued as second2", "second2" },
	{ "OK id=1rABcD-000123-Xy", "1rABcD-000123-Xy" },
	{ "1a2b3c4d Message accepted for delivery", "1a2b3c4d" },
	{ "41G8rT3n012345 Message accepted for delivery", "41G8rT3n012345" },
	{ "OK  1700000000 x12-20020a05si123456.78 - gsmtp",
	    "x12-20020a05si123456.78" },
	{ "<a@b> [InternalId=12345678901, Hostname=X.example] Queued mail for "
	  "delivery",
	    "12345678901" },
	{ "Ok 0100018c1234abcd-11112222-3333-4444-5555-666677778888-000000",
	    "0100018c1234abcd-11112222-3333-4444-5555-666677778888-000000" },

	/* Nothing that could be one, or nothing that must be one. */
	{ "", "" },
	{ "OK", "" },
	{ "Ok: queued as", "" },
	{ "Ok: queued as ", "" },
	{ "Ok: queued as soon as possible", "" },
	{ "queued as 1", "" },
	{ "Message accepted for delivery", "" },
	{ " Message accepted for delivery", "" },
	{ "Great! Message accepted for delivery", "" },
	{ "Ok, message saved", "" },
	{ "Ok 12345 message saved", "" },
	{ "ok 1700000000 qp 12345", "" },
	{ "Queued. Thank you.", "" },
	{ "Ok: queued as \x01\x02\x03\x04", "" },
	{ "id=", "" },
	{ "valid=1234", "" },
};

int main(void)
{
	char got[512];
	char longest[400];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span id =
		    ph_server_id_find(ph_span_of(cases[i].text));

		check_case("text", i);
		(void)snprintf(got, sizeof(got), "%.*s", PH_SPAN_ARG(id));
		check_str(got, cases[i].id);
	}

	/* An id has a limit; a server that rambles gives none. */
	check_case("long", 0);
	memset(longest, '1', sizeof(longest));
	memcpy(longest, "queued as ", 10);
	check_int(
	    ph_server_id_find((struct ph_span){ longest, 10 + 128 }).len, 128);
	check_int(
	    ph_server_id_find((struct ph_span){ longest, 10 + 129 }).len, 0);

	/* Every beginning of a good text is safe to read. */
	for (size_t len = 0; len <= strlen(cases[9].text); len++) {
		char cut[128];

		memcpy(cut, cases[9].text, len);
		check(
		    ph_server_id_find((struct ph_span){ cut, len }).len <= len);
	}
	return check_end();
}
