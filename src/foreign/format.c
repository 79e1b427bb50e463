#include "foreign/formats.h"

#include "foreign/guess.h"

enum {
	/* Values of a connection, a few times over. */
	ARENA_MAX = 16 * 1024 * 1024,
	WRITTEN_MAX = 1024 * 1024
};

static const struct {
	const char *name;
	const char *aliases; /* separated by spaces */
	ph_foreign_read_fn *read;
	ph_foreign_write_fn *write; /* NULL: is not written */
	bool has_map;
} formats[] = {
	[PH_FOREIGN_MSMTPRC] = { "msmtprc", "msmtp", ph_foreign_read_msmtprc,
	    ph_foreign_write_msmtprc, false },
	[PH_FOREIGN_MAILRC] = { "mailrc", "mailx s-nail",
	    ph_foreign_read_mailrc, NULL, false },
	[PH_FOREIGN_SWAKS] = { "swaks", "swaksrc", ph_foreign_read_swaks, NULL,
	    false },
	[PH_FOREIGN_URL] = { "url", "dsn symfony", ph_foreign_read_url, NULL,
	    false },
	[PH_FOREIGN_NODEMAILER] = { "nodemailer", "json",
	    ph_foreign_read_nodemailer, ph_foreign_write_nodemailer, false },
	[PH_FOREIGN_AUTOCONFIG] = { "autoconfig", "thunderbird xml",
	    ph_foreign_read_autoconfig, NULL, false },
	[PH_FOREIGN_POSTFIX] = { "postfix", "main.cf", ph_foreign_read_postfix,
	    ph_foreign_write_postfix, true },
	[PH_FOREIGN_CURL] = { "curl", "", ph_foreign_read_curl,
	    ph_foreign_write_curl, false },
};

const char *ph_foreign_format_name(enum ph_foreign_format f)
{
	return formats[f].name;
}

enum ph_err ph_foreign_format_parse(
    struct ph_span s, enum ph_foreign_format *out)
{
	for (size_t i = 0; i < PH_COUNT(formats); i++) {
		struct ph_span rest = ph_span_of(formats[i].aliases);
		struct ph_span one;
		bool found = ph_span_eq_nocase(s, ph_span_of(formats[i].name));

		while (!found && ph_span_split(&rest, ' ', &one))
			found = one.len > 0 && ph_span_eq_nocase(s, one);
		if (found) {
			*out = (enum ph_foreign_format)i;
			return PH_OK;
		}
	}
	return PH_EINVAL;
}

bool ph_foreign_can_write(enum ph_foreign_format f)
{
	return formats[f].write != NULL;
}

bool ph_foreign_has_map(enum ph_foreign_format f)
{
	return formats[f].has_map;
}

static struct ph_span without_mark(struct ph_span text)
{
	static const struct ph_span mark = PH_SPAN_INIT("\xef\xbb\xbf");

	return ph_span_starts_nocase(text, mark) ? ph_span_skip(text, mark.len)
						 : text;
}

enum ph_err ph_foreign_guess(struct ph_span text, enum ph_foreign_format *out)
{
	return ph_foreign_guess_by_content(without_mark(text), out);
}

static enum ph_err check_text(
    struct ph_foreign_reader *r, enum ph_foreign_format format)
{
	if (r->text.len > PH_FOREIGN_TEXT_MAX) {
		return ph_foreign_refuse(
		    r, "it is larger than %d octets", PH_FOREIGN_TEXT_MAX);
	}
	if (ph_span_find(r->text, '\0') < r->text.len) {
		return ph_foreign_refuse(r,
		    "it holds a NUL: it is no text, or in UTF-16 (%s is read "
		    "in UTF-8)",
		    formats[format].name);
	}
	return PH_OK;
}

/* A connection that names no host is none, whatever else it says. */
static enum ph_err check_hosts(struct ph_foreign_reader *r)
{
	const struct ph_setting *host =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("host"));

	for (const struct ph_foreign_connection *c = r->out->connections;
	     c != NULL; c = c->next) {
		if (c->values[host - ph_settings].len > 0)
			continue;
		r->line = c->line;
		return ph_foreign_refuse(
		    r, "the server's name is missing, or cannot be one");
	}
	return PH_OK;
}

static enum ph_err read_text(
    struct ph_foreign_reader *r, enum ph_foreign_format format)
{
	enum ph_err err = check_text(r, format);
	if (err != PH_OK)
		return err;
	err = formats[format].read(r);
	if (err != PH_OK)
		return err;
	r->line = 0;
	if (r->out->connections == NULL) {
		return ph_foreign_refuse(r,
		    "no server is named in it (read as %s)",
		    formats[format].name);
	}
	/* Who takes all of them leaves those out. */
	return r->takes_all ? PH_OK : check_hosts(r);
}

enum ph_err ph_foreign_read(enum ph_foreign_format format,
    const struct ph_foreign_source *in, struct ph_foreign *out,
    struct ph_fault *fault)
{
	struct ph_foreign f = { 0 };
	struct ph_foreign_reader r = {
		.out = &f,
		.text = without_mark(in->text),
		.address = in->address == NULL ? "" : in->address,
		.home = in->home == NULL ? "" : in->home,
		.takes_all = in->takes_all,
		.fault = fault,
	};

	ph_arena_init(&f.arena, ARENA_MAX);

	enum ph_err err = read_text(&r, format);

	if (err == PH_OK) {
		*out = f;
	} else {
		ph_foreign_release(&f);
	}
	return err;
}

void ph_foreign_release(struct ph_foreign *f)
{
	for (struct ph_foreign_connection *c = f->connections; c != NULL;
	     c = c->next) {
		for (size_t i = 0; i < PH_ROLE_COUNT; i++)
			ph_secret_release(&c->secrets[i]);
	}
	ph_arena_release(&f->arena);
	*f = (struct ph_foreign){ 0 };
}

/* A connection's settings as overrides, which stand alone. */
static enum ph_err make_overrides(const struct ph_foreign_connection *c,
    struct ph_arena *a, struct ph_resolve *out)
{
	struct ph_setting_override *list =
	    ph_arena_array(a, ph_settings_count, sizeof(*list));

	if (list == NULL)
		return PH_ENOMEM;
	*out = (struct ph_resolve){ .overrides = list };
	for (size_t i = 0; i < ph_settings_count; i++) {
		if (c->values[i].ptr == NULL)
			continue;
		list[out->override_count++] =
		    (struct ph_setting_override){ &ph_settings[i], c->values[i],
			    "what was read" };
	}
	return PH_OK;
}

enum ph_err ph_foreign_resolve(const struct ph_foreign_connection *c,
    struct ph_arena *a, struct ph_connection *out, struct ph_fault *fault)
{
	struct ph_resolve in = { 0 };
	enum ph_err err = make_overrides(c, a, &in);

	return err == PH_OK ? ph_connection_resolve(&in, a, out, fault) : err;
}

/* Writing. */

static enum ph_err check_secrets(
    const struct ph_foreign_export *in, struct ph_fault *fault)
{
	for (size_t i = 0; in->secrets != NULL && i < PH_ROLE_COUNT; i++) {
		if (!ph_span_has_control(ph_secret_span(&in->secrets[i])))
			continue;
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the %s holds a control byte, which no other program's "
		    "file can hold",
		    ph_role_noun((enum ph_role)i));
		return PH_EINVAL;
	}
	return PH_OK;
}

static enum ph_err add_gap(struct ph_foreign_written *w,
    const struct ph_setting *row, struct ph_span value, struct ph_span there)
{
	struct ph_foreign_gap **tail = &w->gaps;
	struct ph_foreign_gap *gap = ph_arena_alloc(&w->arena, sizeof(*gap));
	enum ph_err err = PH_OK;

	if (gap == NULL)
		return PH_ENOMEM;
	gap->row = row;
	err = ph_arena_copy(&w->arena, value, &gap->value);
	if (err == PH_OK)
		err = ph_arena_copy(&w->arena, there, &gap->there);
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = gap;
	w->gap_count++;
	return err;
}

/* Who is named and who it inherits from is no other program's business. */
static bool is_ours_alone(const struct ph_setting *row)
{
	return strcmp(row->name, "default") == 0 ||
	    strcmp(row->name, "inherits") == 0;
}

/* The role whose source a row is; PH_ROLE_COUNT: none. */
static size_t role_of(const struct ph_setting *row)
{
	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		if (ph_setting_find(PH_SPAN(""),
			ph_span_of(ph_role_setting((enum ph_role)i))) == row)
			return i;
	}
	return PH_ROLE_COUNT;
}

static bool is_carried(const struct ph_foreign_export *in,
    const struct ph_foreign_connection *back, size_t role)
{
	return back->has_secret[role] &&
	    ph_secret_eq(ph_secret_span(&in->secrets[role]),
		ph_secret_span(&back->secrets[role]));
}

static enum ph_err compare_row(const struct ph_foreign_export *in,
    const struct ph_foreign_profile *here,
    const struct ph_foreign_profile *there,
    const struct ph_foreign_connection *back, size_t at,
    struct ph_foreign_written *out)
{
	const struct ph_setting *row = &ph_settings[at];
	size_t role = role_of(row);
	bool same = false;
	enum ph_err err = PH_OK;

	if (is_ours_alone(row))
		return PH_OK;
	/* The secret itself goes, and its source need not. */
	if (role < PH_ROLE_COUNT && in->secrets != NULL &&
	    in->secrets[role].ptr != NULL) {
		return is_carried(in, back, role)
		    ? PH_OK
		    : add_gap(out, row, PH_SPAN(""), PH_SPAN(""));
	}
	err = ph_foreign_profile_eq(here, there, row, &same);
	if (err != PH_OK || same)
		return err;
	return add_gap(out, row, here->values[at], there->values[at]);
}

static enum ph_err compare(const struct ph_foreign_export *in,
    const struct ph_foreign_profile *here,
    const struct ph_foreign_connection *back, struct ph_foreign_written *out,
    struct ph_fault *fault)
{
	struct ph_foreign_profile there;
	struct ph_resolve settings;
	enum ph_err err = make_overrides(back, &out->arena, &settings);

	if (err == PH_OK) {
		err = ph_foreign_profile_make(
		    &settings, &out->arena, &there, fault);
	}
	for (size_t i = 0; err == PH_OK && i < ph_settings_count; i++)
		err = compare_row(in, here, &there, back, i, out);
	return err;
}

/* What was written, as its reader sees it: the map is part of it. */
static enum ph_err read_back(enum ph_foreign_format format,
    struct ph_foreign_written *w, struct ph_foreign *out,
    struct ph_fault *fault)
{
	struct ph_buf all;
	struct ph_foreign_source source = { .address = "", .home = "" };

	ph_buf_init(&all, 2 * WRITTEN_MAX);

	enum ph_err err = ph_buf_append(&all, ph_buf_span(&w->text));
	if (err == PH_OK)
		err = ph_buf_append(&all, ph_buf_span(&w->map));
	source.text = ph_buf_span(&all);
	if (err == PH_OK)
		err = ph_foreign_read(format, &source, out, fault);
	ph_buf_wipe(&all);
	return err;
}

static enum ph_err write_and_compare(enum ph_foreign_format format,
    const struct ph_foreign_export *in, struct ph_foreign_written *out,
    struct ph_fault *fault)
{
	struct ph_foreign_profile here;
	struct ph_foreign_writer w = {
		.in = in, .profile = &here, .text = &out->text, .map = &out->map
	};
	struct ph_foreign back = { 0 };
	enum ph_err err =
	    ph_foreign_profile_make(&in->settings, &out->arena, &here, fault);

	if (err == PH_OK)
		err = formats[format].write(&w);
	if (err == PH_OK)
		err = read_back(format, out, &back, fault);
	if (err == PH_OK)
		err = compare(in, &here, back.connections, out, fault);
	ph_foreign_release(&back);
	return err;
}

enum ph_err ph_foreign_write(enum ph_foreign_format format,
    const struct ph_foreign_export *in, struct ph_foreign_written *out,
    struct ph_fault *fault)
{
	struct ph_foreign_written w = { 0 };
	enum ph_err err = check_secrets(in, fault);

	if (err == PH_OK && formats[format].write == NULL) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%s is read and not written", formats[format].name);
		err = PH_EINVAL;
	}
	if (err != PH_OK)
		return err;
	ph_arena_init(&w.arena, ARENA_MAX);
	ph_buf_init(&w.text, WRITTEN_MAX);
	ph_buf_init(&w.map, WRITTEN_MAX);
	err = write_and_compare(format, in, &w, fault);
	if (err == PH_OK) {
		*out = w;
	} else {
		ph_foreign_written_release(&w);
	}
	return err;
}

void ph_foreign_written_release(struct ph_foreign_written *w)
{
	ph_buf_wipe(&w->text);
	ph_buf_wipe(&w->map);
	ph_arena_release(&w->arena);
	*w = (struct ph_foreign_written){ 0 };
}
