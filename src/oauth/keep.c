#include "oauth/keep.h"

#include "base/num.h"

#include <stddef.h>

enum {
	/* Clocks that differ so much are the same. */
	CLOCK_SLACK = 60
};

static const struct {
	struct ph_span key;
	size_t at;
} bond_rows[] = {
	{ PH_SPAN_INIT("username"), offsetof(struct ph_oauth_bond, username) },
	{ PH_SPAN_INIT("client-id"),
	    offsetof(struct ph_oauth_bond, client_id) },
	{ PH_SPAN_INIT("token-endpoint"),
	    offsetof(struct ph_oauth_bond, token_url) },
};

static const struct {
	struct ph_span key;
	size_t at;
} token_rows[] = {
	{ PH_SPAN_INIT("refresh-token"),
	    offsetof(struct ph_oauth_keep, refresh) },
	{ PH_SPAN_INIT("access-token"),
	    offsetof(struct ph_oauth_keep, access) },
};

static const struct {
	struct ph_span key;
	size_t at;
} time_rows[] = {
	{ PH_SPAN_INIT("consented"),
	    offsetof(struct ph_oauth_keep, consented) },
	{ PH_SPAN_INIT("access-taken"), offsetof(struct ph_oauth_keep, taken) },
	{ PH_SPAN_INIT("access-ends"),
	    offsetof(struct ph_oauth_keep, access_ends) },
	{ PH_SPAN_INIT("consent-ends"),
	    offsetof(struct ph_oauth_keep, consent_ends) },
};

static const struct ph_span *bond_at(const struct ph_oauth_bond *b, size_t row)
{
	return (const void *)((const char *)b + bond_rows[row].at);
}

static struct ph_secret *token_at(struct ph_oauth_keep *k, size_t row)
{
	return (void *)((char *)k + token_rows[row].at);
}

static ph_unixtime *time_at(struct ph_oauth_keep *k, size_t row)
{
	return (void *)((char *)k + time_rows[row].at);
}

static enum ph_err write_line(
    struct ph_buf *out, struct ph_span key, struct ph_span value)
{
	enum ph_err err = PH_OK;

	if (ph_span_has_control(value))
		return PH_EINVAL;
	if (key.len > 0) {
		err = ph_buf_append(out, key);
		if (err == PH_OK)
			err = ph_buf_append_char(out, ' ');
	}
	if (err == PH_OK)
		err = ph_buf_append(out, value);
	return err == PH_OK ? ph_buf_append_char(out, '\n') : err;
}

static enum ph_err write_time(
    struct ph_buf *out, struct ph_span key, ph_unixtime t)
{
	char digits[24];
	uint64_t n = t > 0 ? (uint64_t)t : 0;
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return write_line(
	    out, key, (struct ph_span){ digits + at, sizeof(digits) - at });
}

enum ph_err ph_oauth_keep_write(const struct ph_oauth_keep *k,
    const struct ph_oauth_bond *bond, struct ph_buf *out)
{
	struct ph_oauth_keep copy = *k;
	enum ph_err err = write_line(out, (struct ph_span){ 0 }, bond->host);

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(bond_rows); i++)
		err = write_line(out, bond_rows[i].key, *bond_at(bond, i));
	for (size_t i = 0; err == PH_OK && i < PH_COUNT(time_rows); i++)
		err = write_time(out, time_rows[i].key, *time_at(&copy, i));
	for (size_t i = 0; err == PH_OK && i < PH_COUNT(token_rows); i++) {
		err = write_line(
		    out, token_rows[i].key, ph_secret_span(token_at(&copy, i)));
	}
	return err;
}

/* One text being read. */
struct reading {
	const struct ph_oauth_bond *bond;
	struct ph_oauth_keep keep;
	unsigned bound; /* rows of the bond that agree, as bits */
	bool is_other;
};

static enum ph_err read_token(
    struct reading *r, size_t row, struct ph_span value)
{
	if (value.len == 0)
		return PH_OK;
	if (!ph_oauth_token_is_valid(value))
		return PH_EPROTO;
	return ph_secret_set(token_at(&r->keep, row), value);
}

static enum ph_err read_time(
    struct reading *r, size_t row, struct ph_span value)
{
	uint64_t n = 0;

	if (ph_num_parse(value, INT64_MAX / 2, &n) != PH_OK)
		return PH_EPROTO;
	*time_at(&r->keep, row) = (ph_unixtime)n;
	return PH_OK;
}

static enum ph_err read_line(struct reading *r, struct ph_span line)
{
	size_t space = ph_span_find(line, ' ');
	struct ph_span key = ph_span_first(line, space);
	struct ph_span value;

	if (space == line.len)
		return PH_EPROTO;
	value = ph_span_skip(line, space + 1);
	for (size_t i = 0; i < PH_COUNT(bond_rows); i++) {
		if (!ph_span_eq(key, bond_rows[i].key))
			continue;
		r->bound |= 1U << i;
		r->is_other |= !ph_span_eq(value, *bond_at(r->bond, i));
		return PH_OK;
	}
	for (size_t i = 0; i < PH_COUNT(time_rows); i++) {
		if (ph_span_eq(key, time_rows[i].key))
			return read_time(r, i, value);
	}
	for (size_t i = 0; i < PH_COUNT(token_rows); i++) {
		if (ph_span_eq(key, token_rows[i].key))
			return read_token(r, i, value);
	}
	/* Of a later version. */
	return PH_OK;
}

/* The last line has its end, too: a file that was cut has not. */
static bool next_line(struct ph_span *rest, struct ph_span *line)
{
	size_t end = ph_span_find(*rest, '\n');

	if (end == rest->len)
		return false;
	*line = ph_span_first(*rest, end);
	*rest = ph_span_skip(*rest, end + 1);
	return true;
}

static enum ph_err read_all(struct reading *r, struct ph_span text)
{
	const unsigned all = (1U << PH_COUNT(bond_rows)) - 1;
	struct ph_span line;
	enum ph_err err = PH_OK;

	if (!next_line(&text, &line))
		return PH_EPROTO;
	r->is_other = !ph_span_eq_nocase(line, r->bond->host);
	while (err == PH_OK && next_line(&text, &line))
		err = read_line(r, line);
	if (err != PH_OK)
		return err;
	if (text.len > 0 || r->bound != all)
		return PH_EPROTO;
	return r->is_other ? PH_EDENIED : PH_OK;
}

enum ph_err ph_oauth_keep_read(struct ph_span text,
    const struct ph_oauth_bond *bond, struct ph_oauth_keep *out)
{
	struct reading r = { .bond = bond };
	enum ph_err err = read_all(&r, text);

	if (err == PH_OK) {
		*out = r.keep;
	} else {
		ph_oauth_keep_release(&r.keep);
	}
	return err;
}

void ph_oauth_keep_take(
    struct ph_oauth_keep *k, struct ph_oauth_tokens *t, ph_unixtime now)
{
	ph_secret_release(&k->access);
	k->access = t->access;
	k->taken = now;
	k->access_ends = t->expires_in < 0 ? 0 : now + t->expires_in;
	if (t->refresh.len > 0) {
		ph_secret_release(&k->refresh);
		k->refresh = t->refresh;
		/* Unless it is said, nothing is known of the new one. */
		k->consent_ends = 0;
	}
	if (t->refresh_expires_in >= 0)
		k->consent_ends = now + t->refresh_expires_in;
	*t = (struct ph_oauth_tokens){ 0 };
}

bool ph_oauth_keep_is_fresh(const struct ph_oauth_keep *k, ph_unixtime now)
{
	if (k->access.len == 0 || k->access_ends == 0)
		return false;
	return now + PH_OAUTH_MARGIN < k->access_ends &&
	    now + CLOCK_SLACK >= k->taken;
}

void ph_oauth_keep_release(struct ph_oauth_keep *k)
{
	ph_secret_release(&k->refresh);
	ph_secret_release(&k->access);
	*k = (struct ph_oauth_keep){ 0 };
}
