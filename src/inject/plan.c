#include "inject/plan.h"

#include "base/num.h"
#include "inject/chance.h"
#include "inject/greylist.h"
#include "inject/pattern.h"
#include "inject/rate.h"

#include <stdlib.h>

enum {
	/* Faults as text and as parsed. */
	ARENA_MAX = PH_INJECT_FAULTS_MAX * 4 * PH_INJECT_TEXT_MAX,
	QUOTA_WINDOW = 24 * 3600 * 1000
};

struct ph_inject_plan {
	uint64_t seed;
	const struct ph_inject_likeness *like;
	struct ph_arena arena;
	struct ph_inject_fault faults[PH_INJECT_FAULTS_MAX];
	uint32_t seen[PH_INJECT_FAULTS_MAX];
	uint32_t done[PH_INJECT_FAULTS_MAX];
	struct ph_inject_greylist *greylists[PH_INJECT_FAULTS_MAX];
	size_t fault_count;
	struct ph_inject_rate rates[PH_INJECT_RATES_MAX];
	size_t rate_count;
	uint64_t sessions;
};

enum ph_err ph_inject_plan_new(uint64_t seed,
    const struct ph_inject_likeness *like, struct ph_inject_plan **out)
{
	struct ph_inject_plan *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return PH_ENOMEM;
	p->seed = seed;
	p->like = like;
	ph_arena_init(&p->arena, ARENA_MAX);
	*out = p;
	return PH_OK;
}

void ph_inject_plan_free(struct ph_inject_plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->fault_count; i++)
		free(p->greylists[i]);
	for (size_t i = 0; i < p->rate_count; i++)
		ph_inject_rate_release(&p->rates[i]);
	ph_arena_release(&p->arena);
	free(p);
}

/* Its words are those of the likeness. */
static void choose_words(
    const struct ph_inject_plan *p, struct ph_inject_fault *f)
{
	if (f->action == PH_INJECT_GREYLIST)
		f->phrase = PH_PHRASE_GREYLISTED;
	if (f->phrase != PH_PHRASE_NONE)
		f->reply = *ph_inject_likeness_words(p->like, f->phrase);
	f->reply.phrase = PH_PHRASE_NONE;
}

enum ph_err ph_inject_plan_add(struct ph_inject_plan *p, struct ph_span text,
    struct ph_inject_complaint *why)
{
	struct ph_inject_fault *f = &p->faults[p->fault_count];

	if (p->fault_count == PH_INJECT_FAULTS_MAX)
		return PH_ETOOBIG;

	enum ph_err err = ph_inject_fault_parse(text, &p->arena, f, why);
	if (err != PH_OK)
		return err;
	if (f->action == PH_INJECT_GREYLIST) {
		p->greylists[p->fault_count] =
		    calloc(1, sizeof(*p->greylists[0]));
		if (p->greylists[p->fault_count] == NULL)
			return PH_ENOMEM;
	}
	choose_words(p, f);
	p->fault_count++;
	return PH_OK;
}

enum ph_err ph_inject_plan_limit(struct ph_inject_plan *p, struct ph_span text)
{
	size_t slash = ph_span_find(text, '/');
	uint64_t count = 0;
	ph_msec window = 0;

	if (slash == text.len ||
	    ph_num_parse(ph_span_first(text, slash), PH_INJECT_RATE_MAX,
		&count) != PH_OK ||
	    count == 0 ||
	    ph_num_parse_duration(ph_span_skip(text, slash + 1), &window) !=
		PH_OK ||
	    window == 0) {
		return PH_EINVAL;
	}
	if (p->rate_count == PH_INJECT_RATES_MAX)
		return PH_ETOOBIG;

	enum ph_err err = ph_inject_rate_init(
	    &p->rates[p->rate_count], (uint32_t)count, window);
	if (err == PH_OK)
		p->rate_count++;
	return err;
}

const struct ph_inject_likeness *ph_inject_plan_like(
    const struct ph_inject_plan *p)
{
	return p->like;
}

bool ph_inject_plan_is_random(const struct ph_inject_plan *p)
{
	for (size_t i = 0; i < p->fault_count; i++) {
		if (p->faults[i].percent < 100)
			return true;
	}
	return false;
}

bool ph_inject_plan_needs_tls(const struct ph_inject_plan *p)
{
	for (size_t i = 0; i < p->fault_count; i++) {
		const struct ph_inject_fault *f = &p->faults[i];

		if (f->stage == PH_SMTPD_STAGE_TLS ||
		    f->action == PH_INJECT_INJECT ||
		    f->action == PH_INJECT_TLS || f->side == PH_INJECT_SECURE) {
			return true;
		}
	}
	return false;
}

unsigned ph_inject_plan_certificates(const struct ph_inject_plan *p)
{
	unsigned bits = 0;

	for (size_t i = 0; i < p->fault_count; i++) {
		if (p->faults[i].action == PH_INJECT_CERTIFICATE)
			bits |= 1U << p->faults[i].certificate;
	}
	return bits;
}

void ph_inject_session_begin(
    struct ph_inject_plan *p, struct ph_inject_session *s)
{
	p->sessions++;
	s->number = p->sessions;
}

/* ---- whether one applies */

static bool is_command(enum ph_smtpd_stage stage)
{
	static const bool commands[PH_SMTPD_STAGE_COUNT] = {
		[PH_SMTPD_STAGE_EHLO] = true,
		[PH_SMTPD_STAGE_STARTTLS] = true,
		[PH_SMTPD_STAGE_AUTH] = true,
		[PH_SMTPD_STAGE_MAIL] = true,
		[PH_SMTPD_STAGE_RCPT] = true,
		[PH_SMTPD_STAGE_DATA] = true,
		[PH_SMTPD_STAGE_END] = true,
		[PH_SMTPD_STAGE_RSET] = true,
		[PH_SMTPD_STAGE_QUIT] = true,
		[PH_SMTPD_STAGE_OTHER] = true,
	};

	return commands[stage];
}

/* Once a message: when what came reaches beyond `after`. */
static bool is_reached(const struct ph_inject_session *s,
    const struct ph_inject_fault *f, const struct ph_inject_moment *m)
{
	return m->stage != PH_SMTPD_STAGE_CONTENT ||
	    (s->octets <= f->after && m->octets > f->after - s->octets);
}

static bool concerns(const struct ph_inject_session *s,
    const struct ph_inject_fault *f, const struct ph_inject_moment *m)
{
	if (f->any ? !is_command(m->stage) : f->stage != m->stage)
		return false;
	if (f->session != 0 && f->session != s->number)
		return false;
	if (f->side != PH_INJECT_BOTH &&
	    m->secure != (f->side == PH_INJECT_SECURE)) {
		return false;
	}
	if (f->has_pattern &&
	    !ph_inject_pattern_matches(f->pattern, m->subject))
		return false;
	return is_reached(s, f, m);
}

/* It concerns this moment, and that was counted; the counts and the chance say
   whether it happens. */
static bool happens(struct ph_inject_plan *p, struct ph_inject_session *s,
    size_t i, const struct ph_inject_moment *m)
{
	const struct ph_inject_fault *f = &p->faults[i];
	struct ph_inject_place place = { i, s->number, s->seen[i] - 1U };
	uint32_t *seen = f->each_session ? &s->seen[i] : &p->seen[i];
	uint32_t *done = f->each_session ? &s->done[i] : &p->done[i];

	if (*seen < f->from || (f->times != 0 && *done >= f->times))
		return false;
	if (f->percent < 100 &&
	    !ph_inject_chance_percent(p->seed, &place, f->percent)) {
		return false;
	}
	if (f->action == PH_INJECT_GREYLIST &&
	    ph_inject_greylist_passes(p->greylists[i],
		ph_inject_greylist_pair(
		    (struct ph_span){ s->sender, s->sender_len }, m->subject),
		f->wait, m->now)) {
		return false;
	}
	(*done)++;
	return true;
}

/* ---- what follows */

static void tell(struct ph_inject_decision *d, const char *by)
{
	if (d->by_count == PH_INJECT_EDITS_MAX)
		return;
	d->by[d->by_count] = by;
	d->by_count++;
}

static void refuse(struct ph_inject_decision *d,
    const struct ph_inject_moment *m, const struct ph_smtpd_reply *reply)
{
	d->action = PH_INJECT_REPLY;
	d->reply = reply;
	d->yes = ph_inject_is_yes(m->stage, reply->code);
}

static void edit(struct ph_span *list, size_t *count, struct ph_span line)
{
	if (*count == PH_INJECT_EDITS_MAX)
		return;
	list[*count] = line;
	(*count)++;
}

static void apply(struct ph_inject_decision *d, const struct ph_inject_fault *f,
    const struct ph_inject_moment *m)
{
	switch (f->action) {
	case PH_INJECT_NONE:
		return;
	case PH_INJECT_SLOW:
		d->wait += f->wait;
		break;
	case PH_INJECT_DRIP:
		d->drip = f->wait;
		break;
	case PH_INJECT_STRIP:
		edit(d->without, &d->without_count, f->octets);
		break;
	case PH_INJECT_ADD:
		edit(d->with, &d->with_count, f->octets);
		break;
	case PH_INJECT_REPLY:
	case PH_INJECT_SAY:
	case PH_INJECT_GREYLIST:
		refuse(d, m, &f->reply);
		break;
	case PH_INJECT_HANGUP:
	case PH_INJECT_RESET:
	case PH_INJECT_STALL:
	case PH_INJECT_GARBLE:
	case PH_INJECT_INJECT:
	case PH_INJECT_PLAIN:
	case PH_INJECT_TLS:
	case PH_INJECT_CERTIFICATE:
	case PH_INJECT_CHALLENGE:
		d->action = f->action;
		d->octets = f->octets;
		d->certificate = f->certificate;
		break;
	}
	tell(d, f->text);
}

/* Those that leave room for others. */
static bool is_mild(enum ph_inject_action action)
{
	return action == PH_INJECT_SLOW || action == PH_INJECT_DRIP ||
	    action == PH_INJECT_STRIP || action == PH_INJECT_ADD;
}

/* ---- what the likeness looks at, and the limits */

static bool is_over(
    struct ph_inject_plan *p, ph_msec now, const struct ph_smtpd_reply **reply)
{
	for (size_t i = 0; i < p->rate_count; i++) {
		if (ph_inject_rate_take(&p->rates[i], now))
			continue;
		*reply = ph_inject_likeness_words(p->like,
		    p->rates[i].window >= QUOTA_WINDOW ? PH_PHRASE_QUOTA
						       : PH_PHRASE_TOO_FAST);
		return true;
	}
	return false;
}

static enum ph_smtpd_stage rate_stage(const struct ph_inject_plan *p)
{
	return p->like == NULL || p->like->rate_at == PH_SMTPD_STAGE_NONE
	    ? PH_SMTPD_STAGE_MAIL
	    : p->like->rate_at;
}

static void judge(struct ph_inject_plan *p, const struct ph_inject_session *s,
    const struct ph_inject_moment *m, struct ph_inject_decision *d)
{
	const struct ph_smtpd_reply *reply = NULL;

	if (p->like != NULL && m->stage == p->like->owner_at &&
	    s->foreign_sender) {
		refuse(d, m,
		    ph_inject_likeness_words(
			p->like, PH_PHRASE_SENDER_NOT_OWNED));
		tell(d, "sender-not-owned");
	} else if (m->stage == rate_stage(p) && is_over(p, m->now, &reply)) {
		refuse(d, m, reply);
		tell(d, "rate-limit");
	}
}

/* What later stages have to know of this one. */
static void note_before(
    struct ph_inject_session *s, const struct ph_inject_moment *m)
{
	if (m->stage != PH_SMTPD_STAGE_MAIL)
		return;
	s->octets = 0;
	s->sender_len = m->subject.len < sizeof(s->sender) ? m->subject.len
							   : sizeof(s->sender);
	if (s->sender_len > 0)
		memcpy(s->sender, m->subject.ptr, s->sender_len);
	s->foreign_sender =
	    m->user.len > 0 && !ph_inject_likeness_owns(m->user, m->subject);
}

void ph_inject_decide(struct ph_inject_plan *p, struct ph_inject_session *s,
    const struct ph_inject_moment *m, struct ph_inject_decision *out)
{
	*out = (struct ph_inject_decision){ 0 };
	note_before(s, m);
	for (size_t i = 0; i < p->fault_count; i++) {
		const struct ph_inject_fault *f = &p->faults[i];

		if (!concerns(s, f, m))
			continue;
		s->seen[i]++;
		p->seen[i]++;
		/* One that decides is enough. */
		if (out->action != PH_INJECT_NONE && !is_mild(f->action))
			continue;
		if (happens(p, s, i, m))
			apply(out, f, m);
	}
	if (out->action == PH_INJECT_NONE || out->yes)
		judge(p, s, m, out);
	if (m->stage == PH_SMTPD_STAGE_CONTENT)
		s->octets += m->octets;
}
