#include "discover/place.h"

#include "check.h"
#include "failalloc.h"
#include "rig.h"

#include <stdio.h>

static const char *show(const struct ph_places *p)
{
	static char text[8 * 1024];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < p->count; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "%d%s %s\n", (int)p->items[i].found,
		    p->items[i].tells_address ? "!" : "", p->items[i].url);
	}
	return text;
}

static void test_domain(void)
{
	struct rig r;
	struct ph_places p = { .count = 0 };

	rig_begin(&r, "ann+x/y@Example.com");
	check_int(ph_places_of_domain(&r.subject, NULL, &r.arena, &p), PH_OK);
	check_str(show(&p),
	    "2 https://autoconfig.example.com/mail/config-v1.1.xml\n"
	    "2 https://example.com/.well-known/autoconfig/mail/"
	    "config-v1.1.xml\n"
	    "5! https://autodiscover.example.com/autodiscover/"
	    "autodiscover.json/v1.0/ann%2Bx%2Fy%40example.com"
	    "?Protocol=AutodiscoverV1\n"
	    "7 http://autoconfig.example.com/mail/config-v1.1.xml\n"
	    "7 http://example.com/.well-known/autoconfig/mail/"
	    "config-v1.1.xml\n");
	/* The address is in no URL but the one that needs it. */
	for (size_t i = 0; i < p.count; i++) {
		check_int(strstr(p.items[i].url, "ann") != NULL,
		    p.items[i].tells_address);
	}
	p.count = 0;
	check_int(ph_places_of_domain(&r.subject,
		      "https://collection.example.net/v1.1/", &r.arena, &p),
	    PH_OK);
	check_int(p.count, 6);
	check_int(p.items[2].found, PH_FOUND_COLLECTION);
	check_str(
	    p.items[2].url, "https://collection.example.net/v1.1/example.com");
	rig_end(&r);
}

/* What no URL can be is left out. */
static void test_long(void)
{
	struct rig r;
	struct ph_places p = { .count = 0 };
	static char address[2000];
	static char collection[3000];

	memset(address, '+', sizeof(address));
	memcpy(address + sizeof(address) - 13, "@example.com", 13);
	memset(collection, 'a', sizeof(collection) - 1);
	rig_begin(&r, address);
	check_int(
	    ph_places_of_domain(&r.subject, collection, &r.arena, &p), PH_OK);
	check_int(p.count, 4);
	rig_end(&r);
}

static const struct {
	const char *address;
	const char *mx;
	const char *registrable; /* NULL: none */
	const char *want;        /* the names that are asked */
} hosters[] = {
	{ "ann@example.com", "mx.mail.hoster.example", "hoster.example",
	    "mail.hoster.example hoster.example " },
	{ "ann@example.com", "mx.hoster.example", "hoster.example",
	    "hoster.example " },
	{ "ann@example.com", "hoster.example", "hoster.example",
	    "hoster.example " },
	{ "ann@example.com", "a.b.c.hoster.co.uk", "hoster.co.uk",
	    "b.c.hoster.co.uk hoster.co.uk " },
	/* A public suffix is nobody's. */
	{ "ann@example.com", "mx.co.uk", NULL, "" },
	{ "ann@example.com", "localhost", "localhost", "" },
	/* Never a name above the user's domain, which others may share. */
	{ "ann@dept.example.org", "mx.example.org", "example.org", "" },
	{ "ann@dept.example.org", "mx.mail.example.org", "example.org",
	    "mail.example.org " },
	{ "ann@dept.example.org", "mx.dept.example.org", "example.org", "" },
	/* Nor one within it, which has been asked. */
	{ "ann@example.org", "mx.mail.example.org", "example.org", "" },
	{ "ann@example.org", "mx.example.org", "example.org", "" },
};

static void test_hoster(void)
{
	for (size_t i = 0; i < PH_COUNT(hosters); i++) {
		struct rig r;
		struct ph_places p = { .count = 0 };
		struct ph_span rest = ph_span_of(hosters[i].want);
		struct ph_span name;
		size_t at = 0;

		check_case(hosters[i].mx, i);
		rig_begin(&r, hosters[i].address);
		check_int(ph_places_of_hoster(&r.subject, hosters[i].mx,
			      hosters[i].registrable, &r.arena, &p),
		    PH_OK);
		while (rest.len > 0 && ph_span_split(&rest, ' ', &name)) {
			char first[128];
			char second[128];

			(void)snprintf(first, sizeof(first),
			    "https://autoconfig.%.*s/mail/config-v1.1.xml",
			    PH_SPAN_ARG(name));
			(void)snprintf(second, sizeof(second),
			    "https://%.*s/.well-known/autoconfig/mail/"
			    "config-v1.1.xml",
			    PH_SPAN_ARG(name));
			check(at + 2 <= p.count);
			check_str(p.items[at].url, first);
			check_str(p.items[at + 1].url, second);
			check_int(p.items[at].found, PH_FOUND_HOSTER);
			check(!p.items[at].tells_address);
			at += 2;
		}
		check_int(p.count, at);
		rig_end(&r);
	}
	check_case(NULL, 0);
}

static void test_guesses(void)
{
	static const char *const hosts[] = { "smtp.example.com",
		"mail.example.com", "example.com" };
	static const uint16_t ports[] = { 465, 587, 25, 2525, 26 };
	enum ph_encryption e = PH_ENCRYPTION_WANTED;
	struct rig r;

	rig_begin(&r, "ann@example.com");
	for (size_t i = 0; i < PH_GUESS_HOSTS; i++)
		check_str(ph_guess_host(&r.subject, i, &r.arena), hosts[i]);
	for (size_t i = 0; i < PH_GUESS_PORTS; i++)
		check_int(ph_guess_port(i), ports[i]);
	check_str(ph_place_srv(&r.subject, true, &r.arena),
	    "_submissions._tcp.example.com");
	check_str(ph_place_srv(&r.subject, false, &r.arena),
	    "_submission._tcp.example.com");
	rig_end(&r);
	/* TLS before clear, and never clear on 465. */
	check(ph_guess_encryption(465, 0, &e));
	check_int(e, PH_ENCRYPTION_BEFORE_CONNECT);
	check(ph_guess_encryption(465, 1, &e));
	check_int(e, PH_ENCRYPTION_AFTER_CONNECT);
	check(!ph_guess_encryption(465, 2, &e));
	check(ph_guess_encryption(587, 0, &e));
	check_int(e, PH_ENCRYPTION_AFTER_CONNECT);
	check(ph_guess_encryption(587, 1, &e));
	check_int(e, PH_ENCRYPTION_BEFORE_CONNECT);
	check(ph_guess_encryption(587, 2, &e));
	check_int(e, PH_ENCRYPTION_NONE);
	check(!ph_guess_encryption(587, 3, &e));
}

static enum ph_err make_all(void *ctx)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	struct ph_places p = { .count = 0 };
	struct ph_arena a;
	enum ph_err err;

	(void)ctx;
	ph_arena_init(&a, 64 * 1024);
	err = ph_places_of_domain(&s, "https://c.example/", &a, &p);
	if (err == PH_OK) {
		err = ph_places_of_hoster(
		    &s, "mx.a.b.example", "b.example", &a, &p);
	}
	if (err == PH_OK && ph_guess_host(&s, 0, &a) == NULL)
		err = PH_ENOMEM;
	if (err == PH_OK && ph_place_srv(&s, true, &a) == NULL)
		err = PH_ENOMEM;
	ph_arena_release(&a);
	return err;
}

int main(void)
{
	test_domain();
	test_long();
	test_hoster();
	test_guesses();
	check(failalloc_run(make_all, NULL) > 10);
	return check_end();
}
