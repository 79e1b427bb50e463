#include "check.h"
#include "diagnose/wordlist.h"
#include "exact.h"

#include <stdio.h>

static struct ph_span text_of(const struct ph_wordlist *w)
{
	return (struct ph_span){ w->text, w->len };
}

static const struct {
	const char *text;
	const char *words;
} texts[] = {
	{ "", "" },
	{ "  ", "" },
	{ "One TWO\tthree\r\nfour", "one two three four " },
	{ "a, b; (c) [d] <e> \"f\"!", "a b c d e f " },
	{ "5.7.139 5.7.1399.", "5.7.139 5.7.1399 " },
	{ "smtp.example.com: bob@example.com. .x x.",
	    "smtp.example.com bob@example.com x x " },
	{ "it doesn't, can't; user's 'n'", "it doesnt cant user s n " },
	{ "it doesn\xe2\x80\x99t \xe2\x80\x9cso\xe2\x80\x9d\xc2\xa0there",
	    "it doesnt so there " },
	{ "app-specific ERR_ACCESS_DENIED", "app specific err_access_denied " },
	{ "b'one\\r\\n two\\tthree\\x'", "b one two three x " },
	{ "\xc3\x89"
	  "chec \xc3\xa9t\xc3\xa9",
	    "\xc3\xa9"
	    "chec \xc3\xa9t\xc3\xa9 " },
	{ "\xd0\x9d\xd0\xb5 \xd0\xa2", "\xd0\xbd\xd0\xb5 \xd1\x82 " },
	{ "\xe6\x8e\x88\xe6\x9d\x83 x\xe7\xa0\x81y",
	    "\xe6\x8e\x88 \xe6\x9d\x83 x \xe7\xa0\x81 y " },
	{ "a\xff\xfe"
	  "b \xf0\x9f\x98\x80 c",
	    "a b c " },
	{ "535-5.7.8 no 535 5.7.8 more 5355", "no more 5355 " },
	{ "relay=mx.example.com, dsn = x =y", "mx.example.com dsn x y " },
	{ "=a==", "" },
	{ "\\", "" },
};

static void test_texts(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ph_wordlist w;
		struct ph_span exact = exact_copy(ph_span_of(texts[i].text));

		check_case(texts[i].text, i);
		ph_wordlist_begin(&w, "535", "5.7.8");
		check_int(ph_wordlist_add(&w, exact), exact.len);
		ph_wordlist_end(&w);
		check(ph_span_eq(text_of(&w), ph_span_of(texts[i].words)));
		exact_free(exact);
	}
}

static const struct {
	const char *text;
	const char *pattern;
	bool fits;
} patterns[] = {
	{ "mailbox full", "mailbox full ", true },
	{ "the Mailbox  is\nFULL", "mailbox is full ", true },
	{ "mailboxes full", "mailbox full ", false },
	{ "mailbox fuller", "mailbox full ", false },
	{ "xmailbox full", "mailbox full ", false },
	{ "mailbox fuller", "mailbox full", true },
	{ "authentication failed", "auth* failed ", true },
	{ "auth failed", "auth* failed ", true },
	{ "authentication has failed", "auth* failed ", false },
	{ "user bob is locked", "user ... locked ", true },
	{ "user locked", "user ... locked ", true },
	{ "user 1 2 3 4 5 6 7 8 locked", "user ... locked ", true },
	{ "user 1 2 3 4 5 6 7 8 9 locked", "user ... locked ", false },
	{ "user", "user ... locked ", false },
	{ "user a b c", "user ... b ... c ", true },
	{ "no tls here", "tls &required ", false },
	{ "tls is required", "tls &required ", true },
	{ "required is tls", "tls &required ", true },
	{ "required is tls", "ssl |tls &required ", true },
	{ "ssl", "ssl |tls &required ", true },
	{ "tls", "ssl |tls &required ", false },
	{ "tls required already", "tls &required &!already ", false },
	{ "tls required", "tls &required &!already ", true },
	{ "5.7.1399", "5.7.139 ", false },
	{ "java.net.UnknownHostException", "unknownhostexception ", true },
	{ "java.net.UnknownHostException x", "unknownhost", true },
	{ "socket.gaierror", "gaierror ", true },
	/* what hosts and addresses are called says nothing */
	{ "mx.spam.example.org", "spam ", false },
	{ "spam.example.org", "spam", false },
	{ "spam@example.org", "spam", false },
	{ "spam.example.org no", "spam* no ", false },
	{ "bob@example.spamfilter.org", "spamfilter", false },
	{ "spammer", "spam", true },
	{ "15.7.139", "5.7.139 ", false },
	{ "", "mailbox ", false },
	{ "a", "ab", false },
};

static void fill(struct ph_wordlist *w, const char *text)
{
	ph_wordlist_begin(w, "", "");
	(void)ph_wordlist_add(w, ph_span_of(text));
	ph_wordlist_end(w);
}

static void test_patterns(void)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct ph_wordlist w;

		check_case(patterns[i].text, i);
		fill(&w, patterns[i].text);
		check_int(ph_wordlist_match(&w, patterns[i].pattern),
		    patterns[i].fits);
	}
}

/* Terms belong together only where they stand near each other; one that stands
   far off neither helps nor hinders. */
static void test_near(void)
{
	char text[2048];
	struct ph_wordlist w;

	check_case("near", 0);
	(void)snprintf(text, sizeof(text), "tls %400s required", "x");
	for (size_t i = 0; i < 400; i++)
		text[4 + i] = i % 2 == 0 ? 'x' : ' ';
	fill(&w, text);
	check(ph_wordlist_match(&w, "tls &required "));
	check(!ph_wordlist_match(&w, "tls &!required "));

	(void)snprintf(text, sizeof(text), "tls %1200s required", "x");
	for (size_t i = 0; i < 1200; i++)
		text[4 + i] = i % 2 == 0 ? 'x' : ' ';
	fill(&w, text);
	check(!ph_wordlist_match(&w, "tls &required "));
	check(ph_wordlist_match(&w, "tls &!required "));
	/* The second tls is near. */
	memcpy(text + strlen(text), " tls", sizeof(" tls"));
	fill(&w, text);
	check(ph_wordlist_match(&w, "tls &required "));
}

/* What is longer than there is room for is read in parts, none of it lost. */
static void test_parts(void)
{
	static char text[3 * PH_WORDLIST_MAX];
	struct ph_span rest = { text, sizeof(text) };
	struct ph_wordlist w;
	size_t parts = 0;
	size_t letters = 0;

	check_case("parts", 0);
	memset(text, 'x', sizeof(text));
	for (size_t i = 7; i < sizeof(text); i += 8)
		text[i] = ' ';
	while (rest.len > 0 && parts < 10) {
		size_t taken;

		ph_wordlist_begin(&w, "", "");
		taken = ph_wordlist_add(&w, rest);
		ph_wordlist_end(&w);
		check(taken > 0 && w.len <= PH_WORDLIST_MAX);
		for (size_t i = 0; i < w.len; i++)
			letters += w.text[i] == 'x';
		rest = ph_span_skip(rest, taken);
		parts++;
	}
	check_int(rest.len, 0);
	check_int(letters, sizeof(text) / 8 * 7);
	check(parts >= 3);
}

int main(void)
{
	test_texts();
	test_patterns();
	test_near();
	test_parts();
	return check_end();
}
