#include "base/ascii.h"
#include "discover/found.h"

#include <assert.h>

/* The data of SRV and MX records: several, each behind an octet that says how
   long it is. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RECORDS_MAX = 16
};

static void check_name(const char *name)
{
	assert(memchr(name, '\0', PH_RECORD_NAME_SIZE) != NULL);
	for (size_t i = 0; name[i] != '\0'; i++) {
		assert(ph_ascii_is_alnum(name[i]) || name[i] == '-' ||
		    name[i] == '_' || name[i] == '.');
	}
	assert(name[0] != '.');
}

static void use_srv(struct ph_candidates *set, struct ph_srv *list, size_t n)
{
	ph_srv_sort(list, n);
	for (size_t i = 0; i < n; i++) {
		check_name(list[i].target);
		assert(list[i].port != 0 || list[i].target[0] == '\0');
		assert(i == 0 || list[i - 1].priority <= list[i].priority);
	}
	assert(ph_found_srv(set, list, n, "_submissions._tcp.example.com",
		   false) == PH_OK);
	ph_candidates_sort(set);
	for (size_t i = 0; i < set->count; i++) {
		assert(
		    set->items[i].port != 0 && set->items[i].host[0] != '\0');
		assert((set->items[i].doubts == 0) ==
		    ph_subject_has(
			set->subject, ph_span_of(set->items[i].host)));
	}
}

static void use_mx(struct ph_candidates *set, struct ph_mx *list, size_t n)
{
	const struct ph_preset *p = NULL;

	ph_mx_sort(list, n);
	for (size_t i = 0; i < n; i++)
		check_name(list[i].host);
	assert(ph_found_mx(set, list, n, false, &p) == PH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	static struct ph_candidates set;
	struct ph_span rest = { (const char *)data, size };
	struct ph_srv srv[RECORDS_MAX];
	struct ph_mx mx[RECORDS_MAX];
	size_t srv_count = 0;
	size_t mx_count = 0;
	struct ph_arena a;

	ph_arena_init(&a, 1024 * 1024);
	set.subject = &s;
	set.arena = &a;
	set.count = 0;
	while (rest.len > 0) {
		size_t len = (unsigned char)rest.ptr[0];

		rest = ph_span_skip(rest, 1);

		struct ph_span one =
		    ph_span_first(rest, len < rest.len ? len : rest.len);

		rest = ph_span_skip(rest, one.len);
		if (srv_count < RECORDS_MAX &&
		    ph_srv_read(one, &srv[srv_count]) == PH_OK)
			srv_count++;
		if (mx_count < RECORDS_MAX &&
		    ph_mx_read(one, &mx[mx_count]) == PH_OK)
			mx_count++;
	}
	use_srv(&set, srv, srv_count);
	use_mx(&set, mx, mx_count);
	ph_arena_release(&a);
	return 0;
}
