#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "memory/known.h"

enum {
	NOW = 1764279455
};

#define HEAD "posthaste server 1\nhost smtp.example.com 587\nseen 1764279455\n"
#define KEY  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char text[] =
    HEAD "good 1764279455 starttls TLSv1.3\n"
	 "key 1764279000 verified " KEY "\n"
	 "mechanism SCRAM-SHA-256 og 1764279455 120 0 0 0\n"
	 "mechanism CRAM-MD5 ov 0 0 1764279455 1800 3\n"
	 "mechanism LOGIN - 1764279400 5 0 0 0\n";

static void test_both_ways(void)
{
	struct ph_known k;
	struct ph_buf out;

	ph_buf_init(&out, PH_KNOWN_TEXT_MAX);
	check(ph_known_read(ph_span_of(text), NOW, &k) == PH_OK);
	check_str(k.host, "smtp.example.com");
	check_int(k.port, 587);
	check_int(k.good, NOW);
	check(k.good_starttls && k.key_good);
	check_str(k.key, KEY);
	check_int(k.mechanism_count, 3);
	check(k.mechanisms[0].good && !k.mechanisms[1].good);
	check(k.mechanisms[1].broken_good && !k.mechanisms[0].broken_good);
	check_int(k.mechanisms[1].broken_count, 3);
	check_int(k.mechanisms[1].broken_ms, 1800);
	check_int(k.mechanisms[0].worked_ms, 120);
	check(!k.mechanisms[2].offered);
	check(ph_known_write(&k, &out) == PH_OK);
	check_str(ph_buf_str(&out), text);
	ph_buf_release(&out);
}

/* Whatever comes before the end of a line is a file that broke off. */
static void test_cut(void)
{
	struct ph_known k;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		struct ph_span cut = exact_copy((struct ph_span){ text, i });
		bool whole = i >= sizeof(HEAD) - 1 && text[i - 1] == '\n';

		check_case("cut", i);
		check_int(
		    ph_known_read(cut, NOW, &k), whole ? PH_OK : PH_EPROTO);
		check_int(k.port, whole ? 587 : 0);
		exact_free(cut);
	}
}

static const struct {
	const char *text;
	enum ph_err err;
} cases[] = {
	{ HEAD, PH_OK },
	{ HEAD "newword 1 2 3\n", PH_OK },
	{ HEAD "good 1764279455 first TLSv1.2\n", PH_OK },
	{ HEAD "key 1 unverified " KEY "\n", PH_OK },
	{ "", PH_EPROTO },
	{ "\n", PH_EPROTO },
	{ "posthaste server 1\n", PH_EPROTO },
	{ "posthaste server 2\nhost h 25\nseen 1764279455\n", PH_EPROTO },
	{ "posthaste server 1\nhost h 25\n", PH_EPROTO },
	{ "posthaste server 1\nseen 1764279455\n", PH_EPROTO },
	{ "posthaste server 1\nhost h 65536\nseen 1764279455\n", PH_EPROTO },
	{ "posthaste server 1\nhost h\nseen 1764279455\n", PH_EPROTO },
	{ "posthaste server 1\nhost  25\nseen 1764279455\n", PH_EPROTO },
	{ HEAD "\n", PH_EPROTO },
	{ HEAD "seen -1\n", PH_EPROTO },
	{ HEAD "seen 1764279455 more\n", PH_EPROTO },
	{ HEAD "seen 99999999999999999\n", PH_EPROTO },
	{ HEAD "good x starttls TLSv1.3\n", PH_EPROTO },
	{ HEAD "good 1 starttls\n", PH_EPROTO },
	{ HEAD "good 1 sometimes TLSv1.3\n", PH_EPROTO },
	{ HEAD "good 1 first TLSv1.3-and-more\n", PH_EPROTO },
	{ HEAD "key 1 verified abc\n", PH_EPROTO },
	{ HEAD "key 1 maybe " KEY "\n", PH_EPROTO },
	{ HEAD "key 1 verified " KEY "a\n", PH_EPROTO },
	{ HEAD "key x verified " KEY "\n", PH_EPROTO },
	{ HEAD "mechanism A123456789B123456789C o 0 0 0 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 0 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 0 0 0 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 4294967296 0 0 0\n", PH_EPROTO },
	{ "posthaste server 1\nhost\nseen 1764279455\n", PH_EPROTO },
	{ HEAD "seen\n", PH_EPROTO },
	{ HEAD "good\n", PH_EPROTO },
	{ HEAD "good 1\n", PH_EPROTO },
	{ HEAD "key\n", PH_EPROTO },
	{ HEAD "key 1\n", PH_EPROTO },
	{ HEAD "key 1 verified\n", PH_EPROTO },
	{ HEAD "mechanism\n", PH_EPROTO },
	{ HEAD "mechanism A\n", PH_EPROTO },
	{ HEAD "mechanism A o\n", PH_EPROTO },
	{ HEAD "mechanism A o 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A o 0 0 x 0 0\n", PH_EPROTO },
	{ HEAD "mechanism A\tB o 0 0 0 0 0\n", PH_EPROTO },
	{ HEAD "mechanism \xc3\xa4 o 0 0 0 0 0\n", PH_EPROTO },
};

static void test_cases(void)
{
	struct ph_known k;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].text, i);
		check_int(ph_known_read(ph_span_of(cases[i].text), NOW, &k),
		    cases[i].err);
		check_int(k.host[0] != '\0', cases[i].err == PH_OK);
	}
}

static void test_limits(void)
{
	struct ph_known k;
	struct ph_buf b;
	char nul[] = HEAD "x\0y\n";

	check_int(
	    ph_known_read((struct ph_span){ nul, sizeof(nul) - 1 }, NOW, &k),
	    PH_EPROTO);
	/* A host of 255 octets, and one more. */
	for (int i = 0; i < 2; i++) {
		ph_buf_init(&b, 1024);
		check(ph_buf_append_str(&b, "posthaste server 1\nhost ") ==
		    PH_OK);
		for (int n = 0; n < 255 + i; n++)
			check(ph_buf_append_char(&b, 'h') == PH_OK);
		check(ph_buf_append_str(&b, " 25\nseen 1764279455\n") == PH_OK);
		check_int(ph_known_read(ph_buf_span(&b), NOW, &k),
		    i == 0 ? PH_OK : PH_EPROTO);
		ph_buf_release(&b);
	}
	ph_buf_init(&b, PH_KNOWN_TEXT_MAX + 1);
	check(ph_buf_append_str(&b, HEAD) == PH_OK);
	for (int i = 0; i < PH_KNOWN_MECHANISMS_MAX; i++) {
		check(ph_buf_append_str(&b, "mechanism A o 0 0 0 0 0\n") ==
		    PH_OK);
	}
	check_int(ph_known_read(ph_buf_span(&b), NOW, &k), PH_OK);
	check(ph_buf_append_str(&b, "mechanism A o 0 0 0 0 0\n") == PH_OK);
	check_int(ph_known_read(ph_buf_span(&b), NOW, &k), PH_EPROTO);
	while (b.len <= PH_KNOWN_TEXT_MAX)
		check(ph_buf_append_char(&b, '\n') == PH_OK);
	check_int(ph_known_read(ph_buf_span(&b), NOW, &k), PH_EPROTO);
	ph_buf_release(&b);
}

/* Too old is as good as nothing, and no damage. */
static void test_old(void)
{
	struct ph_known k;

	check_int(
	    ph_known_read(ph_span_of(text), NOW + PH_KNOWN_AGE_MAX + 1, &k),
	    PH_OK);
	check_str(k.host, "");
}

static enum ph_err write_all(void *ctx)
{
	struct ph_buf out;

	ph_buf_init(&out, PH_KNOWN_TEXT_MAX);

	enum ph_err err = ph_known_write(ctx, &out);

	ph_buf_release(&out);
	return err;
}

/* The fullest there can be fits into the bound of reading. */
static void test_write(void)
{
	struct ph_known k;
	struct ph_known full = { .port = 65535, .seen = NOW, .good = NOW };
	struct ph_known_mechanism *m;

	check(ph_known_read(ph_span_of(text), NOW, &k) == PH_OK);
	check(failalloc_run(write_all, &k) > 0);
	memset(full.host, 'h', sizeof(full.host) - 1);
	memset(full.good_version, 'v', sizeof(full.good_version) - 1);
	memset(full.key, 'k', sizeof(full.key) - 1);
	full.mechanism_count = PH_KNOWN_MECHANISMS_MAX;
	for (size_t i = 0; i < full.mechanism_count; i++) {
		m = &full.mechanisms[i];
		memset(m->name, 'M', sizeof(m->name) - 1);
		m->offered = m->good = m->broken_good = true;
		m->worked = m->broken = NOW;
		m->worked_ms = m->broken_ms = m->broken_count = UINT32_MAX;
	}
	check_int(write_all(&full), PH_OK);
}

int main(void)
{
	test_both_ways();
	test_cut();
	test_cases();
	test_limits();
	test_old();
	test_write();
	return check_end();
}
