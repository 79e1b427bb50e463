#include "check.h"
#include "mail/message_id.h"

#include <stdio.h>

static const struct {
	const char *domain, *hostname, *right;
} cases[] = {
	{ "example.com", "h.example", "example.com" },
	{ "", "h.example", "h.example" },
	{ "[192.0.2.1]", "h.example", "h.example" },
	{ "a b", "h.example", "h.example" },
	{ "\xc3\xa4.example", "h.example", "h.example" },
	{ "", "", "localhost" },
	{ "", "h\r\nBcc: x", "localhost" },
	{ "a>b", "h<x", "localhost" },
};

static const char *const valid[] = { "<a@b>", "<a.b-c_d+e=f/g@h.example>" };

static const char *const invalid[] = { "", "<>", "a@b", "<@b>", "<a@>", "<a>",
	"<a@b", "a@b>", "<a b@c>", "<a@b>x", "<a@b@c>", "<a@b\r\n>",
	"<\"a\"@b>", "<a@[b]c>>", "<\xc3\xa4@b>" };

int main(void)
{
	struct ph_message_stamp stamp = { .random = { 0x00, 0x01, 0x7f, 0x80,
					      0xff, 0xab } };
	struct ph_buf out;

	ph_buf_init(&out, 400);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char want[400];

		(void)snprintf(want, sizeof(want),
		    "<00017f80ffab00000000000000000000@%s>", cases[i].right);
		check_case(cases[i].domain, i);
		stamp.hostname = ph_span_of(cases[i].hostname);
		ph_buf_clear(&out);
		check(ph_message_id_write(
			  &stamp, ph_span_of(cases[i].domain), &out) == PH_OK);
		check_str(ph_buf_str(&out), want);
		check(ph_message_id_is_valid(ph_buf_span(&out)));
	}
	ph_buf_release(&out);
	for (size_t max = 0; max < 40; max++) {
		ph_buf_init(&out, max);
		check(ph_message_id_write(
			  &stamp, PH_SPAN("example.com"), &out) == PH_ETOOBIG);
		ph_buf_release(&out);
	}
	for (size_t i = 0; i < PH_COUNT(valid); i++)
		check(ph_message_id_is_valid(ph_span_of(valid[i])));
	for (size_t i = 0; i < PH_COUNT(invalid); i++) {
		check_case(invalid[i], i);
		check(!ph_message_id_is_valid(ph_span_of(invalid[i])));
	}
	return check_end();
}
