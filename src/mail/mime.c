#include "mail/mime.h"

#include <gmime/gmime.h>
#include <pthread.h>

void ph_mime_start(void)
{
	/* The one exception to "no globals": GMime keeps its tables in its own,
	   and g_mime_init() counts without a lock. */
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, g_mime_init);
}
