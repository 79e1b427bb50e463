#include "sasl/told.h"

#include "base/base64.h"
#include "base/hex.h"
#include "base/num.h"
#include "base/utf8.h"
#include "sasl/little_endian.h"
#include "sasl/ntlm_challenge.h"

#include <stdlib.h>

enum {
	SECRET_MIN = 4,
	SECRET_MAX = 64 * 1024,
	/* [MS-NLMP] 2.2.1: where the fields stand. */
	AT_TYPE = 8,
	AT_NEGOTIATE_FLAGS = 12,
	AT_TARGET = 12,
	AT_CHALLENGE_FLAGS = 20,
	AT_ATTRIBUTES = 40,
	AT_DOMAIN = 28,
	AT_USER = 36,
	AT_WORKSTATION = 44,
	AT_AUTHENTICATE_FLAGS = 60,
	NAME_MAX_OCTETS = 512
};

static bool holds(struct ph_span text, struct ph_span words)
{
	return words.len > 0 &&
	    memmem(text.ptr, text.len, words.ptr, words.len) != NULL;
}

/* Base64 of the secret behind so many other octets, without the groups that
   hold bits of its neighbours. */
static bool holds_base64(
    struct ph_span text, struct ph_span secret, size_t offset)
{
	struct ph_buf raw;
	struct ph_buf shape;
	bool found = true;

	ph_buf_init(&raw, SECRET_MAX + 2);
	ph_buf_init(&shape, SECRET_MAX * 2);
	if (ph_buf_append(&raw, (struct ph_span){ "\0\0", offset }) == PH_OK &&
	    ph_buf_append(&raw, secret) == PH_OK &&
	    ph_base64_encode(ph_buf_span(&raw), &shape) == PH_OK) {
		size_t skipped = offset > 0 ? 4 : 0;

		found = shape.len <= skipped + 4 ||
		    holds(text,
			ph_span_first(
			    ph_span_skip(ph_buf_span(&shape), skipped),
			    shape.len - skipped - 4));
	}
	ph_buf_wipe(&raw);
	ph_buf_wipe(&shape);
	return found;
}

static bool holds_hex(struct ph_span text, struct ph_span secret)
{
	char *hex = malloc(secret.len * 2 + 1);
	bool found = true;

	if (hex == NULL)
		return true;
	ph_hex_write((const unsigned char *)secret.ptr, secret.len, hex);
	for (struct ph_span s = text; s.len >= secret.len * 2;
	     s = ph_span_skip(s, 1)) {
		found = ph_span_starts_nocase(s, ph_span_of(hex));
		if (found)
			break;
	}
	if (text.len < secret.len * 2)
		found = false;
	explicit_bzero(hex, secret.len * 2);
	free(hex);
	return found;
}

static bool tells(struct ph_span text, struct ph_span secret)
{
	if (secret.len < SECRET_MIN)
		return secret.len > 0;
	if (secret.len > SECRET_MAX)
		return true;
	for (size_t offset = 0; offset < 3; offset++) {
		if (holds_base64(text, secret, offset))
			return true;
	}
	return holds(text, secret) || holds_hex(text, secret);
}

static bool is_printable(struct ph_span text)
{
	return ph_utf8_valid(text) && !ph_span_has_control(text);
}

enum ph_err ph_told_challenge(struct ph_span mechanism,
    struct ph_span challenge, struct ph_span secret, struct ph_buf *out)
{
	static const char *const open[] = { "LOGIN", "CRAM-MD5", "OAUTHBEARER",
		"XOAUTH2" };
	bool is_open = false;

	for (size_t i = 0; i < PH_COUNT(open); i++) {
		if (ph_span_eq_nocase(mechanism, ph_span_of(open[i])))
			is_open = true;
	}
	if (!is_open || challenge.len == 0 || challenge.len > PH_TOLD_MAX ||
	    !is_printable(challenge) || tells(challenge, secret))
		return PH_OK;
	return ph_buf_append(out, challenge);
}

/* NTLM */

/* What Len, MaxLen and BufferOffset at at lead to; empty where they lead out of
   the message. */
static struct ph_span field_at(struct ph_span m, size_t at)
{
	struct ph_span nothing = { "", 0 };

	if (at + 8 > m.len)
		return nothing;

	size_t len = ph_le16(m.ptr + at);
	size_t offset = ph_le32(m.ptr + at + 4);

	if (len == 0 || len > NAME_MAX_OCTETS || offset > m.len ||
	    len > m.len - offset)
		return nothing;
	return ph_span_first(ph_span_skip(m, offset), len);
}

static enum ph_err put_char(uint16_t c, struct ph_buf *out)
{
	const char two[] = { (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)) };
	const char three[] = { (char)(0xe0 | c >> 12),
		(char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)) };

	if (c < 0x20 || c == 0x7f || (c >= 0xd800 && c < 0xe000))
		return ph_buf_append_char(out, '?');
	if (c < 0x80)
		return ph_buf_append_char(out, (char)c);
	if (c < 0x800)
		return ph_buf_append(out, (struct ph_span){ two, 2 });
	return ph_buf_append(out, (struct ph_span){ three, 3 });
}

/* ", LABEL NAME", of a name in UTF-16 or, by the flags, octets. */
static enum ph_err put_name(
    const char *label, struct ph_span name, uint32_t flags, struct ph_buf *out)
{
	bool wide = (flags & PH_NTLM_UNICODE) != 0;
	enum ph_err err;

	if (name.len < 2)
		return PH_OK;
	err = ph_buf_appendf(out, ", %s ", label);
	for (size_t i = 0; i + wide < name.len && err == PH_OK;
	     i += wide ? 2 : 1) {
		uint16_t c = wide ? ph_le16(name.ptr + i)
				  : (uint16_t)(unsigned char)name.ptr[i];

		err = put_char(c, out);
	}
	return err;
}

static enum ph_err put_attributes(
    struct ph_span all, uint32_t flags, struct ph_buf *out)
{
	static const char *const labels[] = { NULL, "computer", "domain",
		"DNS computer", "DNS domain", "DNS tree" };
	struct ph_ntlm_attribute a;
	enum ph_err err = PH_OK;

	while (err == PH_OK && ph_ntlm_attribute_next(&all, &a)) {
		if (a.id == PH_NTLM_AV_EOL)
			break;
		if (a.id < PH_COUNT(labels) && a.value.len <= NAME_MAX_OCTETS) {
			err = put_name(labels[a.id], a.value,
			    flags | PH_NTLM_UNICODE, out);
		}
	}
	return err;
}

static enum ph_err put_head(
    const char *what, uint32_t flags, struct ph_buf *out)
{
	return ph_buf_appendf(
	    out, "NTLM %s, flags 0x%08lx", what, (unsigned long)flags);
}

static enum ph_err put_challenge(struct ph_span m, struct ph_buf *out)
{
	uint32_t flags = ph_le32(m.ptr + AT_CHALLENGE_FLAGS);
	enum ph_err err = put_head("challenge", flags, out);

	if (err == PH_OK)
		err = put_name("target", field_at(m, AT_TARGET), flags, out);
	if (err == PH_OK)
		err = put_attributes(field_at(m, AT_ATTRIBUTES), flags, out);
	return err;
}

static enum ph_err put_answer(struct ph_span m, struct ph_buf *out)
{
	uint32_t flags = ph_le32(m.ptr + AT_AUTHENTICATE_FLAGS);
	enum ph_err err = put_head("answer", flags, out);

	if (err == PH_OK)
		err = put_name("domain", field_at(m, AT_DOMAIN), flags, out);
	if (err == PH_OK)
		err = put_name("user", field_at(m, AT_USER), flags, out);
	if (err == PH_OK) {
		err = put_name(
		    "workstation", field_at(m, AT_WORKSTATION), flags, out);
	}
	return err;
}

enum ph_err ph_told_ntlm(struct ph_span m, struct ph_buf *out)
{
	if (m.len < AT_NEGOTIATE_FLAGS + 4 ||
	    memcmp(m.ptr, "NTLMSSP", AT_TYPE) != 0)
		return PH_OK;
	switch (ph_le32(m.ptr + AT_TYPE)) {
	case 1:
		return put_head(
		    "begins", ph_le32(m.ptr + AT_NEGOTIATE_FLAGS), out);
	case 2:
		return m.len < AT_CHALLENGE_FLAGS + 4 ? PH_OK
						      : put_challenge(m, out);
	case 3:
		return m.len < AT_AUTHENTICATE_FLAGS + 4 ? PH_OK
							 : put_answer(m, out);
	default:
		return PH_OK;
	}
}

/* SCRAM */

enum ph_err ph_told_scram(struct ph_span message, struct ph_buf *out)
{
	struct ph_span field;
	uint64_t count;

	while (ph_span_split(&message, ',', &field)) {
		if (field.len < 2 || field.ptr[1] != '=')
			continue;

		struct ph_span value = ph_span_skip(field, 2);

		if (field.ptr[0] == 'i' &&
		    ph_num_parse(value, UINT32_MAX, &count) == PH_OK) {
			return ph_buf_appendf(out, "SCRAM, %llu iterations",
			    (unsigned long long)count);
		}
		/* RFC 5802 7: one of some words. */
		if (field.ptr[0] == 'e' && value.len < 64 &&
		    is_printable(value)) {
			return ph_buf_appendf(
			    out, "SCRAM, refused: %.*s", PH_SPAN_ARG(value));
		}
	}
	return PH_OK;
}
