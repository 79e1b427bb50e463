#include "oauth/device.h"

enum {
	SECOND = 1000,
	/* RFC 8628 3.5: slow_down adds five seconds, for good. */
	SLOW_DOWN_MS = 5 * SECOND,
	INTERVAL_MAX_MS = 600 * SECOND,
	PAUSE_MAX_MS = 60 * SECOND
};

static ph_msec least(ph_msec a, ph_msec b)
{
	return a < b ? a : b;
}

void ph_oauth_wait_begin(
    struct ph_oauth_wait *w, const struct ph_oauth_device *d, ph_msec now)
{
	*w = (struct ph_oauth_wait){
		.due = now + d->interval * SECOND,
		.ends = now + d->expires_in * SECOND,
		.interval = d->interval * SECOND,
		.pause = d->interval * SECOND,
	};
}

ph_msec ph_oauth_wait_left(const struct ph_oauth_wait *w, ph_msec now)
{
	ph_msec next = least(w->due, w->ends);

	return next > now ? next - now : 0;
}

bool ph_oauth_wait_is_over(const struct ph_oauth_wait *w, ph_msec now)
{
	return now >= w->ends;
}

static enum ph_err go_on(struct ph_oauth_wait *w, ph_msec wait, ph_msec now)
{
	w->due = now + wait;
	return ph_oauth_wait_is_over(w, now) ? PH_ETIMEOUT : PH_AGAIN;
}

enum ph_err ph_oauth_wait_unanswered(struct ph_oauth_wait *w, ph_msec now)
{
	w->pause = least(2 * w->pause, PAUSE_MAX_MS);
	/* Never more often than was asked for. */
	return go_on(w, w->pause > w->interval ? w->pause : w->interval, now);
}

enum ph_err ph_oauth_wait_refused(
    struct ph_oauth_wait *w, enum ph_oauth_error error, ph_msec now)
{
	switch (error) {
	case PH_OAUTH_PENDING:
		w->pause = w->interval;
		return go_on(w, w->interval, now);
	case PH_OAUTH_SLOW_DOWN:
		w->interval =
		    least(w->interval + SLOW_DOWN_MS, INTERVAL_MAX_MS);
		w->pause = w->interval;
		return go_on(w, w->interval, now);
	case PH_OAUTH_BUSY:
		return ph_oauth_wait_unanswered(w, now);
	case PH_OAUTH_EXPIRED:
		return PH_ETIMEOUT;
	case PH_OAUTH_NO_ERROR:
	case PH_OAUTH_DENIED:
	case PH_OAUTH_INVALID_GRANT:
	case PH_OAUTH_CLIENT:
	case PH_OAUTH_SCOPE:
	case PH_OAUTH_OTHER:
		break;
	}
	return PH_EDENIED;
}
