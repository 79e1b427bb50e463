#include "smtpd/state.h"

#include <assert.h>

/* Where the driver has the session do otherwise. */

enum {
	/* All lines of a reply, placeholders replaced. */
	WORDS_MAX = PH_SMTPD_LINES_MAX * (PH_SMTPD_TEXT_MAX + 1)
};

/* What {NAME} stands for. */
static bool value_of(
    const struct ph_smtpd *s, struct ph_span name, struct ph_span *out)
{
	if (ph_span_eq(name, PH_SPAN("hostname"))) {
		*out = ph_span_of(s->hostname);
	} else if (ph_span_eq(name, PH_SPAN("peer"))) {
		*out = ph_span_of(s->peer);
	} else if (ph_span_eq(name, PH_SPAN("helo"))) {
		*out = ph_buf_span(&s->helo);
	} else if (ph_span_eq(name, PH_SPAN("address"))) {
		*out = ph_buf_span(&s->address);
	} else {
		return false;
	}
	return true;
}

/* Takes one run of text, or one placeholder, from *text. */
static struct ph_span next_part(const struct ph_smtpd *s, struct ph_span *text)
{
	struct ph_span part = { 0 };
	size_t end = ph_span_find(*text, '}');

	if (text->ptr[0] == '{' && end < text->len &&
	    value_of(s, (struct ph_span){ text->ptr + 1, end - 1 }, &part)) {
		*text = ph_span_skip(*text, end + 1);
		return part;
	}
	part = ph_span_skip(*text, 1);
	part = ph_span_first(*text, 1 + ph_span_find(part, '{'));
	*text = ph_span_skip(*text, part.len);
	return part;
}

enum ph_err ph_smtpd_expand(
    const struct ph_smtpd *s, const char *words, struct ph_buf *out)
{
	struct ph_span rest = ph_span_of(words);
	enum ph_err err = PH_OK;

	while (rest.len > 0 && err == PH_OK)
		err = ph_buf_append(out, next_part(s, &rest));
	return err;
}

void ph_smtpd_say_words(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	struct ph_smtpd_reply said = *r;
	struct ph_buf text;

	ph_buf_init(&text, WORDS_MAX);

	enum ph_err err = ph_smtpd_expand(s, r->text, &text);
	if (err == PH_OK) {
		said.text = ph_buf_str(&text);
		err = ph_smtpd_reply_write(&s->out, &said);
	}
	/* An address made a line too long. */
	if (err == PH_ETOOBIG || err == PH_EINVAL)
		err = ph_smtpd_reply_write(&s->out, r);
	if (err != PH_OK)
		ph_smtpd_fail(s);
	ph_buf_release(&text);
}

const struct ph_smtpd_reply *ph_smtpd_worded(
    struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	const struct ph_smtpd_reply *other = s->reworded;

	s->reworded = NULL;
	if (other != NULL && r->code < 400)
		return other;
	other = s->words == NULL ? NULL : &s->words[r->phrase];
	return other != NULL && other->code != 0 ? other : r;
}

static enum ph_smtpd_stage stage_of(enum ph_smtpd_verb verb)
{
	static const enum ph_smtpd_stage stages[PH_VERB_COUNT] = {
		[PH_VERB_EHLO] = PH_SMTPD_STAGE_EHLO,
		[PH_VERB_HELO] = PH_SMTPD_STAGE_EHLO,
		[PH_VERB_MAIL] = PH_SMTPD_STAGE_MAIL,
		[PH_VERB_RCPT] = PH_SMTPD_STAGE_RCPT,
		[PH_VERB_DATA] = PH_SMTPD_STAGE_DATA,
		[PH_VERB_BDAT] = PH_SMTPD_STAGE_DATA,
		[PH_VERB_RSET] = PH_SMTPD_STAGE_RSET,
		[PH_VERB_NOOP] = PH_SMTPD_STAGE_OTHER,
		[PH_VERB_QUIT] = PH_SMTPD_STAGE_QUIT,
		[PH_VERB_STARTTLS] = PH_SMTPD_STAGE_STARTTLS,
		[PH_VERB_AUTH] = PH_SMTPD_STAGE_AUTH,
		[PH_VERB_VRFY] = PH_SMTPD_STAGE_OTHER,
		[PH_VERB_EXPN] = PH_SMTPD_STAGE_OTHER,
		[PH_VERB_HELP] = PH_SMTPD_STAGE_OTHER,
	};

	return stages[verb];
}

/* What the command at hand is about. */
static struct ph_span subject_of(const struct ph_smtpd *s)
{
	const struct ph_smtpd_command *c = &s->command;

	if (c->verb == PH_VERB_MAIL)
		return c->mail.sender;
	return c->verb == PH_VERB_RCPT ? c->rcpt.address : c->argument;
}

bool ph_smtpd_report_stage(struct ph_smtpd *s, struct ph_span line)
{
	enum ph_smtpd_stage stage = stage_of(s->command.verb);

	/* A chunk that is not the first is content, not a question. */
	if (stage == PH_SMTPD_STAGE_NONE ||
	    (s->command.verb == PH_VERB_BDAT && s->content)) {
		return false;
	}
	ph_smtpd_forget_line(s);

	enum ph_err err = ph_buf_append(&s->kept, line);
	if (err == PH_OK)
		err = ph_buf_append(&s->address, subject_of(s));
	if (err != PH_OK) {
		ph_smtpd_fail(s);
		return true;
	}
	s->phase = PH_PHASE_ANSWER_STAGE;
	ph_smtpd_push(s,
	    (struct ph_smtpd_event){ .type = PH_SMTPD_STAGE,
		.stage = stage,
		.data = ph_buf_span(&s->address) });
	return true;
}

void ph_smtpd_forget_line(struct ph_smtpd *s)
{
	/* AUTH may have a password in it. */
	if (s->kept.len > 0)
		explicit_bzero(s->kept.ptr, s->kept.len);
	ph_buf_clear(&s->kept);
	ph_buf_clear(&s->address);
}

enum ph_err ph_smtpd_go(struct ph_smtpd *s, ph_msec now)
{
	if (s->phase != PH_PHASE_ANSWER_STAGE)
		return PH_EINVAL;
	s->deadline = now + s->timeout_command;
	s->phase = PH_PHASE_COMMAND;
	/* What was read of it lay in the caller's octets. */
	ph_smtpd_verb_carry_out(s, ph_buf_span(&s->kept));
	if (s->phase == PH_PHASE_COMMAND) {
		s->reworded = NULL;
		ph_smtpd_next_command(s);
	}
	return s->failed ? PH_ENOMEM : PH_OK;
}

/* The octets of a chunk come all the same. */
static void refuse_chunk(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	ph_smtpd_reset(s, true);
	s->refusal = r;
	s->unsaid = r == NULL;
	ph_smtpd_transfer_drop(s);
}

static void refuse_command(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	s->phase = PH_PHASE_COMMAND;
	if (s->command.verb == PH_VERB_BDAT) {
		refuse_chunk(s, r);
		return;
	}
	if (s->command.verb == PH_VERB_DATA)
		ph_smtpd_reset(s, true);
	if (r != NULL)
		ph_smtpd_say(s, r);
	ph_smtpd_next_command(s);
}

enum ph_err ph_smtpd_refuse(
    struct ph_smtpd *s, ph_msec now, const struct ph_smtpd_reply *r)
{
	bool command = s->phase == PH_PHASE_ANSWER_STAGE;

	if ((!command && s->phase != PH_PHASE_ANSWER_END &&
		s->phase != PH_PHASE_ANSWER_LOGIN) ||
	    (r != NULL && !ph_smtpd_reply_fits(r))) {
		return PH_EINVAL;
	}
	s->deadline = now + s->timeout_command;
	s->reworded = NULL;
	if (r != NULL && r->code == 421) {
		if (s->phase == PH_PHASE_ANSWER_END)
			ph_smtpd_reset(s, false);
		s->phase = PH_PHASE_COMMAND;
		ph_smtpd_say(s, r);
		ph_smtpd_close(s);
	} else if (command) {
		refuse_command(s, r);
	} else {
		if (s->phase == PH_PHASE_ANSWER_END)
			ph_smtpd_reset(s, false);
		s->phase = PH_PHASE_COMMAND;
		if (r != NULL)
			ph_smtpd_say(s, r);
		ph_smtpd_next_command(s);
	}
	return s->failed ? PH_ENOMEM : PH_OK;
}

void ph_smtpd_reword(struct ph_smtpd *s, const struct ph_smtpd_reply *r)
{
	s->reworded = r;
}

enum ph_err ph_smtpd_put(struct ph_smtpd *s, struct ph_span octets)
{
	return ph_buf_append(&s->out, octets);
}

enum ph_err ph_smtpd_edit_ehlo(
    struct ph_smtpd *s, struct ph_span without, struct ph_span with)
{
	ph_buf_clear(&s->ehlo_without);
	ph_buf_clear(&s->ehlo_with);

	enum ph_err err = ph_buf_append(&s->ehlo_without, without);
	if (err == PH_OK)
		err = ph_buf_append(&s->ehlo_with, with);
	return err;
}
