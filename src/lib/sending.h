#ifndef PH_LIB_SENDING_H
#define PH_LIB_SENDING_H

#include "base/arena.h"
#include "connection/connection.h"
#include "deliver/content.h"
#include "lib/mail.h"
#include "smtp/envelope.h"

/* A mail made ready for one sending: its content and its envelope. */
struct ph_lib_sending {
	struct ph_arena arena; /* the envelope */
	struct ph_content *content;
	struct ph_envelope envelope;
};

/* The connection gives what the mail leaves out.  Everything is copied from the
   mail but the bytes of a ready-made message.  PH_EINVAL, PH_ENOTFOUND, PH_EIO,
   PH_ETOOBIG, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_lib_sending_make(const struct ph_mail *mail,
    const struct ph_connection *conn, struct ph_lib_sending *out,
    struct ph_fault *fault);
void ph_lib_sending_release(struct ph_lib_sending *s);

#endif
