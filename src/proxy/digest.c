#include "proxy/digest.h"

#include "base/hex.h"

enum {
	PARAM_MAX = 4096,
	/* User, realm and password between colons. */
	INPUT_MAX = 128 * 1024,
	HEX_MAX = 2 * PH_DIGEST_SHA256_SIZE + 1
};

struct digest {
	const struct ph_digest_login *login;
	const struct ph_challenge *challenge;
	enum ph_digest_algorithm algorithm;
	struct ph_buf realm;
	struct ph_buf nonce;
	char response[HEX_MAX];
};

static const char *const names[] = {
	[PH_DIGEST_NONE] = "",
	[PH_DIGEST_MD5] = "MD5",
	[PH_DIGEST_SHA256] = "SHA-256",
};

/* 3.3: a list in quotes. */
static bool has_auth(struct ph_span qop)
{
	struct ph_span item;

	while (ph_span_split(&qop, ',', &item)) {
		if (ph_span_eq_nocase(ph_span_trim(item), PH_SPAN("auth")))
			return true;
	}
	return false;
}

enum ph_digest_algorithm ph_digest_algorithm(const struct ph_challenge *c)
{
	struct ph_span name = ph_challenge_word(c, PH_SPAN("algorithm"));

	if (!ph_span_eq_nocase(c->scheme, PH_SPAN("Digest")) ||
	    !has_auth(ph_challenge_word(c, PH_SPAN("qop"))))
		return PH_DIGEST_NONE;
	if (name.len == 0 || ph_span_eq_nocase(name, PH_SPAN("MD5")))
		return PH_DIGEST_MD5;
	if (ph_span_eq_nocase(name, PH_SPAN("SHA-256")))
		return PH_DIGEST_SHA256;
	return PH_DIGEST_NONE;
}

bool ph_digest_is_stale(const struct ph_challenge *c)
{
	return ph_span_eq_nocase(
	    ph_challenge_word(c, PH_SPAN("stale")), PH_SPAN("true"));
}

/* The parts with a colon between each two, hashed, in hexadecimal. */
static enum ph_err hash(const struct digest *d, const struct ph_span *parts,
    size_t count, char out[HEX_MAX])
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf text;
	unsigned char digest[PH_DIGEST_SHA256_SIZE];
	size_t size = PH_DIGEST_MD5_SIZE;
	enum ph_err err = PH_OK;

	ph_buf_init(&text, INPUT_MAX);
	for (size_t i = 0; err == PH_OK && i < count; i++) {
		if (i > 0)
			err = ph_buf_append_char(&text, ':');
		if (err == PH_OK)
			err = ph_buf_append(&text, parts[i]);
	}
	if (err != PH_OK)
		return err;
	if (d->algorithm == PH_DIGEST_SHA256) {
		size = PH_DIGEST_SHA256_SIZE;
		d->login->hashes.sha256(ph_buf_span(&text), digest);
	} else {
		d->login->hashes.md5(ph_buf_span(&text), digest);
	}
	ph_hex_write(digest, size, out);
	explicit_bzero(digest, sizeof(digest));
	return PH_OK;
}

/* 3.4.1, and 3.4.2 and 3.4.3 for what it is made of. */
static enum ph_err respond(struct digest *d)
{
	const struct ph_digest_login *l = d->login;
	const struct ph_span who[] = { l->username, ph_buf_span(&d->realm),
		l->password };
	const struct ph_span what[] = { l->method, l->uri };
	char a1[HEX_MAX];
	char a2[HEX_MAX];
	enum ph_err err = hash(d, who, PH_COUNT(who), a1);

	if (err == PH_OK)
		err = hash(d, what, PH_COUNT(what), a2);
	if (err == PH_OK) {
		const struct ph_span all[] = { ph_span_of(a1),
			ph_buf_span(&d->nonce), PH_SPAN("00000001"), l->cnonce,
			PH_SPAN("auth"), ph_span_of(a2) };

		err = hash(d, all, PH_COUNT(all), d->response);
	}
	explicit_bzero(a1, sizeof(a1));
	return err;
}

static enum ph_err put_quoted(
    const char *name, struct ph_span value, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append_str(out, name);

	return err == PH_OK ? ph_challenge_quote(value, out) : err;
}

/* 3.3: where the proxy says it, it wants it back. */
static enum ph_err put_opaque(const struct digest *d, struct ph_buf *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf value;

	ph_buf_init(&value, PARAM_MAX);

	enum ph_err err =
	    ph_challenge_param(d->challenge, PH_SPAN("opaque"), &value);
	if (err == PH_ENOTFOUND)
		return PH_OK;
	if (err != PH_OK)
		return err;
	return put_quoted(", opaque=", ph_buf_span(&value), out);
}

/* 3.4 */
static enum ph_err write_answer(const struct digest *d, struct ph_buf *out)
{
	enum ph_err err =
	    put_quoted("Digest username=", d->login->username, out);

	if (err == PH_OK)
		err = put_quoted(", realm=", ph_buf_span(&d->realm), out);
	if (err == PH_OK)
		err = put_quoted(", nonce=", ph_buf_span(&d->nonce), out);
	if (err == PH_OK)
		err = put_quoted(", uri=", d->login->uri, out);
	if (err == PH_OK)
		err = put_opaque(d, out);
	if (err != PH_OK)
		return err;
	return ph_buf_appendf(out,
	    ", algorithm=%s, qop=auth, nc=00000001, cnonce=\"%.*s\", "
	    "response=\"%s\"",
	    names[d->algorithm], PH_SPAN_ARG(d->login->cnonce), d->response);
}

static enum ph_err read_challenge(struct digest *d)
{
	enum ph_err err =
	    ph_challenge_param(d->challenge, PH_SPAN("realm"), &d->realm);

	if (err == PH_OK) {
		err = ph_challenge_param(
		    d->challenge, PH_SPAN("nonce"), &d->nonce);
	}
	if (err == PH_ENOTFOUND || d->algorithm == PH_DIGEST_NONE)
		return PH_EPROTO;
	return err;
}

static bool has_hash(const struct digest *d)
{
	const struct ph_digest_hashes *h = &d->login->hashes;

	return d->algorithm == PH_DIGEST_SHA256 ? h->sha256 != NULL
						: h->md5 != NULL;
}

enum ph_err ph_digest_answer(const struct ph_digest_login *login,
    const struct ph_challenge *c, struct ph_buf *out)
{
	struct digest d = {
		.login = login,
		.challenge = c,
		.algorithm = ph_digest_algorithm(c),
	};

	if (!has_hash(&d))
		return PH_EIO;
	ph_buf_init(&d.realm, PARAM_MAX);
	ph_buf_init(&d.nonce, PARAM_MAX);

	enum ph_err err = read_challenge(&d);
	if (err == PH_OK)
		err = respond(&d);
	if (err == PH_OK)
		err = write_answer(&d, out);
	ph_buf_release(&d.realm);
	ph_buf_release(&d.nonce);
	return err == PH_EINVAL ? PH_EPROTO : err;
}
