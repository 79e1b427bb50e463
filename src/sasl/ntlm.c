#include "sasl/ntlm.h"

#include "sasl/legacy.h"
#include "sasl/little_endian.h"
#include "sasl/ntlm_challenge.h"
#include "sasl/ntlm_key.h"
#include "sasl/utf16.h"

enum {
	TYPE_NEGOTIATE = 1,
	TYPE_AUTHENTICATE = 3,
	/* 2.2.1.1: signature, type, flags, domain and workstation (both empty),
	   version (of nothing). */
	NEGOTIATE_SIZE = 40,
	/* 2.2.1.3: where the fields stand. */
	AT_LM = 12,
	AT_NT = 20,
	AT_DOMAIN = 28,
	AT_USER = 36,
	AT_WORKSTATION = 44,
	AT_SESSION_KEY = 52,
	AT_FLAGS = 60,
	AT_MIC = 72,
	/* What stands before the payload, without and with a MIC. */
	HEAD_SIZE = 72,
	HEAD_SIZE_MIC = 88,
	/* 2.2.2.7: its own fields before the attributes. */
	TEMP_HEAD_SIZE = 28,
	LM_SIZE = 24,
	/* Of MsvAvFlags: there is a MIC. */
	AV_FLAG_MIC = 2,
	END_POINT_MAX = 64,
	TEMP_MAX = PH_NTLM_CHALLENGE_MAX + 4 * PH_NTLM_TEXT_MAX
};

/* What we offer, and agree to where the server does. */
static const uint32_t flags_wanted = PH_NTLM_UNICODE | PH_NTLM_OEM |
    PH_NTLM_REQUEST_TARGET | PH_NTLM_NTLM | PH_NTLM_ALWAYS_SIGN |
    PH_NTLM_EXTENDED_SESSIONSECURITY | PH_NTLM_TARGET_INFO | PH_NTLM_128;

struct answer {
	const struct ph_ntlm_login *login;
	const struct ph_legacy *hash;
	struct ph_span username;
	struct ph_span domain;
	struct ph_span raw; /* the challenge */
	struct ph_ntlm_challenge challenge;
	bool has_mic;
	struct ph_ntlm_proof proof;
	struct ph_buf temp;
	struct ph_buf *out;
	size_t start; /* of the message, in out */
};

static enum ph_err put_zeros(size_t count, struct ph_buf *out)
{
	enum ph_err err = ph_buf_reserve(out, count);
	if (err != PH_OK)
		return err;
	memset(out->ptr + out->len, 0, count);
	out->len += count;
	return PH_OK;
}

static enum ph_err put_head(uint32_t type, size_t size, struct ph_buf *out)
{
	size_t at = out->len;
	enum ph_err err = put_zeros(size, out);
	if (err != PH_OK)
		return err;
	memcpy(out->ptr + at, "NTLMSSP", 8);
	ph_le32_put(out->ptr + at + 8, type);
	return PH_OK;
}

enum ph_err ph_ntlm_negotiate(struct ph_buf *out)
{
	size_t at = out->len;
	enum ph_err err = put_head(TYPE_NEGOTIATE, NEGOTIATE_SIZE, out);
	if (err != PH_OK)
		return err;
	ph_le32_put(out->ptr + at + 12, flags_wanted);
	return PH_OK;
}

/* attributes */

static enum ph_err put_attribute(
    enum ph_ntlm_av id, struct ph_span value, struct ph_buf *out)
{
	char head[4];

	ph_le16_put(head, (uint16_t)id);
	ph_le16_put(head + 2, (uint16_t)value.len);

	enum ph_err err =
	    ph_buf_append(out, (struct ph_span){ head, sizeof(head) });
	return err == PH_OK ? ph_buf_append(out, value) : err;
}

static enum ph_err put_av_flags(const struct answer *a, struct ph_buf *out)
{
	char value[4];

	if (!a->has_mic)
		return PH_OK;
	ph_le32_put(value, a->challenge.av_flags | AV_FLAG_MIC);
	return put_attribute(
	    PH_NTLM_AV_FLAGS, (struct ph_span){ value, sizeof(value) }, out);
}

/* 3.1.5.1.2: the MD5 of a gss_channel_bindings_struct whose addresses are empty
   (RFC 4121 4.1.1.2), or zeros where there is no channel to bind to. */
static enum ph_err put_bindings(const struct answer *a, struct ph_buf *out)
{
	static const struct ph_span prefix =
	    PH_SPAN_INIT("tls-server-end-point:");
	struct ph_span hash = a->login->end_point;
	unsigned char digest[PH_LEGACY_DIGEST_SIZE] = { 0 };
	char text[20 + 21 + END_POINT_MAX] = { 0 };

	if (hash.len > END_POINT_MAX)
		return PH_EINVAL;
	if (hash.len > 0) {
		ph_le32_put(text + 16, (uint32_t)(prefix.len + hash.len));
		memcpy(text + 20, prefix.ptr, prefix.len);
		memcpy(text + 20 + prefix.len, hash.ptr, hash.len);
		a->hash->md5(
		    (struct ph_span){ text, 20 + prefix.len + hash.len },
		    digest);
	}
	return put_attribute(PH_NTLM_AV_CHANNEL_BINDINGS,
	    (struct ph_span){ (const char *)digest, sizeof(digest) }, out);
}

static enum ph_err put_service(const struct answer *a, struct ph_buf *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf name;

	ph_buf_init(&name, (size_t)PH_NTLM_TEXT_MAX * 2);

	enum ph_err err = ph_utf16_append(a->login->service, &name);
	if (err == PH_ETOOBIG)
		return PH_EINVAL;
	if (err != PH_OK)
		return err;
	return put_attribute(PH_NTLM_AV_TARGET_NAME, ph_buf_span(&name), out);
}

/* Of the server's: those that we say ourselves. */
static bool is_ours(const struct answer *a, uint16_t id)
{
	return id == PH_NTLM_AV_TARGET_NAME ||
	    id == PH_NTLM_AV_CHANNEL_BINDINGS ||
	    (id == PH_NTLM_AV_FLAGS && a->has_mic);
}

static enum ph_err put_attributes(const struct answer *a, struct ph_buf *out)
{
	struct ph_span rest = a->challenge.attributes;
	struct ph_ntlm_attribute found;
	enum ph_err err = PH_OK;

	while (err == PH_OK && ph_ntlm_attribute_next(&rest, &found)) {
		if (!is_ours(a, found.id))
			err = ph_buf_append(out, found.raw);
	}
	if (err == PH_OK)
		err = put_av_flags(a, out);
	/* A server without attributes knows none of ours. */
	if (err == PH_OK && a->challenge.has_attributes)
		err = put_bindings(a, out);
	if (err == PH_OK && a->challenge.has_attributes &&
	    a->login->service.len > 0)
		err = put_service(a, out);
	if (err != PH_OK)
		return err;
	return put_attribute(PH_NTLM_AV_EOL, (struct ph_span){ 0 }, out);
}

/* responses */

/* 2.2.2.7 NTLMv2_CLIENT_CHALLENGE, and four zeros behind it (3.3.2). */
static enum ph_err make_temp(struct answer *a)
{
	/* 1601 to 1970, in units of 100 ns. */
	static const uint64_t epoch = 116444736000000000;
	uint64_t time = a->challenge.has_time
	    ? a->challenge.time
	    : epoch + (uint64_t)a->login->now * 10000000;
	char *head;
	enum ph_err err = put_zeros(TEMP_HEAD_SIZE, &a->temp);
	if (err != PH_OK)
		return err;
	head = a->temp.ptr;
	head[0] = 1;
	head[1] = 1;
	ph_le32_put(head + 8, (uint32_t)(time & UINT32_MAX));
	ph_le32_put(head + 12, (uint32_t)(time >> 32));
	memcpy(head + 16, a->login->nonce, PH_NTLM_NONCE_SIZE);
	err = put_attributes(a, &a->temp);
	return err == PH_OK ? put_zeros(4, &a->temp) : err;
}

static enum ph_err prove(struct answer *a)
{
	struct ph_ntlm_key key;
	enum ph_err err = ph_ntlm_key_make(
	    a->hash, a->username, a->domain, a->login->password, &key);
	if (err != PH_OK)
		return err;
	ph_ntlm_key_prove(a->hash, &key, a->challenge.nonce,
	    ph_buf_span(&a->temp), &a->proof);
	explicit_bzero(&key, sizeof(key));
	return PH_OK;
}

/* the message */

/* Len, MaxLen, BufferOffset of what was appended since from. */
static void set_field(const struct answer *a, size_t at, size_t from)
{
	char *field = a->out->ptr + a->start + at;
	size_t len = a->out->len - from;

	ph_le16_put(field, (uint16_t)len);
	ph_le16_put(field + 2, (uint16_t)len);
	ph_le32_put(field + 4, (uint32_t)(from - a->start));
}

static enum ph_err put_text(struct answer *a, size_t at, struct ph_span text)
{
	size_t from = a->out->len;
	enum ph_err err;

	if ((a->challenge.flags & PH_NTLM_UNICODE) != 0) {
		err = ph_utf16_append(text, a->out);
	} else if (ph_span_is_ascii(text)) {
		err = ph_buf_append(a->out, text);
	} else {
		err = PH_EINVAL;
	}
	if (err == PH_OK)
		set_field(a, at, from);
	return err;
}

static enum ph_err put_responses(struct answer *a)
{
	size_t from = a->out->len;
	/* 3.1.5.1.2: zeros, in place of what would be easier to break. */
	enum ph_err err = put_zeros(LM_SIZE, a->out);
	if (err != PH_OK)
		return err;
	set_field(a, AT_LM, from);
	from = a->out->len;
	err = ph_buf_append(a->out, ph_ntlm_key_span(&a->proof.proof));
	if (err == PH_OK)
		err = ph_buf_append(a->out, ph_buf_span(&a->temp));
	if (err == PH_OK)
		set_field(a, AT_NT, from);
	return err;
}

/* Over all three messages, this one's MIC being zero (3.1.5.1.2). */
static enum ph_err put_mic(const struct answer *a)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf negotiate;
	unsigned char mic[PH_LEGACY_DIGEST_SIZE];

	ph_buf_init(&negotiate, NEGOTIATE_SIZE);
	if (!a->has_mic)
		return PH_OK;

	enum ph_err err = ph_ntlm_negotiate(&negotiate);
	if (err != PH_OK)
		return err;

	const struct ph_span parts[] = {
		ph_buf_span(&negotiate),
		a->raw,
		ph_span_skip(ph_buf_span(a->out), a->start),
	};

	a->hash->hmac_md5(
	    ph_ntlm_key_span(&a->proof.session), parts, PH_COUNT(parts), mic);
	memcpy(a->out->ptr + a->start + AT_MIC, mic, sizeof(mic));
	return PH_OK;
}

static enum ph_err put_message(struct answer *a)
{
	enum ph_err err = put_head(
	    TYPE_AUTHENTICATE, a->has_mic ? HEAD_SIZE_MIC : HEAD_SIZE, a->out);
	if (err != PH_OK)
		return err;
	ph_le32_put(a->out->ptr + a->start + AT_FLAGS,
	    a->challenge.flags & flags_wanted);
	err = put_text(a, AT_DOMAIN, a->domain);
	if (err == PH_OK)
		err = put_text(a, AT_USER, a->username);
	if (err == PH_OK)
		err = put_text(a, AT_WORKSTATION, PH_SPAN(""));
	if (err == PH_OK)
		err = put_responses(a);
	if (err != PH_OK)
		return err;
	set_field(a, AT_SESSION_KEY, a->out->len);
	return put_mic(a);
}

/* DOMAIN\name */
static void split_username(struct answer *a)
{
	size_t at = ph_span_find(a->username, '\\');

	if (a->domain.len > 0 || at == a->username.len)
		return;
	a->domain = ph_span_first(a->username, at);
	a->username = ph_span_skip(a->username, at + 1);
}

static enum ph_err answer(struct answer *a)
{
	enum ph_err err = ph_ntlm_challenge_parse(a->raw, &a->challenge);
	if (err != PH_OK)
		return err;
	/* Where both may be, Unicode it is. */
	if ((a->challenge.flags & PH_NTLM_UNICODE) != 0)
		a->challenge.flags &= ~(uint32_t)PH_NTLM_OEM;
	a->has_mic = a->challenge.has_time || a->challenge.has_av_flags;
	split_username(a);
	err = make_temp(a);
	if (err == PH_OK)
		err = prove(a);
	if (err == PH_OK)
		err = put_message(a);
	return err;
}

enum ph_err ph_ntlm_authenticate(const struct ph_ntlm_login *login,
    struct ph_span challenge, struct ph_buf *out)
{
	struct answer a = {
		.login = login,
		.hash = ph_legacy(),
		.username = login->username,
		.domain = login->domain,
		.raw = challenge,
		.out = out,
		.start = out->len,
	};

	if (a.hash == NULL)
		return PH_EIO;
	ph_buf_init(&a.temp, TEMP_MAX);

	enum ph_err err = answer(&a);

	ph_buf_wipe(&a.temp);
	explicit_bzero(&a.proof, sizeof(a.proof));
	return err;
}
