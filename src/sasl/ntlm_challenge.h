#ifndef PH_SASL_NTLM_CHALLENGE_H
#define PH_SASL_NTLM_CHALLENGE_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* The server's message of NTLM, CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2), and the
   attributes in it. */

/* Bits of [MS-NLMP] 2.2.2.5, those that matter here. */
enum ph_ntlm_flag {
	PH_NTLM_UNICODE = 0x00000001,
	PH_NTLM_OEM = 0x00000002,
	PH_NTLM_REQUEST_TARGET = 0x00000004,
	PH_NTLM_NTLM = 0x00000200,
	PH_NTLM_ALWAYS_SIGN = 0x00008000,
	PH_NTLM_EXTENDED_SESSIONSECURITY = 0x00080000,
	PH_NTLM_TARGET_INFO = 0x00800000,
	PH_NTLM_128 = 0x20000000
};

/* AvId of [MS-NLMP] 2.2.2.1. */
enum ph_ntlm_av {
	PH_NTLM_AV_EOL = 0,
	PH_NTLM_AV_FLAGS = 6,
	PH_NTLM_AV_TIMESTAMP = 7,
	PH_NTLM_AV_TARGET_NAME = 9,
	PH_NTLM_AV_CHANNEL_BINDINGS = 10
};

/* A value; its spans lie in the message. */
struct ph_ntlm_challenge {
	uint32_t flags;            /* enum ph_ntlm_flag, joined */
	struct ph_span nonce;      /* 8 octets */
	struct ph_span attributes; /* well formed, without what ends them */
	bool has_attributes;
	bool has_time;
	uint64_t time; /* 100 ns since 1601 */
	bool has_av_flags;
	uint32_t av_flags;
};

/* Every offset and length is looked at before it is followed.  PH_EPROTO. */
PH_MUST_USE enum ph_err ph_ntlm_challenge_parse(
    struct ph_span raw, struct ph_ntlm_challenge *out);

struct ph_ntlm_attribute {
	uint16_t id;
	struct ph_span value;
	struct ph_span raw; /* id and length too */
};

/* Takes one attribute off the front of *s.  False: there is none, or what is
   there is none. */
bool ph_ntlm_attribute_next(struct ph_span *s, struct ph_ntlm_attribute *out);

#endif
