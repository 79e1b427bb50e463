#ifndef PH_FOREIGN_XML_H
#define PH_FOREIGN_XML_H

#include "base/err.h"
#include "base/span.h"

/* What libexpat does for Posthaste: the room xml, a module of its own that is
   loaded on first need, since one command in a hundred reads XML. */

enum {
	PH_XML_DEPTH_MAX = 32,
	/* Attributes of one element that are shown. */
	PH_XML_ATTRIBUTES_MAX = 32
};

/* Called in the order of the document, with names as they stand there
   (namespace prefixes too).  Text comes in pieces.  Anything but PH_OK ends the
   reading, and is its result. */
struct ph_xml_handler {
	void *ctx;
	/* names and values, one after the other, NULL at the end */
	enum ph_err (*start)(
	    void *ctx, const char *name, const char *const *attributes);
	enum ph_err (*text)(void *ctx, struct ph_span text);
	enum ph_err (*end)(void *ctx);
};

struct ph_xml {
	/* *line is kept at the line that is being read.  PH_EINVAL and *why:
	   it is not well formed, goes too deep, or has declarations of its own
	   (an entity may stand for anything, of any size).  PH_ENOMEM. */
	enum ph_err (*read)(struct ph_span text,
	    const struct ph_xml_handler *handler, unsigned *line,
	    const char **why);
};

/* NULL when the module cannot be loaded. */
const struct ph_xml *ph_xml(void);

#define PH_XML_SYMBOL "ph_xml_module"
#define PH_XML_FILE   "posthaste-xml.so"

#endif
