#include "mail/address.h"

#include "base/ascii.h"
#include "mail/domain.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdlib.h>

enum {
	LABEL_MAX = 63,            /* RFC 1035 2.3.4 */
	DOMAIN_TEXT_MAX = 4 * 1024 /* as U-labels; more is no domain */
};

static bool is_ldh(char c)
{
	/* The underscore is no host name's, but is seen in the wild. */
	return ph_ascii_is_alnum(c) || c == '-' || c == '_';
}

static const char *check_label(struct ph_span label)
{
	if (label.len == 0)
		return "an empty label in the domain";
	if (label.len > LABEL_MAX)
		return "a label over 63 octets in the domain";
	if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return "a label that starts or ends with \"-\" in the domain";
	for (size_t i = 0; i < label.len; i++) {
		if (label.ptr[i] == ' ' || label.ptr[i] == '\t')
			return "a space in the domain";
		if (!is_ldh(label.ptr[i]))
			return "a character in the domain that no domain has";
	}
	return NULL;
}

static const char *check_ascii(struct ph_span domain)
{
	struct ph_span rest = domain;
	struct ph_span label;

	if (domain.len == 0)
		return "no domain";
	if (domain.len > PH_ADDRESS_DOMAIN_MAX)
		return "a domain over 255 octets";
	while (ph_span_split(&rest, '.', &label)) {
		const char *why = check_label(label);
		if (why != NULL)
			return why;
	}
	return NULL;
}

static bool parses_as(int family, struct ph_span text)
{
	char str[64];
	unsigned char binary[sizeof(struct in6_addr)];

	if (text.len >= sizeof(str))
		return false;
	memcpy(str, text.ptr, text.len);
	str[text.len] = '\0';
	return strlen(str) == text.len && inet_pton(family, str, binary) == 1;
}

/* RFC 5321 4.1.3: [192.0.2.1] or [IPv6:2001:db8::1]; people leave out the
   tag. */
static const char *literal_to_wire(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out)
{
	const struct ph_span tag = PH_SPAN("IPv6:");
	struct ph_span inner = ph_span_first(
	    ph_span_skip(domain, 1), domain.len > 1 ? domain.len - 2 : 0);

	if (domain.ptr[domain.len - 1] != ']' || inner.len == 0)
		return "an address literal that is not closed";

	bool tagged = ph_span_starts_nocase(inner, tag);

	if (tagged)
		inner = ph_span_skip(inner, tag.len);
	if (!tagged && parses_as(AF_INET, inner)) {
		*out = domain;
		return NULL;
	}
	if (!parses_as(AF_INET6, inner))
		return "an address literal that is no IP address";

	char *mem = ph_arena_alloc(a, tag.len + inner.len + 2);

	if (mem == NULL)
		return ph_domain_no_memory;
	mem[0] = '[';
	memcpy(mem + 1, tag.ptr, tag.len);
	memcpy(mem + 1 + tag.len, inner.ptr, inner.len);
	mem[1 + tag.len + inner.len] = ']';
	*out = (struct ph_span){ mem, tag.len + inner.len + 2 };
	return NULL;
}

const char ph_domain_no_memory[] = "out of memory";

static const char *why_not_idn(int rc)
{
	switch (rc) {
	case IDN2_MALLOC:
		return ph_domain_no_memory;
	case IDN2_TOO_BIG_LABEL:
		return "a label over 63 octets in the domain";
	case IDN2_TOO_BIG_DOMAIN:
		return "a domain over 255 octets";
	default:
		return idn2_strerror(rc);
	}
}

/* A space would be told by libidn2 as "disallowed character": say it better. */
static const char *check_utf8(struct ph_span domain)
{
	if (domain.len > DOMAIN_TEXT_MAX)
		return "a domain over 255 octets";
	for (size_t i = 0; i < domain.len; i++) {
		char c = domain.ptr[i];

		if (c == ' ' || c == '\t')
			return "a space in the domain";
		if ((unsigned char)c < 0x80 && c != '.' && !is_ldh(c))
			return "a character in the domain that no domain has";
	}
	return NULL;
}

static const char *idn_to_wire(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out)
{
	const char *why = check_utf8(domain);
	if (why != NULL)
		return why;

	char *text = ph_arena_str(a, domain);
	uint8_t *wire = NULL;

	if (text == NULL)
		return ph_domain_no_memory;

	int rc = idn2_lookup_u8((const uint8_t *)text, &wire,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc != IDN2_OK)
		return why_not_idn(rc);

	enum ph_err err = ph_arena_copy(a, ph_span_of((char *)wire), out);

	idn2_free(wire);
	return err == PH_OK ? NULL : ph_domain_no_memory;
}

static const char *lower(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out)
{
	char *mem = ph_arena_str(a, domain);

	if (mem == NULL)
		return ph_domain_no_memory;
	for (size_t i = 0; i < domain.len; i++)
		mem[i] = ph_ascii_lower(mem[i]);
	*out = (struct ph_span){ mem, domain.len };
	return NULL;
}

const char *ph_domain_to_wire(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out)
{
	struct ph_span wire = domain;
	const char *why = NULL;

	if (domain.len > 0 && domain.ptr[0] == '[')
		return literal_to_wire(domain, a, out);
	if (!ph_span_is_ascii(domain))
		why = idn_to_wire(domain, a, &wire);
	if (why == NULL)
		why = check_ascii(wire);
	if (why == NULL)
		why = lower(wire, a, out);
	return why;
}

enum ph_err ph_domain_to_ascii(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out)
{
	struct ph_span wire;
	const char *why = ph_domain_to_wire(domain, a, &wire);

	if (why == ph_domain_no_memory)
		return PH_ENOMEM;
	if (why != NULL)
		return PH_EINVAL;
	return ph_arena_copy(a, wire, out);
}

enum ph_err ph_domain_display(
    struct ph_span wire, struct ph_arena *a, struct ph_span *out)
{
	char ascii[PH_ADDRESS_DOMAIN_MAX + 1];
	char *text = NULL;

	*out = wire;
	if (wire.len >= sizeof(ascii) || wire.ptr[0] == '[')
		return PH_OK;
	memcpy(ascii, wire.ptr, wire.len);
	ascii[wire.len] = '\0';
	if (strstr(ascii, "xn--") == NULL)
		return PH_OK;
	/* What is no label of IDNA stays as it is on the wire. */
	if (idn2_to_unicode_8z8z(ascii, &text, 0) != IDN2_OK)
		return PH_OK;

	enum ph_err err = ph_arena_copy(a, ph_span_of(text), out);

	idn2_free(text);
	return err;
}
