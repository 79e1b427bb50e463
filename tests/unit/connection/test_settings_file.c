#include "check.h"
#include "connection/settings.h"
#include "failalloc.h"

#include <stdlib.h>
#include <string.h>

static const struct ph_setting *find(const char *name)
{
	return ph_setting_find(PH_SPAN(""), ph_span_of(name));
}

static struct ph_settings_file *parse(struct ph_span text)
{
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check(ph_settings_file_parse("work", "work.conf", text, &f, &fault) ==
	    PH_OK);
	check_str(fault.text, "");
	return f;
}

static void check_text(const struct ph_settings_file *f, const char *want)
{
	struct ph_buf out;

	ph_buf_init(&out, PH_SETTINGS_FILE_MAX);
	check(ph_settings_file_write(f, &out) == PH_OK);
	check_str(ph_buf_str(&out), want);
	ph_buf_release(&out);
}

static const char sample[] = "\xef\xbb\xbf# ann's\n"
			     "\n"
			     "[connection]\n"
			     "host = smtp.example.com   \n"
			     "  Port=587\n"
			     "\thelo =\n"
			     "; old\n"
			     "[ Authentication ]\n"
			     "username = a # b = c\n"
			     "[proxy]\n"
			     "host = proxy.example.com\n"
			     "[connection]\n"
			     "timeout = \"30s\"";

static void test_read(void)
{
	struct ph_settings_file *f = parse(ph_span_of(sample));

	static const struct {
		const char *name;
		const char *value; /* NULL: not set */
		unsigned line;
	} values[] = {
		{ "host", "smtp.example.com", 4 },
		{ "port", "587", 5 },
		{ "helo", "", 6 },
		{ "username", "a # b = c", 9 },
		{ "proxy.host", "proxy.example.com", 11 },
		/* No quotes are taken off. */
		{ "timeout", "\"30s\"", 13 },
		{ "size", NULL, 0 },
		{ "proxy.port", NULL, 0 },
	};

	for (size_t i = 0; i < PH_COUNT(values); i++) {
		const struct ph_setting *row = find(values[i].name);
		struct ph_span value = ph_settings_file_get(f, row);

		check_case(values[i].name, i);
		check((value.ptr == NULL) == (values[i].value == NULL));
		check(ph_span_eq(value, ph_span_of(values[i].value)));
		check_int(ph_settings_file_line(f, row), values[i].line);
	}
	check_str(ph_settings_file_name(f), "work");
	check_str(ph_settings_file_path(f), "work.conf");
	check_text(f, sample);
	ph_settings_file_free(f);
	ph_settings_file_free(NULL);
}

static const struct {
	const char *text;
	const char *fault;
} bad[] = {
	{ "[connection]\nhots = x\n",
	    "work.conf:2: unknown key \"hots\" in [connection]; the nearest "
	    "known key is \"host\"" },
	{ "[connection]\nverify = off\n",
	    "work.conf:2: unknown key \"verify\" in [connection]; the nearest "
	    "known key is \"verify\" in [encryption]" },
	{ "[connection]\nqqqqq = 1\n",
	    "work.conf:2: unknown key \"qqqqq\" in [connection]" },
	{ "[authentication]\npassword = hunter2\n",
	    "work.conf:2: unknown key \"password\" in [authentication]; the "
	    "nearest known key is \"password-from\"" },
	{ "\n\n[conection]\n",
	    "work.conf:3: unknown section [conection]; the nearest known "
	    "section is [connection]" },
	{ "[zzz]", "work.conf:1: unknown section [zzz]" },
	{ "[]", "work.conf:1: unknown section []" },
	{ "[connection\n",
	    "work.conf:1: the ] that ends the section's name is missing" },
	{ "host = x\n", "work.conf:1: a setting before the first [section]" },
	{ "[connection]\nhost = a\nport = 1\nhost = b\n",
	    "work.conf:4: \"host\" is set twice in [connection]; first on line "
	    "2" },
	{ "[connection]\nhost = a\n[limits]\n[connection]\nHOST = b\n",
	    "work.conf:5: \"host\" is set twice in [connection]; first on line "
	    "2" },
	{ "[connection]\nhunter2\n",
	    "work.conf:2: neither [section] nor key = value" },
	{ "[connection]\n= x\n",
	    "work.conf:2: neither [section] nor key = value" },
	{ "[connection]\nhost = a\x01"
	  "b\n",
	    "work.conf:2: a control byte" },
	{ "[connection]\nhost = a\rb\n", "work.conf:2: a control byte" },
	{ "[connection]\nhost = \xff\n", "work.conf:2: not valid UTF-8" },
};

static void test_refused(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_settings_file *f = NULL;
		struct ph_fault fault = { 0 };

		check_case("refused", i);
		check(ph_settings_file_parse("work", "work.conf",
			  ph_span_of(bad[i].text), &f, &fault) == PH_EINVAL);
		check(f == NULL);
		check_str(fault.text, bad[i].fault);
		check_int(fault.cause, PH_CAUSE_CONFIG);
		check_int(fault.stage, PH_STAGE_CONFIG);
		check(strstr(fault.advice, "hunter2") == NULL);
	}

	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check(ph_settings_file_parse("work", "work.conf",
		  PH_SPAN("[connection]\nhost = a\0b\n"), &f,
		  &fault) == PH_EINVAL);
	check_str(fault.text, "work.conf: holds a NUL byte: not a text file");
	check(f == NULL);
}

static void fill(char *text, size_t len, char c)
{
	memset(text, c, len);
	text[len] = '\0';
}

static void test_limits(void)
{
	char *text = malloc(PH_SETTINGS_FILE_MAX + 2);
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check(text != NULL);
	if (text == NULL)
		return;
	fill(text, PH_SETTINGS_LINE_MAX + 1, '#');
	check(ph_settings_file_parse(
		  "w", "w.conf", ph_span_of(text), &f, &fault) == PH_EINVAL);
	check_str(fault.text, "w.conf:1: the line is longer than 8 KiB");
	fill(text, PH_SETTINGS_LINE_MAX, '#');
	check(ph_settings_file_parse(
		  "w", "w.conf", ph_span_of(text), &f, &fault) == PH_OK);
	ph_settings_file_free(f);
	f = NULL;
	/* Too many lines, and too many bytes. */
	fill(text, 8193, '\n');
	check(ph_settings_file_parse(
		  "w", "w.conf", ph_span_of(text), &f, &fault) == PH_ETOOBIG);
	check(strstr(fault.text, "too big") != NULL);
	fill(text, 8192, '\n');
	check(ph_settings_file_parse(
		  "w", "w.conf", ph_span_of(text), &f, &fault) == PH_OK);
	ph_settings_file_free(f);
	f = NULL;
	fill(text, PH_SETTINGS_FILE_MAX + 1, ' ');
	check(ph_settings_file_parse(
		  "w", "w.conf", ph_span_of(text), &f, &fault) == PH_ETOOBIG);
	check(f == NULL);
	free(text);
}

static const struct {
	const char *before;
	const char *name;
	const char *value; /* NULL: unset */
	const char *after;
} changes[] = {
	/* What was there stays as it was written. */
	{ "# c\n[connection]\nhost   =  a  \nport = 1\n", "host", "b",
	    "# c\n[connection]\nhost   =  b\nport = 1\n" },
	{ "[connection]\nhost=a\n", "host", "b", "[connection]\nhost=b\n" },
	{ "[connection]\nhelo =\n", "helo", "h", "[connection]\nhelo = h\n" },
	{ "[connection]\nhelo=\n", "helo", "h", "[connection]\nhelo=h\n" },
	{ "[connection]\nhelo = h\n", "helo", "", "[connection]\nhelo = \n" },
	{ "[connection]\r\nhost = a\r\n", "host", "b",
	    "[connection]\r\nhost = b\r\n" },
	{ "[connection]\r\nhost = a\r\n", "port", "1",
	    "[connection]\r\nhost = a\r\nport = 1\r\n" },
	{ "[connection]\nhost = a", "host", "b", "[connection]\nhost = b\n" },
	/* Added behind the last of its section, before what follows. */
	{ "[connection]\nhost = a\n\n# login\n[authentication]\n", "port", "1",
	    "[connection]\nhost = a\nport = 1\n\n# login\n[authentication]\n" },
	{ "[connection]\n\n[limits]\nsize = 1\n", "host", "a",
	    "[connection]\nhost = a\n\n[limits]\nsize = 1\n" },
	{ "[connection]\n# nothing\n", "host", "a",
	    "[connection]\nhost = a\n# nothing\n" },
	{ "[connection]\nhost = a", "port", "1",
	    "[connection]\nhost = a\nport = 1\n" },
	{ "[limits]\nsize = 1", "host", "a",
	    "[limits]\nsize = 1\n\n[connection]\nhost = a\n" },
	{ "", "host", "a", "[connection]\nhost = a\n" },
	{ "# only this", "host", "a",
	    "# only this\n\n[connection]\nhost = a\n" },
	{ "[connection]\nhost = a\n[limits]\n[connection]\nport = 1\n", "helo",
	    "h",
	    "[connection]\nhost = a\n[limits]\n[connection]\nport = 1\n"
	    "helo = h\n" },
	{ "[connection]\nhost = a\n", "proxy.host", "b",
	    "[connection]\nhost = a\n\n[proxy]\nhost = b\n" },
	{ "[connection]\nhost = a\nport = 1\n", "host", NULL,
	    "[connection]\nport = 1\n" },
	{ "[connection]\nhost = a\n", "port", NULL,
	    "[connection]\nhost = a\n" },
	{ "\xef\xbb\xbf[connection]\nhost = a\n", "host", "b",
	    "\xef\xbb\xbf[connection]\nhost = b\n" },
	{ "[connection]\nhost = a\n", "host", "  b\t",
	    "[connection]\nhost = b\n" },
};

static void test_changes(void)
{
	for (size_t i = 0; i < PH_COUNT(changes); i++) {
		struct ph_settings_file *f =
		    parse(ph_span_of(changes[i].before));
		const struct ph_setting *row = find(changes[i].name);

		check_case("change", i);
		if (changes[i].value == NULL) {
			check(ph_settings_file_unset(f, row) == PH_OK);
			check(ph_settings_file_get(f, row).ptr == NULL);
		} else {
			check(ph_settings_file_set(f, row,
				  ph_span_of(changes[i].value)) == PH_OK);
			check(ph_span_eq(ph_settings_file_get(f, row),
			    ph_span_trim(ph_span_of(changes[i].value))));
		}
		check_text(f, changes[i].after);
		ph_settings_file_free(f);

		/* What was written is read as the same. */
		f = parse(ph_span_of(changes[i].after));
		check_text(f, changes[i].after);
		ph_settings_file_free(f);
	}
}

static void test_changed_twice(void)
{
	struct ph_settings_file *f = parse(PH_SPAN(""));

	check(ph_settings_file_set(f, find("host"), PH_SPAN("a")) == PH_OK);
	check(ph_settings_file_set(f, find("host"), PH_SPAN("bb")) == PH_OK);
	check(ph_settings_file_set(f, find("host"),
		  ph_settings_file_get(f, find("host"))) == PH_OK);
	check(ph_settings_file_set(f, find("port"), PH_SPAN("1")) == PH_OK);
	check(ph_settings_file_unset(f, find("host")) == PH_OK);
	check_text(f, "[connection]\nport = 1\n");
	check_int(ph_settings_file_line(f, find("port")), 2);
	ph_settings_file_free(f);
}

static void test_set_refused(void)
{
	static char text[PH_SETTINGS_LINE_MAX];
	struct ph_settings_file *f = parse(PH_SPAN("[connection]\nhost = a\n"));

	memset(text, 'x', sizeof(text));
	check(ph_settings_file_set(f, find("host"), PH_SPAN("a\nb = c")) ==
	    PH_EINVAL);
	check(ph_settings_file_set(f, find("port"), PH_SPAN("a\0b")) ==
	    PH_EINVAL);
	check(ph_settings_file_set(f, find("port"), PH_SPAN("\xff")) ==
	    PH_EINVAL);
	check(ph_settings_file_set(f, find("port"),
		  (struct ph_span){ text, sizeof(text) }) == PH_EINVAL);
	check_text(f, "[connection]\nhost = a\n");
	ph_settings_file_free(f);
}

static void test_default(void)
{
	static const struct {
		const char *text;
		bool is_default;
		const char *inherits;
	} cases[] = {
		{ "", false, "default" },
		{ "[connection]\ndefault = yes\n", true, "" },
		{ "[connection]\ndefault = TRUE\n", true, "" },
		{ "[connection]\ndefault = no\n", false, "default" },
		{ "[connection]\ndefault = \n", false, "default" },
		{ "[connection]\ndefault = maybe\n", false, "default" },
		{ "[connection]\ninherits = work\n", false, "work" },
		{ "[connection]\ninherits =\n", false, "" },
		{ "[connection]\ndefault = yes\ninherits = work\n", true,
		    "work" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_settings_file *f = parse(ph_span_of(cases[i].text));

		check_case("default", i);
		check(ph_settings_file_is_default(f) == cases[i].is_default);
		check(ph_span_eq(ph_settings_file_inherits(f),
		    ph_span_of(cases[i].inherits)));
		ph_settings_file_free(f);
	}
}

/* Every prefix of a file is taken whole or refused whole; what is taken is
   written back to the byte. */
static void test_cuts(void)
{
	for (size_t len = 0; len < sizeof(sample); len++) {
		struct ph_span text = { sample, len };
		struct ph_settings_file *f = NULL;
		struct ph_buf out;

		check_case("cut", len);
		if (ph_settings_file_parse("w", "w", text, &f, NULL) != PH_OK) {
			check(f == NULL);
			continue;
		}
		ph_buf_init(&out, PH_SETTINGS_FILE_MAX);
		check(ph_settings_file_write(f, &out) == PH_OK);
		check(ph_span_eq(ph_buf_span(&out), text));
		ph_buf_release(&out);
		ph_settings_file_free(f);
	}
}

static enum ph_err live(void *ctx)
{
	struct ph_settings_file *f = NULL;
	struct ph_buf out;
	enum ph_err err =
	    ph_settings_file_parse("w", "w", ph_span_of(ctx), &f, NULL);

	ph_buf_init(&out, PH_SETTINGS_FILE_MAX);
	if (err == PH_OK)
		err = ph_settings_file_set(f, find("host"), PH_SPAN("b"));
	if (err == PH_OK)
		err = ph_settings_file_set(f, find("size"), PH_SPAN("1"));
	if (err == PH_OK)
		err = ph_settings_file_write(f, &out);
	ph_buf_release(&out);
	ph_settings_file_free(f);
	return err;
}

static void test_write_limit(void)
{
	struct ph_settings_file *f = parse(ph_span_of(sample));
	struct ph_buf out;

	ph_buf_init(&out, sizeof(sample) - 2);
	check(ph_settings_file_write(f, &out) == PH_ETOOBIG);
	ph_buf_release(&out);
	ph_settings_file_free(f);
}

int main(void)
{
	static char text[] = "[connection]\nhost = a";

	test_read();
	test_refused();
	test_limits();
	test_changes();
	test_changed_twice();
	test_set_refused();
	test_default();
	test_cuts();
	test_write_limit();
	check(failalloc_run(live, text) > 8);
	return check_end();
}
