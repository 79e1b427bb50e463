#include "deliver/verdict.h"

#include <stdio.h>

enum {
	/* Of a fault's text; the rest is for host and address. */
	REPLY_TEXT_MAX = 512
};

/* What the engine says of the server goes on from its name ("hung up"); what
   has a subject of its own stands behind a colon. */
static bool has_subject(const char *text)
{
	static const char *const subjects[] = { "the ", "interrupted" };

	for (size_t i = 0; i < PH_COUNT(subjects); i++) {
		if (strncmp(text, subjects[i], strlen(subjects[i])) == 0)
			return true;
	}
	return false;
}

void ph_verdict_place(struct ph_fault *f, const char *where)
{
	struct ph_fault old = *f;

	ph_fault_set(f, old.cause, old.stage, "%s%s %s", where,
	    has_subject(old.text) ? ":" : "", old.text);
	f->code = old.code;
	memcpy(f->enhanced, old.enhanced, sizeof(f->enhanced));
	memcpy(f->advice, old.advice, sizeof(f->advice));
}

static void set_codes(struct ph_fault *f, const struct ph_reply *r)
{
	f->code = r->code;
	memcpy(f->enhanced, r->enhanced, sizeof(f->enhanced));
}

/* 552 is for a message over the limit, and for a mailbox that is full
   (X.2.2). */
static bool is_too_big(enum ph_stage stage, const struct ph_reply *r)
{
	bool plain = r->enhanced[0] == 0;
	bool size = r->enhanced[1] == 3 && r->enhanced[2] == 4;

	if (stage == PH_STAGE_RCPT)
		return false;
	return size || (r->code == 552 && plain);
}

static enum ph_cause mail_cause(enum ph_stage stage, const struct ph_reply *r)
{
	bool deferred = ph_reply_class(r) == 4;

	if (r->code == 421)
		return PH_CAUSE_SHUTTING_DOWN;
	if (r->code == 530)
		return PH_CAUSE_AUTH_REQUIRED;
	if (!deferred && is_too_big(stage, r))
		return PH_CAUSE_TOO_BIG;
	if (stage == PH_STAGE_MAIL) {
		return deferred ? PH_CAUSE_SENDER_DEFERRED
				: PH_CAUSE_SENDER_REFUSED;
	}
	if (stage == PH_STAGE_RCPT) {
		return deferred ? PH_CAUSE_RECIPIENT_DEFERRED
				: PH_CAUSE_RECIPIENT_REFUSED;
	}
	return deferred ? PH_CAUSE_MESSAGE_DEFERRED : PH_CAUSE_MESSAGE_REFUSED;
}

/* RFC 3463 3.3: X.2.2; without such a code by what servers say. */
static bool is_full(const struct ph_reply *r)
{
	static const char *const words[] = { "mailbox full", "mailbox is full",
		"over quota", "quota exceeded", "exceeded storage" };

	if (r->enhanced[0] != 0)
		return r->enhanced[1] == 2 && r->enhanced[2] == 2;
	for (size_t i = 0; i < PH_COUNT(words); i++) {
		if (ph_reply_mentions(r, ph_span_of(words[i])))
			return true;
	}
	return false;
}

void ph_verdict_mail(struct ph_fault *out, enum ph_stage stage,
    const struct ph_reply *reply, const char *where, struct ph_span rcpt)
{
	char text[REPLY_TEXT_MAX];
	enum ph_cause cause = mail_cause(stage, reply);

	ph_reply_format(reply, text, sizeof(text));
	if (rcpt.len > 0) {
		ph_fault_set(out, cause, stage, "%s answered %s for %.*s",
		    where, text, PH_SPAN_ARG(rcpt));
	} else {
		ph_fault_set(out, cause, stage, "%s answered %s", where, text);
	}
	set_codes(out, reply);
	if (stage == PH_STAGE_RCPT && is_full(reply)) {
		ph_fault_suspect(out, "recipient");
		ph_fault_advise(out,
		    "the recipient's mailbox is full: ask the recipient to "
		    "make room, then send again");
	}
}

enum ph_cause ph_verdict_login_cause(const struct ph_reply *reply)
{
	/* RFC 4954 4 and 6, RFC 5248: about the mechanism or the syntax of the
	   exchange, not about who logs in. */
	static const uint16_t mechanism[] = { 500, 501, 502, 503, 504, 534,
		538 };

	if (ph_reply_class(reply) == 4)
		return PH_CAUSE_AUTH_DEFERRED;
	for (size_t i = 0; i < PH_COUNT(mechanism); i++) {
		if (reply->code == mechanism[i])
			return PH_CAUSE_AUTH_MECHANISM;
	}
	return PH_CAUSE_AUTH_REFUSED;
}

void ph_verdict_login(struct ph_fault *out, enum ph_cause cause,
    const struct ph_reply *reply, const char *where)
{
	char text[REPLY_TEXT_MAX];

	ph_reply_format(reply, text, sizeof(text));
	ph_fault_set(out, cause, PH_STAGE_AUTH, "%s answered %s", where, text);
	set_codes(out, reply);
}

bool ph_verdict_too_many(const struct ph_reply *reply)
{
	bool says_so = reply->enhanced[1] == 5 && reply->enhanced[2] == 3;

	if (reply->code == 452)
		return says_so || reply->enhanced[0] == 0;
	/* What RFC 821 had for it; alone it may mean a full mailbox. */
	return reply->code == 552 && says_so;
}
