#include "check.h"
#include "discover/found.h"
#include "failalloc.h"
#include "rig.h"

#include <stdio.h>

static const struct {
	const char *address;
	const char *meant; /* "": nothing else */
	const char *key;   /* NULL: none is known */
	const char *first; /* "": no candidate */
} domains[] = {
	{ "ann@gmail.com", "", "googlemail.com",
	    "smtp.gmail.com:465 before-connect ann@gmail.com preset Google "
	    "Mail" },
	{ "Ann@GMX.de", "", "gmx.net",
	    "mail.gmx.net:465 before-connect Ann@GMX.de preset GMX Freemail" },
	/* The host is made of the domain. */
	{ "ann@inbox.lt", "", "inbox.lv",
	    "mail.inbox.lt:465 before-connect ann@inbox.lt preset Inbox.lv" },
	{ "ann@tuta.io", "", "tutanota", "" },
	{ "ann@example.com", "", NULL, "" },
	{ "ann@gmial.com", "gmail.com", "googlemail.com",
	    "smtp.gmail.com:465 before-connect ann@gmail.com preset ?typo "
	    "Google Mail" },
	{ "ann@tuta.ioo", "tuta.io", "tutanota", "" },
};

static void check_first(struct rig *r, const char *want, size_t i)
{
	char first[512];
	const char *text = rig_list(r);

	(void)snprintf(
	    first, sizeof(first), "%.*s", (int)strcspn(text, "\n"), text);
	check_case(want, i);
	check_str(first, want);
}

static void test_domains(void)
{
	for (size_t i = 0; i < PH_COUNT(domains); i++) {
		struct rig r;
		const struct ph_preset *p = NULL;

		rig_begin(&r, domains[i].address);
		check_int(
		    ph_found_preset(&r.set, ph_span_of(domains[i].meant), &p),
		    PH_OK);
		check_first(&r, domains[i].first, i);
		check_str(p == NULL ? "" : p->key,
		    domains[i].key == NULL ? "" : domains[i].key);
		rig_end(&r);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *address;
	const char *first_mx, *second_mx;
	const char *key;
	const char *host;
} hosts[] = {
	{ "ann@example.com", "aspmx.l.google.com", "alt1.aspmx.l.google.com",
	    "googlemail.com", "smtp.gmail.com" },
	{ "ann@example.com", "example-com.mail.protection.outlook.com", NULL,
	    "office365.com", "smtp.office365.com" },
	{ "ann@example.com", "mx.zoho.eu", NULL, "zoho.eu", "smtp.zoho.eu" },
	{ "ann@example.com", "mx.yandex.net", NULL, "yandex.ru",
	    "smtp.yandex.com" },
	{ "ann@example.com", "in1-smtp.messagingengine.com", NULL,
	    "messagingengine.com", "smtp.fastmail.com" },
	{ "ann@example.com", "mx01.mail.icloud.com", NULL, "me.com",
	    "smtp.mail.me.com" },
	{ "ann@example.com", "mail.protonmail.ch", NULL, "proton",
	    "smtp.protonmail.ch" },
	{ "ann@example.com", "mxext1.mailbox.org", NULL, "mailbox.org",
	    "smtp.mailbox.org" },
	{ "ann@example.com", "mx1.feishu.cn", NULL, "feishu-mail",
	    "smtp.feishu.cn" },
	/* Not the personal mailboxes of the same firm. */
	{ "ann@example.com", "mxbiz1.qq.com", NULL, "qq-enterprise",
	    "smtp.exmail.qq.com" },
	{ "ann@example.com", "mx.unknown.example", "mx.zoho.com", "zoho.com",
	    "smtp.zoho.com" },
	/* Without SMTP for programs. */
	{ "ann@example.com", "mail.tutanota.de", NULL, "tutanota", "" },
	{ "ann@example.com", "mx.unknown.example", NULL, "", "" },
	{ "ann@example.com", "mx", NULL, "", "" },
	{ "ann@example.com", "", NULL, "", "" },
	/* A host of one's own, whatever its name ends in. */
	{ "ann@acme.usa.com", "mail.acme.usa.com", NULL, "", "" },
	/* A look-alike. */
	{ "ann@example.com", "mx.notgoogle.com", NULL, "", "" },
	{ "ann@example.com", "aspmx.l.google.com.evil.example", NULL, "", "" },
};

static void test_hosts(void)
{
	for (size_t i = 0; i < PH_COUNT(hosts); i++) {
		struct rig r;
		const struct ph_preset *p = NULL;
		struct ph_mx list[2] = { { .preference = 10 },
			{ .preference = 20 } };
		size_t count = hosts[i].second_mx == NULL ? 1 : 2;

		check_case(hosts[i].first_mx, i);
		(void)snprintf(list[0].host, sizeof(list[0].host), "%s",
		    hosts[i].first_mx);
		if (count == 2) {
			(void)snprintf(list[1].host, sizeof(list[1].host), "%s",
			    hosts[i].second_mx);
		}
		rig_begin(&r, hosts[i].address);
		check_int(ph_found_mx(&r.set, list, count, i == 0, &p), PH_OK);
		check_str(p == NULL ? "" : p->key, hosts[i].key);
		check_str(
		    r.set.count == 0 ? "" : r.set.items[0].host, hosts[i].host);
		for (size_t k = 0; k < r.set.count; k++) {
			check_int(r.set.items[k].doubts, PH_DOUBT_OUTSIDE);
			check_str(r.set.items[k].detail,
			    list[strcmp(hosts[i].first_mx,
				     "mx.unknown.example") == 0]
				.host);
			check_int(r.set.items[k].signature,
			    i == 0 ? PH_SIGNATURE_SECURE
				   : PH_SIGNATURE_INSECURE);
			check_str(r.set.items[k].username, hosts[i].address);
		}
		rig_end(&r);
	}
	check_case(NULL, 0);
}

static enum ph_err find(void *ctx)
{
	const struct ph_subject s = { "ann@gmial.com", "ann", "gmial.com",
		false };
	const struct ph_mx mx = { 10, "mx.zoho.com" };
	const struct ph_preset *p;
	struct rig r = { .text = "" };
	enum ph_err err;

	(void)ctx;
	ph_arena_init(&r.arena, 64 * 1024);
	r.set.subject = &s;
	r.set.arena = &r.arena;
	err = ph_found_preset(&r.set, PH_SPAN("gmail.com"), &p);
	if (err == PH_OK)
		err = ph_found_mx(&r.set, &mx, 1, false, &p);
	rig_end(&r);
	return err;
}

int main(void)
{
	test_domains();
	test_hosts();
	check(failalloc_run(find, NULL) > 0);
	return check_end();
}
