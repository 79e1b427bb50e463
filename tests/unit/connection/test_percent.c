#include "connection/percent.h"

#include "base/span.h"
#include "check.h"

static const struct {
	const char *text;
	enum ph_err err;
	struct ph_span want;
} rows[] = {
	{ "", PH_OK, PH_SPAN_INIT("") },
	{ "abc", PH_OK, PH_SPAN_INIT("abc") },
	{ "%41%62c", PH_OK, PH_SPAN_INIT("Abc") },
	{ "a%00b", PH_OK, PH_SPAN_INIT("a\0b") },
	{ "%25%2f%2F", PH_OK, PH_SPAN_INIT("%//") },
	{ "%ff", PH_OK, PH_SPAN_INIT("\xff") },
	{ "%", PH_EINVAL, { 0 } },
	{ "%4", PH_EINVAL, { 0 } },
	{ "a%4g", PH_EINVAL, { 0 } },
	{ "%g4", PH_EINVAL, { 0 } },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		char text[32] = "";
		size_t given = strlen(rows[i].text);
		size_t len = 99;

		check_case(rows[i].text, i);
		memcpy(text, rows[i].text, given);
		check_int(ph_percent_decode(text, given, &len), rows[i].err);
		if (rows[i].err != PH_OK) {
			check_int(len, 99);
			continue;
		}
		check(ph_span_eq((struct ph_span){ text, len }, rows[i].want));
		/* Nothing of it is left behind. */
		for (size_t k = len; k < given; k++)
			check(text[k] == '\0');
	}
	return check_end();
}
