#include "mail/mime.h"

#include "base/module.h"
#include "mail/message.h"

const struct ph_mime *ph_mime(void)
{
	return ph_module(PH_MIME_FILE, PH_MIME_SYMBOL);
}

enum ph_err ph_message_reencode(int in_fd, int out_fd, struct ph_fault *fault)
{
	const struct ph_mime *mime = ph_mime();

	if (mime == NULL) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_CONFIG,
		    "the message must be encoded anew, and the module for it, "
		    "%s, cannot be loaded",
		    PH_MIME_FILE);
		ph_fault_advise(fault, "install Posthaste again, whole");
		return PH_EIO;
	}
	return mime->reencode(in_fd, out_fd, fault);
}
