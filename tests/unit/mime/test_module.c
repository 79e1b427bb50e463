#include "check.h"
#include "mail/mime.h"

enum {
	OUT_MAX = 4096
};

static void test_quoted_printable(const struct ph_mime *mime)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "plain\n", "plain\n" },
		{ "caf\xc3\xa9 = 1\n", "caf=C3=A9 =3D 1\n" },
		{ "blank at the end \n", "blank at the end=20\n" },
		{ "open", "open" },
	};
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		check_case("quoted-printable", i);
		ph_buf_clear(&out);
		check(mime->quoted_printable(ph_span_of(rows[i].text), &out) ==
		    PH_OK);
		check_str(ph_buf_str(&out), rows[i].want);
	}
	ph_buf_release(&out);
}

/* No line over 76 octets (RFC 2045 6.7), each cut marked. */
static void test_long_line(const struct ph_mime *mime)
{
	char text[1000];
	struct ph_buf out;

	memset(text, 'x', sizeof(text));
	ph_buf_init(&out, OUT_MAX);
	check(mime->quoted_printable(
		  (struct ph_span){ text, sizeof(text) }, &out) == PH_OK);

	struct ph_span rest = ph_buf_span(&out);
	struct ph_span line;
	size_t octets = 0;

	while (ph_span_split(&rest, '\n', &line)) {
		check(line.len <= 76);
		if (rest.ptr != NULL)
			check(line.len > 0 && line.ptr[line.len - 1] == '=');
		octets += line.len - (rest.ptr != NULL ? 1 : 0);
	}
	check_int(octets, sizeof(text));
	ph_buf_release(&out);
}

static void test_bounded(const struct ph_mime *mime)
{
	struct ph_buf out;

	ph_buf_init(&out, 8);
	check(mime->quoted_printable(PH_SPAN("more than eight"), &out) ==
	    PH_ETOOBIG);
	check_int(out.len, 0);
	ph_buf_release(&out);
}

int main(void)
{
	const struct ph_mime *mime = ph_mime();

	check(mime != NULL);
	if (mime != NULL) {
		test_quoted_printable(mime);
		test_long_line(mime);
		test_bounded(mime);
	}
	check(ph_mime() == mime);
	return check_end();
}
