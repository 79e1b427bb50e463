#include "check.h"
#include "mail/draft.h"

#include <stdio.h>

static void check_cuts(void)
{
	struct ph_message *m = ph_draft_new();
	const struct ph_body_part file = {
		.file = 3, .length = 5, .encoded_length = 7
	};

	/* Nothing before the first file, between two, behind the last. */
	for (size_t i = 0; i < 2; i++)
		check(ph_draft_add_file(m, &file) == PH_OK);
	check(ph_buf_append(&m->bytes, PH_SPAN("ab\xc3\r\n")) == PH_OK);
	for (size_t i = 0; i < 10; i++)
		check(ph_draft_add_file(m, &file) == PH_OK);
	check(ph_draft_finish(m) == PH_OK);

	const struct ph_body *b = ph_message_body(m);

	check_int(b->count, 13);
	check_int(b->size, 12 * 7 + 5);
	check(b->parts[1].file == 3 && b->parts[3].file == 3);
	check(b->parts[2].file == PH_BODY_NO_FILE);
	check(ph_span_eq(b->parts[2].bytes, PH_SPAN("ab\xc3\r\n")));
	check(b->eight_bit && b->longest_line == 3);
	ph_message_free(m);
}

static void check_notes(void)
{
	struct ph_message *m = ph_draft_new();

	for (int i = 0; i < 2 * PH_MESSAGE_NOTES_MAX; i++)
		check(ph_draft_note(m, "note %d", i) == PH_OK);
	check_str(ph_message_note(m, 0), "note 0");
	check_str(ph_message_note(m, 62), "note 62");
	check(ph_message_note(m, 63) == NULL);
	check(ph_message_note(m, 1000) == NULL);
	ph_message_free(m);
}

static void check_too_many(void)
{
	struct ph_message *m = ph_draft_new();
	const struct ph_body_part file = { .file = 3 };

	for (int i = 0; i < PH_DRAFT_FILES_MAX; i++)
		check(ph_draft_add_file(m, &file) == PH_OK);
	check(ph_draft_add_file(m, &file) == PH_ETOOBIG);
	ph_message_free(m);
}

int main(void)
{
	check_cuts();
	check_notes();
	check_too_many();
	return check_end();
}
