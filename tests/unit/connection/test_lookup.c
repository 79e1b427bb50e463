#include "check.h"
#include "connection/lookup.h"

#include <string.h>

static const struct ph_setting *find(const char *name)
{
	return ph_setting_find(PH_SPAN(""), ph_span_of(name));
}

enum {
	FILES = 3
};

struct chain {
	struct ph_settings_file *files[FILES];
	struct ph_resolve in;
};

static void chain_begin(struct chain *c, const char *const texts[FILES])
{
	static const char *const paths[] = { "/etc/a.conf", "/etc/b.conf",
		"/etc/c.conf" };

	*c = (struct chain){ 0 };
	for (size_t i = 0; i < FILES; i++) {
		check(ph_settings_file_parse("n", paths[i],
			  ph_span_of(texts[i]), &c->files[i], NULL) == PH_OK);
	}
	c->in.chain = (const struct ph_settings_file *const *)c->files;
	c->in.chain_count = FILES;
}

static void chain_end(struct chain *c)
{
	for (size_t i = 0; i < FILES; i++)
		ph_settings_file_free(c->files[i]);
}

static const char *const texts[FILES] = {
	"[connection]\nhost = a\ninherits = b\n[limits]\nrate =\n",
	("[connection]\nhost = b\nport = 2\ndefault = yes\n[limits]\n"
	 "rate = 2/s\n"),
	"[connection]\nhost = c\nport = 3\nhelo = c\ninherits = d\n",
};

/* Each setting comes from the first that names it. */
static void test_nearest_wins(void)
{
	static const struct {
		const char *name;
		const char *value;
		enum ph_setting_origin origin;
		size_t depth;
		unsigned line;
		bool is_set, is_empty;
	} rows[] = {
		{ "host", "a", PH_ORIGIN_FILE, 0, 2, true, false },
		{ "port", "2", PH_ORIGIN_FILE, 1, 3, true, false },
		{ "helo", "c", PH_ORIGIN_FILE, 2, 4, true, false },
		{ "inherits", "b", PH_ORIGIN_FILE, 0, 3, true, false },
		/* The second file's mark is not the first's. */
		{ "default", "no", PH_ORIGIN_PRESET, 0, 0, false, false },
		/* Empty hides what is below it. */
		{ "rate", "", PH_ORIGIN_FILE, 0, 5, true, true },
		{ "timeout", "30s", PH_ORIGIN_PRESET, 0, 0, false, false },
		{ "username", "", PH_ORIGIN_PRESET, 0, 0, false, false },
	};
	struct chain c;

	chain_begin(&c, texts);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_setting_found found;

		check_case(rows[i].name, i);
		ph_setting_lookup(&c.in, find(rows[i].name), &found);
		check(found.row == find(rows[i].name));
		check(ph_span_eq(found.value, ph_span_of(rows[i].value)));
		check_int(found.origin, rows[i].origin);
		check_int(found.depth, rows[i].depth);
		check_int(found.line, rows[i].line);
		check_int(found.is_set, rows[i].is_set);
		check_int(found.is_empty, rows[i].is_empty);
	}
	chain_end(&c);
}

static void test_overrides(void)
{
	const struct ph_setting_override overrides[] = {
		{ find("host"), PH_SPAN("one"), "--first" },
		{ find("host"), PH_SPAN("two"), "--second" },
		{ find("timeout"), PH_SPAN(""), "--timeout" },
		{ find("proxy.host"), PH_SPAN("p"), "--proxy" },
	};
	struct ph_setting_found found;
	struct chain c;

	chain_begin(&c, texts);
	c.in.overrides = overrides;
	c.in.override_count = PH_COUNT(overrides);
	ph_setting_lookup(&c.in, find("host"), &found);
	check_int(found.origin, PH_ORIGIN_OVERRIDE);
	check_str(found.option, "--second");
	check(ph_span_eq(found.value, PH_SPAN("two")));
	/* An empty option means the default, not the file. */
	ph_setting_lookup(&c.in, find("timeout"), &found);
	check(found.is_empty);
	check(ph_span_eq(found.value, PH_SPAN("30s")));
	/* The proxy's host is another row. */
	ph_setting_lookup(&c.in, find("proxy.host"), &found);
	check_str(found.option, "--proxy");
	c.in.override_count = 1;
	ph_setting_lookup(&c.in, find("proxy.host"), &found);
	check_int(found.origin, PH_ORIGIN_PRESET);
	chain_end(&c);
}

static void test_nothing(void)
{
	struct ph_resolve in = { .chain_count = 0 };

	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		check_case(ph_settings[i].name, i);
		ph_setting_lookup(&in, &ph_settings[i], &found);
		check_int(found.origin, PH_ORIGIN_PRESET);
		check(!found.is_set && !found.is_empty);
		check(
		    ph_span_eq(found.value, ph_span_of(ph_settings[i].preset)));
	}
}

static void check_blame(
    const struct ph_resolve *in, const char *name, const char *want)
{
	struct ph_fault fault;
	struct ph_setting_found found;

	ph_setting_lookup(in, find(name), &found);
	ph_fault_set(&fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "why");
	ph_setting_blame(in, &found, &fault);
	check_str(fault.text, want);
	check_int(fault.cause, PH_CAUSE_CONFIG);
	ph_setting_blame(in, &found, NULL);
}

static void test_blame(void)
{
	const struct ph_setting_override o = { find("size"), PH_SPAN("1"),
		"--size" };
	struct chain c;

	chain_begin(&c, texts);
	c.in.overrides = &o;
	c.in.override_count = 1;
	check_blame(&c.in, "host", "/etc/a.conf:2: why");
	check_blame(&c.in, "port", "/etc/b.conf:3: why");
	check_blame(&c.in, "helo", "/etc/c.conf:4: why");
	check_blame(&c.in, "size", "--size: why");
	check_blame(&c.in, "timeout", "why");
	chain_end(&c);
}

int main(void)
{
	test_nearest_wins();
	test_overrides();
	test_nothing();
	test_blame();
	return check_end();
}
