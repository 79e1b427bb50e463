#include "proxy/http_head.h"

#include "base/ascii.h"
#include "base/num.h"

enum {
	STATUS_SIZE = 12, /* HTTP/1.1 200 */
	LENGTH_MAX_DIGITS = 19
};

static const struct ph_span version = PH_SPAN_INIT("HTTP/1.");

void ph_http_head_init(struct ph_http_head *h)
{
	*h = (struct ph_http_head){ 0 };
	ph_buf_init(&h->challenges, PH_HTTP_HEAD_MAX);
}

void ph_http_head_release(struct ph_http_head *h)
{
	ph_buf_release(&h->challenges);
}

void ph_http_head_clear(struct ph_http_head *h)
{
	struct ph_buf challenges = h->challenges;

	if (challenges.ptr != NULL)
		ph_buf_clear(&challenges);
	*h = (struct ph_http_head){ .challenges = challenges };
}

bool ph_http_head_may_begin(struct ph_span text)
{
	struct ph_span start = version;

	if (text.len < start.len)
		start.len = text.len;
	return ph_span_starts_nocase(text, start);
}

/* Bounded, and without what a terminal would obey; bytes above ASCII are made
   fit for people where the text is shown. */
static void keep_text(struct ph_span s, char out[PH_HTTP_TEXT_MAX])
{
	size_t len = s.len < PH_HTTP_TEXT_MAX ? s.len : PH_HTTP_TEXT_MAX - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = ph_ascii_is_control(s.ptr[i]) ? '?' : s.ptr[i];
	out[len] = '\0';
}

/* RFC 9112 4; the space before a missing reason may be missing, too. */
static enum ph_err take_status(struct ph_http_head *h, struct ph_span line)
{
	uint64_t status = 0;

	if (!ph_span_starts_nocase(line, version) || line.len < STATUS_SIZE)
		return PH_EPROTO;
	if (!ph_ascii_is_digit(line.ptr[version.len]) ||
	    line.ptr[version.len + 1] != ' ')
		return PH_EPROTO;
	if (ph_num_parse((struct ph_span){ line.ptr + STATUS_SIZE - 3, 3 }, 999,
		&status) != PH_OK ||
	    status < 100)
		return PH_EPROTO;
	if (line.len > STATUS_SIZE && line.ptr[STATUS_SIZE] != ' ')
		return PH_EPROTO;
	h->status = (uint16_t)status;
	h->minor = (unsigned)(line.ptr[version.len] - '0');
	keep_text(ph_span_trim(ph_span_skip(line, STATUS_SIZE)), h->reason);
	return PH_OK;
}

/* fields */

static bool has_word(struct ph_span list, struct ph_span word)
{
	struct ph_span item;

	while (ph_span_split(&list, ',', &item)) {
		if (ph_span_eq_nocase(ph_span_trim(item), word))
			return true;
	}
	return false;
}

static enum ph_err on_connection(struct ph_http_head *h, struct ph_span value)
{
	h->close = h->close || has_word(value, PH_SPAN("close"));
	h->keep_alive = h->keep_alive || has_word(value, PH_SPAN("keep-alive"));
	return PH_OK;
}

static enum ph_err on_length(struct ph_http_head *h, struct ph_span value)
{
	uint64_t length = 0;

	if (value.len > LENGTH_MAX_DIGITS ||
	    ph_num_parse(value, INT64_MAX, &length) != PH_OK)
		return PH_EPROTO;
	/* RFC 9112 6.3: two that differ are an attack or a fault. */
	if (h->has_length && h->length != length)
		return PH_EPROTO;
	h->has_length = true;
	h->length = length;
	return PH_OK;
}

static enum ph_err on_encoding(struct ph_http_head *h, struct ph_span value)
{
	h->chunked = h->chunked || has_word(value, PH_SPAN("chunked"));
	return PH_OK;
}

static enum ph_err on_type(struct ph_http_head *h, struct ph_span value)
{
	h->is_page = ph_span_starts_nocase(value, PH_SPAN("text/html")) ||
	    ph_span_starts_nocase(value, PH_SPAN("application/xhtml"));
	return PH_OK;
}

static enum ph_err on_challenge(struct ph_http_head *h, struct ph_span value)
{
	enum ph_err err = ph_buf_append(&h->challenges, value);

	return err == PH_OK ? ph_buf_append_char(&h->challenges, '\n') : err;
}

static enum ph_err on_error(struct ph_http_head *h, struct ph_span value)
{
	keep_text(value, h->error);
	return PH_OK;
}

static const struct {
	struct ph_span name;
	enum ph_err (*take)(struct ph_http_head *h, struct ph_span value);
} fields[] = {
	{ PH_SPAN_INIT("Connection"), on_connection },
	/* What HTTP/1.0 proxies know in its place. */
	{ PH_SPAN_INIT("Proxy-Connection"), on_connection },
	{ PH_SPAN_INIT("Content-Length"), on_length },
	{ PH_SPAN_INIT("Transfer-Encoding"), on_encoding },
	{ PH_SPAN_INIT("Content-Type"), on_type },
	{ PH_SPAN_INIT("Proxy-Authenticate"), on_challenge },
	{ PH_SPAN_INIT("X-Squid-Error"), on_error },
};

static enum ph_err take_field(struct ph_http_head *h, struct ph_span line)
{
	size_t colon = ph_span_find(line, ':');
	struct ph_span name = ph_span_first(line, colon);

	/* A line that goes on from the one before (RFC 9112 5.2), or none that
	   we know: nothing of ours is folded. */
	if (line.ptr[0] == ' ' || line.ptr[0] == '\t' || colon == line.len)
		return PH_OK;
	for (size_t i = 0; i < PH_COUNT(fields); i++) {
		if (ph_span_eq_nocase(name, fields[i].name)) {
			return fields[i].take(
			    h, ph_span_trim(ph_span_skip(line, colon + 1)));
		}
	}
	return PH_OK;
}

enum ph_err ph_http_head_line(struct ph_http_head *h, struct ph_span line)
{
	if (line.len >= PH_HTTP_HEAD_MAX - h->octets)
		return PH_ETOOBIG;
	h->octets += line.len + 1;
	if (h->status == 0)
		return take_status(h, line);
	if (line.len > 0)
		return take_field(h, line);
	h->done = true;
	return PH_OK;
}

bool ph_http_head_is_last(const struct ph_http_head *h)
{
	return h->close || (h->minor == 0 && !h->keep_alive);
}
