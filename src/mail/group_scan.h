#ifndef PH_MAIL_GROUP_SCAN_H
#define PH_MAIL_GROUP_SCAN_H

#include "base/span.h"

/* GMime reads a group of addresses by calling itself for what is in it: a field
   of "a:a:a:..." takes it as deep as there are colons, and the stack ends
   sooner.  So a text is looked through before GMime sees it, for address fields
   with more colons than anyone has groups (or addresses by IPv6). */
enum {
	PH_GROUP_COLONS_MAX = 1000,
	PH_GROUP_NAME_MAX = 16
};

/* All zero: at the start of a text. */
struct ph_group_scan {
	bool in_line;
	bool named;    /* the field's name is behind us */
	bool is_field; /* and it is one of addresses */
	size_t colons;
	size_t name_len;
	char name[PH_GROUP_NAME_MAX];
};

/* False when a field has too many; pieces may be cut anywhere. */
bool ph_group_scan_feed(struct ph_group_scan *s, struct ph_span piece);

#endif
