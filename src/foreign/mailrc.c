#include "foreign/formats.h"

#include "foreign/uri.h"
#include "foreign/words.h"

/* The .mailrc of s-nail, heirloom mailx and their kin: `set NAME=VALUE ...`
   lines, and `account NAME { ... }` around some of them. */

enum name {
	NAME_MTA,
	NAME_SMTP,
	NAME_STARTTLS,
	NAME_AUTH,
	NAME_USER,
	NAME_PASSWORD,
	NAME_FROM,
	NAME_HOSTNAME,
	NAME_VERIFY,
	NAME_CA_FILE,
	NAME_PROXY,
	NAME_CERT,
	NAME_KEY,
	NAME_REALNAME,
	NAME_COUNT
};

/* Older names of the same stand behind it; without the -USER@HOST that may
   follow. */
static const char *const names[NAME_COUNT] = {
	[NAME_MTA] = "mta",
	[NAME_SMTP] = "smtp sendmail",
	[NAME_STARTTLS] = "smtp-use-starttls",
	[NAME_AUTH] = "smtp-auth",
	[NAME_USER] = "smtp-auth-user user",
	[NAME_PASSWORD] = "smtp-auth-password password",
	[NAME_FROM] = "from",
	[NAME_HOSTNAME] = "smtp-hostname hostname",
	[NAME_VERIFY] = "tls-verify ssl-verify",
	[NAME_CA_FILE] = "tls-ca-file ssl-ca-file",
	[NAME_PROXY] = "socks-proxy",
	[NAME_CERT] = "ssl-cert",
	[NAME_KEY] = "ssl-key",
	[NAME_REALNAME] = "name realname",
};

struct mailrc {
	struct ph_foreign_reader *r;
	/* Values point into the words of their lines, which are kept. */
	struct ph_foreign_words *lines;
	size_t line_count;
	struct ph_span values[NAME_COUNT];
	unsigned at[NAME_COUNT];
	struct ph_span outside[NAME_COUNT]; /* before an account began */
	unsigned outside_at[NAME_COUNT];
	struct ph_span account;
	bool in_account;
};

/* "smtp-auth-ann@h" is "smtp-auth" for one server: the rest of it, or all. */
static bool is_name(struct ph_span word, const char *list)
{
	struct ph_span rest = ph_span_of(list);
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (ph_span_eq(word, one))
			return true;
		if (ph_span_starts_nocase(word, one) &&
		    word.ptr[one.len] == '-' &&
		    ph_span_find(ph_span_skip(word, one.len), '@') <
			word.len - one.len)
			return true;
	}
	return false;
}

/* The longest wins: "smtp-auth-user-ann@h" begins like smtp-auth, too. */
static size_t find_name(struct ph_span word)
{
	static const enum name order[] = { NAME_USER, NAME_PASSWORD,
		NAME_STARTTLS, NAME_HOSTNAME, NAME_AUTH, NAME_MTA, NAME_SMTP,
		NAME_FROM, NAME_VERIFY, NAME_CA_FILE, NAME_PROXY, NAME_CERT,
		NAME_KEY, NAME_REALNAME };

	for (size_t i = 0; i < PH_COUNT(order); i++) {
		if (is_name(word, names[order[i]]))
			return order[i];
	}
	return NAME_COUNT;
}

static void set_one(struct mailrc *m, struct ph_span word, bool unset)
{
	size_t equals = ph_span_find(word, '=');
	struct ph_span name = ph_span_first(word, equals);
	bool is_no = ph_span_starts_nocase(name, PH_SPAN("no"));
	size_t i = find_name(name);

	if (i == NAME_COUNT && is_no) {
		i = find_name(ph_span_skip(name, 2));
		unset = true;
	}
	if (i == NAME_COUNT)
		return;
	m->at[i] = m->r->line;
	m->values[i] =
	    equals < word.len ? ph_span_skip(word, equals + 1) : PH_SPAN("");
	if (unset)
		m->values[i] = (struct ph_span){ 0 };
}

static struct ph_span value_of(struct mailrc *m, enum name name)
{
	m->r->line = m->at[name];
	return m->values[name];
}

static enum ph_err put(struct mailrc *m, enum name name, const char *setting)
{
	struct ph_span value = value_of(m, name);
	const char *what = names[name];

	return value.len == 0 ? PH_OK
			      : ph_foreign_set(m->r, setting, value, what);
}

/* A URL, or smtp=HOST[:PORT] of old. */
static bool find_server(struct mailrc *m, struct ph_foreign_uri *out)
{
	struct ph_span text = value_of(m, NAME_MTA);

	if (text.len == 0)
		text = value_of(m, NAME_SMTP);
	if (ph_foreign_uri_split(text, out))
		return ph_foreign_uri_is_mail(out->scheme);
	if (text.len == 0 || text.ptr[0] == '/')
		return false;
	*out = (struct ph_foreign_uri){ .scheme = PH_SPAN("smtp") };

	size_t colon = ph_span_find(text, ':');

	out->host = ph_span_first(text, colon);
	out->port = ph_span_skip(text, colon < text.len ? colon + 1 : colon);
	return true;
}

static enum ph_err put_server(
    struct mailrc *m, const struct ph_foreign_uri *uri)
{
	static const struct {
		const char *scheme;
		const char *encryption;
		const char *port;
	} schemes[] = {
		{ "smtps", "before-connect", "465" },
		{ "submissions", "before-connect", "465" },
		{ "submission", "after-connect", "587" },
		{ "smtp", "none", "25" },
	};

	bool starttls = value_of(m, NAME_STARTTLS).ptr != NULL;
	const char *mode = "none";
	struct ph_span port = uri->port;
	enum ph_err err;

	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		if (!ph_span_eq_nocase(
			uri->scheme, ph_span_of(schemes[i].scheme)))
			continue;
		mode = schemes[i].encryption;
		if (port.len == 0)
			port = ph_span_of(schemes[i].port);
	}
	if (starttls && strcmp(mode, "none") == 0)
		mode = "after-connect";
	err = ph_foreign_uri_set(m->r, "host", uri->host, "mta");
	if (err == PH_OK)
		err = ph_foreign_set(m->r, "port", port, "mta");
	return err == PH_OK ? ph_foreign_set(m->r, "encryption",
				  ph_span_of(mode), "smtp-use-starttls")
			    : err;
}

static enum ph_err put_login(struct mailrc *m, const struct ph_foreign_uri *uri)
{
	struct ph_span method = value_of(m, NAME_AUTH);
	struct ph_span password = value_of(m, NAME_PASSWORD);
	enum ph_err err = PH_OK;

	if (ph_span_eq_nocase(method, PH_SPAN("none"))) {
		return ph_foreign_set(
		    m->r, "anonymous", PH_SPAN("yes"), "smtp-auth");
	}
	err = put(m, NAME_AUTH, "mechanisms");
	if (err == PH_OK)
		err = put(m, NAME_USER, "username");
	if (err == PH_OK && password.len > 0) {
		m->r->line = m->at[NAME_PASSWORD];
		err = ph_foreign_keep(
		    m->r, PH_ROLE_PASSWORD, password, "password");
	}
	m->r->line = m->at[NAME_MTA];
	return err == PH_OK ? ph_foreign_uri_login(m->r, uri, "mta") : err;
}

static enum ph_err put_path(
    struct mailrc *m, enum name name, const char *setting)
{
	struct ph_span value = value_of(m, name);

	return value.len == 0
	    ? PH_OK
	    : ph_foreign_set_path(m->r, setting, value, names[name]);
}

static enum ph_err put_tls(struct mailrc *m)
{
	struct ph_span verify = value_of(m, NAME_VERIFY);
	bool off = ph_span_eq_nocase(verify, PH_SPAN("ignore")) ||
	    ph_span_eq_nocase(verify, PH_SPAN("warn"));
	enum ph_err err = PH_OK;

	if (off) {
		err = ph_foreign_set(
		    m->r, "verify", PH_SPAN("off"), "tls-verify");
	}
	if (err == PH_OK)
		err = put_path(m, NAME_CA_FILE, "ca-file");
	if (err == PH_OK)
		err = put_path(m, NAME_CERT, "client-certificate");
	return err == PH_OK ? put_path(m, NAME_KEY, "client-key") : err;
}

static enum ph_err put_rest(struct mailrc *m)
{
	struct ph_span proxy = value_of(m, NAME_PROXY);
	enum ph_err err = put(m, NAME_HOSTNAME, "helo");

	if (err == PH_OK)
		err = put(m, NAME_FROM, "from");
	if (err != PH_OK || proxy.len == 0)
		return err;
	m->r->line = m->at[NAME_PROXY];
	err = ph_foreign_uri_proxy(m->r, proxy, "socks-proxy");
	return err == PH_OK && ph_foreign_get(m->r, "proxy.host").ptr != NULL
	    ? ph_foreign_set(
		  m->r, "proxy.type", PH_SPAN("socks5"), "socks-proxy")
	    : err;
}

/* What was set up to here. */
static enum ph_err finish(struct mailrc *m)
{
	struct ph_foreign_uri uri = { 0 };
	enum ph_err err;

	if (!find_server(m, &uri))
		return PH_OK;
	err = ph_foreign_begin(m->r, m->account);
	if (err == PH_OK)
		err = put_server(m, &uri);
	if (err == PH_OK)
		err = put_login(m, &uri);
	if (err == PH_OK)
		err = put_tls(m);
	return err == PH_OK ? put_rest(m) : err;
}

static void begin_account(struct mailrc *m, struct ph_span name)
{
	memcpy(m->outside, m->values, sizeof(m->values));
	memcpy(m->outside_at, m->at, sizeof(m->at));
	m->account = name;
	m->in_account = true;
}

static enum ph_err end_account(struct mailrc *m)
{
	enum ph_err err = finish(m);

	memcpy(m->values, m->outside, sizeof(m->values));
	memcpy(m->at, m->outside_at, sizeof(m->at));
	m->account = (struct ph_span){ 0 };
	m->in_account = false;
	return err;
}

static bool is_set(struct ph_span word)
{
	return ph_span_eq(word, PH_SPAN("set")) ||
	    ph_span_eq(word, PH_SPAN("se")) ||
	    ph_span_eq(word, PH_SPAN("varset")) ||
	    ph_span_eq(word, PH_SPAN("unset"));
}

static enum ph_err take_words(
    struct mailrc *m, const struct ph_foreign_words *w)
{
	bool unset;

	if (w->count == 0)
		return PH_OK;
	if (ph_span_eq(w->words[0], PH_SPAN("}")))
		return m->in_account ? end_account(m) : PH_OK;
	if (ph_span_eq(w->words[0], PH_SPAN("account")) && w->count > 1) {
		begin_account(m, w->words[1]);
		return PH_OK;
	}
	if (ph_span_eq(w->words[0], PH_SPAN("source"))) {
		return ph_foreign_lose(
		    m->r, w->words[0], "import that file too");
	}
	unset = ph_span_eq(w->words[0], PH_SPAN("unset"));
	for (size_t i = 1; is_set(w->words[0]) && i < w->count; i++)
		set_one(m, w->words[i], unset);
	return PH_OK;
}

/* Lines joined by a backslash at the end are one. */
static bool next_line(
    struct mailrc *m, struct ph_span *rest, struct ph_span *out)
{
	struct ph_span more;

	if (!ph_foreign_next_line(m->r, rest, out))
		return false;
	while (out->len > 0 && out->ptr[out->len - 1] == '\\' &&
	    ph_foreign_next_line(m->r, rest, &more))
		out->len = (size_t)(more.ptr + more.len - out->ptr);
	return true;
}

static enum ph_err read_lines(struct mailrc *m)
{
	struct ph_span rest = m->r->text;
	struct ph_span line;
	enum ph_err err = PH_OK;

	while (err == PH_OK && next_line(m, &rest, &line)) {
		struct ph_foreign_words *w = &m->lines[m->line_count];

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		err = ph_foreign_words_split(line, w);
		if (err == PH_EINVAL) {
			err = ph_foreign_lose(
			    m->r, PH_SPAN("..."), "a quote in it has no end");
			continue;
		}
		if (err == PH_OK) {
			m->line_count++;
			err = take_words(m, w);
		}
	}
	if (err == PH_OK && m->in_account)
		err = end_account(m);
	return err == PH_OK ? finish(m) : err;
}

static size_t count_lines(struct ph_span text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n' || text.ptr[i] == '\r';
	return count;
}

enum ph_err ph_foreign_read_mailrc(struct ph_foreign_reader *r)
{
	struct mailrc m = { .r = r };
	size_t most = count_lines(r->text);
	enum ph_err err;

	if (most > PH_FOREIGN_WORDS_MAX)
		return ph_foreign_refuse(r, "too many lines");
	m.lines = ph_arena_array(&r->out->arena, most, sizeof(*m.lines));
	err = m.lines == NULL ? PH_ENOMEM : read_lines(&m);
	for (size_t i = 0; i < m.line_count; i++)
		ph_foreign_words_release(&m.lines[i]);
	return err;
}
