#include "proxy/tunnel.h"
#include "sasl/legacy.h"
#include "sasl/ntlm.h"

#include <assert.h>

/* An HTTP proxy that says anything to CONNECT and to every login, whole and in
   pieces: both must come to the same end.  The first octet chooses whether
   there is a login, and a Kerberos, and the size of the pieces; a NUL ends a
   connection. */

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

static struct ph_digest_hashes hashes(void)
{
	return (
	    struct ph_digest_hashes){ ph_legacy()->md5, ph_legacy()->sha256 };
}

static enum ph_err ntlm_answer(const struct ph_tunnel_options *opt,
    struct ph_span challenge, struct ph_buf *out)
{
	const struct ph_ntlm_login login = {
		.username = opt->username,
		.password = opt->password,
		.domain = opt->domain,
		.service = opt->service,
		.now = opt->now,
	};

	return ph_ntlm_authenticate(&login, challenge, out);
}

static const struct ph_tunnel_tools tools = {
	.ntlm_negotiate = ph_ntlm_negotiate,
	.ntlm_answer = ntlm_answer,
	.hashes = hashes,
};

static struct ph_tunnel *begin(unsigned how)
{
	const struct ph_tunnel_options opt = {
		.protocol = PH_TUNNEL_HTTP,
		.host = PH_SPAN("mail.example.com"),
		.port = 587,
		.has_login = (how & 1) != 0,
		.username = PH_SPAN("ann"),
		.password = ph_span_of(secret),
		.domain = PH_SPAN("CORP"),
		.service = PH_SPAN("HTTP/p"),
		.tools = &tools,
		.has_tokens = (how & 0x80) != 0,
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

/* What Kerberos would say is the proxy's choice, too. */
static void answer(struct ph_tunnel *t)
{
	struct ph_span challenge = ph_tunnel_challenge(t);
	char how = challenge.len == 0 ? 'f' : challenge.ptr[0];

	if (how == 'n') {
		ph_tunnel_no_token(t, "no");
	} else if (how == 't') {
		ph_tunnel_token(t, PH_SPAN(""), true);
	} else {
		ph_tunnel_token(t, PH_SPAN("AP-REQ"), how == 'p');
	}
}

static void feed_connection(
    struct ph_tunnel *t, struct ph_span in, size_t piece)
{
	while (in.len > 0 && ph_tunnel_state(t) == PH_TUNNEL_TALKING) {
		size_t n = in.len < piece ? in.len : piece;

		ph_tunnel_sent(t, ph_tunnel_pending(t).len);
		ph_tunnel_receive(t, ph_span_first(in, n));
		in = ph_span_skip(in, n);
		while (ph_tunnel_state(t) == PH_TUNNEL_WANTS_TOKEN)
			answer(t);
	}
	if (ph_tunnel_state(t) == PH_TUNNEL_TALKING)
		ph_tunnel_lost(t, NULL);
}

static void feed(struct ph_tunnel *t, struct ph_span in, size_t piece)
{
	struct ph_span part;

	while (ph_span_split(&in, '\0', &part)) {
		feed_connection(
		    t, part, piece == 0 ? in.len + part.len : piece);
		if (ph_tunnel_state(t) != PH_TUNNEL_RECONNECT)
			return;
		ph_tunnel_restart(t);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span in = { (const char *)data + 1, size - 1 };

	/* What the proxy says itself may be shown. */
	if (size < 2 || size > PH_TUNNEL_READ_MAX || holds_secret(in))
		return 0;

	struct ph_tunnel *whole = begin(data[0]);
	struct ph_tunnel *cut = begin(data[0]);

	feed(whole, in, 0);
	feed(cut, in, (size_t)(data[0] >> 1) % 31 + 1);
	assert(ph_tunnel_state(whole) == ph_tunnel_state(cut));
	assert(strcmp(ph_tunnel_fault(whole)->text,
		   ph_tunnel_fault(cut)->text) == 0);
	assert(strcmp(ph_tunnel_scheme(whole), ph_tunnel_scheme(cut)) == 0);
	keeps_secret(whole);
	keeps_secret(cut);
	ph_tunnel_free(whole);
	ph_tunnel_free(cut);
	return 0;
}
