#include "smtp/command.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

static const char *const lines[] = {
	[PH_COMMAND_STARTTLS] = "STARTTLS\r\n",
	[PH_COMMAND_DATA] = "DATA\r\n",
	[PH_COMMAND_RSET] = "RSET\r\n",
	[PH_COMMAND_NOOP] = "NOOP\r\n",
	[PH_COMMAND_QUIT] = "QUIT\r\n",
	[PH_COMMAND_DOT] = ".\r\n",
	[PH_COMMAND_CANCEL] = "*\r\n",
};

/* A line being built: after the first error nothing more is added, and ending
   it puts the buffer back. */
struct line {
	struct ph_buf *out;
	size_t start;
	enum ph_err err;
};

static struct line line_begin(struct ph_buf *out)
{
	return (struct line){ out, out->len, PH_OK };
}

static void put(struct line *l, struct ph_span s)
{
	if (l->err == PH_OK)
		l->err = ph_buf_append(l->out, s);
}

static void put_num(struct line *l, uint64_t n)
{
	if (l->err == PH_OK)
		l->err = ph_buf_append_num(l->out, n);
}

static enum ph_err line_end(struct line *l)
{
	put(l, PH_SPAN("\r\n"));
	if (l->err != PH_OK && l->out->ptr != NULL) {
		/* Part of it may have been a secret. */
		explicit_bzero(l->out->ptr + l->start, l->out->len - l->start);
		l->out->len = l->start;
	}
	return l->err;
}

enum ph_err ph_command_write(struct ph_buf *out, enum ph_command command)
{
	return ph_buf_append_str(out, lines[command]);
}

bool ph_command_is_helo(struct ph_span domain)
{
	if (domain.len == 0 || domain.len > PH_COMMAND_HELO_MAX)
		return false;
	for (size_t i = 0; i < domain.len; i++) {
		unsigned char c = (unsigned char)domain.ptr[i];

		if (c <= ' ' || c >= 0x7f || c == '<' || c == '>')
			return false;
	}
	return true;
}

static enum ph_err greet(
    struct ph_buf *out, struct ph_span verb, struct ph_span domain)
{
	struct line l = line_begin(out);

	if (!ph_command_is_helo(domain))
		return PH_EINVAL;
	put(&l, verb);
	put(&l, domain);
	return line_end(&l);
}

enum ph_err ph_command_ehlo(struct ph_buf *out, struct ph_span domain)
{
	return greet(out, PH_SPAN("EHLO "), domain);
}

enum ph_err ph_command_helo(struct ph_buf *out, struct ph_span domain)
{
	return greet(out, PH_SPAN("HELO "), domain);
}

static bool is_mechanism(struct ph_span s)
{
	/* RFC 4422 3.1. */
	if (s.len == 0 || s.len > 20)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '_') {
			return false;
		}
	}
	return true;
}

static void put_base64(struct line *l, struct ph_span raw)
{
	if (l->err == PH_OK && raw.len > 0)
		l->err = ph_base64_encode(raw, l->out);
}

enum ph_err ph_command_auth(
    struct ph_buf *out, struct ph_span mechanism, const struct ph_span *initial)
{
	struct line l = line_begin(out);

	if (!is_mechanism(mechanism))
		return PH_EINVAL;
	put(&l, PH_SPAN("AUTH "));
	put(&l, mechanism);
	if (initial != NULL) {
		put(&l, PH_SPAN(" "));
		/* RFC 4954 4: an empty one, told apart from none. */
		if (initial->len == 0)
			put(&l, PH_SPAN("="));
		put_base64(&l, *initial);
	}
	if (l.err == PH_OK && out->len - l.start + 2 > PH_COMMAND_LINE_MAX) {
		l.err = PH_ETOOBIG;
	}
	return line_end(&l);
}

enum ph_err ph_command_auth_response(struct ph_buf *out, struct ph_span raw)
{
	struct line l = line_begin(out);

	put_base64(&l, raw);
	return line_end(&l);
}

/* RFC 5321 4.1.2: outside a quoted string no space and no bracket may stand,
   within one any printable; a backslash takes the next byte along. */
static bool is_plain_path(struct ph_span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (ph_ascii_is_control(c))
			return false;
		if (c == '"') {
			quoted = !quoted;
		} else if (quoted && c == '\\' && i + 1 < s.len) {
			/* The next byte, a control excepted, means itself. */
			i += ph_ascii_is_control(s.ptr[i + 1]) ? 0 : 1;
		} else if (!quoted && (c == ' ' || c == '<' || c == '>')) {
			return false;
		}
	}
	return !quoted;
}

bool ph_command_is_address(struct ph_span address)
{
	return address.len > 0 && address.len <= PH_COMMAND_ADDRESS_MAX &&
	    is_plain_path(address) &&
	    (ph_span_is_ascii(address) || ph_utf8_valid(address));
}

static void put_path(struct line *l, struct ph_span address, bool utf8)
{
	if (address.len > 0 &&
	    (!ph_command_is_address(address) ||
		(!utf8 && !ph_span_is_ascii(address)))) {
		l->err = PH_EINVAL;
	}
	put(l, PH_SPAN("<"));
	put(l, address);
	put(l, PH_SPAN(">"));
}

static const char hex_digits[] = "0123456789ABCDEF";

/* RFC 3461 4: printable ASCII but "+" and "=". */
static bool is_xchar(uint32_t c)
{
	return c > ' ' && c < 0x7f && c != '+' && c != '=';
}

static void put_xtext(struct line *l, struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		char hex[3] = { '+', hex_digits[c >> 4], hex_digits[c & 15] };

		if (is_xchar(c)) {
			put(l, (struct ph_span){ s.ptr + i, 1 });
		} else {
			put(l, (struct ph_span){ hex, sizeof(hex) });
		}
	}
}

/* RFC 6533 3: "\x{HEX}" for what xtext cannot hold; pure ASCII, so that it may
   be sent without SMTPUTF8 too. */
static void put_utf8_addr(struct line *l, struct ph_span s)
{
	while (s.len > 0) {
		struct ph_span was = s;
		uint32_t code = ph_utf8_next(&s);

		if (is_xchar(code) && code != '\\') {
			put(l, ph_span_first(was, 1));
		} else if (l->err == PH_OK) {
			l->err =
			    ph_buf_appendf(l->out, "\\x{%02X}", (unsigned)code);
		}
	}
}

bool ph_command_is_orcpt(struct ph_span orcpt)
{
	/* No encoding makes one octet more than eight. */
	return orcpt.len <= PH_COMMAND_ORCPT_MAX &&
	    !ph_span_has_control(orcpt) && ph_utf8_valid(orcpt);
}

static size_t xtext_len(struct ph_span s)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++)
		len += is_xchar((unsigned char)s.ptr[i]) ? 1 : 3;
	return len;
}

bool ph_command_is_envid(struct ph_span envid)
{
	return !ph_span_has_control(envid) &&
	    xtext_len(envid) <= PH_COMMAND_ENVID_MAX;
}

static void put_envid(struct line *l, struct ph_span envid)
{
	if (envid.len == 0)
		return;
	if (!ph_command_is_envid(envid))
		l->err = PH_EINVAL;
	put(l, PH_SPAN(" ENVID="));
	put_xtext(l, envid);
}

enum ph_err ph_command_mail(
    struct ph_buf *out, const struct ph_command_mail *mail)
{
	struct line l = line_begin(out);

	put(&l, PH_SPAN("MAIL FROM:"));
	put_path(&l, mail->sender, mail->utf8);
	if (mail->has_size) {
		put(&l, PH_SPAN(" SIZE="));
		put_num(&l, mail->size);
	}
	if (mail->eight_bit)
		put(&l, PH_SPAN(" BODY=8BITMIME"));
	if (mail->utf8)
		put(&l, PH_SPAN(" SMTPUTF8"));
	if (mail->ret == PH_RET_FULL)
		put(&l, PH_SPAN(" RET=FULL"));
	if (mail->ret == PH_RET_HDRS)
		put(&l, PH_SPAN(" RET=HDRS"));
	put_envid(&l, mail->envid);
	return line_end(&l);
}

static const struct {
	unsigned bit;
	struct ph_span word;
} notify_words[] = {
	{ PH_NOTIFY_SUCCESS, { "SUCCESS", 7 } },
	{ PH_NOTIFY_FAILURE, { "FAILURE", 7 } },
	{ PH_NOTIFY_DELAY, { "DELAY", 5 } },
	{ PH_NOTIFY_NEVER, { "NEVER", 5 } },
};

static void put_notify(struct line *l, unsigned notify)
{
	struct ph_span before = PH_SPAN(" NOTIFY=");

	/* RFC 3461 4.1: NEVER stands alone. */
	if ((notify & PH_NOTIFY_NEVER) != 0 && notify != PH_NOTIFY_NEVER)
		l->err = PH_EINVAL;
	for (size_t i = 0; i < PH_COUNT(notify_words); i++) {
		if ((notify & notify_words[i].bit) == 0)
			continue;
		put(l, before);
		put(l, notify_words[i].word);
		before = PH_SPAN(",");
	}
}

static void put_orcpt(struct line *l, struct ph_span orcpt)
{
	if (orcpt.len == 0)
		return;
	if (!ph_command_is_orcpt(orcpt))
		l->err = PH_EINVAL;
	if (ph_span_is_ascii(orcpt)) {
		put(l, PH_SPAN(" ORCPT=rfc822;"));
		put_xtext(l, orcpt);
	} else {
		put(l, PH_SPAN(" ORCPT=utf-8;"));
		put_utf8_addr(l, orcpt);
	}
}

enum ph_err ph_command_rcpt(struct ph_buf *out,
    const struct ph_envelope_rcpt *rcpt, bool dsn, bool utf8)
{
	struct line l = line_begin(out);

	if (rcpt->address.len == 0)
		return PH_EINVAL;
	put(&l, PH_SPAN("RCPT TO:"));
	put_path(&l, rcpt->address, utf8);
	if (dsn) {
		put_notify(&l, rcpt->notify);
		put_orcpt(&l, rcpt->orcpt);
	}
	return line_end(&l);
}

enum ph_err ph_command_bdat(struct ph_buf *out, uint64_t size, bool last)
{
	struct line l = line_begin(out);

	put(&l, PH_SPAN("BDAT "));
	put_num(&l, size);
	if (last)
		put(&l, PH_SPAN(" LAST"));
	return line_end(&l);
}
