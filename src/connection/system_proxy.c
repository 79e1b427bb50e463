#include "connection/system_proxy.h"

#include "base/buf.h"
#include "base/num.h"
#include "connection/host.h"

#include <arpa/inet.h>
#include <stdio.h>

enum {
	NAMING = 4, /* variables that name a proxy; the others exempt */
	LITERAL_MAX = 64,
	FOUND_MAX = 512
};

const char *const ph_system_proxy_variables[PH_SYSTEM_PROXY_VARIABLES] = {
	"all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy",
	"NO_PROXY"
};

/* no_proxy */

/* Octets of an address; 0: it is none. */
static size_t read_address(struct ph_span s, unsigned char out[16])
{
	char text[LITERAL_MAX];

	if (s.len >= sizeof(text))
		return 0;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, out) == 1)
		return 4;
	return inet_pton(AF_INET6, text, out) == 1 ? 16 : 0;
}

static bool has_prefix(
    const unsigned char *a, const unsigned char *b, uint64_t bits)
{
	size_t whole = (size_t)(bits / 8);
	unsigned mask = 0xff00U >> (bits % 8) & 0xff;

	if (memcmp(a, b, whole) != 0)
		return false;
	return bits % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0;
}

/* Both are addresses, of one family, and the host lies in the network. */
static bool is_in_network(struct ph_span item, struct ph_span host)
{
	size_t slash = ph_span_find(item, '/');
	unsigned char network[16];
	unsigned char address[16];
	size_t len = read_address(ph_span_first(item, slash), network);
	uint64_t bits = len * 8;

	if (len == 0 || len != read_address(host, address))
		return false;
	if (slash < item.len &&
	    ph_num_parse(ph_span_skip(item, slash + 1), len * 8, &bits) !=
		PH_OK)
		return false;
	return has_prefix(network, address, bits);
}

static bool is_below(struct ph_span name, struct ph_span host)
{
	struct ph_span tail;

	if (name.len > 0 && name.ptr[0] == '.')
		name = ph_span_skip(name, 1);
	if (name.len == 0 || name.len > host.len)
		return false;
	tail = ph_span_skip(host, host.len - name.len);
	if (!ph_span_eq_nocase(tail, name))
		return false;
	return tail.len == host.len || tail.ptr[-1] == '.';
}

/* Takes [brackets] and :port off.  False: it is for another port. */
static bool take_port(struct ph_span *item, uint16_t port)
{
	struct ph_host host;
	struct ph_fault ignored;

	/* A bare IPv6 address, or a network, has no port. */
	if (ph_span_find(*item, '/') < item->len || ph_host_is_literal(*item) ||
	    ph_host_parse(*item, &host, &ignored) != PH_OK)
		return true;
	*item = host.name;
	return host.port == 0 || host.port == port;
}

static bool matches(
    struct ph_span item, const struct ph_system_proxy_target *target)
{
	struct ph_span host = target->host;

	if (ph_span_eq(item, PH_SPAN("*")))
		return true;
	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	/* A host begins with no dot. */
	if (item.len > 0 && item.ptr[0] == '.')
		item = ph_span_skip(item, 1);
	if (item.len == 0 || !take_port(&item, target->port))
		return false;
	return is_in_network(item, host) ||
	    (!ph_host_is_literal(host) && is_below(item, host));
}

bool ph_system_proxy_is_exempt(
    struct ph_span list, const struct ph_system_proxy_target *target)
{
	size_t at = 0;

	while (at < list.len) {
		size_t from = at;

		while (at < list.len && list.ptr[at] != ',' &&
		    list.ptr[at] != ' ' && list.ptr[at] != '\t')
			at++;
		if (matches(
			(struct ph_span){ list.ptr + from, at - from }, target))
			return true;
		at++;
	}
	return false;
}

/* the choice */

static size_t find_set(const char *const *values, size_t from, size_t before)
{
	for (size_t i = from; i < before; i++) {
		if (values[i] != NULL)
			return i;
	}
	return before;
}

static enum ph_err straight(struct ph_arena *a, struct ph_system_proxy *out,
    const char *name, const char *what)
{
	char text[FOUND_MAX];

	(void)snprintf(
	    text, sizeof(text), "%s%s: no proxy is used", name, what);
	*out = (struct ph_system_proxy){
		.url = { .host = "", .username = "" },
		.found = ph_arena_str(a, ph_span_of(text)),
	};
	return out->found == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err take(const char *name, const char *value, struct ph_arena *a,
    struct ph_system_proxy *out, struct ph_fault *fault)
{
	char text[FOUND_MAX];
	struct ph_system_proxy found = { 0 };
	enum ph_err err = ph_proxy_url_parse(
	    ph_span_trim(ph_span_of(value)), true, a, &found.url, fault);

	if (err == PH_EINVAL)
		ph_fault_prefix(fault, name);
	if (err != PH_OK)
		return err;
	(void)snprintf(text, sizeof(text),
	    "%s names the proxy %s://%s, port %u", name,
	    ph_proxy_type_name(found.url.type), found.url.host,
	    (unsigned)found.url.port);
	found.found = ph_arena_str(a, ph_span_of(text));
	if (found.found == NULL) {
		ph_secret_release(&found.url.password);
		return PH_ENOMEM;
	}
	*out = found;
	return PH_OK;
}

enum ph_err ph_system_proxy_choose(
    const char *const values[PH_SYSTEM_PROXY_VARIABLES],
    const struct ph_system_proxy_target *target, struct ph_arena *a,
    struct ph_system_proxy *out, struct ph_fault *fault)
{
	size_t at = find_set(values, 0, NAMING);
	size_t no = find_set(values, NAMING, PH_SYSTEM_PROXY_VARIABLES);

	if (at == NAMING) {
		return straight(
		    a, out, "all_proxy, https_proxy", ": none of them is set");
	}
	if (ph_span_trim(ph_span_of(values[at])).len == 0) {
		return straight(
		    a, out, ph_system_proxy_variables[at], " is empty");
	}
	if (no < PH_SYSTEM_PROXY_VARIABLES &&
	    ph_system_proxy_is_exempt(ph_span_of(values[no]), target)) {
		return straight(
		    a, out, ph_system_proxy_variables[no], " lists the server");
	}
	return take(ph_system_proxy_variables[at], values[at], a, out, fault);
}
