#ifndef PH_SMTPD_COMMAND_H
#define PH_SMTPD_COMMAND_H

#include "base/err.h"
#include "base/span.h"
#include "smtpd/reply.h"
#include "smtpd/session.h"

#include <stdint.h>

enum ph_smtpd_verb {
	PH_VERB_UNKNOWN = 0,
	PH_VERB_EHLO,
	PH_VERB_HELO,
	PH_VERB_MAIL,
	PH_VERB_RCPT,
	PH_VERB_DATA,
	PH_VERB_BDAT,
	PH_VERB_RSET,
	PH_VERB_NOOP,
	PH_VERB_QUIT,
	PH_VERB_STARTTLS,
	PH_VERB_AUTH,
	PH_VERB_VRFY,
	PH_VERB_EXPN,
	PH_VERB_HELP,
	PH_VERB_FOREIGN /* of another protocol: GET, POST, CONNECT ... */
};

enum {
	PH_VERB_COUNT = PH_VERB_FOREIGN + 1,
	/* With CRLF.  RFC 5321 4.5.3.1.4 has 512; SMTPUTF8, DSN and AUTH= add
	   to it (RFC 3461 5.5, RFC 4954 5), and some clients ramble. */
	PH_SMTPD_LINE_MAX = 4096,
	/* RFC 4954 4: 12288 octets of base64, and what stands before it. */
	PH_SMTPD_AUTH_LINE_MAX = 12288 + 64,
	PH_SMTPD_ENVID_MAX = 100, /* RFC 3461 4.4, decoded */
	PH_SMTPD_ORCPT_MAX = 500  /* RFC 3461 4.2 */
};

/* One command line, understood.  Spans lie in the line, but envid and orcpt in
   the two arrays: it cannot be copied. */
struct ph_smtpd_command {
	enum ph_smtpd_verb verb;
	/* EHLO, HELO: the name.  AUTH: the mechanism. */
	struct ph_span argument;
	/* AUTH: the initial response, still base64; "=" stands for an empty
	   one. */
	struct ph_span initial;
	bool has_initial;
	/* BDAT */
	uint64_t chunk;
	bool last;
	/* MAIL, RCPT */
	struct ph_smtpd_mail mail;
	struct ph_smtpd_rcpt rcpt;
	bool extended;   /* has parameters: not after HELO */
	unsigned params; /* private: which were seen */
	char envid[PH_SMTPD_ENVID_MAX];
	char orcpt[PH_SMTPD_ORCPT_MAX];
};

/* line: without CRLF.  Case does not matter, blanks behind the command neither
   (RFC 5321 4.1.1); a blank after "FROM:" and "TO:" is let pass, since many
   send it.  PH_EPROTO: refused with *refusal, a constant; out->verb is set all
   the same. */
PH_MUST_USE enum ph_err ph_smtpd_command_parse(struct ph_span line,
    struct ph_smtpd_command *out, const struct ph_smtpd_reply **refusal);

#endif
