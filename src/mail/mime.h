#ifndef PH_MAIL_MIME_H
#define PH_MAIL_MIME_H

/* Starts GMime, once for the process, on first need: loading its tables costs
   more than a plain conversation with a server.  Any thread. */
void ph_mime_start(void);

#endif
