#include "check.h"
#include "connection/preset.h"
#include "failalloc.h"

#include <string.h>

/* A preset, the user name typed, and the file that it becomes. */
static const struct {
	const char *word;
	const char *username; /* NULL: none */
	const char *file;
} good[] = {
	{ "gmail", "ann@gmail.com",
	    "[connection]\nhost = smtp.gmail.com\nport = 465\n"
	    "encryption = before-connect\n\n[limits]\nquota = 500/day\n\n"
	    "[authentication]\nusername = ann@gmail.com\n\n"
	    "[message]\nfrom = ann@gmail.com\n" },
	/* An address of one's own domain is as good. */
	{ "fastmail", "ann@example.com",
	    "[connection]\nhost = smtp.fastmail.com\nport = 465\n"
	    "encryption = before-connect\n\n"
	    "[authentication]\nusername = ann@example.com\n\n"
	    "[message]\nfrom = ann@example.com\n" },
	{ "office365", "ann@example.com",
	    "[connection]\nhost = smtp.office365.com\nport = 587\n"
	    "encryption = after-connect\n\n[limits]\nrate = 30/min\n"
	    "sessions = 3\n\n[authentication]\nusername = ann@example.com\n\n"
	    "[message]\nfrom = ann@example.com\n" },
	{ "outlook", "ann@outlook.com",
	    "[connection]\nhost = smtp-mail.outlook.com\nport = 587\n"
	    "encryption = after-connect\n\n"
	    "[authentication]\npassword-from = oauth\n"
	    "username = ann@outlook.com\n\n[oauth]\nprovider = microsoft\n\n"
	    "[message]\nfrom = ann@outlook.com\n" },
	{ "ses-eu-west-1", "AKIAEXAMPLE",
	    "[connection]\nhost = email-smtp.eu-west-1.amazonaws.com\n"
	    "port = 465\nencryption = before-connect\n\n"
	    "[limits]\nrecipients-per-message = 50\n\n"
	    "[authentication]\nusername = AKIAEXAMPLE\n" },
	{ "sendgrid", NULL,
	    "[connection]\nhost = smtp.sendgrid.net\nport = 587\n"
	    "encryption = after-connect\n\n"
	    "[authentication]\nusername = apikey\n" },
	{ "web.de", "ann",
	    "[connection]\nhost = smtp.web.de\nport = 465\n"
	    "encryption = before-connect\n\n"
	    "[authentication]\nusername = ann\n" },
	{ "web.de", "ann@web.de",
	    "[connection]\nhost = smtp.web.de\nport = 465\n"
	    "encryption = before-connect\n\n"
	    "[authentication]\nusername = ann\n\n"
	    "[message]\nfrom = ann@web.de\n" },
	{ "inbox.lv", "ann@inbox.eu",
	    "[connection]\nhost = mail.inbox.eu\nport = 465\n"
	    "encryption = before-connect\n\n"
	    "[authentication]\nusername = ann@inbox.eu\n\n"
	    "[message]\nfrom = ann@inbox.eu\n" },
	{ "exchange", "FIRM\\ann",
	    "[connection]\nport = 587\nencryption = after-connect\n\n"
	    "[authentication]\nusername = FIRM\\ann\n" },
	{ "maildev", NULL,
	    "[connection]\nhost = localhost\nport = 1025\n"
	    "encryption = none\n\n[authentication]\nanonymous = yes\n" },
};

static const struct ph_setting *row(const char *name)
{
	return ph_setting_find(PH_SPAN(""), ph_span_of(name));
}

static struct ph_settings_file *make_file(const char *text)
{
	struct ph_settings_file *f = NULL;

	check_int(
	    ph_settings_file_parse("x", "x.conf", ph_span_of(text), &f, NULL),
	    PH_OK);
	return f;
}

static enum ph_err fill(const char *word, const char *username,
    struct ph_settings_file *f, struct ph_fault *fault)
{
	const struct ph_preset *p = NULL;
	enum ph_err err = ph_preset_find(word, NULL, &p, fault);

	if (err == PH_OK)
		err = ph_preset_apply(p, f, fault);
	if (err == PH_OK && username != NULL) {
		err = ph_settings_file_set(
		    f, row("username"), ph_span_of(username));
	}
	return err == PH_OK ? ph_preset_settle(p, f, fault) : err;
}

static void test_good(void)
{
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		struct ph_settings_file *f = make_file("");
		struct ph_fault fault = { 0 };
		struct ph_buf text;

		check_case(good[i].word, i);
		ph_buf_init(&text, PH_SETTINGS_FILE_MAX);
		check_int(
		    fill(good[i].word, good[i].username, f, &fault), PH_OK);
		check_str(fault.text, "");
		check_int(ph_settings_file_write(f, &text), PH_OK);
		check_str(ph_buf_str(&text), good[i].file);
		ph_buf_release(&text);
		ph_settings_file_free(f);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *word;
	const char *username;
	const char *text;
	const char *advice;
} bad[] = {
	{ "gmail", "ann", "wants the whole address", "ann@gmail.com" },
	{ "gmail", NULL, "wants the whole address", "ann@gmail.com" },
	{ "gmail", "@gmail.com", "wants the whole address", "ann@gmail.com" },
	{ "gmail", "ann@", "wants the whole address", "ann@gmail.com" },
	{ "gmail", "a@b@c", "wants the whole address", "a@gmail.com" },
	{ "gmail", "a b@c", "wants the whole address", "a b@gmail.com" },
	{ "brevo", "ann", "wants the whole address", "ann@example.com" },
	{ "web.de", NULL, "what stands before the @", "ann@web.de" },
	{ "web.de", "ann@", "what stands before the @", "ann@web.de" },
	{ "sendgrid", "ann", "its own user name", "--username" },
	{ "mailjet", NULL, "that it gave you", "--username" },
	{ "exchange", NULL, "DOMAIN\\user", "--username" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_settings_file *f = make_file("");
		struct ph_fault fault = { 0 };

		check_case(bad[i].word, i);
		check_int(
		    fill(bad[i].word, bad[i].username, f, &fault), PH_EINVAL);
		check_int(fault.cause, PH_CAUSE_CONFIG);
		check(strstr(fault.text, bad[i].text) != NULL);
		check(strstr(fault.advice, bad[i].advice) != NULL);
		ph_settings_file_free(f);
	}
	check_case(NULL, 0);
}

static void test_no_smtp(void)
{
	static const char *const words[] = { "tutanota", "tuta", "hey" };

	for (size_t i = 0; i < PH_COUNT(words); i++) {
		struct ph_settings_file *f = make_file("");
		struct ph_fault fault = { 0 };

		check_case(words[i], i);
		check_int(fill(words[i], "a@b.c", f, &fault), PH_EDENIED);
		check(strstr(fault.text, "no SMTP") != NULL);
		check(ph_settings_file_get(f, row("host")).ptr == NULL);
		ph_settings_file_free(f);
	}
	check_case(NULL, 0);
}

/* What was said besides stays; a host without the mark too. */
static void test_kept(void)
{
	struct ph_settings_file *f =
	    make_file("[message]\nfrom = Ann <ann@example.org>\n");
	struct ph_fault fault = { 0 };
	const struct ph_preset *p = NULL;

	check_int(fill("inbox.lv", NULL, f, &fault), PH_EINVAL);
	check_int(ph_preset_find("inbox.lv", NULL, &p, NULL), PH_OK);
	check_int(
	    ph_settings_file_set(f, row("host"), PH_SPAN("{domain.example")),
	    PH_OK);
	check_int(
	    ph_settings_file_set(f, row("username"), PH_SPAN("a@b.lv")), PH_OK);
	check_int(ph_preset_settle(p, f, &fault), PH_OK);
	check(ph_span_eq(
	    ph_settings_file_get(f, row("host")), PH_SPAN("{domain.example")));
	check(ph_span_eq(ph_settings_file_get(f, row("from")),
	    PH_SPAN("Ann <ann@example.org>")));
	ph_settings_file_free(f);
}

/* A user name of the shape that each wants. */
static const struct {
	enum ph_preset_form form;
	const char *username; /* NULL: none is said */
	const char *becomes;
} names[] = {
	{ PH_PRESET_FORM_NONE, NULL, "" },
	{ PH_PRESET_FORM_EMAIL, "ann@example.com", "ann@example.com" },
	{ PH_PRESET_FORM_LOCALPART, "ann@example.com", "ann" },
	{ PH_PRESET_FORM_FIXED, NULL, NULL },
	{ PH_PRESET_FORM_OWN, "key-123", "key-123" },
	{ PH_PRESET_FORM_WINDOWS, "FIRM\\ann", "FIRM\\ann" },
};

static void check_connection(const struct ph_preset *p,
    const struct ph_connection *c, const char *username)
{
	const char *want = names[p->form].becomes;

	check_int(c->port, p->port);
	check_int(c->encryption, p->encryption);
	check_str(c->username, want == NULL ? p->username : want);
	check(c->anonymous == (p->form == PH_PRESET_FORM_NONE));
	check(strchr(c->host, '{') == NULL);
	check(strcmp(c->from, username == NULL ? "" : c->from) == 0);
	check(ph_connection_wants_token(c) == (p->logins == PH_PRESET_OAUTH));
	check(c->oauth.provider ==
	    (p->logins == PH_PRESET_OAUTH ? p->oauth : PH_OAUTH_NONE));
	check_int(c->mechanism_count, 0);
	check_int(c->verify, PH_VERIFY_CA);
	/* Nothing about it is odd. */
	check(ph_connection_oddity(c, 0) == NULL);
}

static void resolve_one(const struct ph_preset *p)
{
	struct ph_settings_file *f = make_file("");
	const struct ph_settings_file *chain[] = { f };
	struct ph_setting_override host = { row("host"), PH_SPAN("h.example"),
		"--host" };
	struct ph_resolve in = { chain, 1, &host, p->host[0] == '\0' };
	struct ph_connection c = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 64 * 1024);
	check_int(fill(p->key, names[p->form].username, f, &fault), PH_OK);
	check_int(ph_connection_resolve(&in, &a, &c, &fault), PH_OK);
	check_str(fault.text, "");
	if (!ph_fault_is_set(&fault))
		check_connection(p, &c, names[p->form].username);
	ph_arena_release(&a);
	ph_settings_file_free(f);
}

/* Each of them makes a connection that can be used as it is. */
static void test_all(void)
{
	for (size_t i = 0; i < PH_COUNT(names); i++)
		check_int(names[i].form, i);
	for (size_t i = 0; i < ph_presets_count; i++) {
		check_case(ph_presets[i].key, i);
		if (ph_presets[i].kind != PH_PRESET_MAILBOX_NO_SMTP)
			resolve_one(&ph_presets[i]);
	}
	check_case(NULL, 0);
}

static enum ph_err live(void *ctx)
{
	struct ph_settings_file *f = NULL;
	enum ph_err err =
	    ph_settings_file_parse("x", "x.conf", PH_SPAN(""), &f, NULL);

	if (err == PH_OK)
		err = fill(ctx, "ann@inbox.eu", f, NULL);
	ph_settings_file_free(f);
	return err;
}

int main(void)
{
	char mailbox[] = "inbox.lv";
	char local[] = "web.de";
	char oauth[] = "outlook";

	test_good();
	test_bad();
	test_no_smtp();
	test_kept();
	test_all();
	(void)failalloc_run(live, mailbox);
	(void)failalloc_run(live, local);
	(void)failalloc_run(live, oauth);
	return check_end();
}
