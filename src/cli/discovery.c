#include "cli/discovery.h"

#include "base/ascii.h"
#include "cli/json.h"

#include <string.h>

enum {
	WIDTH = 80,
	LABEL_WIDTH = 14,
	/* Of the rest, --json tells. */
	SHOWN_MAX = 6,
	TEXT_MAX = 1024
};

const struct ph_candidate *ph_discovery_best(const struct ph_discovery *d)
{
	const struct ph_candidates *set = d->found.candidates;

	for (size_t i = 0; set != NULL && i < set->count; i++) {
		const struct ph_candidate *c = &set->items[i];

		if (c->proof != PH_PROOF_BAD && c->found != PH_FOUND_SUGGESTION)
			return c;
	}
	return NULL;
}

void ph_discovery_doubts(const struct ph_candidate *c,
    const struct ph_subject *s, char *out, size_t size)
{
	const struct {
		unsigned bit;
		const char *text;
	} rows[] = {
		{ PH_DOUBT_OUTSIDE, "the host is not within " },
		{ PH_DOUBT_HTTP,
		    "it was found over http, which anybody on the "
		    "way can change" },
		{ PH_DOUBT_GUESS, "it was guessed" },
		{ PH_DOUBT_TYPO, "it is for another domain than " },
	};

	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < PH_COUNT(rows) && at < size; i++) {
		bool names =
		    (rows[i].bit & (PH_DOUBT_OUTSIDE | PH_DOUBT_TYPO)) != 0;

		if ((c->doubts & rows[i].bit) == 0)
			continue;
		at += (size_t)snprintf(out + at, size - at, "%s%s%s",
		    at == 0 ? "" : ", and ", rows[i].text,
		    names ? s->domain : "");
	}
}

/* JSON */

static json_t *make_words(const char *words)
{
	json_t *list = json_array();
	struct ph_span rest = ph_span_of(words);
	struct ph_span word;

	while (rest.len > 0 && ph_span_split(&rest, ' ', &word)) {
		if (word.len > 0)
			ph_json_add(list, ph_json_text(word));
	}
	return list;
}

static json_t *make_list(const char *const *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		ph_json_add(list, ph_json_str(texts[i]));
	return list;
}

static json_t *make_doubts(const struct ph_candidate *c)
{
	json_t *list = json_array();

	for (unsigned bit = 1; ph_doubt_name(bit) != NULL; bit <<= 1) {
		if ((c->doubts & bit) != 0)
			ph_json_add(list, ph_json_str(ph_doubt_name(bit)));
	}
	return list;
}

static json_t *make_signature(enum ph_signature s)
{
	switch (s) {
	case PH_SIGNATURE_SECURE:
		return ph_json_str("secure");
	case PH_SIGNATURE_INSECURE:
		return ph_json_str("insecure");
	case PH_SIGNATURE_NONE:
		break;
	}
	return json_null();
}

static json_t *make_candidate(const struct ph_candidate *c)
{
	json_t *j = json_object();
	bool is_probed = c->proof != PH_PROOF_NONE;

	ph_json_put(j, "host", ph_json_str(c->host));
	ph_json_put(j, "port", json_integer(c->port));
	ph_json_put(
	    j, "encryption", ph_json_str(ph_encryption_name(c->encryption)));
	ph_json_put(j, "username", ph_json_str_or_null(c->username));
	ph_json_put(j, "anonymous", json_boolean(c->anonymous));
	ph_json_put(j, "mechanisms", make_words(c->mechanisms));
	ph_json_put(j, "source", ph_json_str(ph_found_name(c->found)));
	ph_json_put(j, "detail", ph_json_str(c->detail));
	ph_json_put(j, "preset",
	    c->preset == NULL ? json_null() : ph_json_str(c->preset->key));
	ph_json_put(j, "dnssec", make_signature(c->signature));
	ph_json_put(j, "probed", json_boolean(is_probed));
	ph_json_put(j, "ok",
	    is_probed ? json_boolean(c->proof == PH_PROOF_GOOD) : json_null());
	ph_json_put(j, "needs_yes", json_boolean(c->doubts != 0));
	ph_json_put(j, "doubts", make_doubts(c));
	ph_json_put(j, "notes", make_list(c->notes, c->note_count));
	return j;
}

json_t *ph_discovery_to_json(const struct ph_discovery *d)
{
	const struct ph_survey_result *f = &d->found;
	json_t *j = json_object();
	json_t *candidates = json_array();

	for (size_t i = 0; f->candidates != NULL && i < f->candidates->count;
	     i++) {
		ph_json_add(
		    candidates, make_candidate(&f->candidates->items[i]));
	}
	ph_json_put(j, "address",
	    ph_json_str_or_null(
		d->subject == NULL ? NULL : d->subject->address));
	ph_json_put(j, "candidates", candidates);
	ph_json_put(j, "did_you_mean", ph_json_str_or_null(f->meant));
	ph_json_put(j, "contacted", make_list(f->contacts, f->contact_count));
	ph_json_put(j, "notes", make_list(f->notes, f->note_count));
	ph_json_put(
	    j, "saved", d->is_saved ? ph_json_str(d->save_as) : json_null());
	ph_json_put(j, "error", ph_json_fault(&d->fault));
	return j;
}

/* For people */

/* A field whose words go on below each other. */
static void print_field(const char *label, const char *value)
{
	struct ph_span text = ph_span_of(value);
	size_t at = 0;
	struct ph_span word;

	printf("   %-*s", LABEL_WIDTH - 3, label);
	at = LABEL_WIDTH;
	while (text.len > 0 && ph_span_split(&text, ' ', &word)) {
		if (at > LABEL_WIDTH && at + 1 + word.len > WIDTH) {
			printf("\n%*s", LABEL_WIDTH, "");
			at = LABEL_WIDTH;
		}
		at += (size_t)printf(
		    "%s%.*s", at > LABEL_WIDTH ? " " : "", PH_SPAN_ARG(word));
	}
	printf("\n");
}

static const char *words_for(enum ph_found f)
{
	static const char *const words[] = {
		[PH_FOUND_PRESET] = "what is known of the provider",
		[PH_FOUND_MX] = "the domain's mail goes to",
		[PH_FOUND_AUTOCONFIG] = "the domain says so:",
		[PH_FOUND_COLLECTION] = "a collection says so:",
		[PH_FOUND_HOSTER] = "who takes the domain's mail says so:",
		[PH_FOUND_AUTODISCOVER] = "an Exchange server answers:",
		[PH_FOUND_SRV] = "the domain's records say so:",
		[PH_FOUND_HTTP] = "a page without encryption says so:",
		[PH_FOUND_GUESS] = "it answers:",
		[PH_FOUND_SUGGESTION] = "what is known of the provider",
	};

	return words[f];
}

static void print_source(const struct ph_candidate *c)
{
	char text[TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s %s%s", words_for(c->found),
	    c->detail,
	    c->signature == PH_SIGNATURE_SECURE ? " (signed: DNSSEC)" : "");
	print_field("from:", text);
}

static void print_username(const struct ph_candidate *c)
{
	char text[TEXT_MAX];

	if (c->anonymous) {
		print_field("user name:", "none, no login is made");
		return;
	}
	if (c->username[0] == '\0') {
		print_field("user name:", "the one the provider gave you");
		return;
	}
	(void)snprintf(text, sizeof(text), "%s%s%s%s", c->username,
	    c->mechanisms[0] == '\0' ? "" : " (by ", c->mechanisms,
	    c->mechanisms[0] == '\0' ? "" : ")");
	print_field("user name:", text);
}

/* What a URL's user name must not hold stands percent-encoded (RFC 3986
   2.3). */
static void encode(const char *from, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (; *from != '\0' && at + 4 < size; from++) {
		if (ph_ascii_is_alnum(*from) || strchr("-._~", *from) != NULL) {
			at +=
			    (size_t)snprintf(out + at, size - at, "%c", *from);
		} else {
			at += (size_t)snprintf(out + at, size - at, "%%%02X",
			    (unsigned)(unsigned char)*from);
		}
	}
}

static void print_command(
    const struct ph_discovery *d, const struct ph_candidate *c)
{
	static const char *const schemes[] = {
		[PH_ENCRYPTION_NONE] = "smtp+none",
		[PH_ENCRYPTION_WANTED] = "smtp",
		[PH_ENCRYPTION_AFTER_CONNECT] = "smtp+starttls",
		[PH_ENCRYPTION_BEFORE_CONNECT] = "smtps",
	};
	bool is_first = c == ph_discovery_best(d);
	char user[TEXT_MAX];
	char text[2 * TEXT_MAX];

	encode(c->username, user, sizeof(user));
	(void)snprintf(text, sizeof(text),
	    "posthaste test --server \\\n%*s%s://%s%s%s:%u", LABEL_WIDTH, "",
	    schemes[c->encryption], user, user[0] == '\0' ? "" : "@", c->host,
	    c->port);
	printf("   %-*s%s\n", LABEL_WIDTH - 3, "try:", text);
	if (is_first && d->save_as == NULL) {
		(void)snprintf(text, sizeof(text),
		    "posthaste discover %s --save NAME", d->subject->address);
		printf("   %-*s%s\n", LABEL_WIDTH - 3, "keep:", text);
	}
}

static void print_one(
    const struct ph_discovery *d, const struct ph_candidate *c, size_t number)
{
	char text[TEXT_MAX];

	printf("%2zu. %s, port %u, encryption %s\n", number, c->host, c->port,
	    ph_encryption_name(c->encryption));
	print_username(c);
	print_source(c);
	if (c->proof != PH_PROOF_NONE) {
		print_field("tried:",
		    c->proof == PH_PROOF_GOOD
			? "it answers as it should; no login was made"
			: "it does not work");
	}
	ph_discovery_doubts(c, d->subject, text, sizeof(text));
	if (text[0] != '\0')
		print_field("careful:", text);
	if (c->encryption == PH_ENCRYPTION_NONE && !c->anonymous) {
		print_field("careful:",
		    "without encryption a password can be read on the way; "
		    "posthaste does not send one so");
	}
	for (size_t i = 0; i < c->note_count; i++)
		print_field("note:", c->notes[i]);
	if (c->proof != PH_PROOF_BAD && c->found != PH_FOUND_SUGGESTION)
		print_command(d, c);
	printf("\n");
}

void ph_discovery_print(const struct ph_discovery *d)
{
	const struct ph_candidates *set = d->found.candidates;
	size_t count = set == NULL ? 0 : set->count;

	if (count == 0)
		return;
	printf("Settings for %s, best first:\n\n", d->subject->address);
	for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
		print_one(d, &set->items[i], i + 1);
	if (count > SHOWN_MAX) {
		printf(
		    "and %zu more, which --json lists\n\n", count - SHOWN_MAX);
	}
	if (d->is_saved)
		printf("saved as %s: %s\n", d->save_as, d->saved_path);
}
