#include "cli/connection_part.h"

#include <stdio.h>

/* `connection presets`: the providers that are known, and all about one. */

enum {
	/* 18 + 1 + 40 + 1 + 5 + 1 + 14 make a line of 80. */
	WORD_WIDTH = 18,
	HOST_WIDTH = 40,
	TEXT_WIDTH = 80
};

static const char *const oauth_names[] = {
	[PH_OAUTH_NONE] = "none",
	[PH_OAUTH_GOOGLE] = "google",
	[PH_OAUTH_MICROSOFT] = "microsoft",
	[PH_OAUTH_YAHOO] = "yahoo",
};

static const struct {
	enum ph_preset_login bit;
	const char *word;
} logins[] = {
	{ PH_PRESET_PASSWORD, "password" },
	{ PH_PRESET_OAUTH, "oauth" },
	{ PH_PRESET_NTLM, "ntlm" },
	{ PH_PRESET_GSSAPI, "gssapi" },
};

void ph_connection_preset_notes(
    const struct ph_cli *cli, const struct ph_preset *p, const char *name)
{
	struct ph_span rest = ph_span_of(p->prerequisites);
	struct ph_span line;

	while (ph_preset_next(&rest, &line))
		ph_cli_note(cli, "%s: %.*s", p->name, PH_SPAN_ARG(line));
	rest = ph_span_of(p->notes);
	while (ph_preset_next(&rest, &line))
		ph_cli_note(cli, "%s: %.*s", p->name, PH_SPAN_ARG(line));
	if (p->oauth != PH_OAUTH_NONE && p->logins != PH_PRESET_OAUTH) {
		ph_cli_note(cli,
		    "to sign in without a password: posthaste connection set "
		    "%s oauth.provider=%s password-from=oauth, then posthaste "
		    "login %s",
		    name, oauth_names[p->oauth], name);
	}
	if (p->logins == PH_PRESET_OAUTH) {
		ph_cli_note(cli, "posthaste login %s signs in", name);
	} else if ((p->logins & PH_PRESET_PASSWORD) != 0) {
		ph_cli_note(
		    cli, "posthaste secret set %s stores the password", name);
	}
	ph_cli_note(cli,
	    "what is known of %s is as of %s; posthaste test -n %s proves it",
	    p->name, p->as_of[0] == '\0' ? "an unknown date" : p->as_of, name);
}

static json_t *make_words(struct ph_span rest)
{
	json_t *list = json_array();
	struct ph_span word;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &word)) {
		if (word.len > 0)
			ph_json_add(list, ph_json_text(word));
	}
	return list;
}

static json_t *make_lines(struct ph_span rest)
{
	json_t *list = json_array();
	struct ph_span line;

	while (ph_preset_next(&rest, &line))
		ph_json_add(list, ph_json_text(line));
	return list;
}

static json_t *make_logins(const struct ph_preset *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < PH_COUNT(logins); i++) {
		if ((p->logins & logins[i].bit) != 0)
			ph_json_add(list, ph_json_str(logins[i].word));
	}
	return list;
}

static json_t *make_limits(const struct ph_preset *p)
{
	json_t *limits = json_object();
	struct ph_span rest = ph_span_of(p->limits);
	struct ph_span pair;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &pair)) {
		size_t equals = ph_span_find(pair, '=');
		const struct ph_setting *row = ph_setting_find(
		    PH_SPAN("limits"), ph_span_first(pair, equals));

		ph_json_put(limits, row->name,
		    ph_json_text(ph_span_skip(pair, equals + 1)));
	}
	return limits;
}

static json_t *make_row(const struct ph_preset *p)
{
	json_t *row = json_object();
	bool has_smtp = p->port != 0;

	ph_json_put(row, "preset", ph_json_text(ph_preset_word(p)));
	ph_json_put(row, "key", ph_json_str(p->key));
	ph_json_put(row, "aliases", make_words(ph_span_of(p->aliases)));
	ph_json_put(row, "name", ph_json_str(p->name));
	ph_json_put(row, "kind", ph_json_str(ph_preset_kind_name(p->kind)));
	ph_json_put(row, "domains", make_words(ph_span_of(p->domains)));
	ph_json_put(row, "host", ph_json_str_or_null(p->host));
	ph_json_put(
	    row, "port", has_smtp ? json_integer(p->port) : json_null());
	ph_json_put(row, "encryption",
	    has_smtp ? ph_json_str(ph_encryption_name(p->encryption))
		     : json_null());
	ph_json_put(
	    row, "username_form", ph_json_str(ph_preset_form_name(p->form)));
	ph_json_put(row, "username", ph_json_str_or_null(p->username));
	ph_json_put(row, "logins", make_logins(p));
	ph_json_put(row, "oauth_provider",
	    p->oauth == PH_OAUTH_NONE ? json_null()
				      : ph_json_str(oauth_names[p->oauth]));
	ph_json_put(
	    row, "prerequisites", make_lines(ph_span_of(p->prerequisites)));
	ph_json_put(row, "limits", make_limits(p));
	ph_json_put(row, "notes", make_lines(ph_span_of(p->notes)));
	ph_json_put(row, "as_of", ph_json_str_or_null(p->as_of));
	ph_json_put(row, "confidence", json_integer(p->confidence));
	ph_json_put(row, "conflict", ph_json_str_or_null(p->conflict));
	return row;
}

static void print_head(void)
{
	printf("%-*s %-*s %5s %s\n", WORD_WIDTH, "PRESET", HOST_WIDTH, "HOST",
	    "PORT", "ENCRYPTION");
}

static void print_row(const struct ph_preset *p)
{
	struct ph_span word = ph_preset_word(p);
	int width = word.len < WORD_WIDTH ? (int)word.len : WORD_WIDTH;

	printf("%-*.*s ", WORD_WIDTH, width, word.ptr);
	if (p->port == 0) {
		printf("(no SMTP for its users)\n");
		return;
	}
	printf("%-*.*s %5u %s\n", HOST_WIDTH, HOST_WIDTH,
	    p->host[0] == '\0' ? "(your own)" : p->host, p->port,
	    ph_encryption_name(p->encryption));
}

/* A field whose words go on below each other. */
static void print_field(const char *label, struct ph_span text)
{
	const size_t indent = 15;
	size_t at = indent;
	struct ph_span word;

	if (text.len == 0)
		return;
	printf("%-*s", (int)indent, label);
	while (text.len > 0 && ph_span_split(&text, ' ', &word)) {
		if (at > indent && at + 1 + word.len > TEXT_WIDTH) {
			printf("\n%*s", (int)indent, "");
			at = indent;
		}
		at += (size_t)printf(
		    "%s%.*s", at > indent ? " " : "", PH_SPAN_ARG(word));
	}
	printf("\n");
}

static void print_lines(const char *label, struct ph_span rest)
{
	struct ph_span line;

	while (ph_preset_next(&rest, &line)) {
		print_field(label, line);
		label = "";
	}
}

static void print_one(const struct ph_preset *p)
{
	char text[64];

	print_field("preset:", ph_preset_word(p));
	print_field("name:", ph_span_of(p->name));
	print_field("kind:", ph_span_of(ph_preset_kind_name(p->kind)));
	print_field("domains:", ph_span_of(p->domains));
	print_field("host:", ph_span_of(p->host));
	if (p->port != 0) {
		(void)snprintf(text, sizeof(text), "%u, %s", p->port,
		    ph_encryption_name(p->encryption));
		print_field("port:", ph_span_of(text));
	}
	print_field("others:", ph_span_of(p->alternatives));
	print_field("user name:", ph_span_of(ph_preset_form_name(p->form)));
	print_field("", ph_span_of(p->username));
	print_lines("first:", ph_span_of(p->prerequisites));
	print_field("limits:", ph_span_of(p->limits));
	print_lines("", ph_span_of(p->notes));
	(void)snprintf(text, sizeof(text), "%s, %u source%s", p->as_of,
	    p->confidence, p->confidence == 1 ? "" : "s");
	print_field("as of:", ph_span_of(text));
	print_field("disagreeing:", ph_span_of(p->conflict));
}

static enum ph_exit print_found(
    const struct ph_cli *cli, struct ph_span word, const struct ph_preset *one)
{
	json_t *rows = NULL;

	if (cli->json) {
		rows = json_array();
	} else if (one == NULL) {
		print_head();
	}
	for (size_t i = 0; i < ph_presets_count; i++) {
		const struct ph_preset *p = &ph_presets[i];

		if (one == NULL ? !ph_preset_matches(p, word) : p != one)
			continue;
		if (cli->json) {
			ph_json_add(rows, make_row(p));
		} else if (one == NULL) {
			print_row(p);
		} else {
			print_one(p);
		}
	}
	if (!cli->json)
		return PH_EXIT_OK;

	json_t *doc = json_object();

	ph_json_put(doc, "presets", rows);
	return ph_json_print(&doc);
}

static size_t count_matches(struct ph_span word, const struct ph_preset **last)
{
	size_t count = 0;

	for (size_t i = 0; i < ph_presets_count; i++) {
		if (!ph_preset_matches(&ph_presets[i], word))
			continue;
		*last = &ph_presets[i];
		count++;
	}
	return count;
}

/* A preset's own word, or one that only one preset matches, shows all of it. */
enum ph_exit ph_connection_presets(struct ph_connection_action *a)
{
	struct ph_span word = ph_span_of(a->name == NULL ? "" : a->name);
	const struct ph_preset *one = NULL;
	const struct ph_preset *last = NULL;
	struct ph_fault fault = { 0 };

	if (word.len == 0)
		return print_found(a->cli, word, NULL);

	enum ph_err err = ph_preset_find(a->name, NULL, &one, &fault);
	size_t count = count_matches(word, &last);

	if (err != PH_OK && count == 0)
		return ph_connection_fail(a->cli, err, &fault);
	if (err != PH_OK && count == 1)
		one = last;
	return print_found(a->cli, word, one);
}
