#ifndef PH_BASE_FAULT_H
#define PH_BASE_FAULT_H

#include "base/err.h"
#include "base/span.h"
#include "base/stage.h"

#include <stdint.h>

/* Why something did not work, as a machine can tell it apart.  The word, the
   setting it is about, the advice and the exit code for each stand in one
   table, diagnose/cause.c. */
enum ph_cause {
	PH_CAUSE_NONE = 0,

	/* before anything connects */
	PH_CAUSE_USAGE,            /* wrong options */
	PH_CAUSE_CONFIG,           /* a configuration file or value is wrong */
	PH_CAUSE_NO_CONNECTION,    /* no server named, none configured */
	PH_CAUSE_PORTS_DISAGREE,   /* host:port against port */
	PH_CAUSE_BAD_ADDRESS,      /* an address that cannot be used */
	PH_CAUSE_BAD_INPUT,        /* a message that cannot be sent as it is */
	PH_CAUSE_INPUT_NOT_FOUND,  /* a file named by the user is not there */
	PH_CAUSE_INPUT_UNREADABLE, /* it is there and cannot be read */
	PH_CAUSE_INPUT_CHANGED,    /* it shrank while it was read */
	PH_CAUSE_CANNOT_CREATE,    /* an output file */
	PH_CAUSE_CANNOT_WRITE,     /* disk full and its kin */
	PH_CAUSE_NO_PASSWORD,      /* the secret source gave none */
	PH_CAUSE_CLIENT_CERTIFICATE, /* the one to show cannot be used */
	PH_CAUSE_CLIENT_KEY,         /* its key, or the key's passphrase */
	PH_CAUSE_SECRET_EXPOSED, /* file others may read; password in a URL */

	/* dns, connect */
	PH_CAUSE_HOST_NOT_FOUND,
	PH_CAUSE_DNS_TEMPORARY,
	PH_CAUSE_DNS_TIMEOUT,
	PH_CAUSE_NOTHING_FOUND, /* settings were looked for in vain */
	PH_CAUSE_CONNECT_REFUSED,
	PH_CAUSE_CONNECT_TIMEOUT,
	PH_CAUSE_CONNECT_UNREACHABLE,
	PH_CAUSE_CONNECT_FAILED, /* any other errno, e.g. a source address that
	                            is not ours */

	/* proxy: at the proxy or on the way to it, never at the server */
	PH_CAUSE_PROXY_NOT_FOUND,      /* its name is not known */
	PH_CAUSE_PROXY_UNREACHABLE,    /* no connection to it */
	PH_CAUSE_PROXY_TLS,            /* an https proxy's TLS, or
	                                  certificate */
	PH_CAUSE_PROXY_KIND,           /* another kind of proxy, or none */
	PH_CAUSE_PROXY_LOGIN_REQUIRED, /* no login was made, one is wanted */
	PH_CAUSE_PROXY_LOGIN_REFUSED,
	PH_CAUSE_PROXY_LOGIN_METHOD,   /* no kind of login in common */
	PH_CAUSE_PROXY_FALSE,          /* does not prove who it is */
	PH_CAUSE_PROXY_FORBIDDEN,      /* its rules */
	PH_CAUSE_PROXY_TARGET_CLOSED,  /* the server's port */
	PH_CAUSE_PROXY_TARGET_UNKNOWN, /* the server's name */
	PH_CAUSE_PROXY_TARGET_FAILED,  /* it did not reach the server */
	PH_CAUSE_PROXY_TIMEOUT,
	PH_CAUSE_PROXY_LOST,     /* hung up */
	PH_CAUSE_PROXY_PROTOCOL, /* an answer that makes no sense */

	/* greeting, ehlo */
	PH_CAUSE_SILENCE,           /* connected and nothing was said */
	PH_CAUSE_OTHER_PROTOCOL,    /* POP3, IMAP, HTTP, SSH, FTP answered */
	PH_CAUSE_TLS_EXPECTED,      /* a TLS record came where text was due */
	PH_CAUSE_GREETING_REFUSED,  /* 5xx */
	PH_CAUSE_GREETING_DEFERRED, /* 4xx */
	PH_CAUSE_EHLO_REFUSED,
	PH_CAUSE_EHLO_DEFERRED,

	/* tls */
	PH_CAUSE_TLS_NOT_OFFERED, /* no STARTTLS where it is required */
	PH_CAUSE_TLS_REFUSED,     /* STARTTLS answered 4xx or 5xx */
	PH_CAUSE_TLS_PLAINTEXT,   /* text came where TLS was due */
	PH_CAUSE_TLS_INJECTED,    /* bytes behind the STARTTLS reply */
	PH_CAUSE_TLS_DOWNGRADE,   /* less is offered than once was */
	PH_CAUSE_TLS_VERSION,     /* no version in common */
	PH_CAUSE_TLS_HANDSHAKE,   /* any other failure */
	PH_CAUSE_TLS_CLOSED,      /* hung up during the handshake */
	PH_CAUSE_CERT_EXPIRED,
	PH_CAUSE_CERT_NOT_YET,
	PH_CAUSE_CERT_SELF_SIGNED,
	PH_CAUSE_CERT_UNTRUSTED, /* unknown issuer, chain missing */
	PH_CAUSE_CERT_NAME,
	PH_CAUSE_CERT_PIN,
	PH_CAUSE_CERT_REVOKED, /* its issuer says so (OCSP) */
	PH_CAUSE_CERT_STAPLE,  /* it must come with an OCSP staple */
	PH_CAUSE_CERT_OTHER,   /* weak key, wrong purpose ... */

	/* auth */
	PH_CAUSE_AUTH_NOT_OFFERED,  /* the server offers no AUTH at all */
	PH_CAUSE_AUTH_NO_COMMON,    /* what it offers is not what we may use */
	PH_CAUSE_AUTH_PLAINTEXT,    /* only clear-text mechanisms, no TLS */
	PH_CAUSE_AUTH_REFUSED,      /* 535 and its kin: the credentials */
	PH_CAUSE_AUTH_USERNAME,     /* another shape of the name is taken */
	PH_CAUSE_AUTH_TOKEN,        /* 535 and its kin: the access token */
	PH_CAUSE_AUTH_MECHANISM,    /* the mechanism failed for its own sake */
	PH_CAUSE_AUTH_DEFERRED,     /* 4xx */
	PH_CAUSE_AUTH_SERVER_FALSE, /* the server did not prove that it knows
	                               the password */
	PH_CAUSE_AUTH_DOWNGRADE, /* the password would be shown, and once needed
	                            not be */
	PH_CAUSE_AUTH_USED_UP,   /* `attempts` refusals in an hour: not tried */
	PH_CAUSE_AUTH_REQUIRED,  /* 530: no login was made, one is wanted */

	/* the token of a login, and who gives it out */
	PH_CAUSE_TOKEN_MISSING,     /* nobody has signed in yet */
	PH_CAUSE_TOKEN_ENDED,       /* the consent ended, or was taken back */
	PH_CAUSE_TOKEN_DENIED,      /* the person said no */
	PH_CAUSE_TOKEN_EXPIRED,     /* nobody entered the code in time */
	PH_CAUSE_TOKEN_CLIENT,      /* the application, or what it asks for, is
	                               not accepted */
	PH_CAUSE_TOKEN_UNREACHABLE, /* no answer, or "later" */
	PH_CAUSE_TOKEN_TLS,         /* no proof that it is the right server */
	PH_CAUSE_TOKEN_PROTOCOL,    /* that is no answer of such a server */

	/* mail, rcpt, data */
	PH_CAUSE_SENDER_REFUSED,
	PH_CAUSE_SENDER_DEFERRED,
	PH_CAUSE_TOO_BIG, /* over the server's SIZE, or 552 */
	PH_CAUSE_NO_SMTPUTF8,
	PH_CAUSE_NO_8BITMIME, /* and the content cannot be re-encoded */
	PH_CAUSE_RECIPIENT_REFUSED,
	PH_CAUSE_RECIPIENT_DEFERRED,
	PH_CAUSE_MESSAGE_REFUSED,
	PH_CAUSE_MESSAGE_DEFERRED,

	/* by [limits] of the connection, the server was not asked */
	PH_CAUSE_RATE_LIMITED,      /* `rate` or `quota` is used up */
	PH_CAUSE_TOO_MANY_SESSIONS, /* `sessions` are open already */

	/* anywhere */
	PH_CAUSE_TIMEOUT,         /* a reply did not come in time */
	PH_CAUSE_CONNECTION_LOST, /* cut, before the final dot */
	PH_CAUSE_LOST_AFTER_DOT,  /* cut or timed out after it: unsure */
	PH_CAUSE_SHUTTING_DOWN,   /* 421 */
	PH_CAUSE_PROTOCOL,        /* not an SMTP reply, or one to nothing */
	PH_CAUSE_REPLY_TOO_BIG,
	PH_CAUSE_NO_MEMORY,
	PH_CAUSE_INTERRUPTED, /* the user or the caller stopped it */
	PH_CAUSE_INTERNAL
};

enum {
	PH_FAULT_TEXT_MAX = 1024
};

/* One failure, for a person and for a program.  A value: copy it freely.  All
   zero means that nothing failed. */
struct ph_fault {
	enum ph_cause cause;
	enum ph_stage stage;
	uint16_t code;        /* the server's, or 0 */
	uint16_t enhanced[3]; /* the server's, or 0 */
	/* Where and what, on one line, the server's words in it:
	   smtp.example.com:587 answered 535 5.7.8 "no" */
	char text[PH_FAULT_TEXT_MAX];
	/* Which setting it is about (the words of ph_cause_setting()), where
	   that is known better than the table of causes; a constant, or
	   NULL. */
	const char *setting;
	/* What to do, where it is known better than the table of causes. */
	char advice[PH_FAULT_TEXT_MAX];
};

/* Replaces *f (NULL is accepted, and ignored); the arguments may point into it.
   The text comes out as UTF-8 on one line: tab and newline become a space,
   other control characters and bytes that are no UTF-8 become '?', what is too
   long is cut, never in the midst of a character. */
PH_PRINTF(4, 5)
void ph_fault_set(struct ph_fault *f, enum ph_cause cause, enum ph_stage stage,
    const char *fmt, ...);

/* Sets the advice of *f. */
PH_PRINTF(2, 3)
void ph_fault_advise(struct ph_fault *f, const char *fmt, ...);

/* Sets the setting of *f. */
void ph_fault_suspect(struct ph_fault *f, const char *setting);

/* Puts "WHERE: " or another prefix before the text. */
void ph_fault_prefix(struct ph_fault *f, const char *prefix);

static inline bool ph_fault_is_set(const struct ph_fault *f)
{
	return f->cause != PH_CAUSE_NONE;
}

#endif
