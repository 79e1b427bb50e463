#ifndef PH_KEYRING_WATCH_H
#define PH_KEYRING_WATCH_H

#include "base/clock.h"

#include <gio/gio.h>
#include <stdbool.h>

/* Ends what libsecret waits for once its time is up: a thread that cancels.
   cancel goes into each call. */
struct ph_watch {
	GCancellable *cancel;
	GThread *thread;
	GMutex lock;
	GCond told;
	gint64 end; /* of g_get_monotonic_time() */
	bool over;
	bool late;
};

void ph_watch_begin(struct ph_watch *w, ph_msec timeout);
/* From now on so long: a person was asked. */
void ph_watch_extend(struct ph_watch *w, ph_msec timeout);
/* True when the time was up before. */
bool ph_watch_end(struct ph_watch *w);

#endif
