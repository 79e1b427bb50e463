#ifndef PH_BASE_ERR_H
#define PH_BASE_ERR_H

#define PH_MUST_USE      __attribute__((warn_unused_result))
#define PH_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define PH_CLEANUP(func) __attribute__((cleanup(func)))

/* Defines NAMEp(TYPE **), the ending for PH_CLEANUP of a pointer. */
#define PH_DEFINE_CLEANUP(name, type)             \
 static inline void name##p(__typeof__(type) **p) \
 {                                                \
  name(*p);                                       \
 }

#define PH_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What went wrong, by what the caller can do about it.  The text for a human
   travels beside it in struct ph_fault, never inside it. */
enum ph_err {
	PH_OK = 0,
	PH_AGAIN,     /* feed more input, or wait */
	PH_EOF,       /* the orderly end; nothing follows */
	PH_ENOMEM,    /* allocation failed */
	PH_EINVAL,    /* the caller's argument cannot be used or sent */
	PH_EPROTO,    /* the peer broke the protocol */
	PH_ETOOBIG,   /* more than we are willing to hold */
	PH_ENOTFOUND, /* no such thing */
	PH_EIO,       /* the kernel or a library refused; errno may say more */
	PH_ETIMEOUT,  /* the deadline passed */
	PH_EDENIED    /* policy forbids it */
};

#endif
