#include "mail/mime.h"

#include <gmime/gmime.h>

void ph_mime_start(void)
{
	/* The one exception to "no globals": GMime keeps its tables in its own,
	   and g_mime_init() counts without a lock. */
	static gsize started;

	if (!g_once_init_enter(&started))
		return;
	g_mime_init();
	g_once_init_leave(&started, 1);
}
