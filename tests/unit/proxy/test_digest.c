#include "proxy/digest.h"

#include "check.h"
#include "talk.h"

/* RFC 7616 3.9.1, both algorithms. */
#define REALM  "realm=\"http-auth@example.org\""
#define NONCE  "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\""
#define OPAQUE "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define CNONCE "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
#define ANSWER(algorithm, response)                            \
 "Digest username=\"Mufasa\", " REALM ", " NONCE               \
 ", uri=\"/dir/index.html\", " OPAQUE ", algorithm=" algorithm \
 ", qop=auth, nc=00000001, cnonce=\"" CNONCE "\", response=\"" response "\""

static const struct {
	const char *params;
	enum ph_digest_algorithm algorithm;
	enum ph_err err;
	const char *want;
} rows[] = {
	{ REALM ", qop=\"auth, auth-int\", algorithm=SHA-256, " NONCE
		", " OPAQUE,
	    PH_DIGEST_SHA256, PH_OK,
	    ANSWER("SHA-256",
		"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6"
		"c1") },
	{ REALM ", qop=\"auth, auth-int\", algorithm=MD5, " NONCE ", " OPAQUE,
	    PH_DIGEST_MD5, PH_OK,
	    ANSWER("MD5", "8ca523f5e9506fed4657c9700eebdbec") },
	{ REALM ", qop=auth, " NONCE ", " OPAQUE, PH_DIGEST_MD5, PH_OK,
	    ANSWER("MD5", "8ca523f5e9506fed4657c9700eebdbec") },
	{ REALM ", qop=\"auth-int\", " NONCE, PH_DIGEST_NONE, PH_EPROTO, "" },
	{ REALM ", " NONCE, PH_DIGEST_NONE, PH_EPROTO, "" },
	{ REALM ", qop=auth, algorithm=MD5-sess, " NONCE, PH_DIGEST_NONE,
	    PH_EPROTO, "" },
	{ REALM ", qop=auth", PH_DIGEST_MD5, PH_EPROTO, "" },
	{ NONCE ", qop=auth", PH_DIGEST_MD5, PH_EPROTO, "" },
	{ "realm=\"a\x01\", qop=auth, " NONCE, PH_DIGEST_MD5, PH_EPROTO, NULL },
};

static void test_answer(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		const struct ph_challenge c = {
			.scheme = PH_SPAN("digest"),
			.params = ph_span_of(rows[i].params),
		};
		const struct ph_digest_login login = {
			.username = PH_SPAN("Mufasa"),
			.password = PH_SPAN("Circle of Life"),
			.method = PH_SPAN("GET"),
			.uri = PH_SPAN("/dir/index.html"),
			.hashes = talk_tools.hashes(),
			.cnonce = PH_SPAN(CNONCE),
		};
		struct ph_buf out;

		check_case(rows[i].params, i);
		ph_buf_init(&out, 4096);
		check_int(ph_digest_algorithm(&c), rows[i].algorithm);
		check_int(ph_digest_answer(&login, &c, &out), rows[i].err);
		if (rows[i].want != NULL)
			check_str(ph_buf_str(&out), rows[i].want);
		ph_buf_release(&out);
	}
}

/* What stands between quotes comes back as it was, quotes and all. */
static void test_quotes(void)
{
	const struct ph_challenge c = {
		.scheme = PH_SPAN("Digest"),
		.params =
		    PH_SPAN("realm=\"a\\\"b\", nonce=\"n\\\\\", qop=auth"),
	};
	const struct ph_digest_login login = {
		.username = PH_SPAN("a\"n"),
		.method = PH_SPAN("CONNECT"),
		.uri = PH_SPAN("h:25"),
		.hashes = talk_tools.hashes(),
		.cnonce = PH_SPAN("c"),
	};
	struct ph_buf out;

	ph_buf_init(&out, 4096);
	check(ph_digest_answer(&login, &c, &out) == PH_OK);
	check(strstr(ph_buf_str(&out),
		  "username=\"a\\\"n\", realm=\"a\\\"b\", nonce=\"n\\\\\"") !=
	    NULL);
	check(strstr(ph_buf_str(&out), "opaque") == NULL);
	ph_buf_release(&out);
}

/* The module is not there: each algorithm for itself. */
static void test_no_hash(void)
{
	static const char *const params[] = {
		REALM ", qop=auth, algorithm=MD5, " NONCE,
		REALM ", qop=auth, algorithm=SHA-256, " NONCE,
	};

	for (size_t i = 0; i < PH_COUNT(params); i++) {
		const struct ph_challenge c = {
			.scheme = PH_SPAN("Digest"),
			.params = ph_span_of(params[i]),
		};
		struct ph_digest_login login = {
			.hashes = talk_tools.hashes(),
			.cnonce = PH_SPAN("c"),
		};
		struct ph_buf out;

		check_case(params[i], i);
		if (i == 0) {
			login.hashes.md5 = NULL;
		} else {
			login.hashes.sha256 = NULL;
		}
		ph_buf_init(&out, 4096);
		check_int(ph_digest_answer(&login, &c, &out), PH_EIO);
		check_int(out.len, 0);
		ph_buf_release(&out);
	}
}

static void test_other(void)
{
	const struct ph_challenge basic = { .scheme = PH_SPAN("Basic"),
		.params = PH_SPAN("qop=auth") };
	const struct ph_challenge stale = { .scheme = PH_SPAN("Digest"),
		.params = PH_SPAN("stale=TRUE, qop=auth") };
	const struct ph_challenge fresh = { .scheme = PH_SPAN("Digest"),
		.params = PH_SPAN("stale=false, qop=auth") };

	check_int(ph_digest_algorithm(&basic), PH_DIGEST_NONE);
	check(ph_digest_is_stale(&stale));
	check(!ph_digest_is_stale(&fresh));
	check(!ph_digest_is_stale(&basic));
}

int main(void)
{
	test_answer();
	test_quotes();
	test_no_hash();
	test_other();
	return check_end();
}
