#include "foreign/guess.h"

#include "foreign/uri.h"

/* The first line that is no comment and that one of these knows decides. */
struct sign {
	const char *words; /* separated by spaces; what a line begins with */
	enum ph_foreign_format format;
};

static const struct sign signs[] = {
	{ "curl", PH_FOREIGN_CURL },
	{ "swaks", PH_FOREIGN_SWAKS },
	{ "set se varset unset source shortcut", PH_FOREIGN_MAILRC },
	/* Before "account": an equals sign behind the word is not msmtp's. */
	{ "account defaults host port tls tls_starttls auth user password "
	  "passwordeval from logfile tls_trust_file timeout",
	    PH_FOREIGN_MSMTPRC },
	{ "server tls-on-connect auth-user auth-password ehlo helo",
	    PH_FOREIGN_SWAKS },
};

/* Its first word, without a folder before it. */
static struct ph_span first_word(struct ph_span line)
{
	size_t n = 0;
	struct ph_span word;

	if (ph_span_starts_nocase(line, PH_SPAN("$ ")))
		line = ph_span_trim(ph_span_skip(line, 2));
	while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\t')
		n++;
	word = ph_span_first(line, n);
	for (size_t i = 0; i < n && line.ptr[0] == '/'; i++) {
		if (line.ptr[i] == '/')
			word = ph_span_skip(ph_span_first(line, n), i + 1);
	}
	return word;
}

static bool has_word(const char *words, struct ph_span word)
{
	struct ph_span rest = ph_span_of(words);
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (ph_span_eq(word, one))
			return true;
	}
	return false;
}

/* "account NAME {" is mailx's. */
static bool is_block(struct ph_span line)
{
	return line.len > 0 && line.ptr[line.len - 1] == '{';
}

/* A URL, alone or behind NAME= and a quote. */
static bool is_url(struct ph_span line)
{
	struct ph_foreign_uri uri;
	size_t equals;

	if (ph_span_starts_nocase(line, PH_SPAN("export ")))
		line = ph_span_trim(ph_span_skip(line, 7));
	equals = ph_span_find(line, '=');
	if (equals < ph_span_find(line, ':') &&
	    equals < ph_span_find(line, ' '))
		line = ph_span_skip(line, equals + 1);
	if (line.len > 0 && (line.ptr[0] == '"' || line.ptr[0] == '\''))
		line = ph_span_skip(line, 1);
	return ph_foreign_uri_split(line, &uri) &&
	    ph_foreign_uri_is_mail(uri.scheme);
}

/* relayhost = ..., smtp_... = ..., or "[host]:port user:password". */
static bool is_postfix(struct ph_span line, struct ph_span word)
{
	size_t equals = ph_span_find(line, '=');
	struct ph_span name = ph_span_trim(ph_span_first(line, equals));

	if (equals < line.len &&
	    (ph_span_eq(name, PH_SPAN("relayhost")) ||
		ph_span_starts_nocase(name, PH_SPAN("smtp_"))))
		return true;
	return word.len > 0 && word.ptr[0] == '[' && word.len < line.len;
}

static bool has_equals(struct ph_span line, struct ph_span word)
{
	struct ph_span rest =
	    ph_span_skip(line, (size_t)(word.ptr - line.ptr) + word.len);

	rest = ph_span_trim(rest);
	return rest.len > 0 && rest.ptr[0] == '=';
}

static bool find_sign(struct ph_span line, enum ph_foreign_format *out)
{
	struct ph_span word = first_word(line);

	if (is_url(line)) {
		*out = PH_FOREIGN_URL;
		return true;
	}
	if (is_postfix(line, word)) {
		*out = PH_FOREIGN_POSTFIX;
		return true;
	}
	/* "host = h" is ours. */
	if (has_equals(line, word))
		return false;
	for (size_t i = 0; i < PH_COUNT(signs); i++) {
		if (!has_word(signs[i].words, word))
			continue;
		*out = is_block(line) ? PH_FOREIGN_MAILRC : signs[i].format;
		return true;
	}
	if (word.len < 2 || word.ptr[0] != '-')
		return false;
	/* Options alone. */
	*out = PH_FOREIGN_SWAKS;
	return true;
}

static bool take_line(struct ph_span *rest, struct ph_span *line)
{
	size_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->ptr[n] != '\n' && rest->ptr[n] != '\r')
		n++;
	*line = ph_span_trim(ph_span_first(*rest, n));
	*rest = ph_span_skip(*rest, n < rest->len ? n + 1 : n);
	return true;
}

enum ph_err ph_foreign_guess_by_content(
    struct ph_span text, enum ph_foreign_format *out)
{
	struct ph_span line = ph_span_trim(text);

	if (line.len > 0 && (line.ptr[0] == '<' || line.ptr[0] == '{')) {
		*out = line.ptr[0] == '<' ? PH_FOREIGN_AUTOCONFIG
					  : PH_FOREIGN_NODEMAILER;
		return PH_OK;
	}
	while (take_line(&text, &line)) {
		if (line.len > 0 && line.ptr[0] != '#' && find_sign(line, out))
			return PH_OK;
	}
	return PH_ENOTFOUND;
}
