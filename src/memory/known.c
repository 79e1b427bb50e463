#include "memory/known.h"

#include "base/ascii.h"

#include <stdio.h>

enum {
	DAY_S = 24 * 60 * 60,
	/* More need not be told apart, nor written down. */
	COUNT_MAX = 1000
};

/* Of times only the day is kept: is it another one? */
static bool is_news(ph_unixtime known, ph_unixtime now)
{
	return known == 0 || now - known >= DAY_S || known > now;
}

static bool set_text(char *out, size_t size, struct ph_span s)
{
	if (s.len >= size)
		s.len = size - 1;
	if (ph_span_eq(ph_span_of(out), s))
		return false;
	if (s.len > 0)
		memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return true;
}

static struct ph_known_mechanism *find(struct ph_known *k, struct ph_span name)
{
	for (size_t i = 0; i < k->mechanism_count; i++) {
		if (ph_span_eq_nocase(ph_span_of(k->mechanisms[i].name), name))
			return &k->mechanisms[i];
	}
	return NULL;
}

const struct ph_known_mechanism *ph_known_mechanism(
    const struct ph_known *k, struct ph_span name)
{
	for (size_t i = 0; i < k->mechanism_count; i++) {
		if (ph_span_eq_nocase(ph_span_of(k->mechanisms[i].name), name))
			return &k->mechanisms[i];
	}
	return NULL;
}

bool ph_known_is_broken(const struct ph_known *k, struct ph_span name)
{
	const struct ph_known_mechanism *m = ph_known_mechanism(k, name);

	return m != NULL && m->broken_count >= PH_KNOWN_BROKEN_MIN;
}

/* RFC 4422 3.1: letters, digits, hyphen, underscore. */
static bool is_name(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '_')
			return false;
	}
	return s.len > 0 && s.len < PH_KNOWN_MECHANISM_SIZE;
}

/* NULL: there is no room, or it is no name. */
static struct ph_known_mechanism *find_or_add(
    struct ph_known *k, struct ph_span name)
{
	struct ph_known_mechanism *m = find(k, name);

	if (m != NULL || k->mechanism_count == PH_KNOWN_MECHANISMS_MAX ||
	    !is_name(name))
		return m;
	m = &k->mechanisms[k->mechanism_count++];
	*m = (struct ph_known_mechanism){ 0 };
	for (size_t i = 0; i < name.len; i++)
		m->name[i] = ph_ascii_upper(name.ptr[i]);
	return m;
}

static bool is_among(const struct ph_known_news *n, const char *name)
{
	for (size_t i = 0; i < n->offered_count; i++) {
		if (ph_span_eq_nocase(n->offered[i], ph_span_of(name)))
			return true;
	}
	return false;
}

static bool learn_offer(struct ph_known *k, const struct ph_known_news *n)
{
	bool is_good = n->good && !n->is_poorer;
	bool changed = false;

	for (size_t i = 0; i < n->offered_count; i++)
		(void)find_or_add(k, n->offered[i]);
	for (size_t i = 0; i < k->mechanism_count; i++) {
		struct ph_known_mechanism *m = &k->mechanisms[i];
		bool offered = is_among(n, m->name);

		changed = changed || m->offered != offered ||
		    (is_good && m->good != offered);
		m->offered = offered;
		if (is_good)
			m->good = offered;
	}
	if (!is_good)
		return changed;
	if (is_news(k->good, n->now) || k->good_starttls != n->starttls)
		changed = true;
	if (set_text(k->good_version, sizeof(k->good_version), n->version))
		changed = true;
	k->good_starttls = n->starttls;
	if (changed)
		k->good = n->now;
	return changed;
}

static bool learn_key(struct ph_known *k, const struct ph_known_news *n)
{
	bool same = ph_span_eq(ph_span_of(k->key), n->key);

	if (n->key.len == 0 || n->key.len >= sizeof(k->key))
		return false;
	if (same && (k->key_good || !n->good))
		return false;
	if (!same && !n->good && k->key[0] != '\0')
		return false;
	if (!same)
		k->key_since = n->now;
	(void)set_text(k->key, sizeof(k->key), n->key);
	k->key_good = n->good;
	return true;
}

static bool learn_success(struct ph_known_mechanism *m,
    const struct ph_known_attempt *a, ph_unixtime now)
{
	bool changed = m->broken_count > 0 || is_news(m->worked, now);

	m->broken_count = 0;
	if (!changed)
		return false;
	m->worked = now;
	m->worked_ms = a->ms;
	return true;
}

static bool learn_failure(struct ph_known_mechanism *m,
    const struct ph_known_attempt *a, const struct ph_known_news *n)
{
	bool changed =
	    m->broken_count < COUNT_MAX || is_news(m->broken, n->now);

	if (m->broken_count < COUNT_MAX)
		m->broken_count++;
	if (!changed)
		return false;
	m->broken = n->now;
	m->broken_ms = a->ms;
	m->broken_good = n->good;
	return true;
}

static bool learn_attempts(struct ph_known *k, const struct ph_known_news *n)
{
	bool changed = false;

	for (size_t i = 0; i < n->attempt_count; i++) {
		const struct ph_known_attempt *a = &n->attempts[i];
		struct ph_known_mechanism *m = find_or_add(k, a->mechanism);
		bool told = m != NULL &&
		    (a->worked ? learn_success(m, a, n->now)
			       : learn_failure(m, a, n));

		changed = changed || told;
	}
	return changed;
}

bool ph_known_learn(struct ph_known *k, const struct ph_known_news *n)
{
	bool changed = is_news(k->seen, n->now) || k->port != n->port;

	if (set_text(k->host, sizeof(k->host), n->host))
		changed = true;
	k->port = n->port;
	if (n->has_offer && learn_offer(k, n))
		changed = true;
	if (learn_key(k, n))
		changed = true;
	if (learn_attempts(k, n))
		changed = true;
	if (changed)
		k->seen = n->now;
	return changed;
}

/* A clock that was set back leaves times behind that are still to come. */
static bool is_old(ph_unixtime t, ph_unixtime now)
{
	return t == 0 || now - t > PH_KNOWN_AGE_MAX || t - now > DAY_S;
}

void ph_known_expire(struct ph_known *k, ph_unixtime now)
{
	size_t kept = 0;

	if (is_old(k->seen, now)) {
		*k = (struct ph_known){ 0 };
		return;
	}
	if (is_old(k->good, now))
		k->good = 0;
	for (size_t i = 0; i < k->mechanism_count; i++) {
		struct ph_known_mechanism m = k->mechanisms[i];

		if (is_old(m.worked, now))
			m.worked = 0;
		if (is_old(m.broken, now)) {
			m.broken = 0;
			m.broken_count = 0;
		}
		m.good = m.good && k->good != 0;
		if (m.offered || m.good || m.worked != 0 || m.broken != 0)
			k->mechanisms[kept++] = m;
	}
	k->mechanism_count = kept;
}

/* for people */

struct civil {
	long long year;
	int month, day, hour, minute;
};

/* The Gregorian calendar from days since 1970, in eras of 400 years that begin
   in March, so that the leap day is a year's last. */
static struct civil civil_of(ph_unixtime t)
{
	enum {
		ERA = 146097,  /* days */
		EPOCH = 719468 /* 1970-01-01 from 0000-03-01 */
	};

	const long long max = 200000000000; /* the year 8307 */
	long long second = t < 0 ? 0 : (t > max ? max : t);
	long long z = second / DAY_S + EPOCH;
	long long era = z / ERA;
	long long doe = z - era * ERA;
	long long yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / (ERA - 1)) / 365;
	long long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	long long mp = (5 * doy + 2) / 153;
	struct civil c = {
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.month = (int)(mp < 10 ? mp + 3 : mp - 9),
		.hour = (int)(second % DAY_S / 3600),
		.minute = (int)(second % 3600 / 60),
	};

	c.year = yoe + era * 400 + (c.month <= 2 ? 1 : 0);
	return c;
}

void ph_known_day(ph_unixtime t, char out[PH_KNOWN_DAY_SIZE])
{
	struct civil c = civil_of(t);

	(void)snprintf(out, PH_KNOWN_DAY_SIZE, "%04u-%02u-%02u",
	    (unsigned)(c.year % 10000), (unsigned)(c.month % 100),
	    (unsigned)(c.day % 100));
}

void ph_known_time(ph_unixtime t, char out[PH_KNOWN_TIME_SIZE])
{
	struct civil c = civil_of(t);
	char day[PH_KNOWN_DAY_SIZE];

	ph_known_day(t, day);
	(void)snprintf(out, PH_KNOWN_TIME_SIZE, "%s %02u:%02u UTC", day,
	    (unsigned)(c.hour % 24), (unsigned)(c.minute % 60));
}
