#include "foreign/xml.h"

#include "check.h"
#include "exact.h"

#include <stdio.h>

/* What the module that the program loads says of a text: "<name a=b>text</>",
   and why it ends. */

struct heard {
	char text[1024];
	enum ph_err answer; /* to an element called "stop" */
	enum ph_err last;   /* to the end of any element */
};

static void add(struct heard *h, const char *text, size_t len)
{
	size_t used = strlen(h->text);

	if (used + len < sizeof(h->text))
		memcpy(h->text + used, text, len);
}

static void add_str(struct heard *h, const char *text)
{
	add(h, text, strlen(text));
}

static enum ph_err on_start(
    void *ctx, const char *name, const char *const *attributes)
{
	struct heard *h = ctx;

	add_str(h, "<");
	add_str(h, name);
	for (size_t i = 0; attributes[i] != NULL; i += 2) {
		add_str(h, " ");
		add_str(h, attributes[i]);
		add_str(h, "=");
		add_str(h, attributes[i + 1]);
	}
	add_str(h, ">");
	return strcmp(name, "stop") == 0 ? h->answer : PH_OK;
}

static enum ph_err on_text(void *ctx, struct ph_span text)
{
	add(ctx, text.ptr, text.len);
	return PH_OK;
}

static enum ph_err on_end(void *ctx)
{
	struct heard *h = ctx;

	add_str(h, "</>");
	return h->last;
}

static const struct {
	const char *text;
	enum ph_err err;
	const char *heard;
	const char *why;
} cases[] = {
	{ "<a/>", PH_OK, "<a></>", "" },
	{ "<a b='c'>d&amp;e<f>g</f></a>", PH_OK, "<a b=c>d&e<f>g</></>", "" },
	{ "<?xml version='1.0' encoding='iso-8859-1'?><a>\xfc</a>", PH_OK,
	    "<a>\xc3\xbc</>", "" },
	{ "<a><![CDATA[<x>]]></a>", PH_OK, "<a><x></>", "" },
	{ "<a><!-- <x> --></a>", PH_OK, "<a></>", "" },
	{ "", PH_EINVAL, "", "no element" },
	{ "<a>", PH_EINVAL, "<a>", "no element" },
	{ "<a></b>", PH_EINVAL, "<a>", "mismatched" },
	{ "<a>&b;</a>", PH_EINVAL, "<a>", "undefined" },
	{ "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", PH_EINVAL, "",
	    "declarations of its own" },
	{ "<!DOCTYPE a [<!ENTITY % b 'c'>]><a/>", PH_EINVAL, "",
	    "declarations of its own" },
	{ "<!DOCTYPE a [<!ENTITY b SYSTEM '/etc/passwd'>]><a>&b;</a>",
	    PH_EINVAL, "", "declarations of its own" },
	{ "<!DOCTYPE a SYSTEM 'x.dtd'><a/>", PH_OK, "<a></>", "" },
	{ "<stop/>", PH_ENOMEM, "<stop>", "" },
	{ "<a>\xff</a>", PH_EINVAL, "<a>", "" },
};

static void test_cases(const struct ph_xml *xml)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct heard h = { .answer = PH_ENOMEM };
		struct ph_xml_handler handler = { &h, on_start, on_text,
			on_end };
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		unsigned line = 0;
		const char *why = "";

		check_case(cases[i].text, i);
		check(xml->read(text, &handler, &line, &why) == cases[i].err);
		check(strstr(h.text, cases[i].heard) != NULL);
		check(strstr(why, cases[i].why) != NULL);
		for (size_t len = 0; len < text.len; len++) {
			struct ph_span part =
			    exact_copy(ph_span_first(text, len));

			h.text[0] = '\0';
			(void)xml->read(part, &handler, &line, &why);
			exact_free(part);
		}
		exact_free(text);
	}
	check_case(NULL, 0);
}

static void test_depth(const struct ph_xml *xml)
{
	for (size_t depth = PH_XML_DEPTH_MAX; depth < PH_XML_DEPTH_MAX + 2;
	     depth++) {
		struct heard h = { .answer = PH_OK };
		struct ph_xml_handler handler = { &h, on_start, on_text,
			on_end };
		char text[8 * (PH_XML_DEPTH_MAX + 2)] = "";
		unsigned line = 0;
		const char *why = "";
		size_t n = 0;

		for (size_t i = 0; i < depth; i++) {
			n +=
			    (size_t)snprintf(text + n, sizeof(text) - n, "<a>");
		}
		for (size_t i = 0; i < depth; i++) {
			n += (size_t)snprintf(
			    text + n, sizeof(text) - n, "</a>");
		}

		enum ph_err err = xml->read(
		    (struct ph_span){ text, n }, &handler, &line, &why);

		check(err == (depth > PH_XML_DEPTH_MAX ? PH_EINVAL : PH_OK));
		check(depth <= PH_XML_DEPTH_MAX ||
		    strstr(why, "too deep") != NULL);
	}
}

static void test_lines(const struct ph_xml *xml)
{
	struct heard h = { .answer = PH_EINVAL };
	struct ph_xml_handler handler = { &h, on_start, on_text, on_end };
	unsigned line = 0;
	const char *why = "";

	check(xml->read(PH_SPAN("<a>\n\n <stop/></a>"), &handler, &line,
		  &why) == PH_EINVAL);
	check_int(line, 3);
}

/* Why it was ended first is what is told. */
static void test_ended_twice(const struct ph_xml *xml)
{
	struct heard h = { .answer = PH_EDENIED, .last = PH_ENOMEM };
	struct ph_xml_handler handler = { &h, on_start, on_text, on_end };
	unsigned line = 0;
	const char *why = "";

	check(
	    xml->read(PH_SPAN("<stop/>"), &handler, &line, &why) == PH_EDENIED);
	h = (struct heard){ .answer = PH_OK, .last = PH_ENOMEM };
	check(
	    xml->read(PH_SPAN("<a>x</a>"), &handler, &line, &why) == PH_ENOMEM);
	check_str(h.text, "<a>x</>");
}

/* An element with more attributes, and longer ones, than are expected. */
static void test_attributes(const struct ph_xml *xml)
{
	enum {
		COUNT = 60,
		LONG = 3000
	};

	struct heard h = { .answer = PH_OK };
	struct ph_xml_handler handler = { &h, on_start, on_text, on_end };
	char text[LONG + 100 + COUNT * 16] = "<a";
	unsigned line = 0;
	const char *why = "";
	size_t n = 2;

	for (size_t i = 0; i < COUNT; i++) {
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, " k%zu='%zu'", i, i);
	}
	n += (size_t)snprintf(
	    text + n, sizeof(text) - n, " long='%0*d'/>", LONG, 7);
	check(xml->read((struct ph_span){ text, n }, &handler, &line, &why) ==
	    PH_OK);
	check(strstr(h.text, "<a k0=0 k1=1 ") == h.text);
	check(strstr(h.text, " k59=59 long=") != NULL);
}

int main(void)
{
	const struct ph_xml *xml = ph_xml();

	check(xml != NULL);
	check(ph_xml() == xml);
	if (xml != NULL) {
		test_cases(xml);
		test_depth(xml);
		test_lines(xml);
		test_ended_twice(xml);
		test_attributes(xml);
	}
	return check_end();
}
