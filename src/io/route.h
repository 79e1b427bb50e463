#ifndef PH_IO_ROUTE_H
#define PH_IO_ROUTE_H

#include <stdbool.h>

/* This computer has a way to addresses of the internet, IPv4 or IPv6, as far as
   its own table of routes says.  Nothing is sent. */
bool ph_route_is_there(void);

#endif
