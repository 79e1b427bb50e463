#ifndef PH_SASL_LITTLE_ENDIAN_H
#define PH_SASL_LITTLE_ENDIAN_H

#include <stdint.h>

/* Numbers with the low octet first. */

static inline uint16_t ph_le16(const char *p)
{
	return (uint16_t)((unsigned char)p[0] | (unsigned char)p[1] << 8);
}

static inline uint32_t ph_le32(const char *p)
{
	return ph_le16(p) | (uint32_t)ph_le16(p + 2) << 16;
}

static inline void ph_le16_put(char *p, uint16_t n)
{
	p[0] = (char)(n & 0xff);
	p[1] = (char)(n >> 8);
}

static inline void ph_le32_put(char *p, uint32_t n)
{
	ph_le16_put(p, (uint16_t)(n & 0xffff));
	ph_le16_put(p + 2, (uint16_t)(n >> 16));
}

#endif
