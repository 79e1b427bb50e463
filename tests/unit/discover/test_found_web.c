#include "check.h"
#include "discover/found.h"
#include "failalloc.h"
#include "rig.h"

#include <stdio.h>

#define HEAD          "<clientConfig version=\"1.1\"><emailProvider id=\"x\">"
#define TAIL          "</emailProvider></clientConfig>"
#define SERVER(inner) "<outgoingServer type=\"smtp\">" inner "</outgoingServer>"
#define URL           "https://autoconfig.example.com/mail/config-v1.1.xml"

static const struct {
	const char *what;
	const char *text;
	const char *want; /* NULL: refused */
} pages[] = {
	{ "a usual one",
	    HEAD "<domain>example.com</domain><displayName>X</displayName>"
		 "<incomingServer type=\"imap\"><hostname>imap.example.com"
		 "</hostname><port>993</port></incomingServer>" SERVER(
		     "<hostname>smtp.example.com</hostname><port>465</port>"
		     "<socketType>SSL</socketType>"
		     "<username>%EMAILADDRESS%</username>"
		     "<authentication>password-cleartext</authentication>")
		     TAIL,
	    "smtp.example.com:465 before-connect ann@example.com autoconfig "
	    "by PLAIN LOGIN " URL "\n" },
	{ "several, in their order, the local part, clear text",
	    HEAD SERVER("<hostname>b.example.net</hostname><port>587</port>"
			"<socketType>STARTTLS</socketType>"
			"<username>%EMAILLOCALPART%</username>"
			"<authentication>password-encrypted</authentication>")
		SERVER("<hostname>a.%EMAILDOMAIN%</hostname><port>25</port>"
		       "<socketType>plain</socketType>"
		       "<username>x-%EMAILLOCALPART%</username>") TAIL,
	    "b.example.net:587 after-connect ann autoconfig by SCRAM-SHA-256 "
	    "SCRAM-SHA-1 CRAM-MD5 ?outside-domain " URL "\n"
	    "a.example.com:25 none x-ann autoconfig " URL "\n" },
	{ "OAuth2 alone",
	    HEAD SERVER("<hostname>smtp.example.com</hostname>"
			"<port>587</port><socketType>STARTTLS</socketType>"
			"<username>%EMAILADDRESS%</username>"
			"<authentication>OAuth2</authentication>") TAIL,
	    "smtp.example.com:587 after-connect ann@example.com autoconfig by "
	    "OAUTHBEARER XOAUTH2 " URL "\n" },
	/* What one says is not said of the next. */
	{ "no login, then one",
	    HEAD SERVER("<hostname>a.example.com</hostname>"
			"<authentication>none</authentication>")
		SERVER("<hostname>b.example.com</hostname>"
		       "<username>u</username>"
		       "<authentication>NTLM</authentication>")
		    SERVER("<hostname>c.example.com</hostname>"
			   "<username>u</username>") TAIL,
	    "a.example.com:25 wanted - autoconfig anonymous " URL "\n"
	    "b.example.com:25 wanted u autoconfig by NTLM " URL "\n"
	    "c.example.com:25 wanted u autoconfig " URL "\n" },
	{ "unknown elements and words",
	    HEAD SERVER(
		"<hostname>smtp.example.com</hostname><port>465</port>"
		"<socketType>SSL</socketType><future><hostname>x</hostname>"
		"</future><restriction>clientIPAddress</restriction>") TAIL,
	    "smtp.example.com:465 before-connect - autoconfig " URL "\n" },
	{ "the same twice",
	    HEAD SERVER("<hostname>smtp.example.com</hostname>"
			"<port>465</port>")
		SERVER("<hostname>SMTP.example.com</hostname>"
		       "<port>465</port>") TAIL,
	    "smtp.example.com:465 before-connect - autoconfig " URL "\n" },
	{ "a name in another script",
	    HEAD SERVER("<hostname>smtp.b\xc3\xbc"
			"cher.example</hostname><port>465</port>") TAIL,
	    "smtp.xn--bcher-kva.example:465 before-connect - autoconfig "
	    "?outside-domain " URL "\n" },
	/* A second one without a host is no candidate. */
	{ "one without a host",
	    HEAD SERVER("<port>465</port>")
		SERVER("<hostname>smtp.example.com</hostname>"
		       "<port>465</port>") TAIL,
	    "smtp.example.com:465 before-connect - autoconfig " URL "\n" },
	{ "incoming alone",
	    HEAD "<incomingServer><hostname>x</hostname></incomingServer>" TAIL,
	    NULL },
	{ "no server's name", HEAD SERVER("<port>465</port>") TAIL, NULL },
	{ "a port that is none",
	    HEAD SERVER("<hostname>h</hostname><port>65536</port>") TAIL,
	    NULL },
	{ "a page of a web site",
	    "<!DOCTYPE html><html><head><title>Parked<br></head>", NULL },
	{ "other XML", "<html><body/></html>", NULL },
	{ "nothing", "", NULL },
	{ "a bomb",
	    "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">"
	    "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>" HEAD SERVER(
		"<hostname>&b;</hostname>") TAIL,
	    NULL },
	{ "half of it", HEAD "<outgoingServer type=\"smtp\"><hostname>h",
	    NULL },
};

static void test_pages(void)
{
	for (size_t i = 0; i < PH_COUNT(pages); i++) {
		struct rig r;
		struct ph_fault fault = { 0 };
		const struct ph_found_text in = {
			.text = ph_span_of(pages[i].text),
			.found = PH_FOUND_AUTOCONFIG,
			.url = URL,
		};

		check_case(pages[i].what, i);
		rig_begin(&r, "ann@example.com");

		enum ph_err err = ph_found_autoconfig(&r.set, &in, &fault);

		if (pages[i].want == NULL) {
			check_int(err, PH_EINVAL);
			check(fault.text[0] != '\0');
			check_int(r.set.count, 0);
		} else {
			check_int(err, PH_OK);
			ph_candidates_sort(&r.set);
			check_str(rig_list(&r), pages[i].want);
		}
		rig_end(&r);
	}
	check_case(NULL, 0);
}

/* What could not be taken is told. */
static void test_losses(void)
{
	struct rig r;
	struct ph_fault fault = { 0 };
	const struct ph_found_text in = {
		.text = PH_SPAN(HEAD SERVER(
		    "<hostname>smtp.example.com</hostname><port>465</port>"
		    "<username>%REALNAME%</username>"
		    "<socketType>MAGIC</socketType>") TAIL),
		.found = PH_FOUND_HOSTER,
		.url = URL,
	};

	rig_begin(&r, "ann@example.com");
	check_int(ph_found_autoconfig(&r.set, &in, &fault), PH_OK);
	check_str(rig_show(&r),
	    "smtp.example.com:465 before-connect - autoconfig " URL "\n"
	    "- line 1, username: it is made of what is not known\n"
	    "- line 1, socketType: no such word is known\n");
	/* One that names none. */
	struct ph_found_text empty = in;
	empty.text = PH_SPAN(HEAD SERVER("<port>1</port>") TAIL);
	check_int(ph_found_autoconfig(&r.set, &empty, &fault), PH_EINVAL);
	check_int(r.set.count, 1);
	rig_end(&r);
}

static const struct {
	const char *what;
	const char *text;
	const char *want; /* NULL: refused */
} answers[] = {
	{ "Microsoft 365",
	    "{\"Protocol\":\"AutodiscoverV1\",\"Url\":\"https://"
	    "outlook.office365.com/autodiscover/autodiscover.xml\"}",
	    "smtp.office365.com:587 after-connect ann@example.com "
	    "autodiscover ?outside-domain u\n"
	    "- the domain's mailboxes are at Microsoft 365\n" },
	{ "Microsoft's other name",
	    "{\"Url\":\"HTTPS://autodiscover-s.Outlook.com:443/x\"}",
	    "smtp.office365.com:587 after-connect ann@example.com "
	    "autodiscover ?outside-domain u\n"
	    "- the domain's mailboxes are at Microsoft 365\n" },
	{ "a server of one's own",
	    "{\"Url\":\"https://exchange.example.com/EWS\"}",
	    "exchange.example.com:587 after-connect ann@example.com "
	    "autodiscover u\n"
	    "- an Exchange server is there; whether it takes mail on port 587 "
	    "is not said\n" },
	{ "without a path", "{\"Url\":\"https://ex.example.net\"}",
	    "ex.example.net:587 after-connect ann@example.com autodiscover "
	    "?outside-domain u\n"
	    "- an Exchange server is there; whether it takes mail on port 587 "
	    "is not said\n" },
	{ "a look-alike", "{\"Url\":\"https://notoutlook.com/\"}",
	    "notoutlook.com:587 after-connect ann@example.com autodiscover "
	    "?outside-domain u\n"
	    "- an Exchange server is there; whether it takes mail on port 587 "
	    "is not said\n" },
	{ "over http", "{\"Url\":\"http://exchange.example.com/\"}", NULL },
	{ "with a user", "{\"Url\":\"https://a@exchange.example.com/\"}",
	    NULL },
	{ "no host", "{\"Url\":\"https:///x\"}", NULL },
	{ "no name of a host", "{\"Url\":\"https://a\\u0001b/x\"}", NULL },
	{ "a dot too many", "{\"Url\":\"https://a..b/x\"}", NULL },
	{ "a number", "{\"Url\":12}", NULL },
	{ "an object", "{\"Url\":{}}", NULL },
	{ "an error", "{\"ErrorCode\":\"UserNotFound\",\"ErrorMessage\":\"x\"}",
	    NULL },
	{ "a list", "[]", NULL },
	{ "no JSON", "<html>", NULL },
	{ "nothing", "", NULL },
};

static void test_answers(void)
{
	for (size_t i = 0; i < PH_COUNT(answers); i++) {
		struct rig r;
		struct ph_fault fault = { 0 };
		const struct ph_found_text in = {
			.text = ph_span_of(answers[i].text),
			.found = PH_FOUND_AUTODISCOVER,
			.url = "u",
		};

		check_case(answers[i].what, i);
		rig_begin(&r, "ann@example.com");

		enum ph_err err = ph_found_autodiscover(&r.set, &in, &fault);

		if (answers[i].want == NULL) {
			check_int(err, PH_EINVAL);
			check(fault.text[0] != '\0');
			check_int(r.set.count, 0);
		} else {
			check_int(err, PH_OK);
			check_str(rig_show(&r), answers[i].want);
		}
		rig_end(&r);
	}
	check_case(NULL, 0);
}

static enum ph_err read_one(
    enum ph_err (*read)(struct ph_candidates *set,
	const struct ph_found_text *in, struct ph_fault *fault),
    struct ph_span text)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	const struct ph_found_text in = { .text = text, .url = URL };
	struct ph_fault fault = { 0 };
	struct rig r = { .text = "" };

	ph_arena_init(&r.arena, 64 * 1024);
	r.set.subject = &s;
	r.set.arena = &r.arena;

	enum ph_err err = read(&r.set, &in, &fault);

	rig_end(&r);
	return err;
}

static enum ph_err read_page(void *ctx)
{
	(void)ctx;
	return read_one(ph_found_autoconfig,
	    PH_SPAN(HEAD SERVER("<hostname>smtp.example.com</hostname>"
				"<port>465</port>"
				"<username>%X%</username>") TAIL));
}

/* jansson does not always say that memory was out. */
static enum ph_err read_answer(void *ctx)
{
	(void)ctx;
	return read_one(ph_found_autodiscover,
	    PH_SPAN("{\"Url\":\"https://ex.example.net\"}"));
}

int main(void)
{
	test_pages();
	test_losses();
	test_answers();
	check(failalloc_run(read_page, NULL) > 10);
	check(failalloc_run_any(read_answer, NULL) > 3);
	return check_end();
}
