#include "inject/fault.h"

#include "base/ascii.h"
#include "base/num.h"
#include "inject/octets.h"

#include <stdarg.h>
#include <stdio.h>

/* "any" is none of the engine's stages; it has a bit of its own. */
enum {
	ANY = PH_SMTPD_STAGE_COUNT
};

#define BIT(stage) (1U << (stage))
#define AT(name)   BIT(PH_SMTPD_STAGE_##name)

static const unsigned commands = AT(EHLO) | AT(STARTTLS) | AT(AUTH) | AT(MAIL) |
    AT(RCPT) | AT(DATA) | AT(RSET) | AT(QUIT) | BIT(ANY);

/* Where a reply is due. */
#define REPLIES (commands | AT(GREETING) | AT(LOGIN) | AT(END) | AT(KEPT))

#define EVERYWHERE (REPLIES | AT(CONNECT) | AT(TLS) | AT(CONTENT))

/* Those that are about something a pattern can be held against. */
#define ABOUT (AT(EHLO) | AT(AUTH) | AT(LOGIN) | AT(MAIL) | AT(RCPT))

static const char stage_words[] =
    "connect greeting ehlo starttls tls auth login mail rcpt data content end "
    "kept rset quit any";

static const struct {
	const char *name;
	unsigned stage;
} stages[] = {
	{ "connect", PH_SMTPD_STAGE_CONNECT },
	{ "greeting", PH_SMTPD_STAGE_GREETING },
	{ "ehlo", PH_SMTPD_STAGE_EHLO },
	{ "starttls", PH_SMTPD_STAGE_STARTTLS },
	{ "tls", PH_SMTPD_STAGE_TLS },
	{ "auth", PH_SMTPD_STAGE_AUTH },
	{ "login", PH_SMTPD_STAGE_LOGIN },
	{ "mail", PH_SMTPD_STAGE_MAIL },
	{ "rcpt", PH_SMTPD_STAGE_RCPT },
	{ "data", PH_SMTPD_STAGE_DATA },
	{ "content", PH_SMTPD_STAGE_CONTENT },
	{ "end", PH_SMTPD_STAGE_END },
	{ "kept", PH_SMTPD_STAGE_KEPT },
	{ "rset", PH_SMTPD_STAGE_RSET },
	{ "quit", PH_SMTPD_STAGE_QUIT },
	{ "any", ANY },
};

static const char certificate_words[] =
    "expired not-yet wrong-name weak chain-missing self-signed";

static const char *const certificates[PH_INJECT_CERTIFICATE_COUNT] = {
	[PH_INJECT_SOUND] = "",
	[PH_INJECT_EXPIRED] = "expired",
	[PH_INJECT_NOT_YET] = "not-yet",
	[PH_INJECT_WRONG_NAME] = "wrong-name",
	[PH_INJECT_WEAK] = "weak",
	[PH_INJECT_CHAIN_MISSING] = "chain-missing",
	[PH_INJECT_SELF_SIGNED] = "self-signed",
};

static const char phrase_words[] =
    "unavailable too-many-sessions unknown-command too-many-errors "
    "tls-required login-required mechanism-unknown bad-login login-forbidden "
    "login-later sender-not-owned relay-denied unknown-recipient greylisted "
    "too-many-recipients too-big too-many-messages too-fast quota "
    "content-refused";

static const char *const phrases[PH_PHRASE_COUNT] = {
	[PH_PHRASE_NONE] = "",
	[PH_PHRASE_GREETING] = "greeting",
	[PH_PHRASE_HELLO] = "hello",
	[PH_PHRASE_TLS_GO] = "tls-go",
	[PH_PHRASE_LOGIN_OK] = "login-ok",
	[PH_PHRASE_SENDER_OK] = "sender-ok",
	[PH_PHRASE_RECIPIENT_OK] = "recipient-ok",
	[PH_PHRASE_GO_AHEAD] = "go-ahead",
	[PH_PHRASE_TAKEN] = "taken",
	[PH_PHRASE_RESET] = "reset",
	[PH_PHRASE_BYE] = "bye",
	[PH_PHRASE_UNAVAILABLE] = "unavailable",
	[PH_PHRASE_TOO_MANY_SESSIONS] = "too-many-sessions",
	[PH_PHRASE_UNKNOWN_COMMAND] = "unknown-command",
	[PH_PHRASE_TOO_MANY_ERRORS] = "too-many-errors",
	[PH_PHRASE_TLS_REQUIRED] = "tls-required",
	[PH_PHRASE_LOGIN_REQUIRED] = "login-required",
	[PH_PHRASE_MECHANISM_UNKNOWN] = "mechanism-unknown",
	[PH_PHRASE_BAD_LOGIN] = "bad-login",
	[PH_PHRASE_LOGIN_FORBIDDEN] = "login-forbidden",
	[PH_PHRASE_LOGIN_LATER] = "login-later",
	[PH_PHRASE_SENDER_NOT_OWNED] = "sender-not-owned",
	[PH_PHRASE_RELAY_DENIED] = "relay-denied",
	[PH_PHRASE_UNKNOWN_RECIPIENT] = "unknown-recipient",
	[PH_PHRASE_GREYLISTED] = "greylisted",
	[PH_PHRASE_TOO_MANY_RECIPIENTS] = "too-many-recipients",
	[PH_PHRASE_TOO_BIG] = "too-big",
	[PH_PHRASE_TOO_MANY_MESSAGES] = "too-many-messages",
	[PH_PHRASE_TOO_FAST] = "too-fast",
	[PH_PHRASE_QUOTA] = "quota",
	[PH_PHRASE_CONTENT_REFUSED] = "content-refused",
};

struct parser {
	struct ph_arena *arena;
	struct ph_inject_fault *fault;
	unsigned stage; /* the bit's number */
	struct ph_inject_complaint *why;
	const char *example;
};

enum {
	SHOWN_MAX = 60
};

/* As much of it as a message needs. */
static struct ph_span shown(struct ph_span word)
{
	return word.len > SHOWN_MAX ? ph_span_first(word, SHOWN_MAX) : word;
}

PH_PRINTF(2, 3)

static enum ph_err complain(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	*p->why = (struct ph_inject_complaint){ .example = p->example };
	va_start(ap, fmt);
	(void)vsnprintf(p->why->text, sizeof(p->why->text), fmt, ap);
	va_end(ap);
	return PH_EINVAL;
}

static enum ph_err complain_word(
    struct parser *p, const char *what, struct ph_span word, const char *words)
{
	struct ph_span part = shown(word);
	enum ph_err err = complain(p, "%s \"%.*s\"", what, PH_SPAN_ARG(part));

	p->why->word = word;
	p->why->words = words;
	return err;
}

/* ---- arguments */

static enum ph_err number(
    struct parser *p, const char *name, struct ph_span value, uint32_t *out)
{
	uint64_t n = 0;

	if (ph_num_parse(value, UINT32_MAX, &n) != PH_OK || n == 0) {
		return complain(p, "%s=\"%.*s\" is no number above 0", name,
		    PH_SPAN_ARG(shown(value)));
	}
	*out = (uint32_t)n;
	return PH_OK;
}

static enum ph_err read_wait(struct parser *p, struct ph_span value)
{
	ph_msec wait = 0;

	if (ph_num_parse_duration(value, &wait) != PH_OK || wait == 0 ||
	    wait > PH_INJECT_WAIT_MAX) {
		return complain(p,
		    "\"%.*s\" is no time of up to a day, such as 200ms or 5s",
		    PH_SPAN_ARG(shown(value)));
	}
	p->fault->wait = wait;
	return PH_OK;
}

static enum ph_err read_greylist(struct parser *p, struct ph_span value)
{
	return value.len == 0 ? PH_OK : read_wait(p, value);
}

static enum ph_err read_octets(struct parser *p, struct ph_span value)
{
	enum ph_err err =
	    ph_inject_octets_parse(value, p->arena, &p->fault->octets);

	if (err == PH_EINVAL) {
		return complain(p,
		    "\"%.*s\": only \\r \\n \\t \\\\ and \\xHH have a "
		    "backslash",
		    PH_SPAN_ARG(shown(value)));
	}
	return err;
}

static enum ph_err read_garble(struct parser *p, struct ph_span value)
{
	static const struct ph_span octets =
	    PH_SPAN_INIT("\x80\x00\xff nothing like SMTP \x07\r\n");

	if (value.len > 0)
		return read_octets(p, value);
	p->fault->octets = octets;
	return PH_OK;
}

static enum ph_err read_challenge(struct parser *p, struct ph_span value)
{
	if (ph_span_has_control(value)) {
		return complain(p, "a challenge is one line of printable text");
	}
	return ph_arena_copy(p->arena, value, &p->fault->octets);
}

/* Lines are written with \n between. */
static enum ph_err read_reply(struct parser *p, struct ph_span value)
{
	uint64_t code = 0;
	struct ph_span text = { 0 };
	enum ph_err err;

	if (value.len < 3 ||
	    ph_num_parse(ph_span_first(value, 3), 599, &code) != PH_OK ||
	    code < 200 || (value.len > 3 && value.ptr[3] != ' ')) {
		return complain(p,
		    "\"%.*s\" is no reply: three digits from 200 to 599, a "
		    "blank, text",
		    PH_SPAN_ARG(shown(value)));
	}
	err = ph_inject_octets_parse(
	    ph_span_skip(value, value.len > 3 ? 4 : 3), p->arena, &text);
	if (err == PH_ENOMEM)
		return err;
	p->fault->reply =
	    (struct ph_smtpd_reply){ .code = (uint16_t)code, .text = text.ptr };
	/* A NUL in it would end it early. */
	if (err != PH_OK || memchr(text.ptr, '\0', text.len) != NULL ||
	    !ph_smtpd_reply_fits(&p->fault->reply)) {
		return complain(p,
		    "\"%.*s\": lines of printable text, \\n between, at most "
		    "480 octets each and 20 of them",
		    PH_SPAN_ARG(shown(value)));
	}
	return PH_OK;
}

static enum ph_err read_phrase(struct parser *p, struct ph_span value)
{
	for (size_t i = PH_PHRASE_UNAVAILABLE; i < PH_PHRASE_COUNT; i++) {
		if (ph_span_eq(value, ph_span_of(phrases[i]))) {
			p->fault->phrase = (enum ph_smtpd_phrase)i;
			return PH_OK;
		}
	}
	return complain_word(p, "nothing to say for", value, phrase_words);
}

static enum ph_err read_certificate(struct parser *p, struct ph_span value)
{
	for (size_t i = PH_INJECT_EXPIRED; i < PH_INJECT_CERTIFICATE_COUNT;
	     i++) {
		if (ph_span_eq(value, ph_span_of(certificates[i]))) {
			p->fault->certificate = (enum ph_inject_certificate)i;
			return PH_OK;
		}
	}
	return complain_word(p, "no certificate", value, certificate_words);
}

/* A keyword, and behind it what an EHLO line may have (RFC 5321 4.1.1.1); "|"
   stands between lines. */
static bool is_ehlo_line(struct ph_span line, bool alone)
{
	size_t i = 0;

	while (i < line.len &&
	    (ph_ascii_is_alnum(line.ptr[i]) || line.ptr[i] == '-')) {
		i++;
	}
	if (i == 0 || line.len > 200)
		return false;
	return i == line.len ||
	    (!alone && line.ptr[i] == ' ' && !ph_span_has_control(line) &&
		memchr(line.ptr, '|', line.len) == NULL);
}

static enum ph_err read_strip(struct parser *p, struct ph_span value)
{
	if (!is_ehlo_line(value, true)) {
		return complain(p, "\"%.*s\" is no keyword of EHLO",
		    PH_SPAN_ARG(shown(value)));
	}
	return ph_arena_copy(p->arena, value, &p->fault->octets);
}

static enum ph_err read_add(struct parser *p, struct ph_span value)
{
	if (!is_ehlo_line(value, false)) {
		return complain(p, "\"%.*s\" is no line of EHLO",
		    PH_SPAN_ARG(shown(value)));
	}
	return ph_arena_copy(p->arena, value, &p->fault->octets);
}

/* ---- actions */

enum wants {
	NOTHING,
	SOMETHING,
	PERHAPS
};

static const struct action {
	const char *name;
	enum ph_inject_action action;
	enum wants wants;
	enum ph_err (*read)(struct parser *p, struct ph_span value);
	unsigned stages;
	const char *example;
} actions[] = {
	{ "reply", PH_INJECT_REPLY, SOMETHING, read_reply,
	    AT(CONTENT) | AT(GREETING) | AT(LOGIN) | AT(END) | AT(KEPT),
	    "rcpt:reply=550 5.1.1 No such user" },
	{ "say", PH_INJECT_SAY, SOMETHING, read_phrase,
	    AT(CONTENT) | AT(GREETING) | AT(LOGIN) | AT(END) | AT(KEPT),
	    "login:say=login-forbidden" },
	{ "hangup", PH_INJECT_HANGUP, NOTHING, NULL, ~0U, "data:hangup" },
	{ "reset", PH_INJECT_RESET, NOTHING, NULL, ~0U,
	    "content,after=10K:reset" },
	{ "stall", PH_INJECT_STALL, NOTHING, NULL, ~0U, "greeting:stall" },
	{ "slow", PH_INJECT_SLOW, SOMETHING, read_wait, ~0U, "end:slow=5s" },
	{ "drip", PH_INJECT_DRIP, SOMETHING, read_wait,
	    AT(GREETING) | AT(LOGIN) | AT(END) | AT(KEPT), "ehlo:drip=100ms" },
	{ "garble", PH_INJECT_GARBLE, PERHAPS, read_garble,
	    AT(GREETING) | AT(LOGIN) | AT(END) | AT(KEPT),
	    "greeting:garble=* OK IMAP4 ready\\r\\n" },
	{ "strip", PH_INJECT_STRIP, SOMETHING, read_strip, AT(EHLO),
	    "ehlo:strip=STARTTLS" },
	{ "add", PH_INJECT_ADD, SOMETHING, read_add, AT(EHLO),
	    "ehlo:add=SIZE 1000" },
	{ "inject", PH_INJECT_INJECT, SOMETHING, read_octets, AT(STARTTLS),
	    "starttls:inject=250 ok\\r\\n" },
	{ "plain", PH_INJECT_PLAIN, NOTHING, NULL, AT(TLS), "tls:plain" },
	{ "tls", PH_INJECT_TLS, NOTHING, NULL, AT(CONNECT), "connect:tls" },
	{ "certificate", PH_INJECT_CERTIFICATE, SOMETHING, read_certificate,
	    AT(TLS), "tls:certificate=expired" },
	{ "challenge", PH_INJECT_CHALLENGE, SOMETHING, read_challenge, AT(AUTH),
	    "auth=CRAM-MD5:challenge=PDEyMy40NUBteC50ZXN0Pg==" },
	{ "greylist", PH_INJECT_GREYLIST, PERHAPS, read_greylist, AT(RCPT),
	    "rcpt:greylist=5min" },
};

static const char action_words[] =
    "reply say hangup reset stall slow drip garble strip add inject plain tls "
    "certificate challenge greylist";

/* What replies go with, each command has. */
static bool goes_with(const struct action *a, unsigned stage)
{
	unsigned set = a->stages;

	if ((set & AT(GREETING)) != 0)
		set |= commands;
	return (set & BIT(stage)) != 0;
}

/* "drip goes with greeting ehlo ..., not with tls" */
static enum ph_err complain_stage(struct parser *p, const struct action *a)
{
	char list[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		if (!goes_with(a, stages[i].stage))
			continue;
		int n = snprintf(list + len, sizeof(list) - len, "%s%s",
		    len > 0 ? " " : "", stages[i].name);
		len += (size_t)n;
	}
	*p->why = (struct ph_inject_complaint){ .example = a->example };
	(void)snprintf(p->why->text, sizeof(p->why->text),
	    "%s goes only with %s", a->name, list);
	return PH_EINVAL;
}

static enum ph_err read_action(struct parser *p, struct ph_span what)
{
	size_t equals = ph_span_find(what, '=');
	struct ph_span name = ph_span_first(what, equals);
	bool has_value = equals < what.len;
	struct ph_span value =
	    ph_span_skip(what, has_value ? equals + 1 : equals);
	const struct action *a = NULL;

	for (size_t i = 0; i < PH_COUNT(actions); i++) {
		if (ph_span_eq(name, ph_span_of(actions[i].name)))
			a = &actions[i];
	}
	if (a == NULL)
		return complain_word(p, "no action", name, action_words);
	p->example = a->example;
	if (!goes_with(a, p->stage))
		return complain_stage(p, a);
	if (a->wants == NOTHING && has_value) {
		return complain(
		    p, "\"%.*s\" takes no argument", PH_SPAN_ARG(shown(name)));
	}
	if ((a->wants == SOMETHING && value.len == 0) ||
	    (has_value && value.len == 0)) {
		return complain(
		    p, "\"%.*s\" needs an argument", PH_SPAN_ARG(shown(name)));
	}
	p->fault->action = a->action;
	return a->read == NULL ? PH_OK : a->read(p, value);
}

/* ---- conditions */

static enum ph_err read_from(struct parser *p, struct ph_span value)
{
	return number(p, "from", value, &p->fault->from);
}

static enum ph_err read_times(struct parser *p, struct ph_span value)
{
	return number(p, "times", value, &p->fault->times);
}

static enum ph_err read_session(struct parser *p, struct ph_span value)
{
	return number(p, "session", value, &p->fault->session);
}

static enum ph_err read_each(struct parser *p, struct ph_span value)
{
	(void)value;
	p->fault->each_session = true;
	return PH_OK;
}

static enum ph_err read_probability(struct parser *p, struct ph_span value)
{
	uint64_t percent = 0;

	if (value.len < 2 || value.ptr[value.len - 1] != '%' ||
	    ph_num_parse(ph_span_first(value, value.len - 1), 100, &percent) !=
		PH_OK ||
	    percent == 0) {
		return complain(p, "probability=\"%.*s\" is not 1%% to 100%%",
		    PH_SPAN_ARG(shown(value)));
	}
	p->fault->percent = (unsigned)percent;
	return PH_OK;
}

static enum ph_err read_clear(struct parser *p, struct ph_span value)
{
	(void)value;
	p->fault->side = PH_INJECT_CLEAR;
	return PH_OK;
}

static enum ph_err read_secure(struct parser *p, struct ph_span value)
{
	(void)value;
	p->fault->side = PH_INJECT_SECURE;
	return PH_OK;
}

static enum ph_err read_after(struct parser *p, struct ph_span value)
{
	if (p->stage != PH_SMTPD_STAGE_CONTENT) {
		return complain(p, "after=%.*s goes only with content",
		    PH_SPAN_ARG(shown(value)));
	}
	if (ph_num_parse_size(value, &p->fault->after) != PH_OK) {
		return complain(p, "after=\"%.*s\" is no size, such as 10K",
		    PH_SPAN_ARG(shown(value)));
	}
	return PH_OK;
}

static const struct {
	const char *name;
	bool has_value;
	enum ph_err (*read)(struct parser *p, struct ph_span value);
	const char *example;
} conditions[] = {
	{ "from", true, read_from, "mail,from=3:reply=421 4.7.0 Enough" },
	{ "times", true, read_times, "rcpt,times=2:reply=451 4.7.1 Later" },
	{ "session", true, read_session, "greeting,session=1:hangup" },
	{ "each-session", false, read_each,
	    "any,from=10,each-session:reply=421 4.7.0 Enough" },
	{ "probability", true, read_probability, "end,probability=10%:hangup" },
	{ "clear", false, read_clear, "ehlo,clear:strip=STARTTLS" },
	{ "secure", false, read_secure, "ehlo,secure:strip=AUTH" },
	{ "after", true, read_after, "content,after=10K:reset" },
};

static const char condition_words[] =
    "from times session each-session probability clear secure after";

static enum ph_err read_condition(struct parser *p, struct ph_span text)
{
	size_t equals = ph_span_find(text, '=');
	struct ph_span name = ph_span_first(text, equals);
	bool has_value = equals < text.len;

	for (size_t i = 0; i < PH_COUNT(conditions); i++) {
		if (!ph_span_eq(name, ph_span_of(conditions[i].name)))
			continue;
		p->example = conditions[i].example;
		if (has_value != conditions[i].has_value) {
			return complain(p,
			    has_value ? "\"%.*s\" takes no value"
				      : "\"%.*s\" needs a value",
			    PH_SPAN_ARG(shown(name)));
		}
		return conditions[i].read(
		    p, ph_span_skip(text, has_value ? equals + 1 : equals));
	}
	return complain_word(p, "no condition", name, condition_words);
}

/* ---- the whole */

static enum ph_err read_stage(struct parser *p, struct ph_span text)
{
	size_t equals = ph_span_find(text, '=');
	struct ph_span name = ph_span_first(text, equals);
	const char *found = NULL;

	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		if (!ph_span_eq(name, ph_span_of(stages[i].name)))
			continue;
		found = stages[i].name;
		p->stage = stages[i].stage;
	}
	if (found == NULL)
		return complain_word(p, "no stage", name, stage_words);
	p->fault->any = p->stage == ANY;
	p->fault->stage =
	    p->fault->any ? PH_SMTPD_STAGE_NONE : (enum ph_smtpd_stage)p->stage;
	if (equals == text.len)
		return PH_OK;
	p->example = "rcpt=*@example.com:reply=550 5.1.1 No such user";
	if ((BIT(p->stage) & ABOUT) == 0) {
		return complain(
		    p, "\"%.*s\" takes no pattern", PH_SPAN_ARG(shown(name)));
	}
	p->fault->has_pattern = true;
	return ph_arena_copy(
	    p->arena, ph_span_skip(text, equals + 1), &p->fault->pattern);
}

static enum ph_err read_when(struct parser *p, struct ph_span when)
{
	struct ph_span part = { 0 };
	bool more = ph_span_split(&when, ',', &part);
	enum ph_err err = read_stage(p, more ? part : when);

	while (err == PH_OK && ph_span_split(&when, ',', &part))
		err = read_condition(p, part);
	return err;
}

enum ph_err ph_inject_fault_parse(struct ph_span text, struct ph_arena *a,
    struct ph_inject_fault *out, struct ph_inject_complaint *why)
{
	struct ph_inject_fault fault = { .percent = 100 };
	struct parser p = { .arena = a,
		.fault = &fault,
		.why = why,
		.example = "rcpt:reply=550 5.1.1 No such user" };
	size_t colon = ph_span_find(text, ':');
	enum ph_err err;

	if (text.len > PH_INJECT_TEXT_MAX)
		return complain(&p, "it is longer than 4096 octets");
	if (colon == text.len) {
		return complain(&p,
		    "\"%.*s\" has no colon between when and what",
		    PH_SPAN_ARG(shown(text)));
	}
	fault.text = ph_arena_str(a, text);
	if (fault.text == NULL)
		return PH_ENOMEM;
	err = read_when(&p, ph_span_first(text, colon));
	if (err == PH_OK)
		err = read_action(&p, ph_span_skip(text, colon + 1));
	if (err == PH_OK)
		*out = fault;
	return err;
}

bool ph_inject_is_yes(enum ph_smtpd_stage stage, uint16_t code)
{
	static const uint16_t yes[PH_SMTPD_STAGE_COUNT] = {
		[PH_SMTPD_STAGE_GREETING] = 220,
		[PH_SMTPD_STAGE_EHLO] = 250,
		[PH_SMTPD_STAGE_STARTTLS] = 220,
		[PH_SMTPD_STAGE_AUTH] = 235,
		[PH_SMTPD_STAGE_LOGIN] = 235,
		[PH_SMTPD_STAGE_MAIL] = 250,
		[PH_SMTPD_STAGE_RCPT] = 250,
		[PH_SMTPD_STAGE_DATA] = 354,
		[PH_SMTPD_STAGE_END] = 250,
		[PH_SMTPD_STAGE_KEPT] = 250,
		[PH_SMTPD_STAGE_RSET] = 250,
		[PH_SMTPD_STAGE_QUIT] = 221,
	};

	return yes[stage] == code ||
	    (stage == PH_SMTPD_STAGE_RCPT && code == 251);
}

const char *ph_inject_stage_name(enum ph_smtpd_stage stage)
{
	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		if (stages[i].stage == (unsigned)stage)
			return stages[i].name;
	}
	return "other";
}

const char *ph_inject_stage_names(void)
{
	return stage_words;
}

const char *ph_inject_action_names(void)
{
	return action_words;
}

const char *ph_inject_phrase_name(enum ph_smtpd_phrase phrase)
{
	return phrases[phrase];
}
