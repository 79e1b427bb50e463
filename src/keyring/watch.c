#include "keyring/watch.h"

static gint64 end_of(ph_msec timeout)
{
	return g_get_monotonic_time() + timeout * 1000;
}

static gpointer keep_time(gpointer arg)
{
	struct ph_watch *w = arg;

	g_mutex_lock(&w->lock);
	while (!w->over && g_get_monotonic_time() < w->end)
		(void)g_cond_wait_until(&w->told, &w->lock, w->end);
	w->late = !w->over;
	g_mutex_unlock(&w->lock);
	if (w->late)
		g_cancellable_cancel(w->cancel);
	return NULL;
}

void ph_watch_begin(struct ph_watch *w, ph_msec timeout)
{
	*w = (struct ph_watch){ .cancel = g_cancellable_new(),
		.end = end_of(timeout) };
	g_mutex_init(&w->lock);
	g_cond_init(&w->told);
	w->thread = g_thread_new("keyring", keep_time, w);
}

void ph_watch_extend(struct ph_watch *w, ph_msec timeout)
{
	g_mutex_lock(&w->lock);
	w->end = end_of(timeout);
	g_cond_signal(&w->told);
	g_mutex_unlock(&w->lock);
}

bool ph_watch_end(struct ph_watch *w)
{
	g_mutex_lock(&w->lock);
	w->over = true;
	g_cond_signal(&w->told);
	g_mutex_unlock(&w->lock);
	(void)g_thread_join(w->thread);
	g_mutex_clear(&w->lock);
	g_cond_clear(&w->told);
	g_object_unref(w->cancel);
	return w->late;
}
