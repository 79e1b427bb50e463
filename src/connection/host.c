#include "connection/host.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <idn2.h>

static enum ph_err refuse(struct ph_fault *fault, const char *why)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s", why);
	return PH_EINVAL;
}

enum ph_err ph_port_parse(struct ph_span s, uint16_t *out)
{
	uint64_t n = 0;
	enum ph_err err = ph_num_parse(s, UINT16_MAX, &n);
	if (err != PH_OK)
		return err;
	if (n == 0)
		return PH_EINVAL;
	*out = (uint16_t)n;
	return PH_OK;
}

bool ph_host_is_literal(struct ph_span s)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char address[sizeof(struct in6_addr)];
	size_t zone = ph_span_find(s, '%');
	struct ph_span bare = ph_span_first(s, zone);

	if (bare.len == 0 || bare.len >= sizeof(text) || zone + 1 == s.len ||
	    ph_span_has_control(s))
		return false;
	memcpy(text, bare.ptr, bare.len);
	text[bare.len] = '\0';
	if (inet_pton(AF_INET6, text, address) == 1)
		return true;
	return zone == s.len && inet_pton(AF_INET, text, address) == 1;
}

static bool has_url_marks(struct ph_span s)
{
	for (size_t i = 0; i + 2 < s.len; i++) {
		if (memcmp(s.ptr + i, "://", 3) == 0)
			return true;
	}
	return false;
}

/* Letters of other scripts are left to libidn2. */
static bool is_name_char(char c)
{
	return ph_ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	    (unsigned char)c >= 0x80;
}

static enum ph_err check_name(struct ph_span s, struct ph_fault *fault)
{
	if (s.len == 0)
		return refuse(fault, "no host is named");
	if (!ph_utf8_valid(s))
		return refuse(fault, "the host's name is not valid UTF-8");
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '@') {
			return refuse(fault,
			    "a host has no @; the user name is a "
			    "setting of its own");
		}
		if (ph_ascii_is_control(c))
			return refuse(fault, "a control byte in a host's name");
		if (!is_name_char(c)) {
			ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
			    "\"%c\" cannot be part of a host's name", c);
			return PH_EINVAL;
		}
	}
	return PH_OK;
}

/* Once the scripts are A-labels: the limits of the DNS. */
static enum ph_err check_labels(struct ph_span s, struct ph_fault *fault)
{
	struct ph_span rest = s;
	struct ph_span label;

	if (s.len > PH_HOST_NAME_MAX) {
		return refuse(
		    fault, "the host's name is longer than 253 characters");
	}
	while (ph_span_split(&rest, '.', &label)) {
		if (label.len == 0) {
			return refuse(
			    fault, "a dot too many in the host's name");
		}
		if (label.len > PH_HOST_LABEL_MAX) {
			return refuse(fault,
			    "a part of the host's name is longer than 63 "
			    "characters");
		}
		if (label.ptr[0] == '-')
			return refuse(fault, "a host's name begins with -");
	}
	return PH_OK;
}

static struct ph_span without_dot(struct ph_span s)
{
	return s.len > 1 && s.ptr[s.len - 1] == '.'
	    ? ph_span_first(s, s.len - 1)
	    : s;
}

static enum ph_err parse_bracketed(
    struct ph_span s, struct ph_host *out, struct ph_fault *fault)
{
	size_t end = ph_span_find(s, ']');

	if (end == s.len)
		return refuse(fault, "the ] that ends the address is missing");

	struct ph_span inner = ph_span_first(ph_span_skip(s, 1), end - 1);
	struct ph_span rest = ph_span_skip(s, end + 1);
	struct ph_host host = { .name = inner };

	if (!ph_host_is_literal(inner) || ph_span_find(inner, ':') == inner.len)
		return refuse(fault, "no IPv6 address stands in [ ]");
	if (rest.len > 0 &&
	    (rest.ptr[0] != ':' ||
		ph_port_parse(ph_span_skip(rest, 1), &host.port) != PH_OK)) {
		return refuse(fault, "a port is a number from 1 to 65535");
	}
	*out = host;
	return PH_OK;
}

enum ph_err ph_host_parse(
    struct ph_span s, struct ph_host *out, struct ph_fault *fault)
{
	struct ph_host host = { .name = s };

	/* The URL may hold a password: it is not repeated. */
	if (has_url_marks(s)) {
		(void)refuse(fault, "holds a URL, not a host");
		ph_fault_advise(fault,
		    "write the server's name alone, as smtp.example.com, or "
		    "give the URL to --server");
		return PH_EINVAL;
	}
	if (s.len > 0 && s.ptr[0] == '[')
		return parse_bracketed(s, out, fault);
	if (ph_host_is_literal(s)) {
		*out = host;
		return PH_OK;
	}

	size_t colon = ph_span_find(s, ':');

	if (colon < s.len) {
		struct ph_span port = ph_span_skip(s, colon + 1);

		if (ph_span_find(port, ':') < port.len) {
			return refuse(fault,
			    "two colons and no IPv6 address; with a port it "
			    "is written [address]:port");
		}
		if (ph_port_parse(port, &host.port) != PH_OK) {
			return refuse(
			    fault, "a port is a number from 1 to 65535");
		}
		host.name = ph_span_first(s, colon);
	}

	enum ph_err err = check_name(host.name, fault);
	if (err != PH_OK)
		return err;
	if (ph_span_is_ascii(host.name)) {
		err = check_labels(without_dot(host.name), fault);
		if (err != PH_OK)
			return err;
	}
	*out = host;
	return PH_OK;
}

static enum ph_err convert(struct ph_span name, struct ph_arena *a,
    const char **out, struct ph_fault *fault)
{
	const char *utf8 = ph_arena_str(a, name);
	char *ascii = NULL;

	if (utf8 == NULL)
		return PH_ENOMEM;

	int rc = idn2_to_ascii_8z(
	    utf8, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc == IDN2_MALLOC)
		return PH_ENOMEM;
	if (rc != IDN2_OK) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "\"%s\" cannot be written as a host's name: %s", utf8,
		    idn2_strerror(rc));
		return PH_EINVAL;
	}

	/* Letters of other scripts may stand for a space or a solidus. */
	enum ph_err err = check_name(ph_span_of(ascii), fault);
	if (err == PH_OK)
		err = check_labels(without_dot(ph_span_of(ascii)), fault);
	if (err == PH_OK) {
		*out = ph_arena_str(a, without_dot(ph_span_of(ascii)));
		err = *out == NULL ? PH_ENOMEM : PH_OK;
	}
	idn2_free(ascii);
	return err;
}

enum ph_err ph_host_to_ascii(struct ph_span name, struct ph_arena *a,
    const char **out, struct ph_fault *fault)
{
	if (!ph_span_is_ascii(name))
		return convert(name, a, out, fault);

	const char *copy = ph_arena_str(a, without_dot(name));
	if (copy == NULL)
		return PH_ENOMEM;
	*out = copy;
	return PH_OK;
}
