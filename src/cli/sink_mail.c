#include "cli/sink_mail.h"

#include "base/arena.h"
#include "cli/json.h"
#include "mail/header.h"
#include "mail/scan.h"

#include <stdlib.h>

enum {
	/* Where the subject is looked for. */
	HEADER_MAX = 64 * 1024,
	SUBJECT_MAX = 64 * 1024,
	RECIPIENTS_MAX = 64 * 1024 * 1024,
	ADDRESS_MAX = 1024,
	/* For clients that are here when the last message wanted has come. */
	GRACE_MS = 5 * 1000
};

struct ph_sink_message {
	struct ph_sink_message *next; /* among the spare ones */
	struct ph_buf from;
	struct ph_buf to; /* each with a NUL behind it */
	struct ph_buf header;
	bool header_whole;
	uint64_t size;
	struct ph_maildir_message *file;
	bool failed; /* it could not be written */
};

static const struct ph_smtpd_reply sender_ok = { 250, "2.1.0", "Sender OK",
	PH_PHRASE_SENDER_OK };
static const struct ph_smtpd_reply rcpt_ok = { 250, "2.1.5", "Recipient OK",
	PH_PHRASE_RECIPIENT_OK };
static const struct ph_smtpd_reply go_on = { 354, NULL,
	"End with <CRLF>.<CRLF>", PH_PHRASE_GO_AHEAD };
static const struct ph_smtpd_reply taken = { 250, "2.0.0", "Taken",
	PH_PHRASE_TAKEN };
static const struct ph_smtpd_reply no_memory = { 452, "4.3.0",
	"Out of memory" };
static const struct ph_smtpd_reply no_storage = { 452, "4.3.1",
	"Insufficient system storage" };
static const struct ph_smtpd_reply ending = { 421, "4.3.2", "Shutting down" };

static struct ph_sink_message *message_new(struct ph_sink *s)
{
	struct ph_sink_message *m = s->spare;

	if (m != NULL) {
		s->spare = m->next;
		return m;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return NULL;
	ph_buf_init(&m->from, ADDRESS_MAX);
	ph_buf_init(&m->to, RECIPIENTS_MAX);
	ph_buf_init(&m->header, HEADER_MAX);
	return m;
}

static void message_free(struct ph_sink_message *m)
{
	ph_maildir_abort(m->file);
	ph_buf_release(&m->from);
	ph_buf_release(&m->to);
	ph_buf_release(&m->header);
	free(m);
}

/* Ends a transaction. */
static void message_put(struct ph_sink *s, struct ph_server_mail *mail)
{
	struct ph_sink_message *m = mail->data;

	mail->data = NULL;
	ph_maildir_abort(m->file);
	m->file = NULL;
	m->failed = false;
	m->header_whole = false;
	m->size = 0;
	ph_buf_clear(&m->from);
	/* A long list is rare, and not kept for those that are short. */
	if (m->to.cap > ADDRESS_MAX)
		ph_buf_release(&m->to);
	ph_buf_clear(&m->to);
	ph_buf_clear(&m->header);
	m->next = s->spare;
	s->spare = m;
}

void ph_sink_release(struct ph_sink *s)
{
	while (s->spare != NULL) {
		struct ph_sink_message *next = s->spare->next;

		message_free(s->spare);
		s->spare = next;
	}
}

static bool is_full(const struct ph_sink *s)
{
	return s->count_max > 0 && s->count >= s->count_max;
}

static struct ph_smtpd_reply on_mail(
    void *ctx, struct ph_server_mail *mail, const struct ph_smtpd_mail *sender)
{
	struct ph_sink *s = ctx;

	if (is_full(s))
		return ending;

	struct ph_sink_message *m = message_new(s);

	if (m == NULL)
		return no_memory;
	mail->data = m;
	if (ph_buf_append(&m->from, sender->sender) == PH_OK)
		return sender_ok;
	message_put(s, mail);
	return no_memory;
}

static struct ph_smtpd_reply on_rcpt(
    void *ctx, struct ph_server_mail *mail, const struct ph_smtpd_rcpt *rcpt)
{
	struct ph_sink_message *m = mail->data;
	size_t before = m->to.len;

	(void)ctx;
	if (ph_buf_append(&m->to, rcpt->address) == PH_OK &&
	    ph_buf_append_char(&m->to, '\0') == PH_OK) {
		return rcpt_ok;
	}
	m->to.len = before;
	return no_memory;
}

/* Said once, until it works again: a full disk is full for many messages. */
static void storage_failed(
    struct ph_sink *s, struct ph_sink_message *m, const struct ph_fault *fault)
{
	ph_maildir_abort(m->file);
	m->file = NULL;
	m->failed = true;
	if (!s->storage_failed)
		(void)ph_cli_fault(s->cli, fault);
	s->storage_failed = true;
}

static struct ph_smtpd_reply on_content(void *ctx, struct ph_server_mail *mail)
{
	struct ph_sink *s = ctx;
	struct ph_sink_message *m = mail->data;
	struct ph_fault fault = { 0 };

	if (s->maildir == NULL ||
	    ph_maildir_begin(s->maildir, &m->file, &fault) == PH_OK) {
		return go_on;
	}
	storage_failed(s, m, &fault);
	message_put(s, mail);
	return no_storage;
}

/* Gathers the header section up to its empty line, as far as it is looked
   at. */
static void gather_header(struct ph_sink_message *m, struct ph_span octets)
{
	size_t room = m->header.max - m->header.len;
	size_t from = m->header.len < 3 ? 0 : m->header.len - 3;
	struct ph_span part =
	    octets.len < room ? octets : ph_span_first(octets, room);

	if (part.len == 0 || ph_buf_append(&m->header, part) != PH_OK) {
		m->header_whole = true;
		return;
	}
	m->header_whole = m->header.len == m->header.max ||
	    memmem(m->header.ptr + from, m->header.len - from, "\r\n\r\n", 4) !=
		NULL;
}

static void on_body(
    void *ctx, struct ph_server_mail *mail, struct ph_span octets)
{
	struct ph_sink *s = ctx;
	struct ph_sink_message *m = mail->data;
	struct ph_fault fault = { 0 };

	m->size += octets.len;
	if (!m->header_whole && !s->cli->quiet)
		gather_header(m, octets);
	if (m->file != NULL &&
	    ph_maildir_write(m->file, octets, &fault) != PH_OK) {
		storage_failed(s, m, &fault);
	}
}

/* The subject for people, "" when there is none. */
static json_t *subject(const struct ph_sink_message *m)
{
	struct ph_span rest = ph_buf_span(&m->header);
	struct ph_header_field field;
	struct ph_buf text;
	json_t *j = NULL;
	enum ph_err err = ph_header_next(&rest, &field);

	while (err == PH_EPROTO ||
	    (err == PH_OK &&
		!ph_span_eq_nocase(field.name, PH_SPAN("Subject")))) {
		err = ph_header_next(&rest, &field);
	}
	if (err != PH_OK)
		return ph_json_str("");
	ph_buf_init(&text, SUBJECT_MAX);
	err = ph_header_decode(field.value, &text);
	j = ph_json_text(err == PH_OK ? ph_buf_span(&text) : field.value);
	ph_buf_release(&text);
	return j;
}

static json_t *recipients(const struct ph_sink_message *m)
{
	struct ph_span rest = ph_buf_span(&m->to);
	struct ph_span one;
	json_t *list = json_array();

	while (rest.len > 0 && ph_span_split(&rest, '\0', &one))
		ph_json_add(list, ph_json_text(one));
	return list;
}

static json_t *login(const struct ph_server_client *c)
{
	json_t *j = NULL;

	if (c->mechanism == NULL)
		return json_null();
	j = json_object();
	ph_json_put(j, "mechanism", ph_json_str(c->mechanism));
	ph_json_put(j, "username", ph_json_text(c->username));
	return j;
}

static void print(
    struct ph_sink *s, const struct ph_server_mail *mail, const char *path)
{
	const struct ph_sink_message *m = mail->data;
	json_t *j = json_object();

	ph_json_put(j, "n", json_integer((json_int_t)s->count));
	ph_json_put(j, "from", ph_json_text(ph_buf_span(&m->from)));
	ph_json_put(j, "to", recipients(m));
	ph_json_put(j, "size", json_integer((json_int_t)m->size));
	ph_json_put(j, "auth", login(mail->client));
	ph_json_put(j, "tls", ph_json_str_or_null(mail->client->tls));
	ph_json_put(j, "path", ph_json_str_or_null(path));
	ph_json_put(j, "subject", subject(m));
	s->exit = ph_json_print(&j);
	/* The reader has gone: there is nobody left to do this for. */
	if (s->exit != PH_EXIT_OK)
		ph_server_stop(s->server, 0);
}

/* Keeps it.  False: it could not be kept. */
static bool keep(
    struct ph_sink *s, struct ph_sink_message *m, const char **path)
{
	struct ph_maildir_message *file = m->file;
	struct ph_fault fault = { 0 };

	if (m->failed)
		return false;
	if (file == NULL)
		return true;
	m->file = NULL;
	if (ph_maildir_commit(file, s->sync, path, &fault) != PH_OK) {
		storage_failed(s, m, &fault);
		return false;
	}
	s->storage_failed = false;
	return true;
}

static struct ph_smtpd_reply on_end(void *ctx, struct ph_server_mail *mail)
{
	struct ph_sink *s = ctx;
	struct ph_smtpd_reply reply = taken;
	const char *path = NULL;

	if (is_full(s)) {
		reply = ending;
	} else if (!keep(s, mail->data, &path)) {
		reply = no_storage;
	} else {
		s->count++;
		if (!s->cli->quiet)
			print(s, mail, path);
		if (is_full(s) && s->exit == PH_EXIT_OK)
			ph_server_drain(s->server, GRACE_MS);
	}
	message_put(s, mail);
	return reply;
}

static void on_abort(void *ctx, struct ph_server_mail *mail)
{
	if (mail->data != NULL)
		message_put(ctx, mail);
}

static void on_stopped(void *ctx)
{
	struct ph_sink *s = ctx;

	s->stopped = true;
}

static void on_injected(void *ctx, uint64_t session, const char *what)
{
	const struct ph_sink *s = ctx;

	ph_cli_note(
	    s->cli, "session %llu: %s", (unsigned long long)session, what);
}

const struct ph_server_handler ph_sink_handler = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.content = on_content,
	.body = on_body,
	.end = on_end,
	.abort = on_abort,
	.stopped = on_stopped,
	.injected = on_injected,
};
