#include "base/err.h"
#include "check.h"
#include "exact.h"
#include "inject/pattern.h"

static const struct {
	const char *pattern;
	const char *text;
	bool matches;
} cases[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "*", "", true },
	{ "*", "anything at all", true },
	{ "?", "", false },
	{ "?", "a", true },
	{ "?", "ab", false },
	{ "bob@example.com", "Bob@EXAMPLE.com", true },
	{ "bob@example.com", "bob@example.org", false },
	{ "bob@example.com", "bob@example.co", false },
	{ "bob@example.co", "bob@example.com", false },
	{ "*@example.com", "bob@example.com", true },
	{ "*@example.com", "@example.com", true },
	{ "*@example.com", "bob@sub.example.com", false },
	{ "*@*.example.com", "bob@sub.example.com", true },
	{ "b?b@*", "bob@x", true },
	{ "b?b@*", "bb@x", false },
	{ "*a*b*c*", "xxaxxbxxcxx", true },
	{ "*a*b*c*", "xxaxxcxxbxx", false },
	{ "*ab", "aab", true },
	{ "*ab", "abab", true },
	{ "*ab", "aba", false },
	{ "a**b", "ab", true },
	{ "a*?b", "ab", false },
	{ "a*?b", "axb", true },
	/* Every star tried at every place would take years. */
	{ "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    false },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span pattern =
		    exact_copy(ph_span_of(cases[i].pattern));
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));

		check_case(cases[i].pattern, i);
		check(ph_inject_pattern_matches(pattern, text) ==
		    cases[i].matches);
		exact_free(pattern);
		exact_free(text);
	}
	return check_end();
}
