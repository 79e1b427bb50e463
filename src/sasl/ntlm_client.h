#ifndef PH_SASL_NTLM_CLIENT_H
#define PH_SASL_NTLM_CLIENT_H

#include "sasl/engine.h"

/* NTLM as a mechanism of SASL: the messages of ntlm.h, the first of them with
   AUTH.  libgsasl's own speaks version 1. */
extern const struct ph_sasl_engine ph_ntlm_client;

#endif
