#ifndef PH_BASE_STAGE_H
#define PH_BASE_STAGE_H

/* How far a conversation got.  STARTTLS, and its absence, is PH_STAGE_TLS; both
   EHLOs are PH_STAGE_EHLO. */
enum ph_stage {
	PH_STAGE_CONFIG,
	PH_STAGE_DNS,
	PH_STAGE_CONNECT,
	PH_STAGE_PROXY,
	PH_STAGE_GREETING,
	PH_STAGE_TLS,
	PH_STAGE_EHLO,
	PH_STAGE_AUTH,
	PH_STAGE_MAIL,
	PH_STAGE_RCPT,
	PH_STAGE_DATA,
	PH_STAGE_QUIT
};

enum {
	PH_STAGE_COUNT = PH_STAGE_QUIT + 1
};

/* The word used in JSON, transcripts and error chains: "config", "dns", ... */
const char *ph_stage_name(enum ph_stage stage);

#endif
