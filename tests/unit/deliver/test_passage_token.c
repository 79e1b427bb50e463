#include "check.h"
#include "rig.h"
#include "sasl/gsasl.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The login at a proxy by a ticket, by a Kerberos that does what the test
   wants: also nothing, for as long as nobody lets it go. */

struct ph_kerberos_context {
	unsigned steps;
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_silent;
	bool is_missing; /* the module */
	enum ph_err begin;
	enum ph_err first;
	enum ph_err second;
	unsigned made, freed;
	char service[64];
} kdc = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };

const struct ph_gsasl *wrap_ph_gsasl(void) __asm__("__wrap_ph_gsasl");

static enum ph_err begin(
    struct ph_span service, struct ph_kerberos_context **out)
{
	(void)snprintf(
	    kdc.service, sizeof(kdc.service), "%.*s", PH_SPAN_ARG(service));
	if (kdc.begin != PH_OK)
		return kdc.begin;
	*out = calloc(1, sizeof(**out));
	if (*out == NULL)
		abort();
	kdc.made++;
	return PH_OK;
}

static void end(struct ph_kerberos_context *k)
{
	if (k == NULL)
		return;
	(void)pthread_mutex_lock(&kdc.lock);
	kdc.freed++;
	(void)pthread_cond_broadcast(&kdc.changed);
	(void)pthread_mutex_unlock(&kdc.lock);
	free(k);
}

static enum ph_err step(struct ph_kerberos_context *k, struct ph_span challenge,
    struct ph_buf *out, struct ph_buf *remark)
{
	enum ph_err err = k->steps == 0 ? kdc.first : kdc.second;

	(void)pthread_mutex_lock(&kdc.lock);
	while (kdc.is_silent)
		(void)pthread_cond_wait(&kdc.changed, &kdc.lock);
	(void)pthread_mutex_unlock(&kdc.lock);
	check(ph_span_eq(challenge, ph_span_of(k->steps == 0 ? "" : "AP-REP")));
	if (err == PH_EPROTO &&
	    ph_buf_append_str(remark, "the KDC cannot be reached") != PH_OK)
		abort();
	if (err == PH_OK && ph_buf_append_str(out, "AP-REQ") != PH_OK)
		abort();
	k->steps++;
	return err;
}

static const struct ph_gsasl module = { .kerberos = { begin, end, step } };

const struct ph_gsasl *wrap_ph_gsasl(void)
{
	return kdc.is_missing ? NULL : &module;
}

/* Who was left to itself ends by itself. */
static void let_go(void)
{
	(void)pthread_mutex_lock(&kdc.lock);
	kdc.is_silent = false;
	(void)pthread_cond_broadcast(&kdc.changed);
	while (kdc.freed < kdc.made)
		(void)pthread_cond_wait(&kdc.changed, &kdc.lock);
	(void)pthread_mutex_unlock(&kdc.lock);
	check_int(kdc.made, kdc.freed);
}

#define ASK EXPECT("CONNECT mail.invalid:25 HTTP/1.1"), EXPECT("Host: mail")
#define HELLO                                        \
 SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"), \
     SEND("250 mail.example.com"), EXPECT("QUIT"), SEND("221"), CLOSE
#define WANTED                                         \
 ASK, EXPECT(""),                                      \
     SEND("HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n" \
	  "Proxy-Authenticate: Negotiate\r\n"          \
	  "Proxy-Authenticate: Basic realm=\"x\"\r\n")
#define TICKET                                                       \
 ASK,                                                                \
     EXPECT("Proxy-Authorization: Negotiate "                        \
	    "YCUGBisGAQUFAqAbMBmgDTALBgkqhkiG9xIBAgKiCAQGQVAtUkVR"), \
     EXPECT("")
#define OPEN SEND("HTTP/1.1 200 Connection established\r\n")

static const struct step ticket[] = { WANTED, TICKET, OPEN, HELLO };
static const struct step proves[] = { WANTED, TICKET,
	SEND("HTTP/1.1 200 Connection established\r\n"
	     "Proxy-Authenticate: Negotiate "
	     "oR4wHKADCgEAoQsGCSqGSIb3EgECAqIIBAZBUC1SRVA=\r\n\r\n"
	     "220 mail.example.com ESMTP"),
	EXPECT("EHLO"), SEND("250 mail.example.com"), EXPECT("QUIT"),
	SEND("221"), CLOSE };
static const struct step proves_and_stays[] = { WANTED, TICKET,
	SEND("HTTP/1.1 200 Connection established\r\n"
	     "Proxy-Authenticate: Negotiate "
	     "oR4wHKADCgEAoQsGCSqGSIb3EgECAqIIBAZBUC1SRVA=\r\n"),
	{ STEP_END, NULL } };
static const struct step basic[] = { WANTED, ASK,
	EXPECT("Proxy-Authorization: Basic cGF0Om9wZW4="), EXPECT(""), OPEN,
	HELLO };
static const struct step wants[] = { WANTED, { STEP_END, NULL } };
static const struct step refuses[] = { WANTED, TICKET,
	SEND("HTTP/1.1 407 No\r\nContent-Length: 0\r\n"
	     "Proxy-Authenticate: Negotiate\r\n"),
	{ STEP_END, NULL } };
static const struct step wants_and_goes[] = { WANTED, CLOSE };
static const struct step takes[] = { TICKET, OPEN, HELLO };
/* https, the same in TLS. */
static const struct step in_tls[] = { TLS, WANTED, TICKET, OPEN, HELLO };

static const struct {
	const char *name;
	const struct step *scripts[2];
	bool tls;
	const char *user;
	const char *owner; /* of the cache; NULL: there is none */
	enum ph_err begin, first, second;
	bool is_silent, is_missing;
	enum ph_cause cause;
	const char *trace; /* a line of it, or a part of the fault */
} rows[] = {
	{ "a ticket, nobody named", { ticket }, .owner = "pat",
	    .trace = "* proxy login to the proxy: by the Kerberos ticket of "
		     "pat@EXAMPLE.COM\n" },
	{ "a ticket somewhere", { ticket },
	    .trace = "* proxy login to the proxy: by the Kerberos ticket\n" },
	{ "a ticket of the user", { ticket }, .user = "pat", .owner = "pat",
	    .trace = "> proxy Proxy-Authorization: Negotiate ***\n" },
	{ "a ticket of the user, who has a realm", { ticket },
	    .user = "Pat@example.com", .owner = "pat", .trace = "Negotiate" },
	{ "a ticket of another", { basic }, .user = "pat", .owner = "bob",
	    .trace = "* proxy the login by Negotiate does not work here: "
		     "there is no Kerberos ticket of pat\n" },
	{ "no ticket of the user", { basic }, .user = "pat",
	    .trace = "> proxy Proxy-Authorization: Basic ***\n" },
	{ "a proof", { proves }, .second = PH_EOF,
	    .trace = "* proxy the proxy proved that it is HTTP/127.0.0.1\n" },
	{ "half a proof", { proves_and_stays }, .second = PH_OK,
	    .cause = PH_CAUSE_PROXY_FALSE, .trace = "not complete" },
	{ "a false proof", { proves_and_stays }, .second = PH_EPROTO,
	    .cause = PH_CAUSE_PROXY_FALSE, .trace = "did not prove" },
	{ "refused", { refuses }, .user = "pat", .owner = "pat",
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .trace = "refused the Kerberos ticket of pat (Negotiate)" },
	{ "no KDC, nobody named", { wants }, .first = PH_EPROTO,
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .trace = "wants a login, and that by Kerberos failed: the KDC "
		     "cannot be reached" },
	{ "no KDC, then basic", { basic }, .user = "pat", .owner = "pat",
	    .first = PH_EPROTO, .trace = "the KDC cannot be reached" },
	{ "a ticket too long", { wants }, .first = PH_ETOOBIG,
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED, .trace = "too long" },
	{ "a name too long", { wants }, .begin = PH_ETOOBIG,
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED, .trace = "Kerberos" },
	{ "no memory", { wants }, .begin = PH_ENOMEM,
	    .cause = PH_CAUSE_NO_MEMORY, .trace = "out of memory" },
	{ "no memory on the thread", { wants }, .first = PH_ENOMEM,
	    .cause = PH_CAUSE_NO_MEMORY, .trace = "out of memory" },
	{ "no module", { wants }, .is_missing = true,
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .trace = "posthaste-gsasl.so, which cannot be loaded" },
	{ "a silent KDC, nobody named", { wants }, .is_silent = true,
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .trace = "Kerberos did not answer in 200 ms" },
	{ "a silent KDC, then basic", { basic }, .user = "pat", .owner = "pat",
	    .is_silent = true,
	    .trace = "* proxy the login by Negotiate does not work here: "
		     "Kerberos did not answer in 200 ms\n" },
	{ "gone while Kerberos was asked", { wants_and_goes, takes },
	    .owner = "pat", .trace = "asking over a new one" },
	{ "https", { in_tls }, .tls = true, .owner = "pat",
	    .trace = "TLS to the proxy" },
};

/* A cache of MIT's format 4 whose owner is NAME@EXAMPLE.COM. */
static void write_cache(const char *path, const char *name)
{
	static const char realm[] = "EXAMPLE.COM";
	FILE *f = fopen(path, "we");

	if (f == NULL)
		abort();
	(void)fwrite("\5\4\0\0\0\0\0\1\0\0\0\1\0\0\0\x0b", 1, 16, f);
	(void)fwrite(realm, 1, strlen(realm), f);
	(void)fprintf(f, "%c%c%c%c%sx", 0, 0, 0, (int)strlen(name), name);
	if (fclose(f) != 0)
		abort();
}

static void set_up(struct rig *r, size_t i, const char *cache)
{
	static char open[] = "open";

	kdc.is_silent = rows[i].is_silent;
	kdc.is_missing = rows[i].is_missing;
	kdc.begin = rows[i].begin;
	kdc.first = rows[i].first;
	kdc.second = rows[i].second;
	(void)unlink(cache);
	if (rows[i].owner != NULL)
		write_cache(cache, rows[i].owner);
	r->conn.proxy = (struct ph_proxy){
		.type = rows[i].tls ? PH_PROXY_HTTPS : PH_PROXY_HTTP,
		.host = "127.0.0.1",
		.port = r->server.port,
		.username = rows[i].user == NULL ? "" : rows[i].user,
		.use_credentials = rows[i].user != NULL,
		.domain = "",
		.ca_file = r->ca_file,
	};
	r->conn.host = "mail.invalid";
	r->conn.port = 25;
	if (rows[i].is_silent)
		r->conn.timeout = 200;
	if (rows[i].user != NULL)
		r->proxy_password = (struct ph_secret){ open, 4 };
}

static void judge(const struct rig *r, size_t i, enum ph_err err)
{
	bool good = rows[i].cause == PH_CAUSE_NONE;

	check_int(err, good ? PH_OK : PH_EIO);
	check_int(r->fault.cause, rows[i].cause);
	if (!rows[i].is_missing)
		check_str(kdc.service, "HTTP@127.0.0.1");
	check(strstr(ph_buf_str(&r->trace), "YCUGBis") == NULL);
	if (good) {
		check(strstr(ph_buf_str(&r->trace), rows[i].trace) != NULL);
		return;
	}
	check_int(r->fault.stage, PH_STAGE_PROXY);
	check(strncmp(r->fault.text, "proxy 127.0.0.1:", 16) == 0);
	check(strstr(r->fault.text, rows[i].trace) != NULL);
}

static void test_rows(const char *cache)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct rig r;

		check_case(rows[i].name, i);
		rig_init(
		    &r, rows[i].scripts, rows[i].scripts[1] == NULL ? 1 : 2);
		set_up(&r, i, cache);
		judge(&r, i, rig_connect(&r));
		rig_release(&r);
		let_go();
	}
}

int main(void)
{
	char cache[] = "/tmp/ph-test-cache-XXXXXX";
	int fd = mkstemp(cache);

	if (fd < 0 || close(fd) != 0)
		abort();
	check_int(setenv("KRB5CCNAME", cache, 1), 0);
	test_rows(cache);
	(void)unlink(cache);
	return check_end();
}
