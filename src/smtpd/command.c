#include "smtpd/command.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/utf8.h"
#include "smtpd/parameter.h"
#include "smtpd/path.h"

static const struct ph_smtpd_reply unknown = { 500, "5.5.2",
	"Command not recognized", PH_PHRASE_UNKNOWN_COMMAND };
static const struct ph_smtpd_reply control = { 500, "5.5.2",
	"Control character in a command" };
static const struct ph_smtpd_reply no_argument = { 501, "5.5.4",
	"Command takes no argument" };
static const struct ph_smtpd_reply bad_name = { 501, "5.5.4",
	"A host name or address literal is wanted" };
static const struct ph_smtpd_reply bad_mail = { 501, "5.5.4",
	"MAIL FROM:<address> is wanted" };
static const struct ph_smtpd_reply bad_rcpt = { 501, "5.5.4",
	"RCPT TO:<address> is wanted" };
static const struct ph_smtpd_reply bad_sender = { 501, "5.1.7",
	"Sender address is malformed" };
static const struct ph_smtpd_reply bad_recipient = { 501, "5.1.3",
	"Recipient address is malformed" };
static const struct ph_smtpd_reply needs_utf8 = { 553, "5.6.7",
	"Sender address needs SMTPUTF8" };
static const struct ph_smtpd_reply bad_bdat = { 501, "5.5.4",
	"BDAT octets [LAST] is wanted" };
static const struct ph_smtpd_reply bad_auth = { 501, "5.5.4",
	"AUTH mechanism [initial-response] is wanted" };
static const struct ph_smtpd_reply no_word = { 501, "5.5.4",
	"An argument is wanted" };

typedef const struct ph_smtpd_reply *parse_fn(
    struct ph_span rest, struct ph_smtpd_command *out);

static const struct ph_smtpd_reply *parse_nothing(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	(void)out;
	return rest.len == 0 ? NULL : &no_argument;
}

static const struct ph_smtpd_reply *parse_anything(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	out->argument = rest;
	return NULL;
}

static const struct ph_smtpd_reply *parse_word(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	out->argument = rest;
	return rest.len == 0 ? &no_word : NULL;
}

/* Hosts do call themselves my_host, and RFC 5321 4.1.4 wants mail not to be
   refused for it. */
static bool is_host_name(struct ph_span s)
{
	if (s.len == 0 || s.len > PH_PATH_DOMAIN_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!ph_ascii_is_alnum(c) && (unsigned char)c < 0x80 &&
		    c != '.' && c != '-' && c != '_') {
			return false;
		}
	}
	return ph_utf8_valid(s);
}

static const struct ph_smtpd_reply *parse_hello(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	if (!is_host_name(rest) && !ph_smtpd_path_is_literal(rest))
		return &bad_name;
	out->argument = rest;
	return NULL;
}

/* Takes "FROM:" or "TO:", and a blank that should not be there. */
static bool take_prefix(struct ph_span *rest, struct ph_span prefix)
{
	if (!ph_span_starts_nocase(*rest, prefix))
		return false;
	*rest = ph_span_skip(*rest, prefix.len);
	while (rest->len > 0 && rest->ptr[0] == ' ')
		*rest = ph_span_skip(*rest, 1);
	return true;
}

static const struct ph_smtpd_reply *parse_mail(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	if (!take_prefix(&rest, PH_SPAN("FROM:")))
		return &bad_mail;
	if (ph_smtpd_path_take(&rest, &out->mail.sender) != PH_OK ||
	    (rest.len > 0 && rest.ptr[0] != ' ')) {
		return &bad_sender;
	}

	const struct ph_smtpd_reply *refusal =
	    ph_smtpd_parameters_read(rest, out);
	if (refusal != NULL)
		return refusal;
	if (!out->mail.utf8 && !ph_span_is_ascii(out->mail.sender))
		return &needs_utf8;
	return NULL;
}

static const struct ph_smtpd_reply *parse_rcpt(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	if (!take_prefix(&rest, PH_SPAN("TO:")))
		return &bad_rcpt;
	if (ph_smtpd_path_take(&rest, &out->rcpt.address) != PH_OK ||
	    out->rcpt.address.len == 0 ||
	    (rest.len > 0 && rest.ptr[0] != ' ')) {
		return &bad_recipient;
	}
	return ph_smtpd_parameters_read(rest, out);
}

static const struct ph_smtpd_reply *parse_bdat(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	size_t blank = ph_span_find(rest, ' ');

	if (ph_num_parse(ph_span_first(rest, blank), UINT64_MAX, &out->chunk) !=
	    PH_OK) {
		return &bad_bdat;
	}
	if (blank == rest.len)
		return NULL;
	out->last = ph_span_eq_nocase(
	    ph_span_trim(ph_span_skip(rest, blank)), PH_SPAN("LAST"));
	return out->last ? NULL : &bad_bdat;
}

static const struct ph_smtpd_reply *parse_auth(
    struct ph_span rest, struct ph_smtpd_command *out)
{
	size_t blank = ph_span_find(rest, ' ');

	if (blank == 0)
		return &bad_auth;
	out->argument = ph_span_first(rest, blank);
	if (blank == rest.len)
		return NULL;
	out->initial = ph_span_trim(ph_span_skip(rest, blank));
	out->has_initial = true;
	return ph_span_find(out->initial, ' ') == out->initial.len ? NULL
								   : &bad_auth;
}

static const struct verb {
	struct ph_span name;
	enum ph_smtpd_verb verb;
	parse_fn *parse;
} verbs[] = {
	{ { "MAIL", 4 }, PH_VERB_MAIL, parse_mail },
	{ { "RCPT", 4 }, PH_VERB_RCPT, parse_rcpt },
	{ { "DATA", 4 }, PH_VERB_DATA, parse_nothing },
	{ { "BDAT", 4 }, PH_VERB_BDAT, parse_bdat },
	{ { "EHLO", 4 }, PH_VERB_EHLO, parse_hello },
	{ { "HELO", 4 }, PH_VERB_HELO, parse_hello },
	{ { "RSET", 4 }, PH_VERB_RSET, parse_nothing },
	{ { "NOOP", 4 }, PH_VERB_NOOP, parse_anything },
	{ { "QUIT", 4 }, PH_VERB_QUIT, parse_nothing },
	{ { "AUTH", 4 }, PH_VERB_AUTH, parse_auth },
	{ { "VRFY", 4 }, PH_VERB_VRFY, parse_word },
	{ { "EXPN", 4 }, PH_VERB_EXPN, parse_word },
	{ { "HELP", 4 }, PH_VERB_HELP, parse_anything },
	{ { "STARTTLS", 8 }, PH_VERB_STARTTLS, parse_nothing },
	{ { "GET", 3 }, PH_VERB_FOREIGN, parse_anything },
	{ { "PUT", 3 }, PH_VERB_FOREIGN, parse_anything },
	{ { "HEAD", 4 }, PH_VERB_FOREIGN, parse_anything },
	{ { "POST", 4 }, PH_VERB_FOREIGN, parse_anything },
	{ { "CONNECT", 7 }, PH_VERB_FOREIGN, parse_anything },
	{ { "OPTIONS", 7 }, PH_VERB_FOREIGN, parse_anything },
};

static const struct verb *find_verb(struct ph_span name)
{
	for (size_t i = 0; i < PH_COUNT(verbs); i++) {
		if (ph_span_eq_nocase(name, verbs[i].name))
			return &verbs[i];
	}
	return NULL;
}

static struct ph_span trim_end(struct ph_span s)
{
	while (
	    s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	return s;
}

enum ph_err ph_smtpd_command_parse(struct ph_span line,
    struct ph_smtpd_command *out, const struct ph_smtpd_reply **refusal)
{
	line = trim_end(line);

	size_t blank = ph_span_find(line, ' ');
	const struct verb *v = find_verb(ph_span_first(line, blank));

	/* Not the arrays: they hold nothing that is not pointed at. */
	memset(out, 0, offsetof(struct ph_smtpd_command, envid));
	*refusal = &unknown;
	if (v != NULL) {
		struct ph_span rest = ph_span_skip(line, blank);

		out->verb = v->verb;
		/* RFC 5321 has one blank here; more are no reason to refuse. */
		while (rest.len > 0 && rest.ptr[0] == ' ')
			rest = ph_span_skip(rest, 1);
		*refusal = v->parse(rest, out);
	}
	if (ph_span_has_control(line))
		*refusal = &control;
	return *refusal == NULL ? PH_OK : PH_EPROTO;
}
