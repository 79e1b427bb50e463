#include "smtpd/path.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/utf8.h"

static bool is_high(char c)
{
	return (unsigned char)c >= 0x80;
}

static bool is_atext(char c)
{
	return ph_ascii_is_alnum(c) || is_high(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_let_dig(char c)
{
	return ph_ascii_is_alnum(c) || is_high(c);
}

static bool is_label(struct ph_span s)
{
	if (s.len == 0 || !is_let_dig(s.ptr[0]) ||
	    !is_let_dig(s.ptr[s.len - 1]))
		return false;
	/* The limit counts A-labels; how long a U-label may be depends. */
	if (s.len > PH_PATH_LABEL_MAX && ph_span_is_ascii(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_let_dig(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	}
	return true;
}

bool ph_smtpd_path_is_domain(struct ph_span s)
{
	struct ph_span label;

	if (s.len == 0 || s.len > PH_PATH_DOMAIN_MAX)
		return false;
	while (ph_span_split(&s, '.', &label)) {
		if (!is_label(label))
			return false;
	}
	return true;
}

static bool is_ipv4(struct ph_span s)
{
	struct ph_span part;
	unsigned parts = 0;

	while (ph_span_split(&s, '.', &part)) {
		uint64_t n = 0;

		if (part.len > 3 || ph_num_parse(part, 255, &n) != PH_OK)
			return false;
		parts++;
	}
	return parts == 4;
}

static bool is_group(struct ph_span s)
{
	if (s.len == 0 || s.len > 4)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = ph_ascii_lower(s.ptr[i]);

		if (!ph_ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

/* Counts the groups of one side of "::"; the last may be an IPv4 address, which
   is two.  More than eight for what is none. */
static unsigned count_groups(struct ph_span s, bool ipv4_allowed)
{
	struct ph_span group;
	unsigned groups = 0;

	if (s.len == 0)
		return 0;
	while (groups <= 8 && ph_span_split(&s, ':', &group)) {
		if (is_group(group)) {
			groups++;
			continue;
		}
		if (!ipv4_allowed || s.ptr != NULL || !is_ipv4(group))
			return 9;
		groups += 2;
	}
	return groups;
}

static bool is_ipv6(struct ph_span s)
{
	const char *gap = s.len < 2 ? NULL : memmem(s.ptr, s.len, "::", 2);

	if (gap == NULL)
		return count_groups(s, true) == 8;

	struct ph_span left = { s.ptr, (size_t)(gap - s.ptr) };
	struct ph_span right = ph_span_skip(s, left.len + 2);

	return count_groups(left, false) + count_groups(right, true) <= 7;
}

/* General-address-literal: Standardized-tag ":" 1*dcontent. */
static bool is_tagged(struct ph_span s)
{
	size_t colon = ph_span_find(s, ':');

	if (colon == 0 || colon + 1 >= s.len || s.ptr[colon - 1] == '-')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (i < colon && !ph_ascii_is_alnum(c) && c != '-')
			return false;
		if (c <= 32 || c == 127 || c == '[' || c == '\\' || c == ']')
			return false;
	}
	return true;
}

bool ph_smtpd_path_is_literal(struct ph_span s)
{
	if (s.len < 3 || s.len > PH_PATH_DOMAIN_MAX || s.ptr[0] != '[' ||
	    s.ptr[s.len - 1] != ']') {
		return false;
	}

	struct ph_span inner = { s.ptr + 1, s.len - 2 };

	if (ph_span_starts_nocase(inner, PH_SPAN("IPv6:")))
		return is_ipv6(ph_span_skip(inner, 5));
	return is_ipv4(inner) || is_tagged(inner);
}

/* Length of the Dot-string that s begins with, or 0. */
static size_t dot_string(struct ph_span s)
{
	size_t at = 0;

	while (at < s.len) {
		size_t atom = at;

		while (at < s.len && is_atext(s.ptr[at]))
			at++;
		if (at == atom)
			return 0;
		if (at == s.len || s.ptr[at] != '.')
			return at;
		at++;
	}
	return 0;
}

/* Length of the Quoted-string that s begins with, or 0. */
static size_t quoted_string(struct ph_span s)
{
	for (size_t at = 1; at < s.len; at++) {
		if (s.ptr[at] == '"')
			return at + 1;
		if (s.ptr[at] == '\\')
			at++;
		if (at >= s.len || ph_ascii_is_control(s.ptr[at]))
			return 0;
	}
	return 0;
}

/* Length of the source route with its colon that s begins with, or 0. */
static size_t source_route(struct ph_span s)
{
	size_t colon = ph_span_find(s, ':');
	struct ph_span list = ph_span_first(s, colon);
	struct ph_span hop;

	if (colon == s.len)
		return 0;
	while (ph_span_split(&list, ',', &hop)) {
		if (hop.len == 0 || hop.ptr[0] != '@' ||
		    !ph_smtpd_path_is_domain(ph_span_skip(hop, 1))) {
			return 0;
		}
	}
	return colon + 1;
}

/* Length of the Domain or address-literal that s begins with, or 0. */
static size_t domain_part(struct ph_span s)
{
	if (s.len == 0)
		return 0;

	bool literal = s.ptr[0] == '[';
	size_t end = ph_span_find(s, literal ? ']' : '>');

	if (end == s.len)
		return 0;
	if (literal) {
		end++;
		return ph_smtpd_path_is_literal(ph_span_first(s, end)) ? end
								       : 0;
	}
	return ph_smtpd_path_is_domain(ph_span_first(s, end)) ? end : 0;
}

/* Length of the Mailbox that s begins with, or 0. */
static size_t mailbox(struct ph_span s)
{
	if (s.len == 0)
		return 0;

	size_t local = s.ptr[0] == '"' ? quoted_string(s) : dot_string(s);

	if (local == 0 || local > PH_PATH_LOCAL_MAX || local == s.len)
		return 0;
	if (s.ptr[local] != '@') {
		/* RFC 5321 4.1.1.3: every domain has one, no domain needed. */
		return ph_span_eq_nocase(
			   ph_span_first(s, local), PH_SPAN("postmaster"))
		    ? local
		    : 0;
	}

	size_t domain = domain_part(ph_span_skip(s, local + 1));

	return domain == 0 ? 0 : local + 1 + domain;
}

enum ph_err ph_smtpd_path_take(struct ph_span *in, struct ph_span *address)
{
	if (in->len < 2 || in->ptr[0] != '<')
		return PH_EPROTO;

	struct ph_span s = ph_span_skip(*in, 1);
	size_t len = 0;

	if (s.ptr[0] == '@')
		s = ph_span_skip(s, source_route(s));
	if (s.ptr != in->ptr + 1 || s.ptr[0] != '>') {
		len = mailbox(s);
		if (len == 0 || len == s.len || s.ptr[len] != '>')
			return PH_EPROTO;
	}

	struct ph_span found = ph_span_first(s, len);

	if (!ph_utf8_valid(found))
		return PH_EPROTO;
	*address = found;
	*in = ph_span_skip(s, len + 1);
	return PH_OK;
}
