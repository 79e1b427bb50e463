#include "io/ticket.h"

#include "base/buf.h"
#include "io/file.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	CACHE_MAX = 1024 * 1024, /* its head is what is read of it */
	CONFIG_MAX = 256 * 1024,
	COMPONENTS_MAX = 8
};

#define CONFIG_FILE "/etc/krb5.conf"

/* the head of a cache */

static bool take(struct ph_span *s, size_t len, struct ph_span *out)
{
	if (s->len < len)
		return false;
	*out = ph_span_first(*s, len);
	*s = ph_span_skip(*s, len);
	return true;
}

/* The high octet first. */
static bool take_number(struct ph_span *s, size_t octets, uint32_t *out)
{
	struct ph_span raw;

	if (!take(s, octets, &raw))
		return false;
	*out = 0;
	for (size_t i = 0; i < octets; i++)
		*out = *out << 8 | (unsigned char)raw.ptr[i];
	return true;
}

static bool take_text(struct ph_span *s, struct ph_span *out)
{
	uint32_t len = 0;

	return take_number(s, 4, &len) && take(s, len, out) &&
	    !ph_span_has_control(*out);
}

static bool put(char *out, size_t *at, const char *before, struct ph_span s)
{
	size_t sep = strlen(before);

	if (*at + sep + s.len >= PH_TICKET_OWNER_MAX)
		return false;
	memcpy(out + *at, before, sep);
	if (s.len > 0)
		memcpy(out + *at + sep, s.ptr, s.len);
	*at += sep + s.len;
	out[*at] = '\0';
	return true;
}

static bool take_principal(struct ph_span *s, char *out)
{
	struct ph_span realm;
	struct ph_span name;
	uint32_t type = 0;
	uint32_t count = 0;
	size_t at = 0;

	if (!take_number(s, 4, &type) || !take_number(s, 4, &count) ||
	    count == 0 || count > COMPONENTS_MAX || !take_text(s, &realm))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!take_text(s, &name) ||
		    !put(out, &at, i == 0 ? "" : "/", name))
			return false;
	}
	return put(out, &at, "@", realm);
}

bool ph_ticket_read_owner(struct ph_span file, char out[PH_TICKET_OWNER_MAX])
{
	struct ph_span head;
	uint32_t version = 0;
	uint32_t head_len = 0;

	if (!take_number(&file, 2, &version) ||
	    (version != 0x0503 && version != 0x0504))
		return false;
	if (version == 0x0504 &&
	    (!take_number(&file, 2, &head_len) ||
		!take(&file, head_len, &head)))
		return false;
	/* Tickets stand behind it. */
	return take_principal(&file, out) && file.len > 0;
}

/* where it is */

static bool owner_of_file(const char *path, char out[PH_TICKET_OWNER_MAX])
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf file;

	ph_buf_init(&file, CACHE_MAX);
	return ph_file_read(path, &file, NULL) == PH_OK &&
	    ph_ticket_read_owner(ph_buf_span(&file), out);
}

/* A folder of caches names the one in use in a file of its own. */
static bool owner_of_folder(const char *path, char out[PH_TICKET_OWNER_MAX])
{
	PH_CLEANUP(ph_buf_release) struct ph_buf name;
	char whole[PATH_MAX];
	struct ph_span primary = PH_SPAN("tkt");

	ph_buf_init(&name, PATH_MAX);
	if (path[0] == ':')
		return owner_of_file(path + 1, out);
	if ((size_t)snprintf(whole, sizeof(whole), "%s/primary", path) >=
	    sizeof(whole))
		return false;
	if (ph_file_read(whole, &name, NULL) == PH_OK)
		primary = ph_span_trim(ph_buf_span(&name));
	if ((size_t)snprintf(whole, sizeof(whole), "%s/%.*s", path,
		PH_SPAN_ARG(primary)) >= sizeof(whole))
		return false;
	return owner_of_file(whole, out);
}

static bool owner_of(const char *name, char out[PH_TICKET_OWNER_MAX])
{
	if (name[0] == '/')
		return owner_of_file(name, out);
	if (strncmp(name, "FILE:", strlen("FILE:")) == 0)
		return owner_of_file(name + strlen("FILE:"), out);
	if (strncmp(name, "DIR:", strlen("DIR:")) == 0)
		return owner_of_folder(name + strlen("DIR:"), out);
	return false;
}

/* %{uid} is what names need most; what else there is, only Kerberos knows. */
static bool expand(struct ph_span name, char *out, size_t out_size)
{
	static const char *const words[] = { "%{uid}", "%{euid}" };
	size_t at = 0;

	while (name.len > 0) {
		size_t len = 1;
		int n = -1;

		for (size_t i = 0; i < PH_COUNT(words) && n < 0; i++) {
			if (!ph_span_starts_nocase(name, ph_span_of(words[i])))
				continue;
			len = strlen(words[i]);
			n = snprintf(out + at, out_size - at, "%lu",
			    (unsigned long)(i == 0 ? getuid() : geteuid()));
		}
		if (n < 0 && name.ptr[0] == '%')
			return false;
		if (n < 0) {
			n = snprintf(
			    out + at, out_size - at, "%c", name.ptr[0]);
		}
		if (n < 0 || (size_t)n >= out_size - at)
			return false;
		at += (size_t)n;
		name = ph_span_skip(name, len);
	}
	return at > 0;
}

/* Of krb5.conf only this one line is of interest, whatever section it is in. */
static bool configured(char *out, size_t out_size)
{
	const char *path = getenv("KRB5_CONFIG");
	PH_CLEANUP(ph_buf_release) struct ph_buf file;
	struct ph_span line;

	ph_buf_init(&file, CONFIG_MAX);
	if (ph_file_read(path == NULL ? CONFIG_FILE : path, &file, NULL) !=
	    PH_OK)
		return false;

	struct ph_span rest = ph_buf_span(&file);

	while (ph_span_split(&rest, '\n', &line)) {
		size_t eq = ph_span_find(line, '=');

		if (eq < line.len &&
		    ph_span_eq(ph_span_trim(ph_span_first(line, eq)),
			PH_SPAN("default_ccache_name"))) {
			return expand(ph_span_trim(ph_span_skip(line, eq + 1)),
			    out, out_size);
		}
	}
	return false;
}

bool ph_ticket_owner(char out[PH_TICKET_OWNER_MAX])
{
	const char *named = getenv("KRB5CCNAME");
	char path[PATH_MAX];

	if (named != NULL && named[0] != '\0')
		return owner_of(named, out);
	if (configured(path, sizeof(path)))
		return owner_of(path, out);
	(void)snprintf(
	    path, sizeof(path), "/tmp/krb5cc_%lu", (unsigned long)getuid());
	return owner_of_file(path, out);
}

bool ph_ticket_is_of(const char *owner, struct ph_span username)
{
	struct ph_span whole = ph_span_of(owner);
	struct ph_span local =
	    ph_span_first(username, ph_span_find(username, '@'));

	if (username.len == 0 || whole.len == 0)
		return false;
	return ph_span_eq_nocase(whole, username) ||
	    ph_span_eq_nocase(
		ph_span_first(whole, ph_span_find(whole, '@')), local);
}
