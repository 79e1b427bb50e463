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
		.password_from = { .fd = -1 } };
}

static char dir[512];

static void store(const char *name, const char *host, struct ph_span value)
{
	struct ph_connection c = connection(name, host);
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	check(ph_secret_set(&s, value) == PH_OK);
	check(ph_vault_set(dir, &c, &s, &fault) == PH_OK);
	ph_secret_release(&s);
}

static enum ph_err fetch(
    struct ph_connection *c, struct ph_span want, struct ph_fault *fault)
{
	struct ph_secret s = { 0 };

	*fault = (struct ph_fault){ 0 };

	enum ph_err err = ph_vault_password(dir, c, &s, fault);

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

	check(ph_vault_forget(dir, "work", &fault) == PH_OK);
	c.password_from.kind = PH_SECRET_STORED;
	check(fetch(&c, PH_SPAN(""), &fault) == PH_ENOTFOUND);
	check_str(
	    fault.text, "there is no password for ann at smtp.example.com");
	check(ph_vault_forget(dir, "work", &fault) == PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
}

static void test_names(void)
{
	struct ph_connection c = connection("../x", "h");
	struct ph_secret s = { 0 };
	struct ph_fault fault = { 0 };

	check(ph_secret_set(&s, PH_SPAN("hunter2")) == PH_OK);
	check(ph_vault_set(dir, &c, &s, &fault) == PH_EINVAL);
	c.name = "";
	check(ph_vault_set(dir, &c, &s, &fault) == PH_EINVAL);
	ph_secret_release(&s);
	check(ph_vault_forget(dir, "a/b", &fault) == PH_EINVAL);
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

	static const enum ph_secret_kind later[] = { PH_SECRET_KEYRING,
		PH_SECRET_OAUTH, PH_SECRET_CREDENTIAL };

	for (size_t i = 0; i < PH_COUNT(later); i++) {
		c.password_from.kind = later[i];
		check(fetch(&c, PH_SPAN(""), &fault) == PH_EINVAL);
		check_int(fault.cause, PH_CAUSE_NO_PASSWORD);
		check(strstr(fault.text, "not supported yet") != NULL);
	}
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
	test_sources();
	test_prompt();
	playground_end();
	return check_end();
}
