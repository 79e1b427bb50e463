#include "mail/mime.h"

#include "mail/message.h"

#include <dlfcn.h>
#include <pthread.h>

/* The one exception to "no globals": a loaded module is the process's, as what
   it is linked with would be. */
static const struct ph_mime *module;

static void load(void)
{
	void *handle = dlopen(PH_MIME_FILE, RTLD_NOW | RTLD_LOCAL);

	if (handle != NULL)
		module = dlsym(handle, PH_MIME_SYMBOL);
}

const struct ph_mime *ph_mime(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, load);
	return module;
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
