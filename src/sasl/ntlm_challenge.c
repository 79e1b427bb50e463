#include "sasl/ntlm_challenge.h"

#include "sasl/little_endian.h"
#include "sasl/ntlm.h"

enum {
	/* Where the fields stand. */
	AT_TYPE = 8,
	AT_FLAGS = 20,
	AT_NONCE = 24,
	AT_ATTRIBUTES = 40,
	/* Old servers end before the attributes' field. */
	SIZE_MIN = 32,
	SIZE_WITH_ATTRIBUTES = 48,
	TYPE_CHALLENGE = 2,
	ATTRIBUTE_HEAD = 4
};

bool ph_ntlm_attribute_next(struct ph_span *s, struct ph_ntlm_attribute *out)
{
	if (s->len < ATTRIBUTE_HEAD)
		return false;

	size_t len = ph_le16(s->ptr + 2);

	if (len > s->len - ATTRIBUTE_HEAD)
		return false;
	out->id = ph_le16(s->ptr);
	out->raw = ph_span_first(*s, ATTRIBUTE_HEAD + len);
	out->value = ph_span_skip(out->raw, ATTRIBUTE_HEAD);
	*s = ph_span_skip(*s, out->raw.len);
	return true;
}

/* What the fields Len, MaxLen, BufferOffset at at point to. */
static enum ph_err take_field(
    struct ph_span raw, size_t at, struct ph_span *out)
{
	size_t len = ph_le16(raw.ptr + at);
	size_t offset = ph_le32(raw.ptr + at + 4);

	*out = (struct ph_span){ 0 };
	if (len == 0)
		return PH_OK;
	if (offset < SIZE_WITH_ATTRIBUTES || offset > raw.len ||
	    len > raw.len - offset)
		return PH_EPROTO;
	*out = ph_span_first(ph_span_skip(raw, offset), len);
	return PH_OK;
}

static enum ph_err take_attribute(
    const struct ph_ntlm_attribute *a, struct ph_ntlm_challenge *out)
{
	if (a->id == PH_NTLM_AV_TIMESTAMP) {
		if (a->value.len != 8 || out->has_time)
			return PH_EPROTO;
		out->has_time = true;
		out->time = ph_le32(a->value.ptr) |
		    (uint64_t)ph_le32(a->value.ptr + 4) << 32;
	}
	if (a->id == PH_NTLM_AV_FLAGS) {
		if (a->value.len != 4 || out->has_av_flags)
			return PH_EPROTO;
		out->has_av_flags = true;
		out->av_flags = ph_le32(a->value.ptr);
	}
	return PH_OK;
}

static enum ph_err take_attributes(
    struct ph_span all, struct ph_ntlm_challenge *out)
{
	struct ph_span rest = all;
	struct ph_ntlm_attribute a;

	while (ph_ntlm_attribute_next(&rest, &a)) {
		if (a.id == PH_NTLM_AV_EOL) {
			out->has_attributes = true;
			out->attributes =
			    ph_span_first(all, (size_t)(a.raw.ptr - all.ptr));
			return PH_OK;
		}

		enum ph_err err = take_attribute(&a, out);
		if (err != PH_OK)
			return err;
	}
	return PH_EPROTO;
}

enum ph_err ph_ntlm_challenge_parse(
    struct ph_span raw, struct ph_ntlm_challenge *out)
{
	struct ph_ntlm_challenge c = { 0 };
	struct ph_span attributes = { 0 };

	if (raw.len < SIZE_MIN || raw.len > PH_NTLM_CHALLENGE_MAX ||
	    memcmp(raw.ptr, "NTLMSSP", AT_TYPE) != 0 ||
	    ph_le32(raw.ptr + AT_TYPE) != TYPE_CHALLENGE)
		return PH_EPROTO;
	c.flags = ph_le32(raw.ptr + AT_FLAGS);
	c.nonce =
	    ph_span_first(ph_span_skip(raw, AT_NONCE), PH_NTLM_NONCE_SIZE);
	if ((c.flags & PH_NTLM_TARGET_INFO) != 0 &&
	    raw.len >= SIZE_WITH_ATTRIBUTES) {
		enum ph_err err = take_field(raw, AT_ATTRIBUTES, &attributes);
		if (err == PH_OK && attributes.len > 0)
			err = take_attributes(attributes, &c);
		if (err != PH_OK)
			return err;
	}
	*out = c;
	return PH_OK;
}
