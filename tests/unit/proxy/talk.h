#ifndef PH_TESTS_PROXY_TALK_H
#define PH_TESTS_PROXY_TALK_H

#include "proxy/tunnel.h"

/* Conversations with proxies as a table. */

#define PASSWORD "op3n:s\"same"

enum {
	TALK_STEPS_MAX = 8,
	TALK_TOKENS_MAX = 4
};

/* What Kerberos is asked, and what it says to that. */
struct talk_token {
	const char *challenge; /* NULL: nothing */
	const char *token;     /* NULL: nothing */
	const char *why;       /* there is none for */
	bool is_through;
};

/* What the tunnel has to say, and what the proxy answers to it. */
struct talk_step {
	struct ph_span want; /* exactly; ptr NULL: not looked at */
	const char *has;     /* or a part of it */
	struct ph_span give;
	bool hangs_up; /* behind it; what follows is over a new connection
	                  where the tunnel asks for one */
};

struct talk {
	const char *name;
	enum ph_tunnel_protocol protocol;
	const char *host; /* NULL: mail.example.com */
	const char *user; /* NULL: no login */
	const char *domain;
	bool encrypted;
	bool has_tokens;
	struct talk_token tokens[TALK_TOKENS_MAX];
	struct talk_step steps[TALK_STEPS_MAX];
	enum ph_cause cause; /* NONE: it opens */
	const char *text;    /* a part of the fault's, or of the advice */
	struct ph_span surplus;
	const char *scheme;
	unsigned reconnects;
};

extern const struct talk talks[];
extern const size_t talk_count;

/* What deliver/ gives to a tunnel. */
extern const struct ph_tunnel_tools talk_tools;

struct ph_tunnel_options talk_options(const struct talk *row);

/* Answers what the tunnel asks of Kerberos, as the row has it; *at counts, and
   begins at 0. */
void talk_give(const struct talk *row, size_t *at, struct ph_tunnel *t);

#endif
