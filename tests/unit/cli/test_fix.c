#include "check.h"
#include "cli/fix.h"

#include <string.h>

static struct ph_connection connection(const char *name)
{
	return (struct ph_connection){
		.name = name,
		.host = "mail.example.com",
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.username = "ann@example.com",
		.source_address = "",
		.helo = "",
		.verify_name = "other.example.com",
	};
}

/* The changes, and the command for a connection that has a name, and for one
   that has none. */
static const struct {
	const char *changes[4][2];
	const char *named;
	const char *on_the_spot;
} cases[] = {
	{ { { "port", "465" }, { "encryption", "before-connect" } },
	    "posthaste connection set work port=465 encryption=before-connect",
	    "--server smtps://ann@example.com@mail.example.com:465" },
	{ { { "host", "smtp.example.com" } },
	    "posthaste connection set work host=smtp.example.com",
	    "--server smtp+starttls://ann@example.com@smtp.example.com:587" },
	{ { { "username", "ann" } },
	    "posthaste connection set work username=ann",
	    "--server smtp+starttls://ann@mail.example.com:587" },
	{ { { "username", "a b:c/d" } },
	    "posthaste connection set work username='a b:c/d'",
	    "--server smtp+starttls://a%20b%3Ac%2Fd@mail.example.com:587" },
	{ { { "username", "o'neil;reboot" } },
	    "posthaste connection set work username='o'\\''neil;reboot'",
	    "--server smtp+starttls://o%27neil%3Breboot@mail.example.com:587" },
	{ { { "host", "2001:db8::1" }, { "encryption", "none" } },
	    "posthaste connection set work host=2001:db8::1 encryption=none",
	    "--server 'smtp+none://ann@example.com@[2001:db8::1]:587'" },
	{ { { "source-address", "0.0.0.0" } },
	    "posthaste connection set work source-address=0.0.0.0",
	    "--source-address 0.0.0.0" },
	{ { { "helo", "" } },
	    "posthaste connection set work helo=", "--helo ''" },
	{ { { "mechanisms", "auto" }, { "port", "25" } },
	    "posthaste connection set work mechanisms=auto port=25",
	    "--server smtp+starttls://ann@example.com@mail.example.com:25 "
	    "--mechanisms auto" },
	/* a later one of the same key wins */
	{ { { "port", "1" }, { "port", "2" } },
	    "posthaste connection set work port=2",
	    "--server smtp+starttls://ann@example.com@mail.example.com:2" },
	{ { { NULL } }, "", "" },
};

static struct ph_fix make(size_t at)
{
	struct ph_fix f = { 0 };

	for (size_t i = 0; i < 4 && cases[at].changes[i][0] != NULL; i++) {
		ph_fix_set(
		    &f, cases[at].changes[i][0], cases[at].changes[i][1]);
	}
	return f;
}

static void test_commands(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char command[PH_FIX_COMMAND_MAX];
		struct ph_connection named = connection("work");
		struct ph_connection spot = connection("");
		struct ph_fix f = make(i);

		check_case("command", i);
		ph_fix_command(&f, &named, command);
		check_str(command, cases[i].named);
		ph_fix_command(&f, &spot, command);
		check_str(command, cases[i].on_the_spot);
	}
	check_case(NULL, 0);
}

static void test_apply(void)
{
	static const struct ph_span list[] = { PH_SPAN_INIT("PLAIN") };
	struct ph_connection c = connection("work");
	struct ph_connection changed;
	struct ph_fix f = { 0 };

	c.mechanisms = list;
	c.mechanism_count = 1;
	ph_fix_apply(&f, &c, &changed);
	check_str(changed.host, c.host);
	check_int(changed.port, 587);
	check_int(changed.mechanism_count, 1);
	ph_fix_set(&f, "host", "smtp.example.com");
	ph_fix_set(&f, "port", "465");
	ph_fix_set(&f, "encryption", "before-connect");
	ph_fix_set(&f, "mechanisms", "auto");
	ph_fix_set(&f, "verify-name", "");
	ph_fix_set(&f, "helo", "h");
	ph_fix_apply(&f, &c, &changed);
	check_str(changed.host, "smtp.example.com");
	check_int(changed.port, 465);
	check_int(changed.encryption, PH_ENCRYPTION_BEFORE_CONNECT);
	check_int(changed.mechanism_count, 0);
	check_str(changed.verify_name, "");
	check_str(changed.helo, "h");
	check_str(changed.username, "ann@example.com");
	check(ph_fix_value(&f, "username") == NULL);
	check_str(ph_fix_value(&f, "port"), "465");
}

/* What does not fit is left out, whole. */
static void test_limits(void)
{
	static char value[PH_FIX_VALUE_MAX + 1];
	struct ph_fix f = { 0 };

	memset(value, 'x', PH_FIX_VALUE_MAX);
	ph_fix_set(&f, "host", value);
	check_int(f.count, 0);
	value[PH_FIX_VALUE_MAX - 1] = '\0';
	ph_fix_set(&f, "host", value);
	check_int(f.count, 1);
	for (int i = 0; i < PH_FIX_CHANGES_MAX + 2; i++) {
		static const char *const keys[] = { "a", "b", "c", "d", "e",
			"f", "g", "h", "i", "j" };

		ph_fix_set(&f, keys[i], "1");
	}
	check_int(f.count, PH_FIX_CHANGES_MAX);
}

int main(void)
{
	test_commands();
	test_apply();
	test_limits();
	return check_end();
}
