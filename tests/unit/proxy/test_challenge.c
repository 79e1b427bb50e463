#include "proxy/challenge.h"

#include "check.h"
#include "exact.h"

#include <stdio.h>

/* Each value as "SCHEME[token]{params}" one behind the other. */
static const struct {
	const char *value;
	const char *want;
} rows[] = {
	{ "", "" },
	{ " , ,", "" },
	{ "Basic", "Basic[]{}" },
	{ "NTLM, Basic", "NTLM[]{}Basic[]{}" },
	{ "Basic realm=\"x\"", "Basic[]{realm=\"x\"}" },
	{ "NTLM YWJj", "NTLM[YWJj]{}" },
	{ "NTLM YWI=", "NTLM[YWI=]{}" },
	{ "NTLM YW==, Basic realm=x", "NTLM[YW==]{}Basic[]{realm=x}" },
	{ "Digest a=\"1, 2\", b=3,c = \"x\\\"y\" , Basic realm=\"r\"",
	    "Digest[]{a=\"1, 2\", b=3,c = \"x\\\"y\"}Basic[]{realm=\"r\"}" },
	{ "Digest ,a=1,,b=2,", "Digest[]{}" },
	{ "Negotiate\tabc", "Negotiate[abc]{}" },
	{ "Basic realm=\"open", "Basic[]{realm=\"open}" },
	{ "Basic realm=", "Basic[realm=]{}" },
	{ "Basic realm=, NTLM", "Basic[realm=]{}NTLM[]{}" },
	{ "Basic realm= , NTLM", "Basic[realm=]{}NTLM[]{}" },
	{ "a=b, Basic", "Basic[]{}" },
	{ "\"x, y\", Basic", "Basic[]{}" },
	{ "B@sic, NTLM", "NTLM[]{}" },
	{ "Basic realm=\"x\" nonsense, NTLM",
	    "Basic[]{realm=\"x\"}nonsense[]{}NTLM[]{}" },
	{ "Basic \"x\", NTLM", "Basic[]{}NTLM[]{}" },
	{ "Basic realm=\"x\\", "Basic[]{realm=\"x\\}" },
};

static void test_next(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_span copy = exact_copy(ph_span_of(rows[i].value));
		struct ph_span rest = copy;
		struct ph_challenge c;
		char got[512] = "";
		size_t len = 0;

		check_case(rows[i].value, i);
		while (ph_challenge_next(&rest, &c)) {
			len += (size_t)snprintf(got + len, sizeof(got) - len,
			    "%.*s[%.*s]{%.*s}", PH_SPAN_ARG(c.scheme),
			    PH_SPAN_ARG(c.token), PH_SPAN_ARG(c.params));
		}
		check_str(got, rows[i].want);
		exact_free(copy);
	}
}

static const struct {
	const char *params;
	const char *name;
	const char *want; /* NULL: not there */
	const char *word;
} params[] = {
	{ "realm=\"x\"", "realm", "x", "x" },
	{ "realm=\"x\"", "REALM", "x", "x" },
	{ "realm=\"x\"", "real", NULL, "" },
	{ "a=1, b=\"2\", c=3", "b", "2", "2" },
	{ "a=1, b=\"2\", c=3", "c", "3", "3" },
	{ "a=\"c=9\", c=3", "c", "3", "3" },
	{ "a=\"x\\\"y\\\\z\"", "a", "x\"y\\z", "x\\" },
	{ "a=\"\"", "a", "", "" },
	{ "a=\"open", "a", "open", "open" },
	{ "a=\"open\\", "a", "open\\", "open\\" },
	{ "a = b", "a", "b", "b" },
	{ "", "a", NULL, "" },
	{ "a=1, a=2", "a", "1", "1" },
};

static void test_param(void)
{
	for (size_t i = 0; i < PH_COUNT(params); i++) {
		struct ph_span copy = exact_copy(ph_span_of(params[i].params));
		struct ph_challenge c = { .params = copy };
		struct ph_span name = ph_span_of(params[i].name);
		struct ph_buf out;

		check_case(params[i].params, i);
		ph_buf_init(&out, 100);
		check_int(ph_challenge_param(&c, name, &out),
		    params[i].want == NULL ? PH_ENOTFOUND : PH_OK);
		check_str(ph_buf_str(&out),
		    params[i].want == NULL ? "" : params[i].want);
		check(ph_span_eq(
		    ph_challenge_word(&c, name), ph_span_of(params[i].word)));
		ph_buf_release(&out);
		exact_free(copy);
	}
}

static void test_quote(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 100);
	check(ph_challenge_quote(PH_SPAN("a\"b\\c"), &out) == PH_OK);
	check_str(ph_buf_str(&out), "\"a\\\"b\\\\c\"");
	ph_buf_clear(&out);
	check(ph_challenge_quote(PH_SPAN("a\nb"), &out) == PH_EINVAL);
	ph_buf_release(&out);
	for (size_t max = 0; max < 6; max++) {
		ph_buf_init(&out, max);
		check(
		    ph_challenge_quote(PH_SPAN("a\"b\\"), &out) == PH_ETOOBIG);
		ph_buf_release(&out);
	}
}

int main(void)
{
	test_next();
	test_param();
	test_quote();
	return check_end();
}
