#ifndef PH_SMTPD_STATE_H
#define PH_SMTPD_STATE_H

#include "base/buf.h"
#include "smtpd/command.h"
#include "smtpd/content.h"
#include "smtpd/line.h"
#include "smtpd/reply.h"
#include "smtpd/session.h"

/* What the files of this room share, and nobody else sees. */

enum ph_smtpd_phase {
	PH_PHASE_COMMAND = 0, /* a command line is due */
	PH_PHASE_DATA,        /* content until the dot */
	PH_PHASE_BDAT,        /* the octets of a chunk */
	PH_PHASE_RESPONSE,    /* a line of a SASL exchange is due */
	/* The caller's turn: no input is taken. */
	PH_PHASE_ANSWER_STAGE,
	PH_PHASE_ANSWER_MAIL,
	PH_PHASE_ANSWER_RCPT,
	PH_PHASE_ANSWER_CONTENT,
	PH_PHASE_ANSWER_END,
	PH_PHASE_ANSWER_LOGIN,
	PH_PHASE_TLS, /* until _tls_done(); input ends the session */
	PH_PHASE_CLOSED
};

enum {
	/* Events that wait at most. */
	PH_SMTPD_EVENTS_MAX = 40,
	/* One step queues at most this many: ABORT and CLOSED behind another.
	   The same room stays for a call that ends the session. */
	PH_SMTPD_EVENTS_STEP = 4,
	/* A reply never starts above PH_SMTPD_OUT_MAX; the longest is a SASL
	   challenge. */
	PH_SMTPD_OUT_ROOM = 32 * 1024,
	/* What is read and dropped before we hang up: a line without end, and
	   content over the limit. */
	PH_SMTPD_LINE_DROP_MAX = 1024 * 1024,
	PH_SMTPD_CONTENT_DROP_MAX = 64 * 1024 * 1024,
	/* What may be taken from EHLO, or added to it. */
	PH_SMTPD_EDIT_MAX = 4096
};

struct ph_smtpd {
	/* options */
	char hostname[256];
	char peer[64];
	uint64_t size_max;
	uint32_t rcpt_max, mail_max, errors_max;
	bool starttls, tls_required, stages;
	enum ph_smtpd_auth_policy auth;
	struct ph_buf mechanisms_clear, mechanisms_tls;
	ph_msec timeout_command, timeout_data;
	const struct ph_smtpd_reply *words; /* or NULL */
	struct ph_span extensions;

	/* the session */
	enum ph_smtpd_phase phase;
	bool secure;
	bool logged_in;
	bool extended; /* EHLO, not HELO */
	bool spoke;    /* the first octet was seen */
	bool shutdown;
	bool failed;    /* memory is out */
	bool line_used; /* the line collected is to be forgotten */
	bool no_tls, no_auth, no_chunking; /* EHLO did not say it */
	struct ph_buf helo;
	uint32_t mail_count, error_count;
	ph_msec deadline;

	/* the transaction */
	bool in_mail; /* MAIL was taken */
	bool utf8;    /* with SMTPUTF8 */
	uint32_t rcpt_count;

	/* its content */
	bool content; /* CONTENT was answered: BDAT goes on, or DATA */
	bool bdat;
	bool last_chunk;
	bool unsaid; /* what is dropped is not refused either */
	uint64_t chunk_size, chunk_left;
	uint64_t size; /* octets of content so far */
	uint64_t dropped;
	struct ph_smtpd_content scan;
	/* Why what comes is read and dropped, said at its end: ours, or the
	   caller's as written. */
	const struct ph_smtpd_reply *refusal;
	struct ph_buf held;

	/* What the driver wants otherwise. */
	const struct ph_smtpd_reply *reworded; /* the next yes */
	struct ph_buf kept;    /* the line that STAGE was about; wiped */
	struct ph_buf address; /* what that was about */
	struct ph_buf ehlo_without, ehlo_with;

	struct ph_smtpd_line line;
	struct ph_smtpd_command command;
	struct ph_buf decoded; /* a SASL response; wiped */
	struct ph_buf out;

	struct ph_smtpd_event events[PH_SMTPD_EVENTS_MAX];
	size_t event_first, event_count;
};

/* session.c */

void ph_smtpd_push(struct ph_smtpd *s, struct ph_smtpd_event ev);
/* Ends the session: memory is out. */
void ph_smtpd_fail(struct ph_smtpd *s);
/* Writes a reply; ends the session when memory is out. */
void ph_smtpd_say(struct ph_smtpd *s, const struct ph_smtpd_reply *r);
/* Likewise, and counts it as a mistake of the client. */
void ph_smtpd_blame(struct ph_smtpd *s, const struct ph_smtpd_reply *r);
/* ABORT when something was begun, then CLOSED. */
void ph_smtpd_close(struct ph_smtpd *s);
/* Forgets the transaction; tells the caller when abort. */
void ph_smtpd_reset(struct ph_smtpd *s, bool abort);
/* Back to commands: says 421 when a shutdown waits. */
void ph_smtpd_next_command(struct ph_smtpd *s);

/* override.c */

/* The reply to give instead of r: in other words, or r. */
const struct ph_smtpd_reply *ph_smtpd_worded(
    struct ph_smtpd *s, const struct ph_smtpd_reply *r);
/* Writes a reply with its placeholders filled in. */
void ph_smtpd_say_words(struct ph_smtpd *s, const struct ph_smtpd_reply *r);
/* Adds the text with its placeholders filled in. */
PH_MUST_USE enum ph_err ph_smtpd_expand(
    const struct ph_smtpd *s, const char *words, struct ph_buf *out);
/* Tells the driver of the command in line, which was read.  False: it is not
   asked about this one. */
bool ph_smtpd_report_stage(struct ph_smtpd *s, struct ph_span line);
/* Wipes what was kept of the last one. */
void ph_smtpd_forget_line(struct ph_smtpd *s);

/* ehlo.c: the answer to EHLO. */
PH_MUST_USE enum ph_err ph_smtpd_ehlo_write(struct ph_smtpd *s);

/* verb.c: reads one command line, and carries it out. */
void ph_smtpd_verb_run(struct ph_smtpd *s, struct ph_span line);
void ph_smtpd_verb_carry_out(struct ph_smtpd *s, struct ph_span line);

/* transfer.c: the content. */
void ph_smtpd_transfer_data(struct ph_smtpd *s);
void ph_smtpd_transfer_bdat(struct ph_smtpd *s);
/* Reads the octets of the BDAT at hand, and drops them. */
void ph_smtpd_transfer_drop(struct ph_smtpd *s);
void ph_smtpd_transfer_take(struct ph_smtpd *s, struct ph_span *in);
/* The caller's answers to CONTENT and END. */
void ph_smtpd_transfer_begun(
    struct ph_smtpd *s, const struct ph_smtpd_reply *answer);
void ph_smtpd_transfer_ended(
    struct ph_smtpd *s, const struct ph_smtpd_reply *answer);

/* login.c: AUTH. */
void ph_smtpd_login_begin(struct ph_smtpd *s);
void ph_smtpd_login_response(struct ph_smtpd *s, struct ph_span line);
void ph_smtpd_login_cancel(
    struct ph_smtpd *s, const struct ph_smtpd_reply *why);

#endif
