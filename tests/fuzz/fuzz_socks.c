#include "proxy/tunnel.h"

#include <assert.h>

/* A SOCKS proxy that says anything, whole and in pieces: both must come to the
   same end.  The first octet chooses the protocol and the size of the
   pieces. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secret[] = "op3n sesame";

static bool holds_secret(struct ph_span s)
{
	for (size_t i = 0; i + strlen(secret) <= s.len; i++) {
		if (memcmp(s.ptr + i, secret, strlen(secret)) == 0)
			return true;
	}
	return false;
}

static struct ph_tunnel *begin(unsigned how)
{
	const struct ph_tunnel_options opt = {
		.protocol = (enum ph_tunnel_protocol)(how % 3),
		.host = PH_SPAN("192.0.2.7"),
		.port = 587,
		.has_login = (how & 4) != 0,
		.username = PH_SPAN("ann"),
		.password = ph_span_of(secret),
		.trace = true,
	};
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;
	enum ph_err err = ph_tunnel_new(&opt, &t, &fault);

	assert(err == PH_OK);
	return t;
}

static void keeps_secret(struct ph_tunnel *t)
{
	struct ph_tunnel_trace line;

	assert(strstr(ph_tunnel_fault(t)->text, secret) == NULL);
	while (ph_tunnel_next_trace(t, &line))
		assert(!holds_secret(line.line));
}

/* The octets that were left unread. */
static size_t feed(struct ph_tunnel *t, struct ph_span in, size_t piece)
{
	while (in.len > 0 && ph_tunnel_state(t) == PH_TUNNEL_TALKING) {
		size_t n = in.len < piece ? in.len : piece;

		ph_tunnel_sent(t, ph_tunnel_pending(t).len);
		ph_tunnel_receive(t, ph_span_first(in, n));
		in = ph_span_skip(in, n);
	}
	if (ph_tunnel_state(t) == PH_TUNNEL_TALKING)
		ph_tunnel_lost(t, NULL);
	return in.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data + 1, size - 1 };

	/* What the proxy says itself may be shown. */
	if (size < 2 || size > PH_TUNNEL_READ_MAX || holds_secret(in))
		return 0;

	struct ph_tunnel *whole = begin(data[0]);
	struct ph_tunnel *cut = begin(data[0]);
	size_t left_whole = feed(whole, in, in.len);
	size_t left_cut = feed(cut, in, (size_t)(data[0] >> 3) + 1);

	assert(ph_tunnel_state(whole) == ph_tunnel_state(cut));
	assert(ph_tunnel_state(whole) == PH_TUNNEL_OPEN ||
	    ph_tunnel_state(whole) == PH_TUNNEL_FAILED);
	assert(ph_tunnel_surplus(whole).len + left_whole ==
		ph_tunnel_surplus(cut).len + left_cut ||
	    ph_tunnel_state(whole) == PH_TUNNEL_FAILED);
	assert(strcmp(ph_tunnel_fault(whole)->text,
		   ph_tunnel_fault(cut)->text) == 0);
	keeps_secret(whole);
	keeps_secret(cut);
	ph_tunnel_free(whole);
	ph_tunnel_free(cut);
	return 0;
}
