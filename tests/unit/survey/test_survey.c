#include "survey/survey.h"

#include "../io/fake_dns.h"
#include "check.h"
#include "fake_http.h"

#include <stdio.h>
#include <string.h>

/* Who is asked, and when it ends, without a network.  Mail servers are asked in
   tests/interop/test_discover.py. */

#define AUTO  "https://autoconfig.example.com/mail/config-v1.1.xml"
#define KNOWN "https://example.com/.well-known/autoconfig/mail/config-v1.1.xml"
#define DISCOVER                                                    \
 "https://autodiscover.example.com/autodiscover/autodiscover.json/" \
 "v1.0/ann%40example.com?Protocol=AutodiscoverV1"
#define HTTP   "http://autoconfig.example.com/mail/config-v1.1.xml"
#define HOSTER "https://autoconfig.hoster.example/mail/config-v1.1.xml"
#define PAGE(host)                                                \
 "<clientConfig><emailProvider><outgoingServer type=\"smtp\">"    \
 "<hostname>" host "</hostname><port>465</port></outgoingServer>" \
 "</emailProvider></clientConfig>"

enum {
	ARENA_MAX = 64 * 1024,
	TURNS_MAX = 100000
};

static const struct ph_span key[] = { PH_SPAN_INIT("k") };
static const struct ph_span own_mx[] = { PH_SPAN_INIT(
    "\0\5\2mx\7example\3com\0") };
static const struct ph_span hoster_mx[] = { PH_SPAN_INIT(
    "\0\5\2mx\6hoster\7example\0") };
static const struct ph_span google_mx[] = { PH_SPAN_INIT(
    "\0\5\5aspmx\1l\6google\3com\0") };
static const struct ph_span tuta_mx[] = { PH_SPAN_INIT(
    "\0\5\4mail\10tutanota\2de\0") };
static const struct ph_span null_mx[] = { PH_SPAN_INIT("\0\0\0") };
static const struct ph_span srv[] = { PH_SPAN_INIT("broken"),
	PH_SPAN_INIT("\0\0\0\0\1\321\4smtp\7example\3com\0") };
static const struct ph_span no_srv[] = { PH_SPAN_INIT("\0\0\0\0\0\0\0") };

#define ANSWER(n, t, r, c)           \
 {                                   \
  n, t,                              \
      { .status = PH_DNS_FOUND,      \
	      .is_secure = true,     \
	      .records = (r),        \
	      .record_count = (c) }, \
      false                          \
 }
#define ROOT      ANSWER(".", PH_DNS_DNSKEY, key, 1)
#define MX(r)     ANSWER("example.com", PH_DNS_MX, r, 1)
#define SRV(r, c) ANSWER("_submissions._tcp.example.com", PH_DNS_SRV, r, c)
#define FAILED(n, t)                       \
 {                                         \
  n, t, { .status = PH_DNS_FAILED }, false \
 }
#define ALL_FAILED                                        \
 ROOT, FAILED("example.com", PH_DNS_MX),                  \
     FAILED("_submissions._tcp.example.com", PH_DNS_SRV), \
     FAILED("_submission._tcp.example.com", PH_DNS_SRV)

/* What is expected, as a text of lines:
     candidate:    HOST SOURCE
     note:         - WORDS
     flags:        no-domain no-network late without-smtp meant:DOMAIN
   and in asked, words that each have to be in one of the contacts; those with
   ! before them in none. */
struct world {
	const char *what;
	const char *address;
	struct fake_record records[6];
	struct fake_page pages[6];
	bool is_offline, asks_all, has_no_dns, has_no_http;
	const char *collection;
	ph_msec timeout, patience;
	const char *want;
	const char *asked;
};

static const struct world worlds[] = {
	{ .what = "a known domain",
	    .address = "ann@gmail.com",
	    .want = "smtp.gmail.com preset\n",
	    .asked = "!" },
	{ .what = "a known domain, and all the same",
	    .address = "ann@gmail.com",
	    .records = { ROOT, ANSWER("gmail.com", PH_DNS_MX, google_mx, 1) },
	    .asks_all = true,
	    .want = "smtp.gmail.com preset\n",
	    .asked = "dns:gmail.com?type=MX https://autoconfig.gmail.com/" },
	{ .what = "a provider without SMTP",
	    .address = "ann@tuta.io",
	    .want = "- it has no SMTP\nwithout-smtp\n",
	    .asked = "!" },
	{ .what = "offline",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(google_mx) },
	    .is_offline = true,
	    .want = "",
	    .asked = "!" },
	{ .what = "a typing error",
	    .address = "ann@gmial.com",
	    .is_offline = true,
	    .want = "smtp.gmail.com preset\nmeant:gmail.com\n",
	    .asked = "!" },
	{ .what = "a file of one's own",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = AUTO,
		.status = 200,
		.body = PAGE("smtp.example.com") } },
	    .want = "smtp.example.com autoconfig\n",
	    .asked = "dns:example.com?type=MX "
		     "dns:_submissions._tcp.example.com?type=SRV "
		     "dns:_submission._tcp.example.com?type=SRV " AUTO " " KNOWN
		     " " DISCOVER " !http:// !smtp" },
	{ .what = "over http, after https",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = AUTO, .status = 404, .body = "" },
		{ .url = HTTP,
		    .status = 200,
		    .body = PAGE("smtp.example.com") } },
	    .want = "smtp.example.com autoconfig\n",
	    .asked = HTTP },
	{ .what = "it leads elsewhere",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = AUTO,
		.status = 200,
		.hop = "https://other.example/",
		.body = PAGE("smtp.example.com") } },
	    .want = "smtp.example.com autoconfig\n",
	    .asked = "https://other.example/" },
	{ .what = "Autodiscover, and a collection",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = DISCOVER,
			   .status = 200,
			   .body = "{\"Url\":\"https://ex.example.com/\"}" },
		{ .url = "https://c.example/example.com",
		    .status = 200,
		    .body = PAGE("smtp.example.com") } },
	    .collection = "https://c.example/",
	    .want = "smtp.example.com collection\nex.example.com "
		    "autodiscover\n",
	    .asked = "https://c.example/example.com" },
	{ .what = "what is odd is told, what is missing is not",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = AUTO, .cause = PH_CAUSE_CERT_OTHER },
		{ .url = KNOWN, .status = 200, .body = "<html>" },
		{ .url = DISCOVER, .cause = PH_CAUSE_TIMEOUT } },
	    .want = "- " AUTO ": host: words\n- " KNOWN ": \n",
	    .asked = HTTP },
	{ .what = "the hoster's file",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(hoster_mx) },
	    .pages = { { .url = HOSTER,
		.status = 200,
		.body = PAGE("smtp.hoster.example") } },
	    .want = "smtp.hoster.example autoconfig\n",
	    .asked = HOSTER },
	{ .what = "the hoster is known",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(google_mx) },
	    .want = "smtp.gmail.com mx\n",
	    .asked = "!https://autoconfig.google.com "
		     "!https://autoconfig.l.google.com" },
	{ .what = "the hoster has no SMTP",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(tuta_mx) },
	    .want = "- it has no SMTP\nwithout-smtp\n",
	    .asked = "" },
	{ .what = "records",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(null_mx), SRV(srv, 2) },
	    .want = "smtp.example.com srv\n- null MX\n",
	    .asked = "" },
	{ .what = "a service that is not offered",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx), SRV(no_srv, 1) },
	    .want = "- is not offered\n",
	    .asked = "" },
	{ .what = "a wrong signature",
	    .address = "ann@example.com",
	    .records = { ROOT,
		{ "example.com", PH_DNS_MX, { .status = PH_DNS_BOGUS },
		    false } },
	    .want = "- signature of the MX records\n",
	    .asked = "" },
	/* At once, whoever would still have to be waited for. */
	{ .what = "no such domain",
	    .address = "ann@example.com",
	    .records = { ROOT },
	    .pages = { { .url = AUTO, .is_endless = true } },
	    .want = "no-domain\n",
	    .asked = "" },
	{ .what = "no name server",
	    .address = "ann@example.com",
	    .records = { ALL_FAILED },
	    .pages = { { .url = AUTO, .is_endless = true } },
	    .patience = 20,
	    .want = "no-network\n",
	    .asked = "" },
	{ .what = "something was found, the rest is slow",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx) },
	    .pages = { { .url = AUTO,
			   .status = 200,
			   .body = PAGE("smtp.example.com") },
		{ .url = DISCOVER, .is_endless = true } },
	    .patience = 20,
	    .want = "smtp.example.com autoconfig\n",
	    .asked = "" },
	{ .what = "what is better is waited for, to the end",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx), SRV(srv, 2) },
	    .pages = { { .url = AUTO, .is_endless = true } },
	    .timeout = 500,
	    .patience = 20,
	    .want = "smtp.example.com srv\nlate\n",
	    .asked = "!http://" },
	{ .what = "no module for names",
	    .address = "ann@example.com",
	    .has_no_dns = true,
	    .want = "- posthaste-dns.so is missing\nno-network\n",
	    .asked = AUTO " !dns:" },
	{ .what = "no module for the web",
	    .address = "ann@example.com",
	    .records = { ROOT, MX(own_mx), SRV(srv, 2) },
	    .has_no_http = true,
	    .want = "smtp.example.com srv\n- posthaste-http.so is missing\n",
	    .asked = "dns:example.com?type=MX !http" },
};

static const struct ph_survey_options *options_of(
    const struct world *w, const struct ph_subject *s)
{
	static struct ph_survey_options opt;

	opt = (struct ph_survey_options){
		.subject = s,
		.is_offline = w->is_offline,
		.asks_all = w->asks_all,
		.collection = w->collection,
		.ca_file = "",
		.timeout = w->timeout,
		.patience = w->patience,
	};
	return &opt;
}

static void set_world(const struct world *w)
{
	fake_dns = (struct fake_dns){ .records = w->records,
		.is_missing = w->has_no_dns };
	fake_http = (struct fake_http){ .pages = w->pages,
		.is_missing = w->has_no_http };
	while (fake_dns.record_count < PH_COUNT(w->records) &&
	    w->records[fake_dns.record_count].name != NULL)
		fake_dns.record_count++;
	while (fake_http.page_count < PH_COUNT(w->pages) &&
	    w->pages[fake_http.page_count].url != NULL)
		fake_http.page_count++;
}

/* Runs it to its end; how many contacts were told on the way. */
static size_t carry(struct ph_loop *l, struct ph_survey *s, bool stops)
{
	size_t told = 0;

	check_int(ph_survey_start(s), PH_OK);
	for (int i = 0; i < TURNS_MAX; i++) {
		struct ph_survey_event e;

		do {
			ph_survey_next_event(s, &e);
			told += e.type == PH_SURVEY_CONTACT;
		} while (e.type == PH_SURVEY_CONTACT);
		if (e.type == PH_SURVEY_DONE) {
			ph_survey_next_event(s, &e);
			check_int(e.type, PH_SURVEY_NONE);
			return told;
		}
		if (stops)
			ph_survey_stop(s);
		check(ph_loop_turn(l));
	}
	check(false);
	return told;
}

static bool is_wanted(const char *want, const char *line)
{
	const char *at = strstr(want, line);

	return at != NULL && (at == want || at[-1] == '\n') &&
	    at[strlen(line)] == '\n';
}

static void check_candidates(
    const struct world *w, const struct ph_survey_result *r)
{
	char text[512];
	size_t at = 0;

	for (size_t i = 0; i < r->candidates->count; i++) {
		const struct ph_candidate *c = &r->candidates->items[i];

		/* The table has other ways to some. */
		if (c->order > 0)
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s %s\n",
		    c->host, ph_found_name(c->found));
	}
	text[at] = '\0';
	check(strncmp(w->want, text, at) == 0);
	check(at == 0 ? w->want[strcspn(w->want, " ")] == '\0' ||
		    w->want[0] == '-' || strchr(w->want, ' ') == NULL
		      : true);
}

static void check_notes(const struct world *w, const struct ph_survey_result *r)
{
	struct ph_span rest = ph_span_of(w->want);
	struct ph_span line;
	size_t wanted = 0;

	while (rest.len > 0 && ph_span_split(&rest, '\n', &line)) {
		char words[256];
		bool is_told = false;

		if (!ph_span_starts_nocase(line, PH_SPAN("- ")))
			continue;
		(void)snprintf(words, sizeof(words), "%.*s",
		    PH_SPAN_ARG(ph_span_skip(line, 2)));
		for (size_t i = 0; i < r->note_count; i++)
			is_told |= strstr(r->notes[i], words) != NULL;
		check(is_told);
		wanted++;
	}
	check_int(r->note_count, wanted);
}

static void check_flags(const struct world *w, const struct ph_survey_result *r)
{
	char meant[64];

	check_int(r->has_no_domain, is_wanted(w->want, "no-domain"));
	check_int(r->has_no_network, is_wanted(w->want, "no-network"));
	check_int(r->ran_out_of_time, is_wanted(w->want, "late"));
	check_int(r->without_smtp != NULL, is_wanted(w->want, "without-smtp"));
	(void)snprintf(meant, sizeof(meant), "meant:%s", r->meant);
	check_int(r->meant[0] != '\0', is_wanted(w->want, meant));
	check(!r->ran_out_of_memory);
}

static void check_asked(const struct world *w, const struct ph_survey_result *r)
{
	struct ph_span rest = ph_span_of(w->asked);
	struct ph_span word;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &word)) {
		bool is_not = word.ptr[0] == '!';
		char start[256];
		bool is_asked = false;

		(void)snprintf(start, sizeof(start), "%.*s",
		    PH_SPAN_ARG(ph_span_skip(word, is_not ? 1 : 0)));
		for (size_t i = 0; i < r->contact_count; i++) {
			is_asked |=
			    strncmp(r->contacts[i], start, strlen(start)) == 0;
		}
		check_int(is_asked, !is_not);
	}
}

static void survey(const struct world *w, bool stops)
{
	struct ph_arena a;
	struct ph_subject subject;
	struct ph_loop *l = NULL;
	struct ph_survey *s = NULL;
	struct ph_fault fault = { 0 };
	struct ph_survey_result r;

	set_world(w);
	ph_arena_init(&a, ARENA_MAX);
	check_int(ph_subject_make(ph_span_of(w->address), &a, &subject, &fault),
	    PH_OK);
	check_int(ph_loop_new(&l), PH_OK);
	check_int(ph_survey_new(l, options_of(w, &subject), &s, &fault), PH_OK);

	size_t told = carry(l, s, stops);

	ph_survey_result(s, &r);
	check_int(told, r.contact_count);
	if (!stops) {
		check_candidates(w, &r);
		check_notes(w, &r);
		check_flags(w, &r);
		check_asked(w, &r);
	}
	ph_survey_free(s);
	ph_loop_free(l);
	ph_arena_release(&a);
}

static void test_worlds(void)
{
	for (size_t i = 0; i < PH_COUNT(worlds); i++) {
		check_case(worlds[i].what, i);
		survey(&worlds[i], false);
		check_case("stopped at once", i);
		survey(&worlds[i], true);
	}
	check_case(NULL, 0);
}

/* A thread's memory was out: it is told, and what there is stays. */
static void test_memory(void)
{
	static const struct world w = {
		.address = "ann@example.com",
		.records = { ROOT, MX(own_mx) },
		.pages = { { .url = AUTO, .needs_memory = true },
		    { .url = KNOWN, .is_endless = true } },
	};
	struct ph_subject subject = { "ann@example.com", "ann", "example.com",
		false };
	struct ph_loop *l = NULL;
	struct ph_survey *s = NULL;
	struct ph_fault fault = { 0 };
	struct ph_survey_result r;

	set_world(&w);
	check_int(ph_loop_new(&l), PH_OK);
	check_int(
	    ph_survey_new(l, options_of(&w, &subject), &s, &fault), PH_OK);
	(void)carry(l, s, false);
	ph_survey_result(s, &r);
	check(r.ran_out_of_memory);
	ph_survey_free(s);
	ph_loop_free(l);
}

/* Freed in the midst of it, and before it began. */
static void test_free(void)
{
	struct ph_subject subject = { "ann@example.com", "ann", "example.com",
		false };
	struct ph_loop *l = NULL;
	struct ph_survey *s = NULL;
	struct ph_survey_event e;
	struct ph_fault fault = { 0 };
	struct world http = { .collection = "http://c.example/" };

	set_world(&worlds[5]);
	check_int(ph_loop_new(&l), PH_OK);
	check_int(
	    ph_survey_new(l, options_of(&worlds[5], &subject), &s, &fault),
	    PH_OK);
	ph_survey_next_event(s, &e);
	check_int(e.type, PH_SURVEY_NONE);
	ph_survey_free(s);
	check_int(
	    ph_survey_new(l, options_of(&worlds[5], &subject), &s, &fault),
	    PH_OK);
	check_int(ph_survey_start(s), PH_OK);
	ph_survey_next_event(s, &e);
	check_int(e.type, PH_SURVEY_CONTACT);
	ph_survey_free(s);
	ph_survey_free(NULL);
	/* A collection is asked over https. */
	check_int(ph_survey_new(l, options_of(&http, &subject), &s, &fault),
	    PH_EINVAL);
	check_int(fault.cause, PH_CAUSE_USAGE);
	ph_loop_free(l);
}

int main(void)
{
	test_worlds();
	test_memory();
	test_free();
	return check_end();
}
