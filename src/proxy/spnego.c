#include "proxy/spnego.h"

/* DER (X.690): a tag, a length, and what is in it. */

enum {
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_ENUMERATED = 0x0a,
	TAG_SEQUENCE = 0x30,
	TAG_APPLICATION = 0x60,
	/* Fields and choices, [0] and so on. */
	TAG_FIELD = 0xa0,
	LENGTH_OCTETS_MAX = 4
};

/* 1.2.840.113554.1.2.2 (RFC 4121), and what Windows once made of it. */
#define KRB5    "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
#define MS_KRB5 "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"

/* 1.3.6.1.5.5.2, that of the negotiation. */
static const struct ph_span spnego =
    PH_SPAN_INIT("\x06\x06\x2b\x06\x01\x05\x05\x02");
/* mechTypes [0], a list of one. */
static const struct ph_span mechanisms =
    PH_SPAN_INIT("\xa0\x0d\x30\x0b\x06\x09" KRB5);

/* writing */

static size_t length_octets(size_t len)
{
	size_t n = 0;

	for (; len > 0; len >>= 8)
		n++;
	return n;
}

static size_t whole(size_t len)
{
	return len + 2 + (len < 0x80 ? 0 : length_octets(len));
}

static enum ph_err put_head(unsigned tag, size_t len, struct ph_buf *out)
{
	size_t n = length_octets(len);
	enum ph_err err = ph_buf_append_char(out, (char)tag);

	if (err == PH_OK && len < 0x80)
		return ph_buf_append_char(out, (char)len);
	if (err == PH_OK)
		err = ph_buf_append_char(out, (char)(0x80 | n));
	for (; err == PH_OK && n > 0; n--) {
		err = ph_buf_append_char(
		    out, (char)(len >> (8 * (n - 1)) & 0xff));
	}
	return err;
}

/* mechToken or responseToken, [2] in both. */
static enum ph_err put_token(struct ph_span token, struct ph_buf *out)
{
	enum ph_err err = put_head(TAG_FIELD + 2, whole(token.len), out);

	if (err == PH_OK)
		err = put_head(TAG_OCTETS, token.len, out);
	return err == PH_OK ? ph_buf_append(out, token) : err;
}

enum ph_err ph_spnego_begin(struct ph_span token, struct ph_buf *out)
{
	size_t fields = mechanisms.len + whole(whole(token.len));
	size_t choice = whole(fields);
	size_t all = spnego.len + whole(choice);
	enum ph_err err = ph_buf_reserve(out, whole(all));

	if (err == PH_OK)
		err = put_head(TAG_APPLICATION, all, out);
	if (err == PH_OK)
		err = ph_buf_append(out, spnego);
	if (err == PH_OK)
		err = put_head(TAG_FIELD, choice, out);
	if (err == PH_OK)
		err = put_head(TAG_SEQUENCE, fields, out);
	if (err == PH_OK)
		err = ph_buf_append(out, mechanisms);
	return err == PH_OK ? put_token(token, out) : err;
}

enum ph_err ph_spnego_go_on(struct ph_span token, struct ph_buf *out)
{
	size_t fields = whole(whole(token.len));
	size_t all = whole(fields);
	enum ph_err err = ph_buf_reserve(out, whole(all));

	if (err == PH_OK)
		err = put_head(TAG_FIELD + 1, all, out);
	if (err == PH_OK)
		err = put_head(TAG_SEQUENCE, fields, out);
	return err == PH_OK ? put_token(token, out) : err;
}

/* reading */

static bool take_length(struct ph_span *s, size_t *out)
{
	size_t len;
	size_t n;

	if (s->len == 0)
		return false;
	len = (unsigned char)s->ptr[0];
	*s = ph_span_skip(*s, 1);
	if (len >= 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > LENGTH_OCTETS_MAX || n > s->len)
			return false;
		len = 0;
		for (size_t i = 0; i < n; i++)
			len = len << 8 | (unsigned char)s->ptr[i];
		*s = ph_span_skip(*s, n);
	}
	*out = len;
	return len <= s->len;
}

/* False: another tag, or none; or what is in it ends before its end. */
static bool take(struct ph_span *s, unsigned tag, struct ph_span *out)
{
	struct ph_span rest = *s;
	size_t len = 0;

	if (rest.len == 0 || (unsigned char)rest.ptr[0] != tag)
		return false;
	rest = ph_span_skip(rest, 1);
	if (!take_length(&rest, &len))
		return false;
	*out = ph_span_first(rest, len);
	*s = ph_span_skip(rest, len);
	return true;
}

/* All of s. */
static bool take_whole(struct ph_span s, unsigned tag, struct ph_span *out)
{
	return take(&s, tag, out) && s.len == 0;
}

static bool take_state(struct ph_span field, struct ph_spnego_answer *out)
{
	static const enum ph_spnego_state states[] = { PH_SPNEGO_COMPLETED,
		PH_SPNEGO_INCOMPLETE, PH_SPNEGO_REJECTED,
		PH_SPNEGO_MIC_WANTED };
	struct ph_span value;

	if (!take_whole(field, TAG_ENUMERATED, &value) || value.len != 1 ||
	    (unsigned char)value.ptr[0] >= PH_COUNT(states))
		return false;
	out->state = states[(unsigned char)value.ptr[0]];
	return true;
}

static bool take_mechanism(struct ph_span field, struct ph_spnego_answer *out)
{
	struct ph_span oid;

	(void)out;
	return take_whole(field, TAG_OID, &oid) &&
	    (ph_span_eq(oid, PH_SPAN(KRB5)) ||
		ph_span_eq(oid, PH_SPAN(MS_KRB5)));
}

static bool take_token(struct ph_span field, struct ph_spnego_answer *out)
{
	return take_whole(field, TAG_OCTETS, &out->token);
}

static bool take_mic(struct ph_span field, struct ph_spnego_answer *out)
{
	struct ph_span mic;

	(void)out;
	return take_whole(field, TAG_OCTETS, &mic);
}

enum ph_err ph_spnego_read(struct ph_span in, struct ph_spnego_answer *out)
{
	static bool (*const fields[])(
	    struct ph_span field, struct ph_spnego_answer * out) = { take_state,
		take_mechanism, take_token, take_mic };
	struct ph_spnego_answer found = { 0 };
	struct ph_span choice;
	struct ph_span rest;
	struct ph_span field;

	if (!take_whole(in, TAG_FIELD + 1, &choice) ||
	    !take_whole(choice, TAG_SEQUENCE, &rest))
		return PH_EPROTO;
	/* Each may be left out. */
	for (unsigned i = 0; i < PH_COUNT(fields); i++) {
		if (take(&rest, TAG_FIELD + i, &field) &&
		    !fields[i](field, &found))
			return PH_EPROTO;
	}
	if (rest.len > 0)
		return PH_EPROTO;
	*out = found;
	return PH_OK;
}
