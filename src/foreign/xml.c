#include "foreign/xml.h"

#include "base/module.h"

const struct ph_xml *ph_xml(void)
{
	return ph_module(PH_XML_FILE, PH_XML_SYMBOL);
}
