#ifndef PH_BASE_PIN_H
#define PH_BASE_PIN_H

#include "base/span.h"

#include <stdbool.h>

/* A pin: the SHA-256 of a public key as certificates hold it (its
   SubjectPublicKeyInfo, RFC 7469 2.4). */

enum {
	PH_PIN_LEN = 32,
	PH_PIN_TEXT_MAX = 2 * PH_PIN_LEN + 1
};

/* 64 hex digits in either case, bare or with a colon between each two octets,
   or base64; spaces around it are ignored.  False: it is none, and out is as it
   was. */
bool ph_pin_parse(struct ph_span text, unsigned char out[PH_PIN_LEN]);

/* Lower-case hex. */
void ph_pin_write(
    const unsigned char pin[PH_PIN_LEN], char out[PH_PIN_TEXT_MAX]);

/* Both can be read and are the same key, however each is written. */
bool ph_pin_same(struct ph_span a, struct ph_span b);

#endif
