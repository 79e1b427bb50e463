#include "smtpd/state.h"

#include <stdio.h>

static const struct ph_smtpd_reply no_mail = { 503, "5.5.1",
	"Send MAIL first" };
static const struct ph_smtpd_reply no_rcpt = { 554, "5.5.1",
	"No valid recipients" };
static const struct ph_smtpd_reply in_bdat = { 503, "5.5.1",
	"BDAT is under way" };
static const struct ph_smtpd_reply too_big = { 552, "5.3.4",
	"Message is over the size limit", PH_PHRASE_TOO_BIG };
static const struct ph_smtpd_reply bare_line_end = { 550, "5.6.0",
	"Message has bare CR or LF; lines end in CRLF" };

static void begin(struct ph_smtpd *s, bool bdat)
{
	s->bdat = bdat;
	s->size = 0;
	s->scan = (struct ph_smtpd_content){ 0 };
	s->phase = PH_PHASE_ANSWER_CONTENT;
	ph_smtpd_push(s, (struct ph_smtpd_event){ .type = PH_SMTPD_CONTENT });
}

static const struct ph_smtpd_reply *refusal_now(const struct ph_smtpd *s)
{
	if (!s->in_mail)
		return &no_mail;
	return s->rcpt_count == 0 ? &no_rcpt : NULL;
}

void ph_smtpd_transfer_data(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal =
	    s->content ? &in_bdat : refusal_now(s);

	if (refusal == NULL) {
		begin(s, false);
	} else if (refusal == &no_rcpt) {
		/* All recipients were refused and the client pipelines: no
		   mistake. */
		ph_smtpd_say(s, refusal);
	} else {
		ph_smtpd_blame(s, refusal);
	}
}

/* What comes is read and dropped, and refused at its end. */
static bool is_dropping(const struct ph_smtpd *s)
{
	return s->refusal != NULL || s->unsaid || s->held.len > 0;
}

static void refuse(struct ph_smtpd *s, const struct ph_smtpd_reply *refusal)
{
	s->refusal = refusal;
	ph_smtpd_reset(s, true);
}

static void say_refusal(struct ph_smtpd *s)
{
	const struct ph_smtpd_reply *refusal = s->refusal;

	/* Which of the two came to light first is the network's doing. */
	if (refusal == &too_big && (s->scan.bare_cr || s->scan.bare_lf))
		refusal = &bare_line_end;
	s->refusal = NULL;
	if (s->unsaid) {
		s->unsaid = false;
		return;
	}
	if (refusal != NULL) {
		ph_smtpd_say(s, refusal);
	} else if (ph_buf_append(&s->out, ph_buf_span(&s->held)) != PH_OK) {
		ph_smtpd_fail(s);
	}
	ph_buf_clear(&s->held);
}

static void end_content(struct ph_smtpd *s)
{
	if (is_dropping(s)) {
		say_refusal(s);
		ph_smtpd_next_command(s);
		return;
	}
	s->phase = PH_PHASE_ANSWER_END;
	ph_smtpd_push(s, (struct ph_smtpd_event){ .type = PH_SMTPD_END });
}

static void say_chunk(struct ph_smtpd *s)
{
	char text[48];

	(void)snprintf(text, sizeof(text), "%llu octets",
	    (unsigned long long)s->chunk_size);
	ph_smtpd_say(s, &(struct ph_smtpd_reply){ 250, "2.0.0", text });
}

static void end_chunk(struct ph_smtpd *s)
{
	if (s->last_chunk && !is_dropping(s)) {
		ph_smtpd_content_finish(&s->scan);
		if (s->scan.bare_cr)
			refuse(s, &bare_line_end);
	}
	if (s->last_chunk || is_dropping(s)) {
		end_content(s);
		return;
	}
	say_chunk(s);
	ph_smtpd_next_command(s);
}

static void begin_chunk(struct ph_smtpd *s)
{
	s->phase = PH_PHASE_BDAT;
	if (!is_dropping(s) && s->size_max > 0 &&
	    s->chunk_left > s->size_max - s->size) {
		refuse(s, &too_big);
	}
	if (s->chunk_left == 0)
		end_chunk(s);
}

static void read_chunk(struct ph_smtpd *s)
{
	s->chunk_size = s->command.chunk;
	s->chunk_left = s->command.chunk;
	s->last_chunk = s->command.last;
	s->dropped = 0;
}

void ph_smtpd_transfer_drop(struct ph_smtpd *s)
{
	read_chunk(s);
	begin_chunk(s);
}

void ph_smtpd_transfer_bdat(struct ph_smtpd *s)
{
	read_chunk(s);
	/* RFC 3030 2: the octets come even if they are not wanted.  No mistake
	   is counted: whoever pipelines chunks cannot know. */
	s->refusal = refusal_now(s);
	if (s->refusal == NULL && !s->content) {
		begin(s, true);
	} else {
		begin_chunk(s);
	}
}

void ph_smtpd_transfer_begun(
    struct ph_smtpd *s, const struct ph_smtpd_reply *answer)
{
	s->content = answer->code == 354;
	s->dropped = 0;
	if (!s->content)
		ph_smtpd_reset(s, false);
	if (s->bdat) {
		s->reworded = NULL;
		/* It is said behind the octets, when they are dropped. */
		if (!s->content &&
		    ph_smtpd_reply_write(&s->held, answer) != PH_OK) {
			ph_smtpd_fail(s);
			return;
		}
		begin_chunk(s);
		return;
	}
	s->phase = PH_PHASE_DATA;
	ph_smtpd_say(s, answer);
	if (!s->content)
		ph_smtpd_next_command(s);
}

void ph_smtpd_transfer_ended(
    struct ph_smtpd *s, const struct ph_smtpd_reply *answer)
{
	s->mail_count++;
	ph_smtpd_reset(s, false);
	ph_smtpd_say(s, answer);
	ph_smtpd_next_command(s);
}

/* So much of it, and the session ends. */
static void drop(struct ph_smtpd *s, size_t len)
{
	s->dropped += len;
	if (s->dropped <= PH_SMTPD_CONTENT_DROP_MAX)
		return;
	say_refusal(s);
	ph_smtpd_close(s);
}

/* One run of octets of the content. */
static void take_piece(struct ph_smtpd *s, struct ph_span piece)
{
	if (!is_dropping(s) && (s->scan.bare_cr || s->scan.bare_lf))
		refuse(s, &bare_line_end);
	if (!is_dropping(s) && s->size_max > 0 &&
	    piece.len > s->size_max - s->size) {
		refuse(s, &too_big);
	}
	if (is_dropping(s)) {
		drop(s, piece.len);
		return;
	}
	s->size += piece.len;
	ph_smtpd_push(
	    s, (struct ph_smtpd_event){ .type = PH_SMTPD_BODY, .data = piece });
}

static void take_chunk(struct ph_smtpd *s, struct ph_span *in)
{
	size_t len = in->len < s->chunk_left ? in->len : (size_t)s->chunk_left;
	struct ph_span piece = ph_span_first(*in, len);

	*in = ph_span_skip(*in, len);
	s->chunk_left -= len;
	if (!is_dropping(s))
		ph_smtpd_content_check(&s->scan, piece);
	take_piece(s, piece);
	if (s->chunk_left == 0 && s->phase == PH_PHASE_BDAT)
		end_chunk(s);
}

void ph_smtpd_transfer_take(struct ph_smtpd *s, struct ph_span *in)
{
	struct ph_span piece = { 0 };

	if (s->phase == PH_PHASE_BDAT) {
		take_chunk(s, in);
		return;
	}

	enum ph_err err = ph_smtpd_content_next(&s->scan, in, &piece);
	if (err == PH_OK) {
		take_piece(s, piece);
	} else if (err == PH_EOF) {
		end_content(s);
	}
}
