#include "base/utf8.h"
#include "smtpd/command.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(struct ph_span address)
{
	assert(!ph_span_has_control(address));
	assert(ph_utf8_valid(address));
}

/* A line and all that a handler would see of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ph_smtpd_command c;
	const struct ph_smtpd_reply *refusal = NULL;
	struct ph_span line = { (const char *)data, size };

	if (ph_smtpd_command_parse(line, &c, &refusal) != PH_OK) {
		assert(ph_smtpd_reply_fits(refusal));
		assert(refusal->code >= 500);
		return 0;
	}
	assert(refusal == NULL);
	assert(!ph_span_has_control(ph_span_trim(line)));
	assert(c.verb != PH_VERB_UNKNOWN);
	check_address(c.mail.sender);
	check_address(c.mail.envid);
	check_address(c.rcpt.address);
	check_address(c.rcpt.orcpt);
	assert(c.mail.envid.len <= PH_SMTPD_ENVID_MAX);
	assert(c.rcpt.orcpt.len <= PH_SMTPD_ORCPT_MAX);
	assert(c.mail.utf8 || ph_span_is_ascii(c.mail.sender));
	return 0;
}
