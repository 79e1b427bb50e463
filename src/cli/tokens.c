#include "cli/tokens.h"

#include <inttypes.h>
#include <time.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	/* Time enough for a person to come back from a weekend. */
	SOON = 7 * DAY
};

void ph_tokens_time(ph_unixtime t, char out[PH_TOKENS_TIME_MAX])
{
	time_t at = (time_t)t;
	struct tm tm;

	out[0] = '\0';
	if (t <= 0 || gmtime_r(&at, &tm) == NULL)
		return;
	if (strftime(out, PH_TOKENS_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		out[0] = '\0';
}

static const struct {
	int64_t from; /* seconds */
	int64_t each;
	const char *unit;
} units[] = {
	{ 2 * DAY, DAY, "days" },
	{ 2 * HOUR, HOUR, "h" },
	{ 2 * MINUTE, MINUTE, "min" },
	{ 0, 1, "s" },
};

static void write_distance(int64_t seconds, char *out, size_t out_size)
{
	int64_t length = seconds < 0 ? -seconds : seconds;
	size_t i = 0;

	while (length < units[i].from)
		i++;
	(void)snprintf(out, out_size, "%s%" PRId64 " %s%s",
	    seconds < 0 ? "" : "in ", length / units[i].each, units[i].unit,
	    seconds < 0 ? " ago" : "");
}

void ph_tokens_end(ph_unixtime t, ph_unixtime now, char out[PH_TOKENS_TIME_MAX])
{
	char moment[PH_TOKENS_TIME_MAX];
	char distance[40];

	ph_tokens_time(t, moment);
	write_distance(t - now, distance, sizeof(distance));
	if (moment[0] == '\0') {
		(void)snprintf(out, PH_TOKENS_TIME_MAX, "not known");
	} else {
		(void)snprintf(
		    out, PH_TOKENS_TIME_MAX, "%.39s, %.38s", moment, distance);
	}
}

static json_t *time_json(ph_unixtime t)
{
	char text[PH_TOKENS_TIME_MAX];

	ph_tokens_time(t, text);
	return ph_json_str_or_null(text);
}

json_t *ph_tokens_json(const struct ph_token_state *s)
{
	json_t *j;

	if (s == NULL)
		return json_null();
	j = json_object();
	ph_json_put(j, "access_ends", time_json(s->access_ends));
	ph_json_put(j, "consented", time_json(s->consented));
	ph_json_put(j, "consent_ends", time_json(s->consent_ends));
	ph_json_put(j, "refreshes", json_boolean(s->has_refresh || s->is_app));
	ph_json_put(j, "rule", ph_json_str_or_null(s->rule));
	return j;
}

void ph_tokens_print(const struct ph_token_state *s, ph_unixtime now)
{
	char access[PH_TOKENS_TIME_MAX];
	char consent[PH_TOKENS_TIME_MAX];
	char given[PH_TOKENS_TIME_MAX];

	ph_tokens_end(s->access_ends, now, access);
	printf("%-16s%s %s\n", "token:",
	    s->access_ends != 0 && s->access_ends <= now ? "ended" : "ends",
	    access);
	if (s->is_app)
		return;
	ph_tokens_time(s->consented, given);
	ph_tokens_end(s->consent_ends, now, consent);
	printf("%-16s%s%s\n", "signed in:", given,
	    s->consent_ends == 0 ? "; the server does not say when that ends"
				 : "");
	if (s->consent_ends != 0)
		printf("%-16s%s\n", "that ends:", consent);
	if (s->rule[0] != '\0')
		printf("%-16s%s\n", "", s->rule);
}

void ph_tokens_warn(const struct ph_cli *cli, const char *name,
    const struct ph_token_state *s, ph_unixtime now)
{
	char end[PH_TOKENS_TIME_MAX];

	if (s->is_app)
		return;
	ph_tokens_end(s->consent_ends, now, end);
	if (s->consent_ends != 0 && s->consent_ends - now < SOON) {
		ph_cli_note(
		    cli, "the sign-in ends %s: posthaste login %s", end, name);
	}
	if (!s->has_refresh) {
		ph_cli_note(cli,
		    "no refresh token came with the sign-in: once the token "
		    "ends, posthaste login %s has to be run again",
		    name);
	}
}
