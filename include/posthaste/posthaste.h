#ifndef POSTHASTE_H
#define POSTHASTE_H

/* libposthaste: hands mail to an SMTP server (RFC 5321) and says, for each
   recipient, what became of it.

       struct ph_mailer *m;
       struct ph_mail *mail;
       struct ph_receipt *r;

       ph_mailer_new(NULL, &m);
       ph_mailer_set(m, "host", "smtp.example.com");
       ph_mailer_set(m, "username", "ann@example.com");
       ph_mailer_set_password(m, password, strlen(password));
       ph_mail_new(&mail);
       ph_mail_set_from(mail, "Ann <ann@example.com>");
       ph_mail_add_to(mail, "bob@example.net");
       ph_mail_set_subject(mail, "Hello");
       ph_mail_set_text(mail, "Hello, Bob!\n");
       if (ph_mailer_send(m, mail, &r) != PH_STATUS_OK)
               puts(ph_mailer_problem(m)->text);

   Each call's result is checked in a real program; examples/ has two.

   A mailer is one way to one server, with at most one connection open at a
   time.  ph_mailer_connect() opens it, any number of ph_mailer_send() use it,
   ph_mailer_disconnect() ends it; ph_mailer_send() by itself does all three.

   Threads.  Different objects may be used by different threads at the same time
   without any locking; calls on one mailer from several threads wait for one
   another.  A mail is not locked: no thread may change it while another sends
   it.  Nothing is shared between mailers, no signal handler is installed,
   SIGPIPE is never raised, and nothing is read from the terminal.

   Text is UTF-8, and strings end in NUL.  Every string and array given is
   copied unless it says otherwise.  What is returned is valid as long as the
   object it came from, unless it says otherwise.  Objects begin at ..._new()
   and end at ..._free(), which accepts NULL.

   Binary compatibility.  Structs that the caller fills begin with their size,
   so that later versions can add fields at their end; structs that the library
   fills are only ever handed out by pointer, and grow at their end too.  Enums
   may get new values: treat an unknown one as the nearest sensible class. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
# define PH_API __attribute__((visibility("default")))
#else
# define PH_API
#endif

#define PH_VERSION_MAJOR 0
#define PH_VERSION_MINOR 1
#define PH_VERSION_PATCH 0

/* "0.1.0", of the library that is running.  Never NULL. */
PH_API const char *ph_library_version(void);

/* What a call came to, by what the caller can do about it.  PH_STATUS_OK is
   0. */
enum ph_status {
	PH_STATUS_OK = 0,
	PH_STATUS_ARGUMENT = 1, /* the call was wrong: NULL, an unknown setting,
	                            a value that is none, a wrong order */
	PH_STATUS_INPUT = 2,    /* an address, file or message cannot be used */
	PH_STATUS_CONFIG = 3,   /* settings, encryption or certificate are not
	                            as required; no mechanism in common */
	PH_STATUS_NO_HOST = 4,  /* there is no such host */
	PH_STATUS_TEMPORARY = 5, /* try again later: no connection, 4xx */
	PH_STATUS_LOGIN = 6,     /* the server refused user name or password */
	PH_STATUS_REFUSED = 7,   /* the server refused for good: 5xx */
	PH_STATUS_UNSURE = 8, /* the connection was lost between the end of the
	                            message and its answer: it may have been
	                            delivered (RFC 1047); do not send it again
	                            without thought */
	PH_STATUS_PROTOCOL = 9, /* the other side does not speak SMTP */
	PH_STATUS_SYSTEM = 10   /* out of memory, or the system failed */
};

/* "ok", "argument", "input", ...; "unknown" for a number that is none. */
PH_API const char *ph_status_name(enum ph_status status);

/* What became of a recipient, or of a message. */
enum ph_fate {
	PH_FATE_DELIVERED =
	    0,              /* the server took it: 250 to the end of the data */
	PH_FATE_RETRY = 1,  /* not taken now; it may be sent again */
	PH_FATE_FAILED = 2, /* refused for good */
	PH_FATE_UNSURE = 3, /* see PH_STATUS_UNSURE */
	PH_FATE_PARTIAL = 4 /* a message only: its recipients differ */
};

/* "delivered", "retry", "failed", "unsure", "partial"; "unknown". */
PH_API const char *ph_fate_name(enum ph_fate fate);

/* What went wrong.  Strings are never NULL; "" where there is nothing to
   say. */
struct ph_problem {
	enum ph_status status;
	/* One word for a program: "connect-refused", "cert-expired",
	   "auth-refused".  "none" when nothing is wrong. */
	const char *cause;
	/* How far it got: config dns connect proxy greeting tls ehlo auth mail
	   rcpt data quit. */
	const char *stage;
	/* The setting it is most likely about: "host", "password" ... */
	const char *setting;
	/* One line for a person, with the server's own words. */
	const char *text;
	/* And what to do about it, a sentence. */
	const char *advice;
	int code;             /* the server's reply code, or 0 */
	const char *enhanced; /* its enhanced code "5.7.8" (RFC 3463), or "" */
	/* With the cause "rate-limited": in so many milliseconds it may be sent
	   by the connection's rate and quota; otherwise 0. */
	int64_t retry_ms;
};

/* ------------------------------------------------------------------ mail */

/* A message with its recipients.  It can be sent any number of times, by any
   number of mailers; each sending is a message of its own, with its own Date
   and Message-ID (unless it is a ready-made one that has them). */
struct ph_mail;

/* PH_STATUS_SYSTEM: out of memory. */
PH_API enum ph_status ph_mail_new(struct ph_mail **out);
PH_API void ph_mail_free(struct ph_mail *mail);

/* Why the last call on mail failed.  Valid until the next one; never NULL. */
PH_API const struct ph_problem *ph_mail_problem(const struct ph_mail *mail);

/* Each returns PH_STATUS_OK; PH_STATUS_INPUT with ph_mail_problem() when the
   value cannot be used; PH_STATUS_ARGUMENT for NULL; PH_STATUS_SYSTEM. */

/* The author, in any shape people write: "a@b", "Ann <a@b>".  Also the
   envelope's sender, unless ph_mail_set_sender() names another.  Left out: the
   connection's `from`. */
PH_API enum ph_status ph_mail_set_from(struct ph_mail *mail, const char *from);
/* The envelope's sender (MAIL FROM), where bounces go; "<>" or "" is the null
   sender (RFC 5321 4.5.5). */
PH_API enum ph_status ph_mail_set_sender(
    struct ph_mail *mail, const char *sender);
/* One address or a list of them, separated by commas, semicolons or line ends;
   they add up.  Bcc is never written into the message. */
PH_API enum ph_status ph_mail_add_to(struct ph_mail *mail, const char *list);
PH_API enum ph_status ph_mail_add_cc(struct ph_mail *mail, const char *list);
PH_API enum ph_status ph_mail_add_bcc(struct ph_mail *mail, const char *list);
PH_API enum ph_status ph_mail_add_reply_to(
    struct ph_mail *mail, const char *list);

PH_API enum ph_status ph_mail_set_subject(
    struct ph_mail *mail, const char *subject);
/* The text, and the same as HTML: both together become alternatives.  Any line
   ends. */
PH_API enum ph_status ph_mail_set_text(struct ph_mail *mail, const char *text);
PH_API enum ph_status ph_mail_set_html(struct ph_mail *mail, const char *html);
/* The charset to write with: the subject, names, texts and names of files.
   "utf-8", "iso-8859-15", "windows-1252", "iso-2022-jp" ...  (posthaste-send(1)
   has them all), or "auto": the connection's code-page where it holds all of
   the message, else utf-8.  Left out: the connection's code-page, which is
   utf-8 unless set.  A character it lacks is found when sending, and named. */
PH_API enum ph_status ph_mail_set_charset(
    struct ph_mail *mail, const char *charset);
/* A header field more, its value not yet encoded.  Names that the library
   writes itself are refused when sending. */
PH_API enum ph_status ph_mail_add_header(
    struct ph_mail *mail, const char *name, const char *value);
/* 1 (highest) to 5 (lowest); 0: none. */
PH_API enum ph_status ph_mail_set_priority(
    struct ph_mail *mail, unsigned priority);

/* A file, opened and read while sending, never wholly in memory.  name (NULL:
   the last part of path) is what the recipient sees, type (NULL: by the name)
   its media type. */
PH_API enum ph_status ph_mail_attach(
    struct ph_mail *mail, const char *path, const char *name, const char *type);
/* The same as part of the HTML, which refers to it as "cid:NAME". */
PH_API enum ph_status ph_mail_attach_inline(
    struct ph_mail *mail, const char *path, const char *name, const char *type);

/* A ready-made message (RFC 5322) instead of all but sender and recipients.
   Line ends and lines over 998 octets are mended, Bcc is taken out.  The bytes
   may hold anything but NUL.  Recipients come from ph_mail_add_to() and its
   kin, or from the message's own header. */
PH_API enum ph_status ph_mail_set_raw_file(
    struct ph_mail *mail, const char *path);
PH_API enum ph_status ph_mail_set_raw_bytes(
    struct ph_mail *mail, const void *bytes, size_t len);
/* With a ready-made message: send it to its To, Cc and Bcc too. */
PH_API enum ph_status ph_mail_use_header_recipients(
    struct ph_mail *mail, bool on);

/* What the server is asked to report back, where it can (DSN, RFC 3461 4.1):
   any of the bits; 0 leaves it to the server. */
enum ph_report {
	PH_REPORT_SUCCESS = 1,
	PH_REPORT_FAILURE = 2,
	PH_REPORT_DELAY = 4,
	PH_REPORT_NEVER = 8 /* alone */
};
PH_API enum ph_status ph_mail_set_report(struct ph_mail *mail, unsigned bits);

/* --------------------------------------------------------------- receipt */

struct ph_receipt_rcpt {
	const char *address;
	enum ph_fate fate;
	const char *stage;    /* where it was decided: "rcpt", "data" ... */
	int code;             /* the reply that decided it; 0: none came */
	const char *enhanced; /* "2.0.0", or "" */
	const char *text; /* the server's words; lines joined by LF; or "" */
	const char *server_id; /* what the server calls the message, or "" */
};

/* What became of one sending.  Owned by the caller: ph_receipt_free(). */
struct ph_receipt {
	enum ph_fate fate;
	const char *message_id; /* with <> */
	uint64_t size;          /* octets sent as content */
	size_t rcpt_count;
	const struct ph_receipt_rcpt *rcpts; /* in the order given: To, Cc, Bcc,
	                                        doubles left out */
	struct ph_problem problem; /* of the first recipient not served */
	size_t note_count;         /* what was mended, a sentence each */
	const char *const *notes;
};

PH_API void ph_receipt_free(struct ph_receipt *receipt);

/* ---------------------------------------------------------------- mailer */

struct ph_mailer;

/* One line of the conversation, secrets already removed. */
struct ph_transcript {
	double t_ms;       /* since the connection was begun */
	char direction;    /* '<' from the server, '>' to it, '*' a note */
	bool tls;          /* went through TLS */
	const char *stage; /* "greeting", "ehlo" ... */
	const char
	    *line;  /* without its end; may hold bytes that are no UTF-8 */
	size_t len; /* of line, which is followed by a NUL */
};

/* Called from within the mailer's calls, in their thread.  It must not call the
   mailer.  The struct is valid until it returns. */
typedef void ph_transcript_fn(void *ctx, const struct ph_transcript *t);

struct ph_mailer_options {
	size_t size; /* sizeof(struct ph_mailer_options) */
	/* A named connection of the configuration; NULL: settings only, unless
	   no host is set: then the default connection. */
	const char *connection;
	/* Another configuration: a directory with connections/ in it, or one
	   connection file.  NULL: the user's, then the system's. */
	const char *config;
	ph_transcript_fn *transcript; /* may be NULL */
	void *transcript_ctx;
};

/* options may be NULL.  PH_STATUS_ARGUMENT: a size that no version ever had;
   PH_STATUS_SYSTEM. */
PH_API enum ph_status ph_mailer_new(
    const struct ph_mailer_options *options, struct ph_mailer **out);
/* Cuts the connection if it is open; wipes the password. */
PH_API void ph_mailer_free(struct ph_mailer *m);

/* Why the last call on m failed.  Valid until the next one; never NULL.  Its
   status is PH_STATUS_OK when it did not fail. */
PH_API const struct ph_problem *ph_mailer_problem(const struct ph_mailer *m);

/* A setting by its name in connection files: "host", "port", "encryption",
   "username", "verify", "ca-file", "timeout", "proxy.host" ...;
   posthaste-connection(5) has them all.  It beats what a named connection says;
   a later one beats an earlier one; it counts from the next connect on.
   PH_STATUS_ARGUMENT: no such setting, or a value it does not take; the problem
   names the nearest. */
PH_API enum ph_status ph_mailer_set(
    struct ph_mailer *m, const char *name, const char *value);
/* All at once: smtp://user@host:port (TLS where offered), smtp+starttls://,
   smtps://, smtp+none://.  A password in it is taken. */
PH_API enum ph_status ph_mailer_set_url(struct ph_mailer *m, const char *url);
/* Any bytes but NUL.  Kept until the mailer ends, wiped then; NULL takes it
   back.  Without one, the connection's password-from is asked (never the
   terminal).

   It is an access token of OAuth 2.0 where "mechanisms" names OAUTHBEARER,
   XOAUTH2 or both and nothing else.  The tokens that `posthaste login` keeps
   for a named connection are used, and renewed in time, with no call at all. */
PH_API enum ph_status ph_mailer_set_password(
    struct ph_mailer *m, const void *password, size_t len);

/* What a secret is for. */
enum ph_secret_for {
	PH_SECRET_FOR_LOGIN = 0,     /* as ph_mailer_set_password() */
	PH_SECRET_FOR_PROXY = 1,     /* the password at the proxy */
	PH_SECRET_FOR_CLIENT_KEY = 2 /* the passphrase of client-key */
};
/* The same for each of them.  PH_STATUS_ARGUMENT: none of these. */
PH_API enum ph_status ph_mailer_set_secret(struct ph_mailer *m,
    enum ph_secret_for what, const void *secret, size_t len);

/* Looks up, connects, encrypts and logs in.  What was seen of the server before
   counts, and what is seen is remembered, in a small file below
   $XDG_STATE_HOME/posthaste, unless the setting "memory" is "no": so logins
   refused count against "attempts" over all processes, and so do connections
   against "sessions" where that is set, other mailers of this process among
   them: while as many are open to the server, the call waits, for at most the
   setting "timeout", and then fails with PH_STATUS_TEMPORARY and the cause
   "too-many-sessions".  PH_STATUS_OK also when it is connected already.
   Anything but PH_STATUS_ARGUMENT and PH_STATUS_SYSTEM is about the server or
   the settings, see ph_mailer_problem(). */
PH_API enum ph_status ph_mailer_connect(struct ph_mailer *m);

/* Sends one message and waits for the server's answer.  Not connected: connects
   before and disconnects after.  Connected: the connection stays open; it is
   made anew when the server had closed it in between, or when it has served as
   many messages, or as long, as the connection's settings allow.

   The settings "rate" and "quota" hold over all processes of the user (unless
   "memory" is "no").  The call waits until the rate lets the message go, for at
   most the setting "timeout" (30 seconds).  Where that would not be enough, or
   the quota is used up, nothing is sent: PH_STATUS_TEMPORARY, cause
   "rate-limited", and ph_mailer_problem() tells in retry_ms when it may be.

   PH_STATUS_OK: every recipient was taken.  Otherwise the status of the first
   one that was not, and ph_mailer_problem() has the rest of it.

   *out (which may be NULL) is the receipt whenever the message came as far as
   the server, and NULL otherwise. */
PH_API enum ph_status ph_mailer_send(
    struct ph_mailer *m, const struct ph_mail *mail, struct ph_receipt **out);

/* QUIT, and waits for its answer a little.  Nothing when not connected. */
PH_API void ph_mailer_disconnect(struct ph_mailer *m);
PH_API bool ph_mailer_is_connected(const struct ph_mailer *m);

/* What is known of the server; strings are "" where nothing is. */
struct ph_peer {
	const char *host;
	const char *address; /* "192.0.2.1"; "" through a proxy */
	unsigned port;
	const char *encryption; /* as asked for: "after-connect" ... */
	const char *tls;        /* "TLSv1.3", or "" in clear */
	const char *mechanism;  /* that logged in, or "" */
	const char *greeting;   /* "220 mail.example.com ESMTP" */
	/* What is to be known though it went on (encryption was `wanted` and is
	   missing, or not to be trusted; the version of TLS is broken ...),
	   "; " between; "" for nothing. */
	const char *warning;
};

/* Of the last connection.  Valid until the next call on m that may connect;
   NULL before the first. */
PH_API const struct ph_peer *ph_mailer_peer(const struct ph_mailer *m);

#ifdef __cplusplus
}
#endif

#endif
