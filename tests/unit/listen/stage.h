#ifndef PH_TESTS_LISTEN_STAGE_H
#define PH_TESTS_LISTEN_STAGE_H

#include "listen/server.h"

enum {
	TURNS_MAX = 2000,
	CLIENTS_MAX = 4
};

/* The server, a handler that does what the test says, and clients on plain
   sockets in the same process. */
struct stage {
	struct ph_loop *loop;
	struct ph_server *server;
	struct ph_server_config config;
	struct ph_timer *pulse; /* no turn waits longer */
	int clients[CLIENTS_MAX];
	struct ph_buf heard[CLIENTS_MAX];

	/* the handler */
	struct ph_buf log;
	struct ph_smtpd_reply on_mail, on_rcpt, on_content, on_end;
	struct ph_server_mail *waiting; /* whose answer was put off */
	bool stopped;
};

extern const struct ph_server_handler stage_handler;

/* At the free port of 127.0.0.1; config may be NULL. */
void stage_open(struct stage *t, const struct ph_server_config *config);
void stage_close(struct stage *t);

/* A client comes, goes, says something. */
void join(struct stage *t, size_t i);
void leave(struct stage *t, size_t i);
void send_text(struct stage *t, size_t i, const char *text);
/* Comes, and says EHLO. */
void hello(struct stage *t, size_t i);

/* Turns the loop once, and hears what the clients are told. */
void turn(struct stage *t);
/* Turns the loop until client i has heard what, which must come; what was heard
   up to there is dropped. */
void expect(struct stage *t, size_t i, const char *what);
/* Turns the loop until the handler has said all this since the last time: its
   calls by name, and before "mail" who logged in, as "PLAIN/ann". */
void expect_log(struct stage *t, const char *what);

#define ENVELOPE "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

#endif
