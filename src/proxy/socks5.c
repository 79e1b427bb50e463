#include "proxy/tunnel_state.h"

#include <arpa/inet.h>

/* SOCKS 5 (RFC 1928), with the login of RFC 1929. */

enum {
	VERSION = 5,
	LOGIN_VERSION = 1, /* RFC 1929 2 */
	CONNECT = 1,
	NO_LOGIN = 0,
	USER_PASSWORD = 2,
	NONE_ACCEPTABLE = 0xff,
	IPV4 = 1,
	NAME = 3,
	IPV6 = 4,
	TEXT_MAX = 255,
	HEAD_SIZE = 4 /* of a reply: version, answer, reserved, kind */
};

enum ph_err ph_socks5_check(
    const struct ph_tunnel_options *opt, struct ph_fault *fault)
{
	if (!opt->has_login ||
	    (opt->username.len <= TEXT_MAX && opt->password.len <= TEXT_MAX))
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "SOCKS 5 takes a user name and a password of at most 255 octets "
	    "each");
	return PH_EINVAL;
}

static enum ph_err put_counted(struct ph_tunnel *t, struct ph_span s)
{
	enum ph_err err = ph_buf_append_char(&t->out, (char)s.len);

	return err == PH_OK ? ph_buf_append(&t->out, s) : err;
}

/* the way (RFC 1928 4 to 6) */

static const struct {
	enum ph_cause cause;
	const char *words;
} answers[] = {
	[1] = { PH_CAUSE_PROXY_TARGET_FAILED, "could not reach %s" },
	[2] = { PH_CAUSE_PROXY_FORBIDDEN, "does not allow the way to %s" },
	[3] = { PH_CAUSE_PROXY_TARGET_FAILED,
	    "has no network that leads to %s" },
	[4] = { PH_CAUSE_PROXY_TARGET_FAILED,
	    "could not reach %s: unknown or unreachable host" },
	[5] = { PH_CAUSE_PROXY_TARGET_CLOSED,
	    "reached the host, which refused the connection to %s" },
	[6] = { PH_CAUSE_PROXY_TARGET_FAILED, "could not reach %s in time" },
	[7] = { PH_CAUSE_PROXY_FORBIDDEN, "does not connect to others: %s" },
	[8] = { PH_CAUSE_PROXY_TARGET_FAILED,
	    "cannot use that kind of address: %s" },
};

static bool refused(struct ph_tunnel *t, unsigned code)
{
	char words[256];
	size_t len;

	if (code >= PH_COUNT(answers)) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "gave an answer that SOCKS 5 does not know: %02x", code);
	}
	len = strcspn(answers[code].words, "%");
	memcpy(words, answers[code].words, len);
	words[len] = '\0';
	return ph_tunnel_fail(t, answers[code].cause, NULL,
	    "%s%s%s (SOCKS 5 answer %02x)", words, t->target,
	    answers[code].words + len + 2, code);
}

/* The size of a reply by its kind of address; 0: not known yet. */
static size_t reply_size(struct ph_span in)
{
	switch (in.ptr[3]) {
	case IPV4:
		return HEAD_SIZE + 4 + 2;
	case IPV6:
		return HEAD_SIZE + 16 + 2;
	default:
		return in.len == HEAD_SIZE
		    ? 0
		    : HEAD_SIZE + 1 + (size_t)(unsigned char)in.ptr[4] + 2;
	}
}

static bool on_reply(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);

	if (in.len == 0)
		return false;
	if (in.ptr[0] != VERSION)
		return ph_tunnel_on_stranger(t);
	if (in.len < 2)
		return false;
	/* Why it does not go is all that counts: some leave out the rest. */
	if (in.ptr[1] != 0) {
		unsigned code = (unsigned char)in.ptr[1];

		ph_tunnel_note(t, '<', "SOCKS 5: no (%02x)", code);
		return refused(t, code);
	}
	if (in.len < HEAD_SIZE)
		return false;
	if (in.ptr[3] != IPV4 && in.ptr[3] != NAME && in.ptr[3] != IPV6) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "gave a kind of address that SOCKS 5 does not know: %02x",
		    (unsigned)(unsigned char)in.ptr[3]);
	}

	size_t size = reply_size(in);

	if (size == 0 || in.len < size)
		return false;
	ph_tunnel_use(t, size);
	ph_tunnel_note(t, '<', "SOCKS 5: connected (00)");
	return ph_tunnel_open(t);
}

static enum ph_err put_target(struct ph_tunnel *t)
{
	struct ph_span host = t->opt.host;
	char raw[16];

	if (inet_pton(AF_INET, host.ptr, raw) == 1) {
		enum ph_err err = ph_buf_append_char(&t->out, IPV4);

		return err == PH_OK
		    ? ph_buf_append(&t->out, (struct ph_span){ raw, 4 })
		    : err;
	}
	if (inet_pton(AF_INET6, host.ptr, raw) == 1) {
		enum ph_err err = ph_buf_append_char(&t->out, IPV6);

		return err == PH_OK
		    ? ph_buf_append(&t->out, (struct ph_span){ raw, 16 })
		    : err;
	}

	enum ph_err err = ph_buf_append_char(&t->out, NAME);

	return err == PH_OK ? put_counted(t, host) : err;
}

static enum ph_err ask_way(struct ph_tunnel *t)
{
	static const char head[] = { VERSION, CONNECT, 0 };
	const char port[] = { (char)(t->opt.port >> 8),
		(char)(t->opt.port & 0xff) };

	ph_tunnel_answered(t);
	enum ph_err err =
	    ph_buf_append(&t->out, (struct ph_span){ head, sizeof(head) });
	if (err == PH_OK)
		err = put_target(t);
	if (err == PH_OK) {
		err = ph_buf_append(
		    &t->out, (struct ph_span){ port, sizeof(port) });
	}
	ph_tunnel_note(t, '>', "SOCKS 5: connect %s", t->target);
	t->step = on_reply;
	return err;
}

/* the login (RFC 1929) */

static bool on_verdict(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);

	if (in.len == 0)
		return false;
	/* Some answer with the version of SOCKS. */
	if (in.ptr[0] != LOGIN_VERSION && in.ptr[0] != VERSION)
		return ph_tunnel_on_stranger(t);
	if (in.len < 2)
		return false;

	unsigned code = (unsigned char)in.ptr[1];

	if (code != 0) {
		ph_tunnel_note(t, '<', "SOCKS 5: login refused (%02x)", code);
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REFUSED, NULL,
		    "refused the user name or password of %.*s (SOCKS 5 "
		    "answer 01 %02x)",
		    PH_SPAN_ARG(t->opt.username), code);
	}
	ph_tunnel_use(t, 2);
	ph_tunnel_note(t, '<', "SOCKS 5: login taken (00)");
	t->scheme = "user/password";
	ph_tunnel_check(t, ask_way(t));
	return t->state == PH_TUNNEL_TALKING;
}

static enum ph_err log_in(struct ph_tunnel *t)
{
	ph_tunnel_answered(t);
	/* At once, so that no smaller piece of memory holds a part. */
	enum ph_err err = ph_buf_reserve(&t->out, 3 + 2 * TEXT_MAX);
	if (err == PH_OK)
		err = ph_buf_append_char(&t->out, LOGIN_VERSION);
	if (err == PH_OK)
		err = put_counted(t, t->opt.username);
	if (err == PH_OK)
		err = put_counted(t, t->opt.password);
	ph_tunnel_note(t, '>', "SOCKS 5: user %.*s, password ***",
	    PH_SPAN_ARG(t->opt.username));
	if (!t->opt.encrypted) {
		ph_tunnel_note(t, '*',
		    "the proxy's password travels without encryption, as SOCKS "
		    "5 has it");
	}
	t->step = on_verdict;
	return err;
}

/* the choice between them (RFC 1928 3) */

static bool none_acceptable(struct ph_tunnel *t)
{
	if (t->opt.has_login) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_METHOD, NULL,
		    "takes neither a user name with a password nor no login "
		    "at all (SOCKS 5 answer 05 ff)");
	}
	return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REQUIRED, NULL,
	    "wants a login (SOCKS 5 answer 05 ff)");
}

static bool on_method(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);

	if (in.len == 0)
		return false;
	if (in.ptr[0] != VERSION)
		return ph_tunnel_on_stranger(t);
	if (in.len < 2)
		return false;

	unsigned method = (unsigned char)in.ptr[1];

	ph_tunnel_use(t, 2);
	if (method == NO_LOGIN) {
		ph_tunnel_note(t, '<', "SOCKS 5: no login (00)");
		ph_tunnel_check(t, ask_way(t));
	} else if (method == USER_PASSWORD && t->opt.has_login) {
		ph_tunnel_note(t, '<', "SOCKS 5: user and password (02)");
		ph_tunnel_check(t, log_in(t));
	} else if (method == NONE_ACCEPTABLE) {
		ph_tunnel_note(t, '<', "SOCKS 5: none of these (ff)");
		return none_acceptable(t);
	} else {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "chose a kind of login that it was not offered: %02x",
		    method);
	}
	return t->state == PH_TUNNEL_TALKING;
}

enum ph_err ph_socks5_begin(struct ph_tunnel *t)
{
	static const char without[] = { VERSION, 1, NO_LOGIN };
	static const char with[] = { VERSION, 2, NO_LOGIN, USER_PASSWORD };
	bool has_login = t->opt.has_login;

	ph_tunnel_note(t, '>', "SOCKS 5: no login%s",
	    has_login ? ", or user and password" : "");
	t->step = on_method;
	return ph_buf_append(&t->out,
	    (struct ph_span){ has_login ? with : without,
		has_login ? sizeof(with) : sizeof(without) });
}
