#include "base/num.h"
#include "proxy/tunnel_state.h"

/* SOCKS 4 and 4A, as their memos have it: one message each way. */

enum {
	VERSION = 4,
	CONNECT = 1,
	REPLY_SIZE = 8,
	GRANTED = 90,
	FAILED = 91,
	NO_IDENT = 92,
	OTHER_IDENT = 93,
	ADDRESS_SIZE = 4
};

/* Four decimal numbers with dots between; out is set only then. */
static bool read_address(struct ph_span s, char out[ADDRESS_SIZE])
{
	char address[ADDRESS_SIZE];
	struct ph_span part;
	size_t count = 0;

	while (ph_span_split(&s, '.', &part)) {
		uint64_t n = 0;

		if (count == ADDRESS_SIZE ||
		    ph_num_parse(part, 255, &n) != PH_OK)
			return false;
		address[count++] = (char)n;
	}
	if (count != ADDRESS_SIZE)
		return false;
	memcpy(out, address, sizeof(address));
	return true;
}

enum ph_err ph_socks4_check(
    const struct ph_tunnel_options *opt, struct ph_fault *fault)
{
	char address[ADDRESS_SIZE];
	bool is_v6 = ph_span_find(opt->host, ':') < opt->host.len;

	if (read_address(opt->host, address) ||
	    (opt->protocol == PH_TUNNEL_SOCKS4A && !is_v6))
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "SOCKS 4 carries IPv4 addresses only, and %.*s is none",
	    PH_SPAN_ARG(opt->host));
	ph_fault_advise(
	    fault, "use a proxy of type socks5, or name the server by IPv4");
	return PH_EINVAL;
}

static bool on_reply(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);

	if (in.len == 0)
		return false;
	/* 0 by the memo; some send their own version. */
	if (in.ptr[0] != 0 && in.ptr[0] != VERSION)
		return ph_tunnel_on_stranger(t);
	if (in.len < 2)
		return false;

	unsigned code = (unsigned char)in.ptr[1];

	if (code == GRANTED) {
		if (in.len < REPLY_SIZE)
			return false;
		ph_tunnel_use(t, REPLY_SIZE);
		ph_tunnel_note(t, '<', "SOCKS 4: granted (%u)", code);
		return ph_tunnel_open(t);
	}
	ph_tunnel_note(t, '<', "SOCKS 4: %u", code);
	switch (code) {
	case FAILED:
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_TARGET_FAILED, NULL,
		    "rejected %s, or could not reach it (SOCKS 4 answer %u)",
		    t->target, code);
	case NO_IDENT:
	case OTHER_IDENT:
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REFUSED,
		    "the proxy asks an identd on this computer who is "
		    "calling: run one, correct the proxy's user name, or use "
		    "a proxy of type socks5",
		    "refused: %s (SOCKS 4 answer %u)",
		    code == NO_IDENT ? "it could not ask this computer's identd"
				     : "identd names another user",
		    code);
	default:
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "gave an answer that SOCKS 4 does not know: %u", code);
	}
}

enum ph_err ph_socks4_begin(struct ph_tunnel *t)
{
	const struct ph_tunnel_options *o = &t->opt;
	struct ph_span user =
	    o->has_login ? o->username : (struct ph_span){ 0 };
	/* 0.0.0.1 says that a name follows (SOCKS 4A). */
	char address[ADDRESS_SIZE] = { 0, 0, 0, 1 };
	bool is_literal = read_address(o->host, address);
	const char head[] = { VERSION, CONNECT, (char)(o->port >> 8),
		(char)(o->port & 0xff) };

	enum ph_err err =
	    ph_buf_append(&t->out, (struct ph_span){ head, sizeof(head) });
	if (err == PH_OK) {
		err = ph_buf_append(
		    &t->out, (struct ph_span){ address, sizeof(address) });
	}
	if (err == PH_OK)
		err = ph_buf_append(&t->out, user);
	if (err == PH_OK)
		err = ph_buf_append_char(&t->out, '\0');
	if (err == PH_OK && !is_literal)
		err = ph_buf_append(&t->out, o->host);
	if (err == PH_OK && !is_literal)
		err = ph_buf_append_char(&t->out, '\0');
	ph_tunnel_note(t, '>', "SOCKS %s: connect %s%s%.*s",
	    is_literal ? "4" : "4A", t->target, user.len > 0 ? " for " : "",
	    PH_SPAN_ARG(user));
	t->step = on_reply;
	return err;
}
