#ifndef PH_FOREIGN_FORMATS_H
#define PH_FOREIGN_FORMATS_H

#include "foreign/reader.h"
#include "foreign/writer.h"

/* The readers and writers that format.c has in its table. */
typedef enum ph_err ph_foreign_read_fn(struct ph_foreign_reader *r);
typedef enum ph_err ph_foreign_write_fn(struct ph_foreign_writer *w);

ph_foreign_read_fn ph_foreign_read_msmtprc;
ph_foreign_read_fn ph_foreign_read_mailrc;
ph_foreign_read_fn ph_foreign_read_swaks;
ph_foreign_read_fn ph_foreign_read_url;
ph_foreign_read_fn ph_foreign_read_nodemailer;
ph_foreign_read_fn ph_foreign_read_autoconfig;
ph_foreign_read_fn ph_foreign_read_postfix;
ph_foreign_read_fn ph_foreign_read_curl;

ph_foreign_write_fn ph_foreign_write_msmtprc;
ph_foreign_write_fn ph_foreign_write_nodemailer;
ph_foreign_write_fn ph_foreign_write_postfix;
ph_foreign_write_fn ph_foreign_write_curl;

#endif
