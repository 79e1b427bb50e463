#include "check.h"
#include "config/vault.h"
#include "playground.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ph_connection connection(const char *name, const char *host)
{
	return (struct ph_connection){ .name = name,
		.host = host,
		.username = "ann",
		.password_from = { .fd = -1 },
		.client_certificate = "",
		.client_key = "/etc/ann.pem",
		.proxy = { .host = "proxy.example.com", .username = "pat" },
		.oauth = { .client_id = "app", .token_endpoint = "" } };
}

static char dir[512];

static void store(const char *name, const char *host, struct ph_span value)
{
	struct ph_connection c = connection(name, host);
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	check(ph_secret_set(&s, value) == PH_OK);
	check(ph_vault_set(dir, &c, PH_ROLE_PASSWORD, &s, &fault) == PH_OK);
	ph_secret_release(&s);
}

static enum ph_err fetch_for(enum ph_role role, struct ph_connection *c,
    struct ph_span want, struct ph_fault *fault)
{
	struct ph_secret s = { 0 };

	*fault = (struct ph_fault){ 0 };

	enum ph_err err = ph_vault_secret(dir, c, role, &s, fault);

	if (err == PH_OK) {
		check(ph_span_eq(ph_secret_span(&s), want));
	} else {
		check(s.ptr == NULL);
	}
	ph_secret_release(&s);
	/* A password is in no fault. */
	check(strstr(fault->text, "hunter2") == NULL);
	check(strstr(fault->advice, "hunter2") == NULL);
	return err;
}

static enum ph_err fetch(
    struct ph_connection *c, struct ph_span want, struct ph_fault *fault)
{
	return fetch_for(PH_ROLE_PASSWORD, c, want, fault);
}

static void test_stored(void)
{
	static const struct ph_span secrets[] = {
		PH_SPAN_INIT("hunter2"),
		PH_SPAN_INIT("two\nlines\n"),
		PH_SPAN_INIT("nul\0 inside"),
		PH_SPAN_INIT("  spaces  "),
	};
	struct ph_connection c = connection("work", "Smtp.example.com");
	struct ph_fault fault;
	struct stat st;

	for (size_t i = 0; i < PH_COUNT(secrets); i++) {
		check_case("stored", i);
		store("work", "smtp.example.com", secrets[i]);
		check(fetch(&c, secrets[i], &fault) == PH_OK);
		c.password_from.kind = PH_SECRET_STORED;
		check(fetch(&c, secrets[i], &fault) == PH_OK);
		c.password_from.kind = PH_SECRET_NONE;
	}
	check_int(stat(playground_path("secrets/work"), &st), 0);
	check_int(st.st_mode & 07777, 0600);

	/* Bound to its host. */
	store("work", "smtp.example.com", PH_SPAN("hunter2"));
	c.host = "smtp.example.org";
	check(fetch(&c, PH_SPAN(""), &fault) == PH_EDENIED);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
	check(strstr(fault.text, "another host than smtp.example.org") != NULL);
	check(strstr(fault.advice, "posthaste secret set work") != NULL);

	/* Open to others. */
	c.host = "smtp.example.com";
	playground_mode("secrets/work", 0644);
	check(fetch(&c, PH_SPAN(""), &fault) == PH_EDENIED);
	check_int(fault.cause, PH_CAUSE_SECRET_EXPOSED);
	playground_mode("secrets/work", 0600);
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);

	/* A file that we did not write. */
	playground_write("secrets/work", "hunter2");
	check(fetch(&c, PH_SPAN(""), &fault) == PH_EDENIED);
	playground_write("secrets/work", "hunter2\n");
	check(fetch(&c, PH_SPAN(""), &fault) == PH_EDENIED);

	check(ph_vault_forget(dir, "work", PH_ROLE_PASSWORD, &fault) == PH_OK);
	c.password_from.kind = PH_SECRET_STORED;
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_str(
	    fault.text, "there is no password for ann at smtp.example.com");
	check(ph_vault_forget(dir, "work", PH_ROLE_PASSWORD, &fault) ==
	    PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
}

static void test_names(void)
{
	struct ph_connection c = connection("../x", "h");
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	check(ph_secret_set(&s, PH_SPAN("hunter2")) == PH_OK);
	check(ph_vault_set(dir, &c, PH_ROLE_PASSWORD, &s, &fault) == PH_EINVAL);
	c.name = "";
	check(ph_vault_set(dir, &c, PH_ROLE_PASSWORD, &s, &fault) == PH_EINVAL);
	ph_secret_release(&s);
	check(
	    ph_vault_forget(dir, "a/b", PH_ROLE_PASSWORD, &fault) == PH_EINVAL);
	/* A server on the spot has none stored. */
	c.password_from.kind = PH_SECRET_STORED;
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_str(fault.advice, "");
}

static void test_sources(void)
{
	struct ph_connection c = connection("work", "h");
	struct ph_fault fault;

	check_int(setenv("PH_TEST_SECRET", "hunter2", 1), 0);
	c.password_from = (struct ph_secret_source){
		.kind = PH_SECRET_ENV, .argument = "PH_TEST_SECRET", .fd = -1
	};
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);
	c.password_from.argument = "PH_TEST_NO_SUCH";
	check(fetch(&c, PH_SPAN(""), &fault) != PH_OK);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);

	playground_write("secret", "hunter2\n");
	c.password_from.kind = PH_SECRET_FILE;
	c.password_from.argument = playground_path("secret");
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);
	playground_mode("secret", 0644);
	c.password_from.argument = playground_path("secret");
	check(fetch(&c, PH_SPAN(""), &fault) == PH_EDENIED);

	c.password_from.kind = PH_SECRET_COMMAND;
	c.password_from.argument = "printf 'hunter2\\n'";
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);
	c.password_from.argument = "false";
	check(fetch(&c, PH_SPAN(""), &fault) != PH_OK);

	int fds[2];

	check_int(pipe2(fds, O_CLOEXEC), 0);
	check_int(write(fds[1], "hunter2\n", 8), 8);
	check_int(close(fds[1]), 0);
	c.password_from =
	    (struct ph_secret_source){ .kind = PH_SECRET_FD, .fd = fds[0] };
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);
	(void)close(fds[0]);

	check_int(setenv("CREDENTIALS_DIRECTORY", playground_path(""), 1), 0);
	c.password_from = (struct ph_secret_source){
		.kind = PH_SECRET_CREDENTIAL, .argument = "secret", .fd = -1
	};
	check(fetch(&c, PH_SPAN("hunter2"), &fault) == PH_OK);
	c.password_from.argument = "no-such";
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_int(unsetenv("CREDENTIALS_DIRECTORY"), 0);

	/* A sign-in gives tokens for the server, and for nothing else. */
	c.proxy.password_from.kind = PH_SECRET_OAUTH;
	check(fetch_for(PH_ROLE_PROXY, &c, PH_SPAN(""), &fault) == PH_EINVAL);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
}

/* A command is shown none of the other secrets. */
static void test_withheld(void)
{
	struct ph_connection c = connection("work", "h");
	struct ph_fault fault;

	check_int(setenv("POSTHASTE_SERVER", "smtp://a:hunter3@h", 1), 0);
	check_int(setenv("PH_TEST_PROXY", "hunter3", 1), 0);
	check_int(setenv("PH_TEST_KEPT", "kept", 1), 0);
	c.proxy.password_from = (struct ph_secret_source){
		.kind = PH_SECRET_ENV, .argument = "PH_TEST_PROXY", .fd = -1
	};
	c.password_from = (struct ph_secret_source){ .kind = PH_SECRET_COMMAND,
		.argument = "sh -c 'echo $POSTHASTE_SERVER $PH_TEST_PROXY "
			    "$PH_TEST_KEPT'",
		.fd = -1 };
	check(fetch(&c, PH_SPAN("kept"), &fault) == PH_OK);
	check_int(unsetenv("POSTHASTE_SERVER"), 0);
}

static const struct {
	const char *file;
	const char *first_line;
	const char *value;
	const char *none; /* said when there is none */
} role_rows[PH_ROLE_COUNT] = {
	[PH_ROLE_PASSWORD] = { "secrets/work", "h", "hunter2 a",
	    "there is no password for ann at h" },
	[PH_ROLE_PROXY] = { "secrets/work@proxy", "proxy.example.com",
	    "hunter2 b",
	    "there is no password for pat at the proxy "
	    "proxy.example.com" },
	[PH_ROLE_CLIENT_KEY] = { "secrets/work@client-key", "/etc/ann.pem",
	    "hunter2 c", "there is no passphrase for the key /etc/ann.pem" },
	[PH_ROLE_OAUTH_CLIENT] = { "secrets/work@oauth-client", "google",
	    "hunter2 d", "there is no client secret of the application app" },
	[PH_ROLE_TOKEN] = { "secrets/work@token", "h", "hunter2 e",
	    "there is no token for ann at h" },
};

static void forget_roles(struct ph_connection *c)
{
	struct ph_fault fault = { 0 };

	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		static const struct ph_secret_source stored = {
			.kind = PH_SECRET_STORED, .fd = -1
		};
		enum ph_role role = (enum ph_role)i;

		check_case(ph_role_name(role), (size_t)i);
		check(ph_vault_forget(dir, "work", role, &fault) == PH_OK);
		check(
		    ph_vault_forget(dir, "work", role, &fault) == PH_ENOTFOUND);
		ph_role_set_source(c, role, &stored);
		check(fetch_for(role, c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
		check_str(fault.text, role_rows[i].none);
	}
	check_case(NULL, 0);
}

/* One of each, side by side, each bound to its own place. */
static void test_roles(void)
{
	struct ph_connection c = connection("work", "h");
	struct ph_fault fault = { 0 };

	c.oauth.provider = PH_OAUTH_GOOGLE;
	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		struct ph_secret s = { 0 };

		check(
		    ph_secret_set(&s, ph_span_of(role_rows[i].value)) == PH_OK);
		check(ph_vault_set(dir, &c, (enum ph_role)i, &s, &fault) ==
		    PH_OK);
		ph_secret_release(&s);
	}
	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		enum ph_role role = (enum ph_role)i;
		struct ph_connection other = c;
		char want[64];

		check_case(ph_role_name(role), (size_t)i);
		(void)snprintf(want, sizeof(want), "%s\n%s",
		    role_rows[i].first_line, role_rows[i].value);
		check_str(playground_read(role_rows[i].file), want);
		check(fetch_for(role, &c, ph_span_of(role_rows[i].value),
			  &fault) == PH_OK);

		/* Another place than it was stored for. */
		other.host = "x";
		other.proxy.host = "x";
		other.client_key = "x";
		other.oauth.token_endpoint = "https://x/token";
		check(
		    fetch_for(role, &other, PH_SPAN(""), &fault) == PH_EDENIED);
		check(strstr(fault.text, "belongs to another ") != NULL);
		check(strstr(fault.advice,
			  role == PH_ROLE_TOKEN
			      ? "posthaste login work"
			      : "posthaste secret set work") != NULL);
		check((strstr(fault.advice, "--for ") != NULL) ==
		    (role != PH_ROLE_PASSWORD && role != PH_ROLE_TOKEN));
	}
	check_case(NULL, 0);
	forget_roles(&c);
}

/* A secret for nothing is not kept. */
static void test_no_place(void)
{
	struct ph_connection c = connection("work", "h");
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	c.proxy.host = "";
	c.client_key = "";
	check(ph_secret_set(&s, PH_SPAN("hunter2")) == PH_OK);
	for (int i = PH_ROLE_PROXY; i < PH_ROLE_TOKEN; i++) {
		check(ph_vault_set(dir, &c, (enum ph_role)i, &s, &fault) ==
		    PH_EINVAL);
		check(strstr(fault.text, "connection \"work\" has no ") ==
		    fault.text);
	}
	ph_secret_release(&s);
}

static void test_list(void)
{
	static const struct {
		const char *name;
		enum ph_role role;
		const char *place;
	} want[] = {
		{ "bare", PH_ROLE_PASSWORD, "" },
		{ "open", PH_ROLE_PASSWORD, "" },
		{ "work", PH_ROLE_PASSWORD, "h" },
		{ "work", PH_ROLE_PROXY, "p" },
	};
	const struct ph_vault_entry *list = NULL;
	struct ph_fault fault = { 0 };
	struct ph_arena a;
	size_t count = 99;

	ph_arena_init(&a, 64 * 1024);
	check(ph_vault_list(
		  playground_path("none"), &a, &list, &count, &fault) == PH_OK);
	check_int(count, 0);
	playground_write("secrets/work", "h\nhunter2");
	playground_write("secrets/work@proxy", "p\nhunter2");
	playground_write("secrets/open", "h\nhunter2");
	playground_mode("secrets/open", 0644);
	/* Made by hand: the password alone. */
	playground_write("secrets/bare", "hunter2");
	/* What is none of ours. */
	playground_write("secrets/work@nothing", "p\nhunter2");
	playground_write("secrets/work@password", "p\nhunter2");
	playground_write("secrets/a b", "p\nhunter2");
	check(ph_vault_list(dir, &a, &list, &count, &fault) == PH_OK);
	check_int(count, PH_COUNT(want));
	for (size_t i = 0; i < count && i < PH_COUNT(want); i++) {
		check_case("entry", i);
		check_str(list[i].name, want[i].name);
		check_int(list[i].role, want[i].role);
		check_str(list[i].place, want[i].place);
	}
	check_case(NULL, 0);
	ph_arena_release(&a);
	check(ph_vault_forget(dir, "work", PH_ROLE_PASSWORD, &fault) == PH_OK);
	check(ph_vault_forget(dir, "work", PH_ROLE_PROXY, &fault) == PH_OK);
}

static void leave_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	check_int(ioctl(fd, TIOCNOTTY), 0);
	(void)close(fd);
}

/* Without a terminal nobody is asked. */
static void test_prompt(void)
{
	struct ph_connection c = connection("work", "h");
	struct ph_fault fault;

	leave_terminal();
	c.password_from.kind = PH_SECRET_PROMPT;
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
	c.password_from.kind = PH_SECRET_NONE;
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_str(fault.text, "there is no password for ann at h");
	check(strstr(fault.advice, "posthaste secret set work") != NULL);
}

int main(void)
{
	(void)playground_begin();
	(void)snprintf(dir, sizeof(dir), "%s", playground_path("secrets"));
	test_stored();
	test_names();
	test_roles();
	test_no_place();
	test_list();
	test_sources();
	test_withheld();
	test_prompt();
	playground_end();
	return check_end();
}
