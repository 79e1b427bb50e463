#include "smtpd/reply.h"

#include "check.h"

static char long_text[PH_SMTPD_TEXT_MAX + 2];

static const struct {
	struct ph_smtpd_reply reply;
	const char *out; /* NULL: not fit */
} cases[] = {
	{ { 250, "2.0.0", "OK" }, "250 2.0.0 OK\r\n" },
	{ { 220, NULL, "mx" }, "220 mx\r\n" },
	{ { 250, "2.0.0", "" }, "250 2.0.0 \r\n" },
	{ { 250, "2.0.0", NULL }, "250 2.0.0 \r\n" },
	{ { 550, "5.7.139", "caf\xc3\xa9" }, "550 5.7.139 caf\xc3\xa9\r\n" },
	{ { 451, "4.999.0", "x" }, "451 4.999.0 x\r\n" },
	{ { 199, NULL, "x" }, NULL },
	{ { 0, NULL, "x" }, NULL },
	{ { 600, NULL, "x" }, NULL },
	{ { 250, "", "x" }, NULL },
	{ { 250, "2.0", "x" }, NULL },
	{ { 250, "2.0.0.0", "x" }, NULL },
	{ { 250, "3.0.0", "x" }, NULL },
	{ { 250, "2.0.1000", "x" }, NULL },
	{ { 250, "2..0", "x" }, NULL },
	{ { 250, "2.0.x", "x" }, NULL },
	{ { 250, "2.0.0", "a\r\nb" }, NULL },
	{ { 250, "2.0.0", "a\nb" }, "250-2.0.0 a\r\n250 2.0.0 b\r\n" },
	{ { 550, NULL, "a\n\nc" }, "550-a\r\n550-\r\n550 c\r\n" },
	{ { 550, NULL, "a\n" }, "550-a\r\n550 \r\n" },
	{ { 550, NULL, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n" }, NULL },
	{ { 250, "2.0.0", "a\tb" }, NULL },
	{ { 250, "2.0.0", "a\x7f" }, NULL },
	{ { 250, "2.0.0", long_text }, NULL },
};

static void test_lines(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 20);
	check(ph_smtpd_reply_line(&out, 250, false, PH_SPAN("a")) == PH_OK);
	check(ph_smtpd_reply_line(&out, 250, true, PH_SPAN("")) == PH_OK);
	check_str(ph_buf_str(&out), "250-a\r\n250 \r\n");
	check(ph_smtpd_reply_line(&out, 250, true, PH_SPAN("long")) ==
	    PH_ETOOBIG);
	check_str(ph_buf_str(&out), "250-a\r\n250 \r\n");
	ph_buf_release(&out);
}

int main(void)
{
	memset(long_text, 'x', sizeof(long_text) - 1);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_buf out;
		enum ph_err err;

		check_case("reply", i);
		ph_buf_init(&out, 1000);
		err = ph_smtpd_reply_write(&out, &cases[i].reply);
		check_int(err, cases[i].out == NULL ? PH_EINVAL : PH_OK);
		check_str(
		    ph_buf_str(&out), cases[i].out == NULL ? "" : cases[i].out);
		ph_buf_release(&out);

		/* One octet too small: nothing of it is written. */
		if (cases[i].out == NULL)
			continue;
		ph_buf_init(&out, strlen(cases[i].out) - 1);
		check(
		    ph_smtpd_reply_write(&out, &cases[i].reply) == PH_ETOOBIG);
		check_int(out.len, 0);
		ph_buf_release(&out);
	}
	check_case(NULL, 0);
	test_lines();
	return check_end();
}
