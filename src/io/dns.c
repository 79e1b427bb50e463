#include "io/dns.h"

#include "base/module.h"

const struct ph_dns *ph_dns(void)
{
	return ph_module(PH_DNS_FILE, PH_DNS_SYMBOL);
}
