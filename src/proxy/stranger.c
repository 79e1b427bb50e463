#include "base/ascii.h"
#include "proxy/tunnel_state.h"

/* What answers is no proxy of the kind that was asked: what it is can mostly be
   told from its first line. */

enum {
	LINE_MAX_SHOWN = 200,
	TLS_ALERT = 0x15,
	TLS_HANDSHAKE = 0x16
};

static const char *kind_of(const struct ph_tunnel *t)
{
	return t->opt.protocol == PH_TUNNEL_HTTP ? "HTTP" : "SOCKS";
}

static bool is_mail_greeting(struct ph_span s)
{
	return s.len >= 4 && ph_ascii_is_digit(s.ptr[0]) &&
	    ph_ascii_is_digit(s.ptr[1]) && ph_ascii_is_digit(s.ptr[2]) &&
	    (s.ptr[3] == ' ' || s.ptr[3] == '-');
}

static const struct {
	struct ph_span start;
	const char *what;
	const char *advice;
} known[] = {
	{ PH_SPAN_INIT("HTTP/"), "in HTTP",
	    "that is an HTTP proxy or a web server: set the proxy's type to "
	    "http, or correct its host and port" },
	{ PH_SPAN_INIT("<"), "with a web page",
	    "something on the way answers in the proxy's place, a network's "
	    "sign-in page perhaps: open a browser, or check the proxy's host "
	    "and port" },
	{ PH_SPAN_INIT("SSH-"), "as an SSH server", NULL },
	{ PH_SPAN_INIT("+OK"), "as a POP3 server", NULL },
	{ PH_SPAN_INIT("* OK"), "as an IMAP server", NULL },
};

static bool judge_text(struct ph_tunnel *t, struct ph_span line)
{
	line = ph_span_first(line, ph_span_find(line, '\n'));
	line = ph_span_trim(line);
	if (is_mail_greeting(line)) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND,
		    "host and port of the proxy are those of a mail server: "
		    "correct them, or set the proxy's type to none",
		    "is a mail server and no proxy: it said \"%.*s\"",
		    PH_SPAN_ARG(line));
	}
	for (size_t i = 0; i < PH_COUNT(known); i++) {
		if (ph_span_starts_nocase(line, known[i].start)) {
			return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND,
			    known[i].advice, "answered %s, not in %s: \"%.*s\"",
			    known[i].what, kind_of(t), PH_SPAN_ARG(line));
		}
	}
	return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND, NULL,
	    "answered what is not %s: \"%.*s\"", kind_of(t), PH_SPAN_ARG(line));
}

static bool judge_octet(struct ph_tunnel *t, unsigned char octet)
{
	if (octet == TLS_ALERT || octet == TLS_HANDSHAKE) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND,
		    "set the proxy's type to https, or use the port on which "
		    "it speaks without encryption",
		    "answered in TLS: it wants encryption from the first byte");
	}
	if (octet == 0 || octet == 4 || octet == 5) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND,
		    octet == 5
			? "set the proxy's type to socks5"
			: "set the proxy's type to socks4a, or to socks4",
		    "answered in SOCKS %c, which is another kind of proxy",
		    octet == 5 ? '5' : '4');
	}
	return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND, NULL,
	    "answered what is not %s: an octet %02x", kind_of(t),
	    (unsigned)octet);
}

static bool is_text(char c)
{
	return !ph_ascii_is_control(c) || c == '\r' || c == '\n';
}

bool ph_tunnel_on_stranger(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);

	t->step = ph_tunnel_on_stranger;
	if (!is_text(in.ptr[0]))
		return judge_octet(t, (unsigned char)in.ptr[0]);
	if (in.len < LINE_MAX_SHOWN && ph_span_find(in, '\n') == in.len)
		return false;
	if (in.len > LINE_MAX_SHOWN)
		in.len = LINE_MAX_SHOWN;
	return judge_text(t, in);
}

bool ph_tunnel_judge_stranger(struct ph_tunnel *t)
{
	if (t->step != ph_tunnel_on_stranger)
		return false;
	(void)judge_text(t, ph_tunnel_unread(t));
	return true;
}
