#ifndef PH_SMTPD_STAGE_H
#define PH_SMTPD_STAGE_H

/* The points of a session at which whoever drives it may have the server do
   otherwise (a fault for a test).  Most are commands, which the engine reports
   before it carries them out; the others its driver comes by itself. */
enum ph_smtpd_stage {
	PH_SMTPD_STAGE_NONE = 0,
	PH_SMTPD_STAGE_CONNECT,  /* the client is here, nothing was said */
	PH_SMTPD_STAGE_GREETING, /* the first reply is due */
	PH_SMTPD_STAGE_EHLO,     /* or HELO */
	PH_SMTPD_STAGE_STARTTLS,
	PH_SMTPD_STAGE_TLS,   /* the handshake is due */
	PH_SMTPD_STAGE_AUTH,  /* the command */
	PH_SMTPD_STAGE_LOGIN, /* the answer to what the client showed */
	PH_SMTPD_STAGE_MAIL,
	PH_SMTPD_STAGE_RCPT,
	PH_SMTPD_STAGE_DATA,    /* or the first BDAT */
	PH_SMTPD_STAGE_CONTENT, /* while it comes */
	PH_SMTPD_STAGE_END,     /* it is complete, and not taken yet */
	PH_SMTPD_STAGE_KEPT,    /* it is taken, and not answered yet */
	PH_SMTPD_STAGE_RSET,
	PH_SMTPD_STAGE_QUIT,
	PH_SMTPD_STAGE_OTHER /* any other command that can be read */
};

enum {
	PH_SMTPD_STAGE_COUNT = PH_SMTPD_STAGE_OTHER + 1
};

#endif
