#include "base/base64.h"
#include "check.h"
#include "talk.h"

#include <stdio.h>

/* Which scheme is taken, whatever a proxy offers in whatever order, and what
   its answer is made of. */

enum {
	HEAD_MAX = 1024
};

static struct ph_tunnel *begin(const char *domain)
{
	struct talk row = {
		.protocol = PH_TUNNEL_HTTP, .user = "ann", .domain = domain
	};
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	return t;
}

static void refuse(struct ph_tunnel *t, const char *fields)
{
	char head[HEAD_MAX];

	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 407 No\r\nContent-Length: 0\r\n%s\r\n", fields);
	ph_tunnel_receive(t, ph_span_of(head));
}

/* The value of Proxy-Authorization, or empty. */
static struct ph_span authorization(const struct ph_tunnel *t)
{
	static const char name[] = "\r\nProxy-Authorization: ";
	struct ph_span out = ph_tunnel_pending(t);
	const char *at = out.len == 0 ? NULL : strstr(out.ptr, name);

	if (at == NULL)
		return (struct ph_span){ 0 };
	at += strlen(name);
	return (struct ph_span){ at, strcspn(at, "\r") };
}

static const char *const offers[] = { "Negotiate", "NTLM",
	"Digest realm=\"r\", nonce=\"n\", qop=\"auth\"", "Basic realm=\"r\"" };
static const char *const names[] = { "", "NTLM ", "Digest ", "Basic " };

/* The strongest that is offered and spoken. */
static size_t strongest(unsigned set)
{
	for (size_t i = 1; i < PH_COUNT(offers); i++) {
		if ((set & 1U << i) != 0)
			return i;
	}
	return 0;
}

static void list(
    unsigned set, bool backwards, bool one_line, char out[HEAD_MAX])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t k = 0; k < PH_COUNT(offers); k++) {
		size_t i = backwards ? PH_COUNT(offers) - 1 - k : k;

		if ((set & 1U << i) == 0)
			continue;
		len += (size_t)snprintf(out + len, HEAD_MAX - len, "%s%s%s",
		    one_line && len > 0 ? ", " : "",
		    one_line && len > 0 ? "" : "Proxy-Authenticate: ",
		    offers[i]);
		if (!one_line) {
			len +=
			    (size_t)snprintf(out + len, HEAD_MAX - len, "\r\n");
		}
	}
	if (one_line && len > 0)
		(void)snprintf(out + len, HEAD_MAX - len, "\r\n");
}

static void test_choice(void)
{
	for (unsigned set = 0; set < 1U << PH_COUNT(offers); set++) {
		for (unsigned how = 0; how < 4; how++) {
			struct ph_tunnel *t = begin(NULL);
			size_t want = strongest(set);
			char fields[HEAD_MAX];

			check_case("set", set);
			list(set, (how & 1) != 0, (how & 2) != 0, fields);
			refuse(t, fields);
			check(ph_span_starts_nocase(
			    authorization(t), ph_span_of(names[want])));
			check_int(ph_tunnel_state(t),
			    want == 0 ? PH_TUNNEL_FAILED : PH_TUNNEL_TALKING);
			if (want == 0) {
				check_int(ph_tunnel_fault(t)->cause,
				    PH_CAUSE_PROXY_LOGIN_METHOD);
			}
			ph_tunnel_free(t);
		}
	}
}

/* Negotiate before all others, whatever else there is; only it needs no
   user. */
static void test_ticket_first(void)
{
	for (unsigned set = 0; set < 1U << PH_COUNT(offers); set++) {
		for (unsigned how = 0; how < 8; how++) {
			struct talk row = { .protocol = PH_TUNNEL_HTTP,
				.user = (how & 4) != 0 ? "ann" : NULL,
				.has_tokens = true };
			struct ph_tunnel_options opt = talk_options(&row);
			struct ph_tunnel *t = NULL;
			struct ph_fault fault;
			char fields[HEAD_MAX];
			bool has_ticket = (set & 1) != 0;
			bool has_other =
			    strongest(set) != 0 && row.user != NULL;

			check_case("set", set);
			check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
			list(set, (how & 1) != 0, (how & 2) != 0, fields);
			refuse(t, fields);
			check_int(ph_tunnel_state(t),
			    has_ticket      ? PH_TUNNEL_WANTS_TOKEN
				: has_other ? PH_TUNNEL_TALKING
					    : PH_TUNNEL_FAILED);
			if (has_ticket)
				ph_tunnel_no_token(t, "x");
			check_int(ph_tunnel_state(t),
			    has_other ? PH_TUNNEL_TALKING : PH_TUNNEL_FAILED);
			ph_tunnel_free(t);
		}
	}
}

/* Nothing but what was asked for: no password, no hash of one. */
static void test_first_request(void)
{
	struct talk row = { .protocol = PH_TUNNEL_HTTP, .user = "ann" };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	check(authorization(t).len == 0);
	ph_tunnel_free(t);
}

/* Each request of Digest has a cnonce of its own. */
static void test_cnonce(void)
{
	struct ph_tunnel *t = begin(NULL);
	char first[HEAD_MAX];
	const char *at;

	refuse(t,
	    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"1\", "
	    "qop=\"auth\"\r\n");
	(void)snprintf(
	    first, sizeof(first), "%.*s", PH_SPAN_ARG(authorization(t)));
	check(strstr(first, "uri=\"mail.example.com:587\"") != NULL);
	check(strstr(first, "username=\"ann\"") != NULL);
	at = strstr(first, "cnonce=");
	check(at != NULL);
	refuse(t,
	    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"2\", "
	    "qop=\"auth\", stale=true\r\n");
	check(authorization(t).len > 0);
	check(at != NULL && strlen(at) > 40 &&
	    strstr(authorization(t).ptr, "cnonce=") != NULL &&
	    strncmp(strstr(authorization(t).ptr, "cnonce="), at, 40) != 0);
	ph_tunnel_free(t);
}

static bool holds_utf16(struct ph_span s, const char *text)
{
	char wide[64];
	size_t len = 0;

	for (; *text != '\0'; text++) {
		wide[len++] = *text;
		wide[len++] = '\0';
	}
	for (size_t i = 0; i + len <= s.len; i++) {
		if (memcmp(s.ptr + i, wide, len) == 0)
			return true;
	}
	return false;
}

/* The domain of the connection is in NTLM's answer, the password is not. */
static void test_ntlm_domain(void)
{
	struct ph_tunnel *t = begin("CORP");
	struct ph_buf raw;

	ph_buf_init(&raw, 4096);
	refuse(t, "Proxy-Authenticate: NTLM\r\n");
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	refuse(t,
	    "Proxy-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAADAAAAAFgomiASNF"
	    "Z4mrze8AAAAAAAAAAAQABAAwAAAAAAAAAA==\r\n");

	struct ph_span value = authorization(t);

	check(ph_span_starts_nocase(value, PH_SPAN("NTLM ")));
	if (value.len > 5) {
		check(ph_base64_decode(ph_span_skip(value, 5), &raw) == PH_OK);
		check(holds_utf16(ph_buf_span(&raw), "CORP"));
		check(holds_utf16(ph_buf_span(&raw), "ann"));
		check(holds_utf16(ph_buf_span(&raw), "HTTP/proxy.example.com"));
		check(!holds_utf16(ph_buf_span(&raw), "op3n"));
	}
	ph_buf_release(&raw);
	ph_tunnel_free(t);
}

int main(void)
{
	test_choice();
	test_ticket_first();
	test_first_request();
	test_cnonce();
	test_ntlm_domain();
	return check_end();
}
