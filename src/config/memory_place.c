#include "config/memory_place.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/num.h"
#include "config/memory.h"
#include "config/place.h"
#include "io/file.h"
#include "io/loop.h"
#include "memory/known.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	/* Below the 255 octets of a file's name, with what is put behind it. */
	NAME_MAX_OURS = 220,
	/* Of all files' names. */
	LIST_MAX = 4 * 1024 * 1024
};

/* A host as a file's name: lower case, and nothing that a path could take for
   something else.  False: it is too long. */
static bool put_host(char *out, size_t size, const char *host)
{
	size_t len = 0;

	for (; *host != '\0'; host++) {
		unsigned char c = (unsigned char)ph_ascii_lower(*host);
		bool is_plain = ph_ascii_is_alnum((char)c) || c == '-' ||
		    c == '_' || c == ':' || (c == '.' && len > 0);

		if (len + 4 > size)
			return false;
		len += (size_t)snprintf(
		    out + len, size - len, is_plain ? "%c" : "%%%02x", c);
	}
	return len > 0;
}

/* Ports of the machine itself lead to servers of their own: tunnels, tests. */
static bool is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
	    ph_span_eq_nocase(ph_span_of(host), PH_SPAN("localhost"));
}

PH_PRINTF(2, 3)

static bool put(char out[PH_MEMORY_PATH_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int len = vsnprintf(out, PH_MEMORY_PATH_MAX, fmt, ap);
	va_end(ap);
	/* Room for what is put behind it. */
	return len > 0 && len < PH_MEMORY_PATH_MAX - 16;
}

enum ph_err ph_memory_place_find(
    struct ph_memory_place *out, const char *host, uint16_t port)
{
	char name[NAME_MAX_OURS];
	char suffix[8] = "";
	char *dir = NULL;
	enum ph_err err = ph_place_state(&dir);

	if (err != PH_OK)
		return PH_ENOTFOUND;
	if (is_loopback(host))
		(void)snprintf(suffix, sizeof(suffix), ":%u", (unsigned)port);

	bool fits = put_host(name, sizeof(name), host) &&
	    put(out->servers, "%s/servers", dir) &&
	    put(out->server, "%s/servers/%s:%u", dir, name, (unsigned)port) &&
	    put(out->refused, "%s/refused/%s%s", dir, name, suffix) &&
	    put(out->sent, "%s/sent/%s%s", dir, name, suffix) &&
	    put(out->tests, "%s/tests", dir) && put(out->lock, "%s/lock", dir);

	free(dir);
	return fits ? PH_OK : PH_ENOTFOUND;
}

bool ph_memory_place_tests(const char *name, const char *host, uint16_t port,
    char out[PH_MEMORY_PATH_MAX])
{
	char file[NAME_MAX_OURS];
	char *dir = NULL;
	bool fits;

	if (ph_place_state(&dir) != PH_OK)
		return false;
	/* A connection's name holds no colon. */
	fits = name[0] != '\0' ? put(out, "%s/tests/%s", dir, name)
			       : put_host(file, sizeof(file), host) &&
		put(out, "%s/tests/%s:%u", dir, file, (unsigned)port);
	free(dir);
	return fits;
}

struct age {
	const char *name;
	int64_t written; /* milliseconds since 1970 */
};

static int compare(const void *a, const void *b)
{
	const struct age *x = a;
	const struct age *y = b;

	return (x->written > y->written) - (x->written < y->written);
}

static void prune_listed(const char *dir, struct age *ages, size_t count)
{
	int64_t oldest =
	    ph_clock_unix_msec() - INT64_C(1000) * PH_KNOWN_AGE_MAX;
	struct ph_fault ignored;

	if (count > 1)
		qsort(ages, count, sizeof(*ages), compare);
	for (size_t i = 0; i < count; i++) {
		bool is_one_too_many = count - i > PH_MEMORY_SERVERS_MAX;
		char path[PH_MEMORY_PATH_MAX];

		if (!is_one_too_many && ages[i].written >= oldest)
			return;
		if (put(path, "%s/%s", dir, ages[i].name))
			(void)!ph_file_remove(path, &ignored);
	}
}

static void prune(const char *dir)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf names;
	struct ph_fault ignored;
	struct ph_span name;
	size_t count = 0;

	ph_buf_init(&names, LIST_MAX);
	if (ph_dir_list(dir, "", &names, &ignored) != PH_OK)
		return;
	for (size_t i = 0; i < names.len; i++)
		count += names.ptr[i] == '\0' ? 1 : 0;

	struct age *ages = calloc(count + 1, sizeof(*ages));
	struct ph_span rest = ph_buf_span(&names);

	if (ages == NULL)
		return;
	count = 0;
	while (ph_span_split(&rest, '\0', &name) && name.len > 0) {
		char path[PH_MEMORY_PATH_MAX];
		struct age *a = &ages[count++];

		a->name = name.ptr;
		if (put(path, "%s/%s", dir, name.ptr))
			a->written = ph_file_changed_msec(path);
	}
	prune_listed(dir, ages, count);
	free(ages);
}

void ph_memory_place_prune(const struct ph_memory_place *p)
{
	prune(p->servers);
	prune(p->tests);
}

/* The files of dir whose names are first and then a port. */
static void list_ports(const char *dir, struct ph_span first,
    void (*tell)(void *ctx, uint16_t port), void *ctx)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf names;
	struct ph_fault ignored;
	struct ph_span name;

	ph_buf_init(&names, LIST_MAX);
	if (ph_dir_list(dir, "", &names, &ignored) != PH_OK)
		return;

	struct ph_span rest = ph_buf_span(&names);

	while (ph_span_split(&rest, '\0', &name) && name.len > 0) {
		uint64_t port = 0;

		if (ph_span_starts_nocase(name, first) &&
		    ph_num_parse(ph_span_skip(name, first.len), UINT16_MAX,
			&port) == PH_OK &&
		    port > 0)
			tell(ctx, (uint16_t)port);
	}
}

void ph_memory_place_ports(
    const char *host, void (*tell)(void *ctx, uint16_t port), void *ctx)
{
	struct ph_memory_place p;

	if (ph_memory_place_find(&p, host, 1) != PH_OK)
		return;

	char *refused = ph_place_dir(p.refused);
	struct ph_span name =
	    ph_span_skip(ph_span_of(p.server), strlen(p.servers) + 1);

	/* "HOST:1" */
	name.len--;
	list_ports(p.servers, name, tell, ctx);
	if (refused != NULL)
		list_ports(refused, name, tell, ctx);
	free(refused);
}
