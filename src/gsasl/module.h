#ifndef PH_GSASL_MODULE_H
#define PH_GSASL_MODULE_H

#include "sasl/gsasl.h"

/* The only room that sees libgsasl.  Its one export; nothing else may be called
   from outside. */
extern const struct ph_gsasl ph_gsasl_module;

/* client.c */
PH_MUST_USE enum ph_err ph_gsasl_client_begin(
    const struct ph_sasl_mechanism *row, const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, void **out);
void ph_gsasl_client_end(void *state);
PH_MUST_USE enum ph_err ph_gsasl_client_step(void *state,
    struct ph_span challenge, struct ph_buf *out, struct ph_buf *remark);

/* server.c */
PH_MUST_USE enum ph_err ph_gsasl_server_new(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_users *users, const struct ph_sasl_channel *channel,
    struct ph_gsasl_server **out);
void ph_gsasl_server_free(struct ph_gsasl_server *s);
PH_MUST_USE enum ph_err ph_gsasl_server_step(
    struct ph_gsasl_server *s, struct ph_span response, struct ph_buf *out);
struct ph_span ph_gsasl_server_username(const struct ph_gsasl_server *s);

#endif
