#include "check.h"
#include "connection/value.h"

#include <string.h>

static void test_bool(void)
{
	static const struct {
		const char *text;
		int value; /* -1: refused */
	} cases[] = {
		{ "yes", 1 },
		{ "YES", 1 },
		{ "true", 1 },
		{ "on", 1 },
		{ "1", 1 },
		{ "no", 0 },
		{ "No", 0 },
		{ "false", 0 },
		{ "off", 0 },
		{ "0", 0 },
		{ "", -1 },
		{ "y", -1 },
		{ "yes ", -1 },
		{ "2", -1 },
		{ "enabled", -1 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		bool value = i % 2 == 0;
		bool before = value;
		enum ph_err err =
		    ph_value_bool(ph_span_of(cases[i].text), &value);

		check_case(cases[i].text, i);
		check(err == (cases[i].value < 0 ? PH_EINVAL : PH_OK));
		check_int(value, cases[i].value < 0 ? before : cases[i].value);
	}
}

static void test_rate(void)
{
	static const struct {
		const char *text;
		uint64_t count; /* 0: refused */
		ph_msec per;
	} cases[] = {
		{ "14/s", 14, 1000 },
		{ "14/sec", 14, 1000 },
		{ "14/second", 14, 1000 },
		{ "14/S", 14, 1000 },
		{ "1/m", 1, 60000 },
		{ "1/min", 1, 60000 },
		{ "1/minute", 1, 60000 },
		{ "100/h", 100, 3600000 },
		{ "100/hour", 100, 3600000 },
		{ "2000/d", 2000, 86400000 },
		{ "2000/day", 2000, 86400000 },
		{ " 14 / s ", 14, 1000 },
		{ "4294967295/s", 4294967295U, 1000 },
		{ "4294967296/s", 0, 0 },
		{ "0/s", 0, 0 },
		{ "-1/s", 0, 0 },
		{ "1.5/s", 0, 0 },
		{ "14", 0, 0 },
		{ "14/", 0, 0 },
		{ "/s", 0, 0 },
		{ "/", 0, 0 },
		{ "", 0, 0 },
		{ "14/s/s", 0, 0 },
		{ "14/week", 0, 0 },
		{ "14 s", 0, 0 },
		{ "x/s", 0, 0 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_rate rate = { .count = 7, .per = 8 };
		enum ph_err err =
		    ph_value_rate(ph_span_of(cases[i].text), &rate);
		bool good = cases[i].count > 0;

		check_case(cases[i].text, i);
		check(err == (good ? PH_OK : PH_EINVAL));
		check_int(rate.count, good ? cases[i].count : 7);
		check_int(rate.per, good ? cases[i].per : 8);
	}
}

static void test_word(void)
{
	static const struct {
		const char *text;
		const char *words;
		int index; /* -1: refused */
	} cases[] = {
		{ "ca", "ca pin off", 0 },
		{ "pin", "ca pin off", 1 },
		{ "OFF", "ca pin off", 2 },
		{ "of", "ca pin off", -1 },
		{ "offf", "ca pin off", -1 },
		{ "ca pin", "ca pin off", -1 },
		{ "", "ca pin off", -1 },
		{ "ca", "ca", 0 },
		{ "ca", "", -1 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		size_t index = 77;
		enum ph_err err = ph_value_word(
		    ph_span_of(cases[i].text), cases[i].words, &index);

		check_case(cases[i].text, i);
		check(err == (cases[i].index < 0 ? PH_EINVAL : PH_OK));
		check_int(index, cases[i].index < 0 ? 77 : cases[i].index);
	}
}

/* The items of a list, each in brackets. */
static void check_list(const char *text, const char *want)
{
	struct ph_span rest = ph_span_of(text);
	struct ph_span item;
	struct ph_buf out;

	ph_buf_init(&out, 256);
	while (ph_value_next(&rest, &item)) {
		check(item.len > 0);
		check(
		    ph_buf_appendf(&out, "[%.*s]", PH_SPAN_ARG(item)) == PH_OK);
	}
	check_str(ph_buf_str(&out), want);
	check(!ph_value_next(&rest, &item));
	ph_buf_release(&out);
}

static void test_list(void)
{
	check_list("", "");
	check_list(" ", "");
	check_list(",", "");
	check_list(" ,\t, ", "");
	check_list("a", "[a]");
	check_list(" a ", "[a]");
	check_list("a b", "[a][b]");
	check_list("a,b", "[a][b]");
	check_list("a, b", "[a][b]");
	check_list("a ,b", "[a][b]");
	check_list("a\tb", "[a][b]");
	check_list(",a,,b,", "[a][b]");
	check_list("SCRAM-SHA-256, PLAIN", "[SCRAM-SHA-256][PLAIN]");
	check_list("a;b", "[a;b]");
}

static void test_tls_versions(void)
{
	static const struct {
		const char *text;
		unsigned versions; /* 0: refused */
	} cases[] = {
		{ "1.0", PH_TLS_1_0 },
		{ "1.1", PH_TLS_1_1 },
		{ "1.2", PH_TLS_1_2 },
		{ "1.3", PH_TLS_1_3 },
		{ "1.2 1.3", PH_TLS_1_2 | PH_TLS_1_3 },
		{ "1.3,1.2", PH_TLS_1_2 | PH_TLS_1_3 },
		{ "1.2 1.2", PH_TLS_1_2 },
		{ "TLSv1.2", PH_TLS_1_2 },
		{ "tlsV1.3, 1.0", PH_TLS_1_3 | PH_TLS_1_0 },
		{ "", 0 },
		{ " , ", 0 },
		{ "1", 0 },
		{ "1.4", 0 },
		{ "1.2-1.3", 0 },
		{ "1.2 1.4", 0 },
		{ "SSLv3", 0 },
		{ "TLSv", 0 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		unsigned versions = 1024;
		enum ph_err err =
		    ph_value_tls_versions(ph_span_of(cases[i].text), &versions);
		bool good = cases[i].versions != 0;

		check_case(cases[i].text, i);
		check(err == (good ? PH_OK : PH_EINVAL));
		check_int(versions, good ? cases[i].versions : 1024);
	}
}

/* What no setting may hold, and how long each may be. */
static void test_hostile(void)
{
	static const char *const texts[] = { "a\nb", "a\rb", "\x01", "a\x7f",
		"a\tb", "\x1b[2J" };

	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];

		for (size_t k = 0; k < PH_COUNT(texts); k++) {
			struct ph_fault fault = { 0 };

			check_case(row->name, k);
			check(ph_setting_check(row, ph_span_of(texts[k]),
				  &fault) == PH_EINVAL);
			check(!ph_span_has_control(ph_span_of(fault.text)));
			check(strstr(fault.text, row->name) == fault.text);
		}
		check(
		    ph_setting_check(row, PH_SPAN("a\0b"), NULL) == PH_EINVAL);
		check(ph_setting_check(row, PH_SPAN("\xff\xfe"), NULL) ==
		    PH_EINVAL);
	}
}

int main(void)
{
	test_bool();
	test_rate();
	test_word();
	test_list();
	test_tls_versions();
	test_hostile();
	return check_end();
}
