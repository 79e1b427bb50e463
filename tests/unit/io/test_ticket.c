#include "base/err.h"
#include "certs.h"
#include "check.h"
#include "exact.h"
#include "io/ticket.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Heads of credential caches, and where they are looked for. */

#define V4(tags) "\x05\x04" tags
#define TAGS     "\0\x0c\0\x01\0\x08\0\0\0\0\0\0\0\0"
#define ANN                       \
 "\0\0\0\x01\0\0\0\x01\0\0\0\x0b" \
 "EXAMPLE.COM\0\0\0\x03"          \
 "ann"
#define CACHE V4(TAGS) ANN "tickets"

static const struct {
	struct ph_span file;
	const char *owner; /* NULL: none */
} rows[] = {
	{ PH_SPAN_INIT(CACHE), "ann@EXAMPLE.COM" },
	{ PH_SPAN_INIT(V4("\0\0") ANN "x"), "ann@EXAMPLE.COM" },
	{ PH_SPAN_INIT("\x05\x03" ANN "x"), "ann@EXAMPLE.COM" },
	/* No ticket in it. */
	{ PH_SPAN_INIT(V4(TAGS) ANN), NULL },
	/* Formats of the last century, in the machine's own order. */
	{ PH_SPAN_INIT("\x05\x02" ANN "x"), NULL },
	{ PH_SPAN_INIT("\x05\x05" ANN "x"), NULL },
	{ PH_SPAN_INIT(V4("\0\0") "\0\0\0\x01\0\0\0\x02\0\0\0\x01R\0\0\0\x03"
				  "ann\0\0\0\x05"
				  "adminx"),
	    "ann/admin@R" },
	{ PH_SPAN_INIT(V4("\0\0") "\0\0\0\x01\0\0\0\0\0\0\0\x01Rx"), NULL },
	{ PH_SPAN_INIT(V4("\0\0") "\0\0\0\x01\0\0\0\x09\0\0\0\x01Rx"), NULL },
	{ PH_SPAN_INIT(V4("\0\0") "\0\0\0\x01\0\0\0\x01\xff\xff\xff\xffRx"),
	    NULL },
	{ PH_SPAN_INIT(V4("\0\0") "\0\0\0\x01\0\0\0\x01\0\0\0\x01\nx"), NULL },
	{ PH_SPAN_INIT(V4("\xff\xff") ANN "x"), NULL },
	{ PH_SPAN_INIT(""), NULL },
	{ PH_SPAN_INIT("ann"), NULL },
};

static void test_head(void)
{
	char owner[PH_TICKET_OWNER_MAX];

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_span copy = exact_copy(rows[i].file);

		check_case("head", i);
		check(ph_ticket_read_owner(copy, owner) ==
		    (rows[i].owner != NULL));
		if (rows[i].owner != NULL)
			check_str(owner, rows[i].owner);
		exact_free(copy);
	}
	/* Cut anywhere it is none, up to the first octet behind the head. */
	struct ph_span whole = PH_SPAN(CACHE);

	for (size_t len = 0; len < whole.len; len++) {
		struct ph_span copy = exact_copy(ph_span_first(whole, len));

		check_case("cut", len);
		check(ph_ticket_read_owner(copy, owner) ==
		    (len > whole.len - strlen("tickets")));
		exact_free(copy);
	}
	check_case(NULL, 0);
}

/* A name too long to be told is none. */
static void test_long(void)
{
	static char file[2048] = V4("\0\0") "\0\0\0\x01\0\0\0\x01\0\0\0\x01R"
					    "\0\0\x03\xe8";
	char owner[PH_TICKET_OWNER_MAX];

	memset(file + 21, 'a', sizeof(file) - 21);
	check(!ph_ticket_read_owner(
	    (struct ph_span){ file, sizeof(file) }, owner));
	file[19] = 1;
	check(ph_ticket_read_owner(
	    (struct ph_span){ file, sizeof(file) }, owner));
	check_int(strlen(owner), 256 + 232 + 2);
}

static void put_cache(const char *path)
{
	FILE *f = fopen(path, "we");

	check(f != NULL);
	if (f == NULL)
		return;
	check(fwrite(CACHE, 1, sizeof(CACHE) - 1, f) == sizeof(CACHE) - 1);
	check(fclose(f) == 0);
}

static void name_cache(const char *type, const char *path, const char *rest)
{
	char name[512];

	(void)snprintf(name, sizeof(name), "%s%s%s", type, path, rest);
	check(setenv("KRB5CCNAME", name, 1) == 0);
}

static void test_places(void)
{
	char *cache = temp_path("tktAbC");
	char *primary = temp_path("primary");
	char owner[PH_TICKET_OWNER_MAX] = "";

	put_cache(cache);
	name_cache("", cache, "");
	check(ph_ticket_owner(owner));
	check_str(owner, "ann@EXAMPLE.COM");
	name_cache("FILE:", cache, "");
	check(ph_ticket_owner(owner));
	name_cache("DIR::", cache, "");
	check(ph_ticket_owner(owner));
	name_cache("DIR:", temp_dir(), "");
	check(!ph_ticket_owner(owner));
	temp_write(primary, "tktAbC\n");
	check(ph_ticket_owner(owner));
	name_cache("FILE:", cache, "x");
	check(!ph_ticket_owner(owner));
	name_cache("KCM:", "", "");
	check(!ph_ticket_owner(owner));
	name_cache("KEYRING:persistent:0", "", "");
	check(!ph_ticket_owner(owner));
	name_cache("FILE:", temp_dir(), "");
	check(!ph_ticket_owner(owner));
	free(cache);
	free(primary);
}

static void configure(const char *path, const char *before, const char *name)
{
	char text[1024];

	(void)snprintf(
	    text, sizeof(text), "[libdefaults]\n%s%s\n", before, name);
	temp_write(path, text);
}

static void test_configured(void)
{
	char own[64];
	char *config = temp_path("krb5.conf");
	char owner[PH_TICKET_OWNER_MAX] = "";

	(void)snprintf(own, sizeof(own), "cc_%lu", (unsigned long)getuid());

	char *cache = temp_path(own);
	char name[512];

	put_cache(cache);
	check(unsetenv("KRB5CCNAME") == 0);
	check(setenv("KRB5_CONFIG", config, 1) == 0);
	(void)snprintf(name, sizeof(name), "FILE:%s/cc_%%{uid}", temp_dir());
	configure(config, "  default_ccache_name = ", name);
	check(ph_ticket_owner(owner));
	check_str(owner, "ann@EXAMPLE.COM");
	(void)snprintf(name, sizeof(name), "%s/cc_%%{euid}", temp_dir());
	configure(config, "default_ccache_name=", name);
	check(ph_ticket_owner(owner));
	/* What only Kerberos can expand is left to it. */
	(void)snprintf(name, sizeof(name), "%s/cc_%%{username}", temp_dir());
	configure(config, "default_ccache_name = ", name);
	check(!ph_ticket_owner(owner));
	configure(config, "default_ccache_name = ", "");
	check(!ph_ticket_owner(owner));
	configure(
	    config, "default_ccache_name = ", "KEYRING:persistent:%{uid}");
	check(!ph_ticket_owner(owner));
	free(cache);
	free(config);
}

static void test_whose(void)
{
	static const struct {
		const char *owner, *username;
		bool is_of;
	} pairs[] = {
		{ "ann@EXAMPLE.COM", "ann", true },
		{ "ann@EXAMPLE.COM", "Ann", true },
		{ "ann@EXAMPLE.COM", "ann@example.com", true },
		{ "ann@EXAMPLE.COM", "ann@mail.example.org", true },
		{ "ann@EXAMPLE.COM", "bob", false },
		{ "ann@EXAMPLE.COM", "an", false },
		{ "ann@EXAMPLE.COM", "anna", false },
		{ "ann@EXAMPLE.COM", "", false },
		{ "ann/admin@EXAMPLE.COM", "ann", false },
		{ "", "ann", false },
	};

	for (size_t i = 0; i < PH_COUNT(pairs); i++) {
		check_case("whose", i);
		check(ph_ticket_is_of(pairs[i].owner,
			  ph_span_of(pairs[i].username)) == pairs[i].is_of);
	}
}

int main(void)
{
	test_head();
	test_long();
	test_places();
	test_configured();
	test_whose();
	return check_end();
}
