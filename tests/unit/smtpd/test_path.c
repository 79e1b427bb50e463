#include "smtpd/path.h"

#include "base/buf.h"
#include "check.h"

#include <stdlib.h>

/* What is read, and what is left; address NULL: refused, nothing is taken. */
static const struct path_case {
	const char *in;
	const char *address;
	const char *rest;
} cases[] = {
	{ "<>", "", "" },
	{ "<a@b>", "a@b", "" },
	{ "<a@b> SIZE=1", "a@b", " SIZE=1" },
	{ "<a@b><c@d>", "a@b", "<c@d>" },
	{ "<a.b.c@d-e.f0.org>", "a.b.c@d-e.f0.org", "" },
	{ "<!#$%&'*+-/=?^_`{|}~@x>", "!#$%&'*+-/=?^_`{|}~@x", "" },
	{ "<\"a b\"@x>", "\"a b\"@x", "" },
	{ "<\"a>b\"@x>", "\"a>b\"@x", "" },
	{ "<\"a\\\"@b\"@x>", "\"a\\\"@b\"@x", "" },
	{ "<\"\"@x>", "\"\"@x", "" },
	{ "<\xc3\xa9@\xc3\xa8.org>", "\xc3\xa9@\xc3\xa8.org", "" },
	{ "<Postmaster>", "Postmaster", "" },
	{ "<POSTMASTER>", "POSTMASTER", "" },
	{ "<a@[192.0.2.1]>", "a@[192.0.2.1]", "" },
	{ "<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]", "" },
	/* Source routes are left out, RFC 5321 appendix C. */
	{ "<@x.org:a@b>", "a@b", "" },
	{ "<@x.org,@y.org:a@b>z", "a@b", "z" },

	{ "", NULL, NULL },
	{ "<", NULL, NULL },
	{ ">", NULL, NULL },
	{ "a@b", NULL, NULL },
	{ "<a@b", NULL, NULL },
	{ " <a@b>", NULL, NULL },
	{ "<a>", NULL, NULL },
	{ "<@>", NULL, NULL },
	{ "<a@>", NULL, NULL },
	{ "<@b>", NULL, NULL },
	{ "<.a@b>", NULL, NULL },
	{ "<a.@b>", NULL, NULL },
	{ "<a..b@c>", NULL, NULL },
	{ "<a b@c>", NULL, NULL },
	{ "<a@b c>", NULL, NULL },
	{ "<a@b@c>", NULL, NULL },
	{ "<a@.b>", NULL, NULL },
	{ "<a@b.>", NULL, NULL },
	{ "<a@b..c>", NULL, NULL },
	{ "<a@-b>", NULL, NULL },
	{ "<a@b->", NULL, NULL },
	{ "<a@b_c>", NULL, NULL },
	{ "<\"a@b>", NULL, NULL },
	{ "<\"a\\", NULL, NULL },
	{ "<\"a\tb\"@x>", NULL, NULL },
	{ "<\"a\"b@x>", NULL, NULL },
	{ "<a@[192.0.2.1>", NULL, NULL },
	{ "<a@[192.0.2.1]x>", NULL, NULL },
	{ "<a@[]>", NULL, NULL },
	{ "<\xc3@x>", NULL, NULL },
	{ "<\xff@x>", NULL, NULL },
	{ "<@x.org>", NULL, NULL },
	{ "<@x.org:>", NULL, NULL },
	{ "<@x.org:@y.org:a@b>", NULL, NULL },
	{ "<@x_y:a@b>", NULL, NULL },
	{ "<x.org:a@b>", NULL, NULL },
	{ "<(comment)a@b>", NULL, NULL },
	{ "<Name <a@b>>", NULL, NULL },
};

/* In memory of its own, so that a sanitizer sees what reads beyond it. */
static void take(const char *in, const char *address, const char *rest)
{
	size_t len = strlen(in);
	char *copy = malloc(len + 1);
	struct ph_span s = { copy, len };
	struct ph_span got = { 0 };

	if (copy == NULL)
		abort();
	memcpy(copy, in, len);

	enum ph_err err = ph_smtpd_path_take(&s, &got);

	check_int(err, address == NULL ? PH_EPROTO : PH_OK);
	if (address == NULL) {
		check(s.ptr == copy && s.len == len);
	} else {
		check(ph_span_eq(got, ph_span_of(address)));
		check(ph_span_eq(s, ph_span_of(rest)));
	}
	free(copy);
}

/* No beginning of a path is one. */
static void test_cuts(const char *in)
{
	char cut[600];
	const char *end = strrchr(in, '>');

	for (size_t len = 0; end != NULL && len < (size_t)(end - in); len++) {
		struct ph_span s = { cut, len };
		struct ph_span got;
		const char *close;

		memcpy(cut, in, len);
		close = memchr(cut, '>', len);
		if (close == NULL)
			check(ph_smtpd_path_take(&s, &got) == PH_EPROTO);
	}
}

static void test_lengths(void)
{
	struct ph_buf b;

	static const struct {
		size_t local, label, labels;
		bool good;
	} lengths[] = {
		{ 64, 63, 1, true },
		{ 256, 63, 1, true },
		{ 257, 63, 1, false },
		{ 1, 64, 1, false },
		{ 1, 63, 3, true },
		{ 1, 63, 4, true },
		{ 1, 63, 5, false },
	};

	ph_buf_init(&b, 4096);
	for (size_t i = 0; i < PH_COUNT(lengths); i++) {
		struct ph_span got;

		check_case("length", i);
		ph_buf_clear(&b);
		check(ph_buf_append_char(&b, '<') == PH_OK);
		for (size_t n = 0; n < lengths[i].local; n++)
			check(ph_buf_append_char(&b, 'a') == PH_OK);
		for (size_t l = 0; l < lengths[i].labels; l++) {
			check(ph_buf_append_char(&b, l == 0 ? '@' : '.') ==
			    PH_OK);
			for (size_t n = 0; n < lengths[i].label; n++)
				check(ph_buf_append_char(&b, 'b') == PH_OK);
		}
		check(ph_buf_append_char(&b, '>') == PH_OK);

		struct ph_span s = ph_buf_span(&b);

		check_int(ph_smtpd_path_take(&s, &got),
		    lengths[i].good ? PH_OK : PH_EPROTO);
	}
	ph_buf_release(&b);
}

static const struct {
	const char *text;
	bool good;
} literals[] = {
	{ "[192.0.2.1]", true },
	{ "[0.0.0.0]", true },
	{ "[192.0.2]", false },
	{ "[192.0.2.1.5]", false },
	{ "[192.0.2.256]", false },
	{ "[192.0.2.0001]", false },
	{ "[192.0..1]", false },
	{ "[IPv6:1:2:3:4:5:6:7:8]", true },
	{ "[ipv6:1:2:3:4:5:6:192.0.2.1]", true },
	{ "[IPv6:::1]", true },
	{ "[IPv6:::]", true },
	{ "[IPv6:1::]", true },
	{ "[IPv6:1:2:3::6:7:8]", true },
	{ "[IPv6:::ffff:192.0.2.1]", true },
	{ "[IPv6:1:2:3:4:5:6:7]", false },
	{ "[IPv6:1:2:3:4:5:6:7:8:9]", false },
	{ "[IPv6:1:2:3:4:5:6:7:192.0.2.1]", false },
	{ "[IPv6:1::2::3]", false },
	{ "[IPv6:1:2:3:4::5:6:7:8]", false },
	{ "[IPv6:12345::]", false },
	{ "[IPv6:g::]", false },
	{ "[IPv6:192.0.2.1::]", false },
	{ "[IPv6:1:192.0.2.1:2::]", false },
	{ "[IPv6:]", false },
	{ "[IPv6:1]", false },
	{ "[tag:anything(!)]", true },
	{ "[a-b:x]", true },
	{ "[tag-:x]", false },
	{ "[:x]", false },
	{ "[tag:]", false },
	{ "[t_g:x]", false },
	{ "[tag:a b]", false },
	{ "[tag:a\\b]", false },
	{ "[tag:a[b]", false },
	{ "[tag:\x7f]", false },
	{ "[tag]", false },
	{ "[]", false },
	{ "[", false },
	{ "", false },
	{ "192.0.2.1", false },
	{ "[192.0.2.1", false },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("path", i);
		take(cases[i].in, cases[i].address, cases[i].rest);
		test_cuts(cases[i].in);
	}
	test_lengths();
	for (size_t i = 0; i < PH_COUNT(literals); i++) {
		check_case("literal", i);
		check_int(
		    ph_smtpd_path_is_literal(ph_span_of(literals[i].text)),
		    literals[i].good);
	}
	check_case(NULL, 0);
	check(!ph_smtpd_path_is_domain(PH_SPAN("")));
	check(ph_smtpd_path_is_domain(PH_SPAN("a")));
	return check_end();
}
