#include "cli/tokens.h"

#include "check.h"

enum {
	NOW = 1800000000 /* 2027-01-15T08:00:00Z */
};

static const struct {
	ph_unixtime t;
	const char *text;
} ends[] = {
	{ 0, "not known" },
	{ NOW, "2027-01-15T08:00:00Z, in 0 s" },
	{ NOW + 119, "2027-01-15T08:01:59Z, in 119 s" },
	{ NOW + 120, "2027-01-15T08:02:00Z, in 2 min" },
	{ NOW + 7199, "2027-01-15T09:59:59Z, in 119 min" },
	{ NOW + 7200, "2027-01-15T10:00:00Z, in 2 h" },
	{ NOW + 172799, "2027-01-17T07:59:59Z, in 47 h" },
	{ NOW + 172800, "2027-01-17T08:00:00Z, in 2 days" },
	{ NOW - 90, "2027-01-15T07:58:30Z, 90 s ago" },
	{ NOW - 864000, "2027-01-05T08:00:00Z, 10 days ago" },
};

static void test_ends(void)
{
	char out[PH_TOKENS_TIME_MAX];

	for (size_t i = 0; i < PH_COUNT(ends); i++) {
		check_case(ends[i].text, i);
		ph_tokens_end(ends[i].t, NOW, out);
		check_str(out, ends[i].text);
	}
	check_case(NULL, 0);
	ph_tokens_time(-1, out);
	check_str(out, "");
	ph_tokens_time(INT64_MAX, out);
	check_str(out, "");
}

static void test_json(void)
{
	const struct ph_token_state s = { .has_refresh = true,
		.consented = NOW,
		.access_ends = NOW + 3600,
		.rule = "" };
	json_t *j = ph_tokens_json(NULL);

	check(json_is_null(j));
	json_decref(j);
	j = ph_tokens_json(&s);
	check_str(json_string_value(json_object_get(j, "access_ends")),
	    "2027-01-15T09:00:00Z");
	check_str(json_string_value(json_object_get(j, "consented")),
	    "2027-01-15T08:00:00Z");
	check(json_is_null(json_object_get(j, "consent_ends")));
	check(json_is_null(json_object_get(j, "rule")));
	check(json_is_true(json_object_get(j, "refreshes")));
	json_decref(j);
}

int main(void)
{
	test_ends();
	test_json();
	return check_end();
}
