#include "inject/plan.h"

#include "check.h"
#include "failalloc.h"

#include <stdlib.h>

/* A plan, and sessions that come by. */
struct scene {
	struct ph_inject_plan *plan;
	struct ph_inject_session session;
	struct ph_inject_decision d;
	ph_msec now;
};

static void begin(struct scene *s)
{
	s->session = (struct ph_inject_session){ 0 };
	ph_inject_session_begin(s->plan, &s->session);
}

static void open_like(struct scene *s, const char *like, const char *fault)
{
	struct ph_inject_complaint why;

	*s = (struct scene){ .now = 1000 };
	if (ph_inject_plan_new(7,
		like == NULL ? NULL : ph_inject_likeness_find(ph_span_of(like)),
		&s->plan) != PH_OK)
		abort();
	if (fault != NULL) {
		check(ph_inject_plan_add(s->plan, ph_span_of(fault), &why) ==
		    PH_OK);
	}
	begin(s);
}

static void add(struct scene *s, const char *fault)
{
	struct ph_inject_complaint why;

	check(ph_inject_plan_add(s->plan, ph_span_of(fault), &why) == PH_OK);
}

static void close_scene(struct scene *s)
{
	ph_inject_plan_free(s->plan);
}

static enum ph_inject_action at(
    struct scene *s, enum ph_smtpd_stage stage, const char *subject)
{
	struct ph_inject_moment m = {
		.stage = stage, .subject = ph_span_of(subject), .now = s->now
	};

	ph_inject_decide(s->plan, &s->session, &m, &s->d);
	return s->d.action;
}

static enum ph_inject_action mail_as(
    struct scene *s, const char *user, const char *sender)
{
	struct ph_inject_moment m = { .stage = PH_SMTPD_STAGE_MAIL,
		.subject = ph_span_of(sender),
		.user = ph_span_of(user),
		.now = s->now };

	ph_inject_decide(s->plan, &s->session, &m, &s->d);
	return s->d.action;
}

/* Which of ten recipients are refused, as digits. */
static void refused(struct scene *s, char out[11])
{
	size_t len = 0;

	for (int i = 0; i < 10; i++) {
		if (at(s, PH_SMTPD_STAGE_RCPT, "b@y") != PH_INJECT_NONE)
			out[len++] = (char)('0' + i);
	}
	out[len] = '\0';
}

/* In the first session, and in the second. */
static const struct {
	const char *fault;
	const char *first, *second;
} counts[] = {
	{ "rcpt:hangup", "0123456789", "0123456789" },
	{ "rcpt,times=2:hangup", "01", "" },
	{ "rcpt,times=12:hangup", "0123456789", "01" },
	{ "rcpt,times=2,each-session:hangup", "01", "01" },
	{ "rcpt,from=9:hangup", "89", "0123456789" },
	{ "rcpt,from=9,each-session:hangup", "89", "89" },
	{ "rcpt,from=9,times=3:hangup", "89", "0" },
	{ "rcpt,session=1:hangup", "0123456789", "" },
	{ "rcpt,session=2:hangup", "", "0123456789" },
	{ "rcpt,session=2,from=3:hangup", "", "23456789" },
	{ "rcpt=b*:hangup", "0123456789", "0123456789" },
	{ "rcpt=c*:hangup", "", "" },
	{ "rcpt,secure:hangup", "", "" },
	{ "rcpt,clear:hangup", "0123456789", "0123456789" },
	{ "mail:hangup", "", "" },
	{ "any:hangup", "0123456789", "0123456789" },
	{ "rcpt,probability=100%:hangup", "0123456789", "0123456789" },
	/* The seed's, for ever. */
	{ "rcpt,probability=30%:hangup", "2578", "46" },
};

static void test_counts(void)
{
	for (size_t i = 0; i < PH_COUNT(counts); i++) {
		struct scene s;
		char first[11];
		char second[11];
		bool chance = strstr(counts[i].fault, "=30%") != NULL;

		check_case(counts[i].fault, i);
		open_like(&s, NULL, counts[i].fault);
		refused(&s, first);
		begin(&s);
		refused(&s, second);
		check_int((long long)s.session.number, 2);
		check_str(first, counts[i].first);
		check_str(second, counts[i].second);
		check(ph_inject_plan_is_random(s.plan) == chance);
		close_scene(&s);
	}
	check_case(NULL, 0);
}

/* The same seed does the same again, however the sessions mingle. */
static void test_seed(void)
{
	static const char fault[] = "rcpt,probability=40%:hangup";
	struct scene s;
	char apart[2][11];
	char mingled[2][11] = { "", "" };
	struct ph_inject_session two[2] = { 0 };
	size_t len[2] = { 0, 0 };

	open_like(&s, NULL, fault);
	refused(&s, apart[0]);
	begin(&s);
	refused(&s, apart[1]);
	close_scene(&s);
	check(strcmp(apart[0], apart[1]) != 0);

	open_like(&s, NULL, fault);
	two[0] = s.session;
	ph_inject_session_begin(s.plan, &two[1]);
	for (int i = 0; i < 20; i++) {
		s.session = two[i % 2];
		if (at(&s, PH_SMTPD_STAGE_RCPT, "b") != PH_INJECT_NONE)
			mingled[i % 2][len[i % 2]++] = (char)('0' + i / 2);
		two[i % 2] = s.session;
	}
	close_scene(&s);
	mingled[0][len[0]] = '\0';
	mingled[1][len[1]] = '\0';
	check_str(mingled[0], apart[0]);
	check_str(mingled[1], apart[1]);
}

static void test_stages(void)
{
	struct scene s;

	open_like(&s, NULL, "any:hangup");
	check_int(at(&s, PH_SMTPD_STAGE_CONNECT, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_GREETING, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_EHLO, ""), PH_INJECT_HANGUP);
	check_int(at(&s, PH_SMTPD_STAGE_TLS, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_LOGIN, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_CONTENT, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_HANGUP);
	check_int(at(&s, PH_SMTPD_STAGE_KEPT, ""), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_OTHER, ""), PH_INJECT_HANGUP);
	close_scene(&s);
}

/* Waits add up, and the first of the others counts. */
static void test_together(void)
{
	struct scene s;

	open_like(&s, NULL, "end:slow=2s");
	add(&s, "end:slow=3s");
	add(&s, "end:drip=10ms");
	add(&s, "end,from=2:reply=451 4.0.0 Later");
	add(&s, "end:hangup");
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_HANGUP);
	check_int(s.d.wait, 5000);
	check_int(s.d.drip, 10);
	check_int((long long)s.d.by_count, 4);
	check_str(s.d.by[3], "end:hangup");
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 451);
	check(!s.d.yes);
	check_int(at(&s, PH_SMTPD_STAGE_MAIL, "a"), PH_INJECT_NONE);
	check_int(s.d.wait, 0);
	check_int((long long)s.d.by_count, 0);
	close_scene(&s);
}

static void test_edits(void)
{
	struct scene s;

	open_like(&s, NULL, "ehlo:strip=SIZE");
	add(&s, "ehlo,times=1:strip=AUTH");
	add(&s, "ehlo:add=SIZE 10");
	add(&s, "ehlo:reply=250 mx");
	check_int(at(&s, PH_SMTPD_STAGE_EHLO, "c"), PH_INJECT_REPLY);
	check(s.d.yes);
	check_int((long long)s.d.without_count, 2);
	check_int((long long)s.d.with_count, 1);
	check(ph_span_eq(s.d.with[0], PH_SPAN("SIZE 10")));
	(void)at(&s, PH_SMTPD_STAGE_EHLO, "c");
	check_int((long long)s.d.without_count, 1);
	for (int i = 0; i < 40; i++)
		add(&s, "ehlo:add=X");
	(void)at(&s, PH_SMTPD_STAGE_EHLO, "c");
	check_int((long long)s.d.with_count, PH_INJECT_EDITS_MAX);
	close_scene(&s);
}

static enum ph_inject_action content(struct scene *s, size_t octets)
{
	struct ph_inject_moment m = {
		.stage = PH_SMTPD_STAGE_CONTENT, .octets = octets, .now = s->now
	};

	ph_inject_decide(s->plan, &s->session, &m, &s->d);
	return s->d.action;
}

/* Once a message, where the content passes the mark. */
static void test_content(void)
{
	struct scene s;

	open_like(&s, NULL, "content,after=100:hangup");
	for (int i = 0; i < 2; i++) {
		(void)at(&s, PH_SMTPD_STAGE_MAIL, "a");
		check_int(content(&s, 60), PH_INJECT_NONE);
		check_int(content(&s, 40), PH_INJECT_NONE);
		check_int(content(&s, 1), PH_INJECT_HANGUP);
		check_int(content(&s, 500), PH_INJECT_NONE);
	}
	close_scene(&s);
	open_like(&s, NULL, "content,times=1:hangup");
	(void)at(&s, PH_SMTPD_STAGE_MAIL, "a");
	check_int(content(&s, 60), PH_INJECT_HANGUP);
	check_int(content(&s, 60), PH_INJECT_NONE);
	(void)at(&s, PH_SMTPD_STAGE_MAIL, "a");
	check_int(content(&s, 60), PH_INJECT_NONE);
	close_scene(&s);
}

static void test_greylist(void)
{
	struct scene s;

	open_like(&s, "postfix", "rcpt=*@y:greylist=1min");
	(void)at(&s, PH_SMTPD_STAGE_MAIL, "a@x");
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 450);
	check(strstr(s.d.reply->text, "Greylisted") != NULL);
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@z"), PH_INJECT_NONE);
	s.now += 59999;
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_REPLY);
	s.now += 1;
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "c@y"), PH_INJECT_REPLY);
	(void)at(&s, PH_SMTPD_STAGE_MAIL, "other@x");
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_REPLY);
	close_scene(&s);
}

static void test_say(void)
{
	struct scene s;

	open_like(&s, "gmail", "rcpt=b*:say=unknown-recipient");
	add(&s, "rcpt:say=content-refused");
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_REPLY);
	check(strstr(s.d.reply->text, "?p=NoSuchUser") != NULL);
	check_int(s.d.reply->phrase, PH_PHRASE_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "c@y"), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 552);
	close_scene(&s);
	open_like(&s, NULL, "rcpt:say=greylisted");
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "b@y"), PH_INJECT_REPLY);
	check_str(s.d.reply->text, "4.7.1 Greylisted, try again later");
	close_scene(&s);
}

/* Who looks at the sender, and where. */
static void test_owner(void)
{
	struct scene s;

	open_like(&s, "dovecot", NULL);
	check_int(mail_as(&s, "ann@x", "ann@x"), PH_INJECT_NONE);
	check_int(mail_as(&s, "", "bob@x"), PH_INJECT_NONE);
	check_int(mail_as(&s, "ann@x", "bob@x"), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 553);
	check_str(s.d.by[0], "sender-not-owned");
	close_scene(&s);
	open_like(&s, "microsoft365", NULL);
	check_int(mail_as(&s, "ann@x", "bob@x"), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_RCPT, "c@y"), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_REPLY);
	check_int(mail_as(&s, "ann@x", "ann@x"), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_NONE);
	close_scene(&s);
	/* What a fault says comes before. */
	open_like(&s, "dovecot", "mail:reply=451 Later");
	check_int(mail_as(&s, "ann@x", "bob@x"), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 451);
	close_scene(&s);
}

static enum ph_err limit(struct scene *s, const char *text)
{
	return ph_inject_plan_limit(s->plan, ph_span_of(text));
}

static void test_limits(void)
{
	static const char *const wrong[] = { "", "10", "10/", "/1min", "0/1min",
		"10/0", "x/1min", "10/soon", "100001/1h", "10/1min/2" };
	struct scene s;

	open_like(&s, "ses", NULL);
	for (size_t i = 0; i < PH_COUNT(wrong); i++) {
		check_case(wrong[i], i);
		check_int(limit(&s, wrong[i]), PH_EINVAL);
	}
	check_case(NULL, 0);
	check_int(limit(&s, "2/1s"), PH_OK);
	check_int(limit(&s, "3/1d"), PH_OK);
	for (int i = 0; i < 2; i++) {
		check_int(at(&s, PH_SMTPD_STAGE_MAIL, "a"), PH_INJECT_NONE);
		check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_NONE);
	}
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_REPLY);
	check(strstr(s.d.reply->text, "sending rate") != NULL);
	check_str(s.d.by[0], "rate-limit");
	s.now += 1000;
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_NONE);
	s.now += 1000;
	check_int(at(&s, PH_SMTPD_STAGE_END, ""), PH_INJECT_REPLY);
	check(strstr(s.d.reply->text, "Daily message quota") != NULL);
	check_int(limit(&s, "1/1h"), PH_OK);
	check_int(limit(&s, "1/1h"), PH_OK);
	check_int(limit(&s, "1/1h"), PH_ETOOBIG);
	close_scene(&s);

	open_like(&s, NULL, NULL);
	check_int(limit(&s, "1/1s"), PH_OK);
	check_int(at(&s, PH_SMTPD_STAGE_MAIL, "a"), PH_INJECT_NONE);
	check_int(at(&s, PH_SMTPD_STAGE_MAIL, "a"), PH_INJECT_REPLY);
	check_int(s.d.reply->code, 450);
	close_scene(&s);
}

static void test_what_it_takes(void)
{
	static const struct {
		const char *fault;
		bool tls;
		unsigned certificates;
	} cases[] = {
		{ "rcpt:hangup", false, 0 },
		{ "starttls:hangup", false, 0 },
		{ "starttls:inject=x", true, 0 },
		{ "connect:tls", true, 0 },
		{ "tls:plain", true, 0 },
		{ "ehlo,secure:hangup", true, 0 },
		{ "tls:certificate=expired", true, 1U << PH_INJECT_EXPIRED },
		{ "tls:certificate=weak", true, 1U << PH_INJECT_WEAK },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct scene s;

		check_case(cases[i].fault, i);
		open_like(&s, NULL, cases[i].fault);
		check(ph_inject_plan_needs_tls(s.plan) == cases[i].tls);
		check_int(
		    ph_inject_plan_certificates(s.plan), cases[i].certificates);
		check(ph_inject_plan_like(s.plan) == NULL);
		close_scene(&s);
	}
	check_case(NULL, 0);
}

/* Every action, where it may stand, and what the one who does it is told. */
static const struct {
	const char *fault;
	enum ph_smtpd_stage stage;
	enum ph_inject_action action;
	uint16_t code;
	bool yes;
	const char *octets;
	ph_msec wait, drip;
} acts[] = {
	{ "connect:tls", PH_SMTPD_STAGE_CONNECT, PH_INJECT_TLS },
	{ "connect:stall", PH_SMTPD_STAGE_CONNECT, PH_INJECT_STALL },
	{ "connect:slow=1s", PH_SMTPD_STAGE_CONNECT, PH_INJECT_NONE,
	    .wait = 1000 },
	{ "greeting:reply=554 no", PH_SMTPD_STAGE_GREETING, PH_INJECT_REPLY,
	    554 },
	{ "greeting:reply=220 hi", PH_SMTPD_STAGE_GREETING, PH_INJECT_REPLY,
	    220, true },
	{ "greeting:say=unavailable", PH_SMTPD_STAGE_GREETING, PH_INJECT_REPLY,
	    421 },
	{ "greeting:garble=SSH-2.0\\r", PH_SMTPD_STAGE_GREETING,
	    PH_INJECT_GARBLE, .octets = "SSH-2.0\r" },
	{ "greeting:drip=5ms", PH_SMTPD_STAGE_GREETING, PH_INJECT_NONE,
	    .drip = 5 },
	{ "ehlo:reset", PH_SMTPD_STAGE_EHLO, PH_INJECT_RESET },
	{ "starttls:inject=RSET\\r\\n", PH_SMTPD_STAGE_STARTTLS,
	    PH_INJECT_INJECT, .octets = "RSET\r\n" },
	{ "starttls:reply=454 no", PH_SMTPD_STAGE_STARTTLS, PH_INJECT_REPLY,
	    454 },
	{ "tls:plain", PH_SMTPD_STAGE_TLS, PH_INJECT_PLAIN },
	{ "tls:certificate=weak", PH_SMTPD_STAGE_TLS, PH_INJECT_CERTIFICATE },
	{ "auth:challenge=?", PH_SMTPD_STAGE_AUTH, PH_INJECT_CHALLENGE,
	    .octets = "?" },
	{ "auth:reply=504 no", PH_SMTPD_STAGE_AUTH, PH_INJECT_REPLY, 504 },
	{ "login:reply=235 in", PH_SMTPD_STAGE_LOGIN, PH_INJECT_REPLY, 235,
	    true },
	{ "mail:reply=250 ok", PH_SMTPD_STAGE_MAIL, PH_INJECT_REPLY, 250,
	    true },
	{ "rcpt:reply=251 ok", PH_SMTPD_STAGE_RCPT, PH_INJECT_REPLY, 251,
	    true },
	{ "rcpt:greylist", PH_SMTPD_STAGE_RCPT, PH_INJECT_REPLY, 451 },
	{ "data:reply=250 ok", PH_SMTPD_STAGE_DATA, PH_INJECT_REPLY, 250 },
	{ "data:reply=354 go", PH_SMTPD_STAGE_DATA, PH_INJECT_REPLY, 354,
	    true },
	{ "content:reply=250 ok", PH_SMTPD_STAGE_CONTENT, PH_INJECT_REPLY,
	    250 },
	{ "end:hangup", PH_SMTPD_STAGE_END, PH_INJECT_HANGUP },
	{ "kept:hangup", PH_SMTPD_STAGE_KEPT, PH_INJECT_HANGUP },
	{ "rset:stall", PH_SMTPD_STAGE_RSET, PH_INJECT_STALL },
	{ "quit:reply=221 so long", PH_SMTPD_STAGE_QUIT, PH_INJECT_REPLY, 221,
	    true },
	{ "any:slow=1ms", PH_SMTPD_STAGE_OTHER, PH_INJECT_NONE, .wait = 1 },
};

static void test_acts(void)
{
	for (size_t i = 0; i < PH_COUNT(acts); i++) {
		const char *octets =
		    acts[i].octets == NULL ? "" : acts[i].octets;
		struct scene s;
		unsigned others = 0;

		check_case(acts[i].fault, i);
		open_like(&s, NULL, acts[i].fault);
		for (int stage = 1; stage < PH_SMTPD_STAGE_COUNT; stage++) {
			if (stage == (int)acts[i].stage)
				continue;
			(void)at(&s, (enum ph_smtpd_stage)stage, "b@y");
			others += s.d.by_count > 0;
		}
		/* `any` has nine more. */
		check_int(
		    others, strncmp(acts[i].fault, "any", 3) == 0 ? 9 : 0);
		if (acts[i].stage == PH_SMTPD_STAGE_CONTENT) {
			check_int(content(&s, 1), acts[i].action);
		} else {
			check_int(at(&s, acts[i].stage, "b@y"), acts[i].action);
		}
		check_int((long long)s.d.by_count, 1);
		check_str(s.d.by[0], acts[i].fault);
		check_int(
		    s.d.reply == NULL ? 0 : s.d.reply->code, acts[i].code);
		check_int(s.d.yes, acts[i].yes);
		check_int(s.d.wait, acts[i].wait);
		check_int(s.d.drip, acts[i].drip);
		check(ph_span_eq(s.d.octets, ph_span_of(octets)));
		close_scene(&s);
	}
	check_case(NULL, 0);
}

static void test_too_many(void)
{
	struct ph_inject_complaint why = { .text = "" };
	struct scene s;

	open_like(&s, NULL, NULL);
	for (int i = 0; i < PH_INJECT_FAULTS_MAX; i++)
		add(&s, "rcpt:greylist");
	check(ph_inject_plan_add(s.plan, PH_SPAN("rcpt:hangup"), &why) ==
	    PH_ETOOBIG);
	close_scene(&s);
	open_like(&s, NULL, NULL);
	check(ph_inject_plan_add(s.plan, PH_SPAN("rcpt:hang"), &why) ==
	    PH_EINVAL);
	check_str(why.text, "no action \"hang\"");
	close_scene(&s);
	ph_inject_plan_free(NULL);
}

static enum ph_err make(void *ctx)
{
	struct ph_inject_complaint why;
	struct ph_inject_plan *p = NULL;
	enum ph_err err = ph_inject_plan_new(1, NULL, &p);

	if (err == PH_OK)
		err = ph_inject_plan_add(p, ph_span_of(ctx), &why);
	if (err == PH_OK)
		err = ph_inject_plan_limit(p, PH_SPAN("3/1min"));
	ph_inject_plan_free(p);
	return err;
}

int main(void)
{
	static char fault[] = "rcpt=b*:greylist=5s";

	test_counts();
	test_seed();
	test_stages();
	test_together();
	test_edits();
	test_content();
	test_greylist();
	test_say();
	test_owner();
	test_limits();
	test_what_it_takes();
	test_acts();
	test_too_many();
	check(failalloc_run(make, fault) > 2);
	return check_end();
}
