#ifndef PH_TESTS_SMTP_TALK_H
#define PH_TESTS_SMTP_TALK_H

#include "base/buf.h"
#include "smtp/client.h"

/* A client, and a server played by hand. */
extern struct ph_smtp_client *c;
extern ph_msec now;
/* Written by the client, all of it. */
extern struct ph_buf wire;
/* From a@c to b@s. */
extern const struct ph_envelope one;

void start(const struct ph_smtp_options *options);
void stop(void);
/* What the server says. */
void say(const char *text);
/* Writes all that waits. */
void flush(void);
/* The same, and keeps nothing: memory may be out. */
void drop(void);
/* The next event of this type; those before it are dropped. */
bool next(enum ph_smtp_event_type type, struct ph_smtp_event *ev);
/* A greeting, and that for EHLO. */
void open_session(const char *ehlo);
/* A mail with this envelope, and the whole of its content. */
enum ph_err submit(uint64_t id, uint64_t size);
enum ph_err give(uint64_t id, const char *text);
/* A mail by DATA that is taken: CHUNKING may be used from now on. */
void prove(void);

#endif
