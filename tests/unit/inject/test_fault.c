#include "inject/fault.h"

#include "check.h"
#include "exact.h"
#include "failalloc.h"

/* What can be said. */
static const struct {
	const char *text;
	struct ph_inject_fault want; /* pattern and octets: see below */
	const char *pattern;
	const char *octets;
} good[] = {

#define AT(name, act) .stage = PH_SMTPD_STAGE_##name, .action = PH_INJECT_##act
	{ "rcpt:reply=550 5.1.1 No such user",
	    { AT(RCPT, REPLY), .reply = { 550, NULL, "5.1.1 No such user" } } },
	{ "rcpt:reply=550 a, b: c=d",
	    { AT(RCPT, REPLY), .reply = { 550, NULL, "a, b: c=d" } } },
	{ "end:reply=550 5.7.1 one\\n5.7.1 two",
	    { AT(END, REPLY),
		.reply = { 550, NULL, "5.7.1 one\n5.7.1 two" } } },
	{ "quit:reply=421", { AT(QUIT, REPLY), .reply = { 421, NULL, "" } } },
	{ "quit:reply=421 ", { AT(QUIT, REPLY), .reply = { 421, NULL, "" } } },
	{ "login:say=bad-login",
	    { AT(LOGIN, SAY), .phrase = PH_PHRASE_BAD_LOGIN } },
	{ "mail:say=content-refused",
	    { AT(MAIL, SAY), .phrase = PH_PHRASE_CONTENT_REFUSED } },
	{ "connect:hangup", { AT(CONNECT, HANGUP) } },
	{ "connect:reset", { AT(CONNECT, RESET) } },
	{ "greeting:stall", { AT(GREETING, STALL) } },
	{ "connect:tls", { AT(CONNECT, TLS) } },
	{ "end:slow=5s", { AT(END, SLOW), .wait = 5000 } },
	{ "tls:slow=200ms", { AT(TLS, SLOW), .wait = 200 } },
	{ "kept:slow=1d", { AT(KEPT, SLOW), .wait = 86400000 } },
	{ "ehlo:drip=100ms", { AT(EHLO, DRIP), .wait = 100 } },
	{ "data:garble", { AT(DATA, GARBLE) }, NULL,
	    "\x80\x00\xff nothing like SMTP \x07\r\n" },
	{ "greeting:garble=* OK IMAP4\\r\\n", { AT(GREETING, GARBLE) }, NULL,
	    "* OK IMAP4\r\n" },
	{ "ehlo:strip=STARTTLS", { AT(EHLO, STRIP) }, NULL, "STARTTLS" },
	{ "ehlo:strip=X-a1", { AT(EHLO, STRIP) }, NULL, "X-a1" },
	{ "ehlo:add=SIZE 1000", { AT(EHLO, ADD) }, NULL, "SIZE 1000" },
	{ "starttls:inject=250 x\\r\\n", { AT(STARTTLS, INJECT) }, NULL,
	    "250 x\r\n" },
	{ "tls:plain", { AT(TLS, PLAIN) } },
	{ "tls:certificate=expired",
	    { AT(TLS, CERTIFICATE), .certificate = PH_INJECT_EXPIRED } },
	{ "tls:certificate=self-signed",
	    { AT(TLS, CERTIFICATE), .certificate = PH_INJECT_SELF_SIGNED } },
	{ "auth=cram-md5:challenge=not base64!",
	    { AT(AUTH, CHALLENGE), .has_pattern = true }, "cram-md5",
	    "not base64!" },
	{ "rcpt:greylist", { AT(RCPT, GREYLIST) } },
	{ "rcpt:greylist=5min", { AT(RCPT, GREYLIST), .wait = 300000 } },
	{ "rcpt=*@example.com:hangup",
	    { AT(RCPT, HANGUP), .has_pattern = true }, "*@example.com" },
	{ "mail=:hangup", { AT(MAIL, HANGUP), .has_pattern = true }, "" },
	{ "any,from=10,each-session:hangup",
	    { .any = true,
		.action = PH_INJECT_HANGUP,
		.from = 10,
		.each_session = true } },
	{ "rcpt=b,times=2,from=3,session=4,probability=5%,secure:stall",
	    { AT(RCPT, STALL), .times = 2, .from = 3, .session = 4,
		.percent = 5, .side = PH_INJECT_SECURE, .has_pattern = true },
	    "b" },
	{ "ehlo,clear:stall", { AT(EHLO, STALL), .side = PH_INJECT_CLEAR } },
	{ "end,probability=100%:stall", { AT(END, STALL), .percent = 100 } },
	{ "content,after=10K:reset", { AT(CONTENT, RESET), .after = 10240 } },
	{ "content:reply=421 4.4.2 Bye",
	    { AT(CONTENT, REPLY), .reply = { 421, NULL, "4.4.2 Bye" } } },
};

/* What cannot, the complaint, and the words that were to choose from. */
static const struct {
	const char *text;
	const char *complaint;
	const char *word;  /* NULL: not about a word */
	const char *among; /* one of those named */
} bad[] = {
	{ "", "\"\" has no colon between when and what" },
	{ "rcpt", "\"rcpt\" has no colon between when and what" },
	{ ":hangup", "no stage \"\"", "", "rcpt" },
	{ "rctp:hangup", "no stage \"rctp\"", "rctp", "rcpt" },
	{ "RCPT:hangup", "no stage \"RCPT\"", "RCPT", "rcpt" },
	{ "rcpt :hangup", "no stage \"rcpt \"", "rcpt ", "rcpt" },
	{ "rcpt:", "no action \"\"", "", "hangup" },
	{ "rcpt:hangupp", "no action \"hangupp\"", "hangupp", "hangup" },
	{ "rcpt:hangup=now", "\"hangup\" takes no argument" },
	{ "rcpt:hangup=", "\"hangup\" takes no argument" },
	{ "rcpt:reply", "\"reply\" needs an argument" },
	{ "rcpt:reply=", "\"reply\" needs an argument" },
	{ "data:garble=", "\"garble\" needs an argument" },
	{ "rcpt:greylist=", "\"greylist\" needs an argument" },
	{ "rcpt:reply=55", NULL },
	{ "rcpt:reply=199 x", NULL },
	{ "rcpt:reply=600 x", NULL },
	{ "rcpt:reply=5501 x", NULL },
	{ "rcpt:reply=550-x", NULL },
	{ "rcpt:reply=no 550", NULL },
	{ "rcpt:reply=550 a\\rb", NULL },
	{ "rcpt:reply=550 a\\x00b", NULL },
	{ "rcpt:reply=550 a\\qb", NULL },
	{ "rcpt:reply=550 a\tb", NULL },
	{ "rcpt:reply=550 \\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n"
	  "\\n\\n\\n"
	  "\\n\\n",
	    NULL },
	{ "login:say=badlogin", "nothing to say for \"badlogin\"", "badlogin",
	    "bad-login" },
	{ "login:say=greeting", "nothing to say for \"greeting\"", "greeting",
	    "too-big" },
	{ "end:slow=0", NULL },
	{ "end:slow=soon", NULL },
	{ "end:slow=25h", NULL },
	{ "data:garble=\\q", NULL },
	{ "ehlo:strip=TWO WORDS", "\"TWO WORDS\" is no keyword of EHLO" },
	{ "ehlo:strip=SIZE|AUTH", "\"SIZE|AUTH\" is no keyword of EHLO" },
	{ "ehlo:add= SIZE", "\" SIZE\" is no line of EHLO" },
	{ "ehlo:add=A|B", "\"A|B\" is no line of EHLO" },
	{ "ehlo:add=A b|c", "\"A b|c\" is no line of EHLO" },
	{ "ehlo:add=A b\nc", NULL },
	{ "tls:certificate=rusty", "no certificate \"rusty\"", "rusty",
	    "expired" },
	{ "auth:challenge=a\r\nb", NULL },
	{ "rcpt:strip=SIZE", "strip goes only with ehlo" },
	{ "connect:plain", "plain goes only with tls" },
	{ "tls:tls", "tls goes only with connect" },
	{ "mail:greylist", "greylist goes only with rcpt" },
	{ "mail:challenge=x", "challenge goes only with auth" },
	{ "ehlo:inject=x", "inject goes only with starttls" },
	{ "connect:reply=554 no",
	    "reply goes only with greeting ehlo starttls auth login mail rcpt "
	    "data content end kept rset quit any" },
	{ "tls:drip=1s",
	    "drip goes only with greeting ehlo starttls auth login mail rcpt "
	    "data end kept rset quit any" },
	{ "content:garble",
	    "garble goes only with greeting ehlo starttls auth login mail rcpt "
	    "data end kept rset quit any" },
	{ "data=x:hangup", "\"data\" takes no pattern" },
	{ "any=x:hangup", "\"any\" takes no pattern" },
	{ "rcpt,:hangup", "no condition \"\"", "", "times" },
	{ "rcpt,tims=2:hangup", "no condition \"tims\"", "tims", "times" },
	{ "rcpt,times:hangup", "\"times\" needs a value" },
	{ "rcpt,clear=1:hangup", "\"clear\" takes no value" },
	{ "rcpt,times=0:hangup", "times=\"0\" is no number above 0" },
	{ "rcpt,times=:hangup", "times=\"\" is no number above 0" },
	{ "rcpt,from=x:hangup", "from=\"x\" is no number above 0" },
	{ "rcpt,session=-1:hangup", "session=\"-1\" is no number above 0" },
	{ "rcpt,times=4294967296:hangup", NULL },
	{ "rcpt,probability=10:hangup",
	    "probability=\"10\" is not 1% to 100%" },
	{ "rcpt,probability=0%:hangup", NULL },
	{ "rcpt,probability=101%:hangup", NULL },
	{ "rcpt,probability=%:hangup", NULL },
	{ "rcpt,after=1K:hangup", "after=1K goes only with content" },
	{ "content,after=much:hangup",
	    "after=\"much\" is no size, such as 10K" },
};

static void same(
    const struct ph_inject_fault *got, const struct ph_inject_fault *want)
{
	check_int(got->stage, want->stage);
	check_int(got->any, want->any);
	check_int(got->has_pattern, want->has_pattern);
	check_int(got->from, want->from);
	check_int(got->times, want->times);
	check_int(got->session, want->session);
	check_int(got->each_session, want->each_session);
	check_int(got->percent, want->percent == 0 ? 100 : want->percent);
	check_int(got->side, want->side);
	check_int((long long)got->after, (long long)want->after);
	check_int(got->action, want->action);
	check_int(got->reply.code, want->reply.code);
	if (want->reply.text != NULL)
		check_str(got->reply.text, want->reply.text);
	check_int(got->phrase, want->phrase);
	check_int(got->wait, want->wait);
	check_int(got->certificate, want->certificate);
}

static void test_good(void)
{
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		struct ph_span text = exact_copy(ph_span_of(good[i].text));
		struct ph_inject_fault f = { 0 };
		struct ph_inject_complaint why = { .text = "untouched" };
		struct ph_arena a;

		check_case(good[i].text, i);
		ph_arena_init(&a, 100000);
		check(ph_inject_fault_parse(text, &a, &f, &why) == PH_OK);
		check_str(why.text, "untouched");
		exact_free(text);
		check_str(f.text, good[i].text);
		same(&f, &good[i].want);
		if (good[i].pattern != NULL) {
			check(
			    ph_span_eq(f.pattern, ph_span_of(good[i].pattern)));
		}
		if (good[i].octets != NULL && f.action != PH_INJECT_GARBLE)
			check(ph_span_eq(f.octets, ph_span_of(good[i].octets)));
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

static bool is_among(const char *words, const char *word)
{
	struct ph_span rest = ph_span_of(words);
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (ph_span_eq(one, ph_span_of(word)))
			return true;
	}
	return false;
}

static void test_bad(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_span text = exact_copy(ph_span_of(bad[i].text));
		struct ph_inject_fault f = { .from = 77 };
		struct ph_inject_complaint why = { 0 };
		struct ph_arena a;

		check_case(bad[i].text, i);
		ph_arena_init(&a, 100000);
		check(ph_inject_fault_parse(text, &a, &f, &why) == PH_EINVAL);
		check_int(f.from, 77);
		check(why.text[0] != '\0');
		if (bad[i].complaint != NULL)
			check_str(why.text, bad[i].complaint);
		check((why.words != NULL) == (bad[i].word != NULL));
		if (bad[i].word != NULL && why.words != NULL) {
			check(ph_span_eq(why.word, ph_span_of(bad[i].word)));
			check(is_among(why.words, bad[i].among));
		}
		/* What is shown as an example can be used. */
		check(why.example != NULL);
		check(ph_inject_fault_parse(
			  ph_span_of(why.example), &a, &f, &why) == PH_OK);
		exact_free(text);
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

/* Long ones, and those that are cut anywhere: bounded, and never more than is
   there. */
static void test_bounds(void)
{
	static char text[PH_INJECT_TEXT_MAX + 2];
	struct ph_inject_complaint why = { 0 };
	struct ph_inject_fault f = { 0 };
	struct ph_arena a;

	memset(text, 'x', sizeof(text));
	memcpy(text, "auth:challenge=", 15);
	ph_arena_init(&a, 100000);
	check(
	    ph_inject_fault_parse((struct ph_span){ text, PH_INJECT_TEXT_MAX },
		&a, &f, &why) == PH_OK);
	check(ph_inject_fault_parse(
		  (struct ph_span){ text, PH_INJECT_TEXT_MAX + 1 }, &a, &f,
		  &why) == PH_EINVAL);
	check_str(why.text, "it is longer than 4096 octets");
	memcpy(text, "rcpt:reply=550 ", 15);
	check(ph_inject_fault_parse(
		  (struct ph_span){ text, 1000 }, &a, &f, &why) == PH_EINVAL);
	check(strlen(why.text) < 200);
	memcpy(text, "rcpt:xxxxxxxxxx", 15);
	check(ph_inject_fault_parse(
		  (struct ph_span){ text, 1000 }, &a, &f, &why) == PH_EINVAL);
	check(strlen(why.text) < 100);
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		for (size_t cut = 0; cut < strlen(good[i].text); cut++) {
			struct ph_span part = exact_copy(
			    ph_span_first(ph_span_of(good[i].text), cut));
			enum ph_err err =
			    ph_inject_fault_parse(part, &a, &f, &why);

			check(err == PH_OK || err == PH_EINVAL);
			exact_free(part);
		}
		ph_arena_release(&a);
	}
}

static enum ph_err parse(void *ctx)
{
	struct ph_inject_complaint why = { 0 };
	struct ph_inject_fault f = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 10000);
	enum ph_err err = ph_inject_fault_parse(ph_span_of(ctx), &a, &f, &why);
	ph_arena_release(&a);
	return err;
}

static void test_no_memory(void)
{
	static char reply[] = "rcpt=b*,times=2:reply=550 no";
	static char octets[] = "starttls:inject=x";
	static char line[] = "ehlo:add=X";

	check(failalloc_run(parse, reply) > 2);
	check(failalloc_run(parse, octets) > 1);
	check(failalloc_run(parse, line) > 1);
}

/* Which reply is a yes. */
static void test_yes(void)
{
	static const struct {
		enum ph_smtpd_stage stage;
		uint16_t yes;
	} cases[] = {
		{ PH_SMTPD_STAGE_GREETING, 220 },
		{ PH_SMTPD_STAGE_EHLO, 250 },
		{ PH_SMTPD_STAGE_STARTTLS, 220 },
		{ PH_SMTPD_STAGE_LOGIN, 235 },
		{ PH_SMTPD_STAGE_RCPT, 250 },
		{ PH_SMTPD_STAGE_RCPT, 251 },
		{ PH_SMTPD_STAGE_DATA, 354 },
		{ PH_SMTPD_STAGE_KEPT, 250 },
		{ PH_SMTPD_STAGE_QUIT, 221 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("yes", i);
		check(ph_inject_is_yes(cases[i].stage, cases[i].yes));
		check(!ph_inject_is_yes(cases[i].stage, 299));
		check(!ph_inject_is_yes(cases[i].stage, 550));
	}
	check_case(NULL, 0);
	check(!ph_inject_is_yes(PH_SMTPD_STAGE_MAIL, 251));
	check(!ph_inject_is_yes(PH_SMTPD_STAGE_CONTENT, 250));
}

static void test_names(void)
{
	check_str(ph_inject_stage_name(PH_SMTPD_STAGE_KEPT), "kept");
	check_str(ph_inject_stage_name(PH_SMTPD_STAGE_OTHER), "other");
	check(is_among(ph_inject_stage_names(), "any"));
	check(is_among(ph_inject_action_names(), "greylist"));
	check_str(ph_inject_phrase_name(PH_PHRASE_TOO_BIG), "too-big");
}

int main(void)
{
	test_good();
	test_bad();
	test_bounds();
	test_no_memory();
	test_yes();
	test_names();
	return check_end();
}
