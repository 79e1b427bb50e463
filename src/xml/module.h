#ifndef PH_XML_MODULE_H
#define PH_XML_MODULE_H

#include "foreign/xml.h"

/* What the loader is asked for. */
extern const struct ph_xml ph_xml_module;

#endif
