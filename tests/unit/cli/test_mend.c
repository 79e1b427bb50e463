#include "check.h"
#include "cli/mend.h"

#include <string.h>

/* What is suspect, and the command that mends it: for a connection of that
   name, and for a server named on the spot. */
static const struct {
	const char *setting;
	enum ph_cause cause;
	const char *named;
	const char *on_the_spot;
} cases[] = {
	{ "host", PH_CAUSE_HOST_NOT_FOUND,
	    "posthaste connection set work host=HOST", "--host HOST" },
	{ "port", PH_CAUSE_CONNECT_REFUSED,
	    "posthaste connection set work port=PORT", "--port PORT" },
	{ "tls", PH_CAUSE_TLS_NOT_OFFERED,
	    "posthaste connection set work encryption=MODE",
	    "--encryption MODE" },
	{ "tls-version", PH_CAUSE_TLS_VERSION,
	    "posthaste connection set work tls-versions=1.0,1.1,1.2,1.3",
	    "--tls-versions 1.0,1.1,1.2,1.3" },
	{ "certificate", PH_CAUSE_CERT_SELF_SIGNED,
	    "posthaste connection set work ca-file=FILE", "--ca-file FILE" },
	{ "certificate", PH_CAUSE_CERT_UNTRUSTED,
	    "posthaste connection set work ca-file=FILE", "--ca-file FILE" },
	{ "certificate", PH_CAUSE_CERT_PIN, "posthaste connection pin work",
	    "--ca-file FILE" },
	/* that is the server's to mend */
	{ "certificate", PH_CAUSE_CERT_EXPIRED, "", "" },
	{ "certificate", PH_CAUSE_CERT_NOT_YET, "", "" },
	{ "certificate", PH_CAUSE_CERT_REVOKED, "", "" },
	{ "proxy", PH_CAUSE_PROXY_UNREACHABLE,
	    "posthaste connection set work --proxy KIND://HOST:PORT",
	    "--proxy KIND://HOST:PORT" },
	{ "helo", PH_CAUSE_EHLO_REFUSED,
	    "posthaste connection set work helo=FULL.HOST.NAME",
	    "--helo FULL.HOST.NAME" },
	{ "mechanism", PH_CAUSE_AUTH_NO_COMMON,
	    "posthaste connection set work mechanisms=auto",
	    "--mechanisms auto" },
	{ "username", PH_CAUSE_AUTH_REFUSED,
	    "posthaste connection set work username=NAME", "--username NAME" },
	{ "password", PH_CAUSE_AUTH_REFUSED, "posthaste secret set work",
	    "--password-from prompt" },
	{ "token", PH_CAUSE_AUTH_TOKEN, "posthaste login work", "" },
	{ "anonymous", PH_CAUSE_AUTH_REQUIRED,
	    "posthaste connection set work username=NAME", "--username NAME" },
	{ "sender", PH_CAUSE_SENDER_REFUSED,
	    "posthaste connection set work from=ADDRESS", "--from ADDRESS" },
	{ "timeout", PH_CAUSE_TIMEOUT,
	    "posthaste connection set work timeout=1min", "--timeout 1min" },
	/* no setting is */
	{ "server", PH_CAUSE_GREETING_REFUSED, "", "" },
	{ "network", PH_CAUSE_CONNECT_UNREACHABLE, "", "" },
	{ "recipient", PH_CAUSE_RECIPIENT_REFUSED, "", "" },
	{ "account", PH_CAUSE_AUTH_REFUSED, "", "" },
	{ "size", PH_CAUSE_TOO_BIG, "", "" },
};

static struct ph_connection connection(const char *name)
{
	return (struct ph_connection){
		.name = name,
		.host = "mail.example.com",
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.username = "ann",
		.source_address = "",
		.helo = "",
		.verify_name = "",
	};
}

static void test_cases(void)
{
	const struct ph_connection named = connection("work");
	const struct ph_connection spot = connection("");

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_finding f = { .fault = { .cause = cases[i].cause } };
		char command[PH_FIX_COMMAND_MAX];

		check_case(cases[i].setting, i);
		f.connection = &named;
		ph_mend_write(&f, cases[i].setting, command);
		check_str(command, cases[i].named);
		f.connection = &spot;
		ph_mend_write(&f, cases[i].setting, command);
		check_str(command, cases[i].on_the_spot);
	}
	check_case(NULL, 0);
}

/* What was found goes before what is merely possible, for the settings that it
   serves. */
static void test_found(void)
{
	static struct ph_look look;
	const struct ph_connection c = connection("work");
	struct ph_finding f = {
		.connection = &c,
		.look = &look,
		.fault = { .cause = PH_CAUSE_SILENCE },
	};
	char command[PH_FIX_COMMAND_MAX];

	look.doubts.items[0] = (struct ph_doubt){
		.setting = "host",
		.key = "host",
		.value = "smtp.example.com",
	};
	look.doubts.count = 1;
	ph_mend_write(&f, "host", command);
	check_str(
	    command, "posthaste connection set work host=smtp.example.com");
	ph_fix_set(&look.fix, "port", "465");
	ph_fix_set(&look.fix, "encryption", "before-connect");
	ph_mend_write(&f, "tls", command);
	check_str(command,
	    "posthaste connection set work port=465 "
	    "encryption=before-connect");
	ph_mend_write(&f, "password", command);
	check_str(command, "posthaste secret set work");
	ph_mend_write(&f, "host", command);
	check_str(
	    command, "posthaste connection set work host=smtp.example.com");
	/* It did not come to a connection. */
	f.connection = NULL;
	ph_mend_write(&f, "host", command);
	check_str(command, "");
}

int main(void)
{
	test_cases();
	test_found();
	return check_end();
}
