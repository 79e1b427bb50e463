#include "base/utf8.h"
#include "mail/address.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the wire gets must read as itself and hold nothing a command may not. */
static void check_one(const struct ph_address *one, struct ph_arena *a)
{
	struct ph_address again;
	struct ph_fault fault;

	assert(!ph_span_has_control(one->mailbox));
	assert(!ph_span_has_control(one->name));
	assert(ph_utf8_valid(one->mailbox));
	assert(ph_utf8_valid(one->name));
	assert(ph_span_is_ascii(one->domain));

	enum ph_err err = ph_address_parse(one->mailbox, a, &again, &fault);

	assert(err == PH_OK || err == PH_ENOMEM);
	assert(err != PH_OK || ph_span_eq(again.mailbox, one->mailbox));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span text = { (const char *)data, size };
	struct ph_address_list list = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, (size_t)64 << 20);

	enum ph_err err = ph_address_list_parse(text, &a, &list, &fault);

	assert((err == PH_OK) != ph_fault_is_set(&fault));
	for (size_t i = 0; i < list.count; i++)
		check_one(&list.items[i], &a);
	ph_arena_release(&a);
	return 0;
}
