#ifndef PH_SMTPD_PARAMETER_H
#define PH_SMTPD_PARAMETER_H

#include "smtpd/command.h"

/* Reads the ESMTP parameters behind the path of MAIL or RCPT (out->verb says
   which) into *out.  NULL, or the refusal. */
const struct ph_smtpd_reply *ph_smtpd_parameters_read(
    struct ph_span text, struct ph_smtpd_command *out);

#endif
