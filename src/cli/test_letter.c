#include "cli/test_letter.h"

enum ph_err ph_test_letter_compose(const struct ph_address *from,
    const struct ph_address *to, const char *code_page, struct ph_content **out,
    struct ph_fault *fault)
{
	static const char text[] =
	    "This message was sent by Posthaste to see whether the settings "
	    "work.  They do.\n";
	static const struct ph_message_header mark = {
		{ "X-Posthaste-Test", 16 }, { "yes", 3 }
	};
	struct ph_content_compose in = {
		.compose = {
			.from = *from,
			.to = { to, 1 },
			.subject = PH_SPAN("Posthaste test"),
			.has_text = true,
			.headers = &mark,
			.header_count = 1,
			.code_page = ph_span_of(code_page),
		},
	};

	in.compose.text = (struct ph_span){ text, sizeof(text) - 1 };
	return ph_content_compose(&in, out, fault);
}
