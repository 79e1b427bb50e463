#include "connection/bond.h"

#include "connection/host.h"

enum {
	PLACES = 2
};

struct name {
	const char *section;
	const char *name;
};

/* What is bound, and the settings that say to what. */
static const struct bond {
	struct name bound;
	struct name places[PLACES];
} bonds[] = {
	{ { "authentication", "password-from" }, { { "connection", "host" } } },
	{ { "authentication", "allow-plaintext-password" },
	    { { "connection", "host" } } },
	{ { "connection", "encryption" }, { { "connection", "host" } } },
	{ { "proxy", "password-from" }, { { "proxy", "host" } } },
	{ { "oauth", "client-secret-from" },
	    { { "oauth", "token-endpoint" }, { "oauth", "provider" } } },
};

static const struct bond *find_bond(const struct ph_setting *row)
{
	for (size_t i = 0; i < PH_COUNT(bonds); i++) {
		if (strcmp(bonds[i].bound.section, row->section) == 0 &&
		    strcmp(bonds[i].bound.name, row->name) == 0)
			return &bonds[i];
	}
	return NULL;
}

/* As the files from `from` on say it; empty where none does. */
static struct ph_span look(
    const struct ph_resolve *in, const struct name *name, size_t from)
{
	const struct ph_setting *row =
	    ph_setting_find(ph_span_of(name->section), ph_span_of(name->name));

	for (size_t i = from; i < in->chain_count; i++) {
		struct ph_span value = ph_settings_file_get(in->chain[i], row);

		if (value.ptr != NULL)
			return value;
	}
	return (struct ph_span){ 0 };
}

/* The port is no part of a place. */
static struct ph_span host_name(struct ph_span value)
{
	struct ph_host host = { 0 };

	if (ph_host_parse(value, &host, NULL) != PH_OK)
		return value;
	if (host.name.len > 1 && host.name.ptr[host.name.len - 1] == '.')
		host.name.len--;
	return host.name;
}

static bool is_same(const struct name *name, struct ph_span a, struct ph_span b)
{
	if (strcmp(name->name, "host") == 0) {
		a = host_name(a);
		b = host_name(b);
	}
	return ph_span_eq_nocase(a, b);
}

static bool is_elsewhere(
    const struct ph_resolve *in, const struct bond *bond, size_t depth)
{
	bool has_place = false;
	bool differs = false;

	for (size_t i = 0; i < PLACES && bond->places[i].name != NULL; i++) {
		struct ph_span there = look(in, &bond->places[i], depth);

		has_place |= there.len > 0;
		differs |= !is_same(
		    &bond->places[i], there, look(in, &bond->places[i], 0));
	}
	return has_place && differs;
}

/* Whether the chain says the port before it comes to depth. */
static bool has_own_port(const struct ph_resolve *in, size_t depth)
{
	static const struct name host_row = { "connection", "host" };
	static const struct name port_row = { "connection", "port" };
	struct ph_resolve near = *in;
	struct ph_host host = { 0 };

	near.chain_count = depth;
	return look(&near, &port_row, 0).len > 0 ||
	    (ph_host_parse(look(&near, &host_row, 0), &host, NULL) == PH_OK &&
		host.port != 0);
}

static bool names_secret(struct ph_span source)
{
	return ph_span_find(source, ':') < source.len ||
	    ph_span_eq_nocase(source, PH_SPAN("oauth"));
}

bool ph_bond_holds(const struct ph_resolve *in, const struct ph_setting *row,
    struct ph_span value, size_t depth)
{
	const struct bond *bond = find_bond(row);

	if (bond == NULL || depth == 0 || value.len == 0)
		return false;
	if (row->type == PH_SETTING_SECRET_SOURCE && !names_secret(value))
		return false;
	if (row->type == PH_SETTING_ENCRYPTION && !has_own_port(in, depth))
		return false;
	return is_elsewhere(in, bond, depth);
}

struct ph_span ph_bond_place(
    const struct ph_resolve *in, const struct ph_setting *row, size_t depth)
{
	const struct bond *bond = find_bond(row);
	struct ph_span place = { 0 };

	for (size_t i = 0; bond != NULL && place.len == 0 && i < PLACES &&
	     bond->places[i].name != NULL;
	     i++)
		place = look(in, &bond->places[i], depth);
	return place;
}
