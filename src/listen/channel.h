#ifndef PH_LISTEN_CHANNEL_H
#define PH_LISTEN_CHANNEL_H

#include "io/stream.h"
#include "sasl/mechanism.h"

/* What a login over this stream can be bound to (-PLUS); its bytes are the
   stream's. */
struct ph_sasl_channel ph_listen_channel(
    const struct ph_stream *stream, bool plaintext_allowed);

#endif
