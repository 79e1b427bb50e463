#ifndef PH_FOREIGN_URI_H
#define PH_FOREIGN_URI_H

#include "foreign/reader.h"

/* SCHEME://[USER[:PASSWORD]@]HOST[:PORT][/PATH][?QUERY], as people write it:
   the parts are as they stand there, with their %XX.  Borrowed. */
struct ph_foreign_uri {
	struct ph_span scheme;
	struct ph_span user;
	struct ph_span password;
	struct ph_span host; /* brackets taken off */
	struct ph_span port; /* empty: none */
	struct ph_span path; /* without the first / */
	struct ph_span query;
	bool has_user;
	bool has_password;
};

/* False: there is no scheme before ://. */
bool ph_foreign_uri_split(struct ph_span text, struct ph_foreign_uri *out);

/* smtp, smtps and others that url.c knows, and PROVIDER+smtp. */
bool ph_foreign_uri_is_mail(struct ph_span scheme);

/* A part without its %XX, as a setting or a secret.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_uri_set(struct ph_foreign_reader *r,
    const char *setting, struct ph_span part, const char *what);
PH_MUST_USE enum ph_err ph_foreign_uri_keep(struct ph_foreign_reader *r,
    enum ph_role role, struct ph_span part, const char *what);
/* Its user name and password. */
PH_MUST_USE enum ph_err ph_foreign_uri_login(struct ph_foreign_reader *r,
    const struct ph_foreign_uri *uri, const char *what);

/* The URL of a proxy, with or without a scheme (http then). */
PH_MUST_USE enum ph_err ph_foreign_uri_proxy(
    struct ph_foreign_reader *r, struct ph_span url, const char *what);

/* Appends text with %XX for all but letters, digits and -._~ */
PH_MUST_USE enum ph_err ph_foreign_uri_escape(
    struct ph_buf *b, struct ph_span text);

#endif
