#include "foreign/formats.h"

#include "connection/host.h"
#include "foreign/words.h"

/* Swaks: a command line, or .swaksrc, whose lines hold one option each, with or
   without dashes, and its value as it is.  As swaks 20201014 documents it. */

enum kind {
	SETTING,
	FILE_NAME,
	LOSE,
	IGNORE,
	SERVER,
	STARTTLS,
	TRY_TLS,
	TLS_FIRST,
	VERIFY,
	VERSIONS,
	AUTH,
	PASSWORD,
	EXTRA,
	PROTOCOL
};

static const char message[] = "it is about a message";

static const struct option {
	const char *names; /* separated by spaces */

	enum {
		NONE,
		VALUE,
		/* Asked for where it is left out. */
		MAYBE
	} takes;
	enum kind kind;
	const char *detail;
} options[] = {
	{ "s server", MAYBE, SERVER, NULL },
	{ "p port", MAYBE, SETTING, "port" },
	{ "li local-interface", MAYBE, SETTING, "source-address" },
	{ "f from", MAYBE, SETTING, "from" },
	{ "h helo ehlo lhlo", MAYBE, SETTING, "helo" },
	{ "timeout", MAYBE, SETTING, "timeout" },
	{ "tls", NONE, STARTTLS, NULL },
	{ "tlso tls-optional tlsos tls-optional-strict", NONE, TRY_TLS, NULL },
	{ "tlsc tls-on-connect", NONE, TLS_FIRST, NULL },
	{ "tls-verify", NONE, VERIFY, NULL },
	{ "tlsp tls-protocol", VALUE, VERSIONS, NULL },
	{ "tls-ca-path", VALUE, FILE_NAME, "ca-file" },
	{ "tls-cert", VALUE, FILE_NAME, "client-certificate" },
	{ "tls-key", VALUE, FILE_NAME, "client-key" },
	{ "tls-sni", VALUE, SETTING, "verify-name" },
	{ "tls-cipher", VALUE, LOSE, "a connection names no ciphers" },
	{ "a auth ao auth-optional aos auth-optional-strict", MAYBE, AUTH,
	    NULL },
	{ "au auth-user", MAYBE, SETTING, "username" },
	{ "ap auth-password", MAYBE, PASSWORD, NULL },
	{ "ae auth-extra", VALUE, EXTRA, NULL },
	{ "am auth-map", VALUE, LOSE, "a mechanism has its one name here" },
	{ "protocol", VALUE, PROTOCOL, NULL },
	{ "lp local-port lport", VALUE, LOSE, "the system takes a free one" },
	{ "copy-routing", VALUE, LOSE, "name the server: --server" },
	{ "socket", VALUE, LOSE, "a connection goes by TCP" },
	{ "pipe", VALUE, LOSE, "a connection goes by TCP" },
	{ "proxy", VALUE, LOSE, "it is the PROXY protocol, not a proxy" },
	{ "config", VALUE, LOSE, "import that file too" },
	{ "4 6", NONE, LOSE, "both are tried, and the quicker taken" },
	{ "t to cc bcc", MAYBE, LOSE, message },
	{ "d data body attach attach-body attach-type attach-name ah "
	  "add-header header",
	    MAYBE, LOSE, message },
	{ "q quit quit-after da drop-after das drop-after-send", VALUE, LOSE,
	    message },
	{ "stl show-time-lapse S silent o output output-file l "
	  "output-file-stdout output-file-stderr dump ahp "
	  "auth-hide-password tls-get-peer-cert",
	    MAYBE, IGNORE, NULL },
};

struct swaks {
	struct ph_foreign_reader *r;
	const char *encryption;
	bool verifies;
	bool has_auth;
	bool wants_auth;
	bool has_server;
};

static const struct option *find(struct ph_span name)
{
	for (size_t i = 0; i < PH_COUNT(options); i++) {
		struct ph_span rest = ph_span_of(options[i].names);
		struct ph_span one;

		while (ph_span_split(&rest, ' ', &one)) {
			if (ph_span_eq(one, name))
				return &options[i];
		}
	}
	return NULL;
}

/* HOST, HOST:PORT, [HOST]:PORT, HOST/PORT */
static enum ph_err take_server(struct swaks *s, struct ph_span value)
{
	size_t slash = ph_span_find(value, '/');

	s->has_server = value.len > 0;
	if (slash == value.len)
		return ph_foreign_set(s->r, "host", value, "server");

	enum ph_err err =
	    ph_foreign_set(s->r, "host", ph_span_first(value, slash), "server");

	return err == PH_OK ? ph_foreign_set(s->r, "port",
				  ph_span_skip(value, slash + 1), "server")
			    : err;
}

/* LOGIN,PLAIN; the "-INITIAL" of swaks' own is not a mechanism. */
static enum ph_err take_auth(struct swaks *s, struct ph_span value)
{
	s->wants_auth = true;
	if (value.len == 0 || ph_span_eq_nocase(value, PH_SPAN("ANY")))
		return PH_OK;
	if (ph_span_eq_nocase(value, PH_SPAN("LOGIN-INITIAL")))
		value = PH_SPAN("LOGIN");
	return ph_foreign_set(s->r, "mechanisms", value, "auth");
}

/* domain=D,realm=... */
static enum ph_err take_extra(struct swaks *s, struct ph_span value)
{
	struct ph_span one;
	enum ph_err err = PH_OK;

	while (
	    err == PH_OK && value.len > 0 && ph_span_split(&value, ',', &one)) {
		if (ph_span_starts_nocase(one, PH_SPAN("domain="))) {
			err = ph_foreign_set(
			    s->r, "domain", ph_span_skip(one, 7), "auth-extra");
		} else {
			err = ph_foreign_lose(s->r, PH_SPAN("auth-extra"),
			    "only a domain is taken from it");
		}
	}
	return err;
}

/* tlsv1_2,tlsv1_3, or no_tlsv1,no_tlsv1_1 */
static enum ph_err take_versions(struct swaks *s, struct ph_span value)
{
	static const char *const names[] = { "tlsv1", "tlsv1_1", "tlsv1_2",
		"tlsv1_3" };
	unsigned named = 0;
	bool is_no = ph_span_starts_nocase(value, PH_SPAN("no_"));
	struct ph_span one;
	char text[32] = "";

	while (value.len > 0 && ph_span_split(&value, ',', &one)) {
		if (is_no && ph_span_starts_nocase(one, PH_SPAN("no_")))
			one = ph_span_skip(one, 3);
		for (unsigned i = 0; i < PH_COUNT(names); i++) {
			if (ph_span_eq_nocase(one, ph_span_of(names[i])))
				named |= 1U << i;
		}
	}
	/* What is not named then is what is left of ours. */
	if (is_no)
		named = 0xcU & ~named;
	for (unsigned i = 0; i < PH_COUNT(names); i++) {
		if ((named >> i & 1) != 0) {
			const char word[] = { '1', '.', (char)('0' + i), ' ',
				'\0' };

			memcpy(text + strlen(text), word, sizeof(word));
		}
	}
	if (named == 0) {
		return ph_foreign_lose(s->r, PH_SPAN("tls-protocol"),
		    "it leaves no version of TLS that is known here");
	}
	return ph_foreign_set(s->r, "tls-versions",
	    ph_span_trim(ph_span_of(text)), "tls-protocol");
}

/* ESMTPSA and its kin: an S is STARTTLS, one in front TLS first, an A a
   login. */
static enum ph_err take_protocol(struct swaks *s, struct ph_span value)
{
	static const struct {
		const char *name;
		const char *encryption;
		bool auth;
	} protocols[] = {
		{ "SMTP", NULL, false },
		{ "ESMTP", NULL, false },
		{ "ESMTPA", NULL, true },
		{ "ESMTPS", "after-connect", false },
		{ "ESMTPSA", "after-connect", true },
		{ "SSMTP", "before-connect", false },
		{ "SSMTPA", "before-connect", true },
	};

	for (size_t i = 0; i < PH_COUNT(protocols); i++) {
		if (!ph_span_eq_nocase(value, ph_span_of(protocols[i].name)))
			continue;
		if (protocols[i].encryption != NULL)
			s->encryption = protocols[i].encryption;
		s->wants_auth |= protocols[i].auth;
		return PH_OK;
	}
	return ph_foreign_lose(
	    s->r, PH_SPAN("protocol"), "posthaste speaks SMTP alone");
}

static enum ph_err take_mode(struct swaks *s, enum kind kind)
{
	if (kind == STARTTLS)
		s->encryption = "after-connect";
	if (kind == TRY_TLS)
		s->encryption = "wanted";
	if (kind == TLS_FIRST)
		s->encryption = "before-connect";
	if (kind == VERIFY)
		s->verifies = true;
	return PH_OK;
}

static enum ph_err take(struct swaks *s, const struct option *o,
    struct ph_span name, struct ph_span value)
{
	char what[32] = "";

	memcpy(what, name.ptr, name.len < 31 ? name.len : 31);
	switch (o->kind) {
	case SETTING:
		s->wants_auth |= strcmp(o->detail, "username") == 0;
		return value.len == 0
		    ? PH_OK
		    : ph_foreign_set(s->r, o->detail, value, what);
	case FILE_NAME:
		return ph_foreign_set_path(s->r, o->detail, value, what);
	case LOSE:
		return ph_foreign_lose(s->r, name, o->detail);
	case IGNORE:
		return PH_OK;
	case SERVER:
		return take_server(s, value);
	case VERSIONS:
		return take_versions(s, value);
	case AUTH:
		return take_auth(s, value);
	case PASSWORD:
		s->wants_auth = true;
		return value.len == 0
		    ? PH_OK
		    : ph_foreign_keep(s->r, PH_ROLE_PASSWORD, value, what);
	case EXTRA:
		return take_extra(s, value);
	case PROTOCOL:
		return take_protocol(s, value);
	case STARTTLS:
	case TRY_TLS:
	case TLS_FIRST:
	case VERIFY:
		break;
	}
	return take_mode(s, o->kind);
}

static struct ph_span without_dashes(struct ph_span word)
{
	for (int i = 0; i < 2 && word.len > 0 && word.ptr[0] == '-'; i++)
		word = ph_span_skip(word, 1);
	return word;
}

static enum ph_err take_unknown(struct swaks *s, struct ph_span name)
{
	/* --h-From: a header; --no-tls: undoes what a file says. */
	if (ph_span_starts_nocase(name, PH_SPAN("h-")))
		return ph_foreign_lose(s->r, PH_SPAN("h-"), message);
	return ph_foreign_lose(s->r, name, "posthaste does not know it");
}

static enum ph_err take_words(
    struct swaks *s, const struct ph_foreign_words *w, size_t at)
{
	enum ph_err err = PH_OK;

	while (err == PH_OK && at < w->count) {
		struct ph_span word = w->words[at++];
		struct ph_span value = { 0 };
		struct ph_span name = without_dashes(word);
		size_t equals = ph_span_find(name, '=');
		const struct option *o = find(ph_span_first(name, equals));
		bool follows = at < w->count &&
		    (w->words[at].len == 0 || w->words[at].ptr[0] != '-');

		if (word.len == 0 || word.ptr[0] != '-')
			continue;
		if (equals < name.len) {
			value = ph_span_skip(name, equals + 1);
			name = ph_span_first(name, equals);
		} else if (o != NULL && at < w->count &&
		    (o->takes == VALUE || (o->takes == MAYBE && follows))) {
			value = w->words[at++];
		}
		err =
		    o == NULL ? take_unknown(s, name) : take(s, o, name, value);
	}
	return err;
}

static enum ph_err take_line(struct swaks *s, struct ph_span line)
{
	struct ph_span name = without_dashes(line);
	size_t end = ph_span_find(name, ' ');
	struct ph_span value =
	    ph_span_skip(name, end < name.len ? end + 1 : end);

	name = ph_span_first(name, end);

	const struct option *o = find(name);

	return o == NULL ? take_unknown(s, name)
			 : take(s, o, name, ph_span_trim(value));
}

/* No TLS, no check of the certificate and port 25 are what swaks does of
   itself; a check is what we do. */
static enum ph_err finish(struct swaks *s)
{
	const char *mode = s->encryption == NULL ? "none" : s->encryption;
	bool first = strcmp(mode, "before-connect") == 0;
	struct ph_span host = ph_foreign_get(s->r, "host");
	struct ph_host parsed = { 0 };
	bool has_port = ph_foreign_get(s->r, "port").ptr != NULL ||
	    (ph_host_parse(host, &parsed, NULL) == PH_OK && parsed.port != 0);
	enum ph_err err = PH_OK;

	if (!s->has_server)
		return ph_foreign_refuse(s->r, "no --server is in it");
	if (!has_port) {
		err = ph_foreign_set(s->r, "port",
		    first ? PH_SPAN("465") : PH_SPAN("25"), "port");
	}
	if (err == PH_OK) {
		err =
		    ph_foreign_set(s->r, "encryption", ph_span_of(mode), "tls");
	}
	if (err == PH_OK && !s->wants_auth)
		err = ph_foreign_set(s->r, "anonymous", PH_SPAN("yes"), "auth");
	if (err == PH_OK && !s->verifies && strcmp(mode, "none") != 0) {
		s->r->line = 0;
		err = ph_foreign_lose(s->r, PH_SPAN("tls-verify"),
		    "swaks checks no certificate unless told to, and a "
		    "connection does: see the setting verify");
	}
	return err;
}

static enum ph_err read_command(
    struct swaks *s, const struct ph_foreign_words *w)
{
	size_t at = 0;

	if (w->count > 0 && ph_span_eq(w->words[0], PH_SPAN("$")))
		at++;
	return take_words(s, w, at + 1);
}

/* A command line begins with the program's name, whatever its folder. */
static bool is_command(struct ph_span text)
{
	struct ph_span line = ph_span_trim(text);
	size_t n = 0;

	if (ph_span_starts_nocase(line, PH_SPAN("$ ")))
		line = ph_span_skip(line, 2);
	while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\n' &&
	    line.ptr[n] != '\t')
		n++;
	line = ph_span_trim(ph_span_first(line, n));
	return line.len >= 5 &&
	    ph_span_eq(ph_span_skip(line, line.len - 5), PH_SPAN("swaks"));
}

enum ph_err ph_foreign_read_swaks(struct ph_foreign_reader *r)
{
	struct swaks s = { .r = r };
	struct ph_foreign_words w = { 0 };
	struct ph_span rest = r->text;
	struct ph_span line;
	enum ph_err err = ph_foreign_begin(r, PH_SPAN(""));

	if (err == PH_OK && is_command(r->text)) {
		r->line = 1;
		err = ph_foreign_words_split(r->text, &w);
		if (err == PH_EINVAL)
			return ph_foreign_refuse(r, "a quote in it has no end");
		if (err == PH_OK)
			err = read_command(&s, &w);
		ph_foreign_words_release(&w);
	} else {
		while (err == PH_OK && ph_foreign_next_line(r, &rest, &line)) {
			if (line.len > 0 && line.ptr[0] != '#')
				err = take_line(&s, line);
		}
	}
	return err == PH_OK ? finish(&s) : err;
}
