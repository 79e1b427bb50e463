#include "smtpd/parameter.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/utf8.h"
#include "smtpd/path.h"

static const struct ph_smtpd_reply syntax = { 501, "5.5.4",
	"Syntax error in a parameter" };
static const struct ph_smtpd_reply unknown = { 555, "5.5.4",
	"Parameter not recognized" };
static const struct ph_smtpd_reply doubled = { 501, "5.5.4",
	"Parameter given twice" };
static const struct ph_smtpd_reply bad_size = { 501, "5.5.4",
	"SIZE wants a number" };
static const struct ph_smtpd_reply bad_body = { 501, "5.5.4",
	"BODY is 7BIT or 8BITMIME" };
static const struct ph_smtpd_reply bad_ret = { 501, "5.5.4",
	"RET is FULL or HDRS" };
static const struct ph_smtpd_reply bad_notify = { 501, "5.5.4",
	"NOTIFY is NEVER, or a list of SUCCESS, FAILURE, DELAY" };
static const struct ph_smtpd_reply bad_xtext = { 501, "5.5.4",
	"Value is not xtext, or too long" };
static const struct ph_smtpd_reply bad_auth = { 501, "5.5.4",
	"AUTH wants <> or a mailbox" };

/* 0 to 15, or -1: xtext has upper case only (RFC 3461 4). */
static int hex_digit(char c)
{
	if (ph_ascii_is_digit(c))
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes one character of xtext; -1 when it is none. */
static int xtext_next(struct ph_span *in)
{
	char c = in->ptr[0];

	*in = ph_span_skip(*in, 1);
	if (c != '+') {
		return c == '=' || c == ' ' || ph_ascii_is_control(c)
		    ? -1
		    : (unsigned char)c;
	}
	if (in->len < 2)
		return -1;

	int high = hex_digit(in->ptr[0]);
	int low = hex_digit(in->ptr[1]);

	*in = ph_span_skip(*in, 2);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Undoes xtext into out, cap octets; false when it is none, does not fit, or
   hides a control character. */
static bool undo_xtext(
    struct ph_span in, char *out, size_t cap, struct ph_span *result)
{
	size_t len = 0;

	while (in.len > 0) {
		int c = xtext_next(&in);

		if (c < 0 || len == cap || ph_ascii_is_control((char)c))
			return false;
		out[len++] = (char)c;
	}
	*result = (struct ph_span){ out, len };
	return ph_utf8_valid(*result);
}

static const struct ph_smtpd_reply *read_size(
    struct ph_smtpd_command *out, struct ph_span value)
{
	/* RFC 1870 4: up to 20 digits. */
	if (value.len > 20 ||
	    ph_num_parse(value, UINT64_MAX, &out->mail.size) != PH_OK) {
		return &bad_size;
	}
	return NULL;
}

static const struct ph_smtpd_reply *read_body(
    struct ph_smtpd_command *out, struct ph_span value)
{
	out->mail.eight_bit = ph_span_eq_nocase(value, PH_SPAN("8BITMIME"));
	if (!out->mail.eight_bit && !ph_span_eq_nocase(value, PH_SPAN("7BIT")))
		return &bad_body;
	return NULL;
}

static const struct ph_smtpd_reply *read_utf8(
    struct ph_smtpd_command *out, struct ph_span value)
{
	out->mail.utf8 = true;
	return value.ptr == NULL ? NULL : &syntax;
}

/* AUTH= says who sent it at first (RFC 4954 5).  It is checked and not used:
   only servers that trust each other may. */
static const struct ph_smtpd_reply *read_auth(
    struct ph_smtpd_command *out, struct ph_span value)
{
	char text[PH_SMTPD_ORCPT_MAX];
	struct ph_span decoded;

	(void)out;
	if (ph_span_eq(value, PH_SPAN("<>")))
		return NULL;
	if (value.len == 0 ||
	    !undo_xtext(value, text, sizeof(text), &decoded)) {
		return &bad_auth;
	}
	return NULL;
}

static const struct ph_smtpd_reply *read_ret(
    struct ph_smtpd_command *out, struct ph_span value)
{
	if (ph_span_eq_nocase(value, PH_SPAN("FULL"))) {
		out->mail.ret = PH_SPAN("FULL");
	} else if (ph_span_eq_nocase(value, PH_SPAN("HDRS"))) {
		out->mail.ret = PH_SPAN("HDRS");
	} else {
		return &bad_ret;
	}
	return NULL;
}

static const struct ph_smtpd_reply *read_envid(
    struct ph_smtpd_command *out, struct ph_span value)
{
	if (value.len == 0 ||
	    !undo_xtext(
		value, out->envid, sizeof(out->envid), &out->mail.envid) ||
	    !ph_span_is_ascii(out->mail.envid)) {
		return &bad_xtext;
	}
	return NULL;
}

static const struct ph_smtpd_reply *read_notify(
    struct ph_smtpd_command *out, struct ph_span value)
{
	static const char *const words[] = { "SUCCESS", "FAILURE", "DELAY" };
	struct ph_span rest = value;
	struct ph_span word;

	if (value.len == 0)
		return &bad_notify;
	out->rcpt.notify = value;
	if (ph_span_eq_nocase(value, PH_SPAN("NEVER")))
		return NULL;
	while (ph_span_split(&rest, ',', &word)) {
		size_t i = 0;

		while (i < PH_COUNT(words) &&
		    !ph_span_eq_nocase(word, ph_span_of(words[i]))) {
			i++;
		}
		if (i == PH_COUNT(words))
			return &bad_notify;
	}
	return NULL;
}

/* "rfc822;user@example.com" (RFC 3461 4.2, RFC 6533 3). */
static const struct ph_smtpd_reply *read_orcpt(
    struct ph_smtpd_command *out, struct ph_span value)
{
	size_t semicolon = ph_span_find(value, ';');

	if (semicolon == 0 || semicolon + 1 >= value.len ||
	    !undo_xtext(
		value, out->orcpt, sizeof(out->orcpt), &out->rcpt.orcpt)) {
		return &bad_xtext;
	}
	return NULL;
}

static const struct parameter {
	const char *name;
	enum ph_smtpd_verb verb;
	const struct ph_smtpd_reply *(*read)(
	    struct ph_smtpd_command *out, struct ph_span value);
} parameters[] = {
	{ "SIZE", PH_VERB_MAIL, read_size },
	{ "BODY", PH_VERB_MAIL, read_body },
	{ "SMTPUTF8", PH_VERB_MAIL, read_utf8 },
	{ "AUTH", PH_VERB_MAIL, read_auth },
	{ "RET", PH_VERB_MAIL, read_ret },
	{ "ENVID", PH_VERB_MAIL, read_envid },
	{ "NOTIFY", PH_VERB_RCPT, read_notify },
	{ "ORCPT", PH_VERB_RCPT, read_orcpt },
};

static const struct ph_smtpd_reply *read_one(
    struct ph_span name, struct ph_span value, struct ph_smtpd_command *out)
{
	for (size_t i = 0; i < PH_COUNT(parameters); i++) {
		const struct parameter *p = &parameters[i];

		if (p->verb != out->verb ||
		    !ph_span_eq_nocase(name, ph_span_of(p->name))) {
			continue;
		}
		if ((out->params & 1U << i) != 0)
			return &doubled;
		out->params |= 1U << i;
		return p->read(out, value);
	}
	return &unknown;
}

/* esmtp-keyword (RFC 5321 4.1.2). */
static bool is_keyword(struct ph_span s)
{
	if (s.len == 0 || s.ptr[0] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	}
	return true;
}

const struct ph_smtpd_reply *ph_smtpd_parameters_read(
    struct ph_span text, struct ph_smtpd_command *out)
{
	struct ph_span word;

	while (ph_span_split(&text, ' ', &word)) {
		if (word.len == 0)
			continue;

		size_t equals = ph_span_find(word, '=');
		struct ph_span name = ph_span_first(word, equals);
		/* No "=" leaves a value without a pointer. */
		struct ph_span value = { 0 };

		if (equals < word.len)
			value = ph_span_skip(word, equals + 1);
		if (!is_keyword(name))
			return &syntax;
		out->extended = true;

		const struct ph_smtpd_reply *refusal =
		    read_one(name, value, out);
		if (refusal != NULL)
			return refusal;
	}
	return NULL;
}
