#ifndef PH_LIB_RECEIPT_H
#define PH_LIB_RECEIPT_H

#include "deliver/session.h"
#include "lib/problem.h"

/* A copy of what a delivery and its content say.  NULL: out of memory. */
struct ph_receipt *ph_lib_receipt_new(
    const struct ph_delivery *d, const struct ph_content *content);

#endif
