#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/json.h"
#include "cli/letter.h"
#include "cli/progress.h"
#include "cli/receipt.h"
#include "cli/server.h"
#include "cli/talk.h"
#include "cli/transcript.h"

#include <inttypes.h>

static const struct ph_option options[] = {
	{ "", 0, NULL, "Message", 0 },
	{ "from", 'f', "ADDRESS", "The sender; usual: that of the connection",
	    PH_LETTER_KEY_FROM },
	{ "to", 0, "ADDRESSES", "Recipients, separated by commas",
	    PH_LETTER_KEY_TO },
	{ "cc", 0, "ADDRESSES", "Recipients of a copy", PH_LETTER_KEY_CC },
	{ "bcc", 'b', "ADDRESSES", "Recipients whom nobody sees",
	    PH_LETTER_KEY_BCC },
	{ "reply-to", 0, "ADDRESSES", "Where answers go",
	    PH_LETTER_KEY_REPLY_TO },
	{ "subject", 's', "TEXT", "The subject", PH_LETTER_KEY_SUBJECT },
	{ "text", 0, "TEXT", "The text; usual: what standard input holds",
	    PH_LETTER_KEY_TEXT },
	{ "html", 0, "HTML", "The text as HTML; with --text both are sent",
	    PH_LETTER_KEY_HTML },
	{ "text-file", 0, "FILE", "The text from a file (- is standard input)",
	    PH_LETTER_KEY_TEXT_FILE },
	{ "html-file", 0, "FILE", "The HTML from a file",
	    PH_LETTER_KEY_HTML_FILE },
	{ "attach", 'a', "FILE",
	    "Attach a file; ;type=TYPE and ;name=NAME "
	    "may follow its name",
	    PH_LETTER_KEY_ATTACH },
	{ "inline", 0, "FILE",
	    "A picture that the HTML shows as cid:NAME, with the same after "
	    "its name",
	    PH_LETTER_KEY_INLINE },
	{ "header", 'H', "'NAME: VALUE'", "One more header field",
	    PH_LETTER_KEY_HEADER },
	{ "priority", 0, "WORD", "highest, high, normal, low or lowest",
	    PH_LETTER_KEY_PRIORITY },
	{ "charset", 0, "NAME",
	    "Write the message in this charset; auto: UTF-8 where need be",
	    PH_LETTER_KEY_CHARSET },
	{ "request-receipt", 0, NULL, "Ask the reader for a receipt",
	    PH_LETTER_KEY_RECEIPT },
	{ "raw", 0, "FILE",
	    "Send a ready-made message from a file (- is standard input)",
	    PH_LETTER_KEY_RAW },
	{ "read-recipients", 't', NULL,
	    "Take the recipients from its To, Cc and Bcc",
	    PH_LETTER_KEY_READ_RECIPIENTS },
	{ "dsn", 0, "LIST",
	    "Ask the servers for reports on success, failure, delay; or never",
	    PH_LETTER_KEY_DSN },
	PH_SERVER_OPTIONS,
	{ NULL },
};

/* One run. */
struct sending {
	struct ph_cli *cli;
	struct ph_options options;
	struct ph_letter letter;
	struct ph_cli_server server;
	struct ph_transcript transcript;
	struct ph_talk talk;
	struct ph_receipt receipt;
	struct ph_memory_booking booking;
};

static void release(struct sending *s)
{
	ph_receipt_release(&s->receipt);
	ph_talk_release(&s->talk);
	ph_letter_release(&s->letter);
	ph_cli_server_release(&s->server);
	ph_options_release(&s->options);
}

/* Everything that can be found wrong before a byte leaves this computer. */
static enum ph_err prepare(struct sending *s, struct ph_fault *fault)
{
	enum ph_err err = ph_letter_read(&s->letter, &s->options, fault);

	if (err != PH_OK)
		return err;
	err = ph_cli_server_find(s->cli, &s->options, &s->server, fault);
	if (err != PH_OK)
		return err;
	err = ph_letter_finish(&s->letter, &s->server.connection, fault);
	if (err != PH_OK)
		return err;
	err = ph_cli_server_unlock(&s->server, fault);
	if (err != PH_OK)
		return err;
	return ph_transcript_open(&s->transcript, &s->options, fault);
}

static const struct ph_body *body_of(const struct sending *s)
{
	return ph_message_body(ph_content_message(s->letter.content));
}

static enum ph_err check_size(const struct sending *s, struct ph_fault *fault)
{
	uint64_t limit = s->server.connection.size;

	if (limit == 0 || body_of(s)->size <= limit)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_TOO_BIG, PH_STAGE_CONFIG,
	    "the message has %" PRIu64
	    " octets, and this connection allows %" PRIu64,
	    body_of(s)->size, limit);
	return PH_EINVAL;
}

/* As many transactions as the limits of connection and server make of it. */
static enum ph_err deliver(struct sending *s, struct ph_fault *fault)
{
	const struct ph_envelope envelope = {
		.sender = s->letter.sender.envelope,
		.rcpts = s->letter.rcpts,
		.rcpt_count = s->letter.rcpt_count,
	};
	const struct ph_job job = {
		.content = s->letter.content,
		.envelope = &envelope,
		.id = 1,
	};
	struct ph_delivery *delivery = NULL;
	struct ph_progress progress = { 0 };
	enum ph_err err;

	ph_progress_begin(
	    &progress, s->cli, s->talk.loop, s->talk.session, body_of(s)->size);
	err = ph_session_deliver(s->talk.session, &job, &delivery, fault);
	ph_progress_end(&progress);
	if (err == PH_OK)
		s->receipt.delivery = delivery;
	return err;
}

static void carry(struct sending *s)
{
	struct ph_fault fault = { 0 };
	enum ph_err err = check_size(s, &fault);

	s->talk.weaker_max = 1;
	if (err == PH_OK) {
		err =
		    ph_talk_begin(&s->talk, &s->server, &s->transcript, &fault);
	}
	if (err == PH_OK) {
		err = ph_talk_book(
		    &s->talk, s->letter.rcpt_count, &s->booking, &fault);
	}
	if (err == PH_OK)
		err = ph_talk_connect(&s->talk, &fault);
	if (err == PH_OK) {
		err = deliver(s, &fault);
		ph_session_disconnect(s->talk.session);
	}
	ph_talk_remember(&s->talk);
	if (!ph_delivery_reached(s->receipt.delivery))
		ph_talk_unbook(&s->talk, &s->booking);
	if (err != PH_OK) {
		ph_receipt_miss(
		    &s->receipt, s->letter.rcpts, s->letter.rcpt_count, &fault);
	}
}

static const struct ph_session_facts *facts_of(const struct sending *s)
{
	return s->talk.session == NULL ? NULL
				       : ph_session_facts(s->talk.session);
}

static json_t *to_json(const struct sending *s)
{
	static const struct ph_session_timing none = { -1, -1, -1, -1, -1, -1,
		-1, -1, -1 };
	const struct ph_session_facts *facts = facts_of(s);
	json_t *j = json_object();
	bool has_content = s->letter.content != NULL;

	ph_json_put(
	    j, "ok", json_boolean(ph_receipt_exit(&s->receipt) == PH_EXIT_OK));
	ph_json_put(j, "outcome",
	    json_string(ph_outcome_name(ph_receipt_outcome(&s->receipt))));
	ph_json_put(j, "stage",
	    json_string(ph_stage_name(ph_receipt_stage(&s->receipt))));
	ph_json_put(j, "message_id",
	    has_content ? ph_json_text(ph_message_id(
			      ph_content_message(s->letter.content)))
			: json_null());
	ph_json_put(j, "size",
	    has_content ? json_integer((json_int_t)body_of(s)->size)
			: json_null());
	ph_json_put(
	    j, "server", facts == NULL ? json_null() : ph_facts_server(facts));
	ph_json_put(j, "attempts",
	    facts == NULL ? json_array() : ph_facts_attempts(facts));
	ph_json_put(j, "recipients", ph_receipt_recipients(&s->receipt));
	ph_json_put(
	    j, "warnings", ph_facts_warnings(&s->server.connection, facts));
	ph_json_put(j, "timing_ms",
	    ph_facts_timing(facts == NULL ? &none : &facts->timing));
	ph_json_put(j, "error", ph_json_fault(ph_receipt_fault(&s->receipt)));
	return j;
}

static void print_summary(const struct sending *s)
{
	const struct ph_session_facts *facts = facts_of(s);
	char place[PH_FACTS_PLACE_MAX];

	if (facts == NULL || s->receipt.delivery == NULL)
		return;
	ph_facts_place(facts, place);
	printf("%zu of %zu delivered by %s%s%s, %" PRIu64 " octets in %.2f s\n",
	    ph_receipt_delivered_count(&s->receipt), s->letter.rcpt_count,
	    place, facts->tls == NULL ? "" : " over ",
	    facts->tls == NULL ? "" : facts->tls->version, body_of(s)->size,
	    facts->timing.total < 0 ? 0 : facts->timing.total / 1000);
}

static void print_notes(const struct sending *s)
{
	const struct ph_session_facts *facts = facts_of(s);

	for (size_t i = 0; s->letter.content != NULL &&
	     ph_content_note(s->letter.content, i) != NULL;
	     i++) {
		ph_cli_note(
		    s->cli, "%s", ph_content_note(s->letter.content, i));
	}
	for (size_t i = 0; facts != NULL && i < facts->warning_count; i++)
		ph_cli_note(s->cli, "%s", facts->warnings[i]);
	if (ph_talk_note(&s->talk)[0] != '\0')
		ph_cli_note(s->cli, "%s", ph_talk_note(&s->talk));
	if (s->letter.notify != 0 && s->receipt.delivery != NULL &&
	    facts != NULL && facts->ehlo != NULL &&
	    !ph_ehlo_has(facts->ehlo, PH_EHLO_DSN)) {
		ph_cli_note(s->cli,
		    "the server offers no DSN: what --dsn asks for was not "
		    "passed on");
	}
}

static enum ph_exit report(struct sending *s)
{
	enum ph_exit result = ph_receipt_exit(&s->receipt);
	bool is_good = result == PH_EXIT_OK;
	struct ph_fault fault = { 0 };

	print_notes(s);
	if (s->cli->json) {
		json_t *doc = to_json(s);
		enum ph_exit printed = ph_json_print(&doc);

		/* It is sent, whether or not that is listened to. */
		if (is_good && printed != PH_EXIT_PIPE)
			result = printed;
	} else if (!(is_good && s->cli->quiet)) {
		ph_receipt_print(&s->receipt);
		print_summary(s);
		(void)fflush(stdout);
	}
	if (ph_fault_is_set(ph_receipt_fault(&s->receipt)))
		(void)ph_cli_fault(s->cli, ph_receipt_fault(&s->receipt));
	/* The message went out all the same: it is said and not more. */
	if (ph_transcript_close(&s->transcript, &fault) != PH_OK)
		ph_cli_note(s->cli, "%s", fault.text);
	return result;
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct sending s = { .cli = cli };
	struct ph_fault fault = { 0 };
	enum ph_exit result;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_send, argc, argv, &s.options);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	err = prepare(&s, &fault);
	if (err == PH_OK) {
		carry(&s);
	} else {
		ph_receipt_miss(
		    &s.receipt, s.letter.rcpts, s.letter.rcpt_count, &fault);
	}
	result = report(&s);
	release(&s);
	return result;
}

static json_t *make_document(const struct ph_fault *fault)
{
	struct sending s = { .receipt.why = *fault };

	return to_json(&s);
}

const struct ph_command ph_command_send = {
	.name = "send",
	.usage = "send [OPTION...] [ADDRESS...]",
	.summary = "Send one message and say what became of it.",
	.run = run,
	.document = make_document,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help =
	    "The server is that of -n, of --server or --host, of the URL in "
	    "POSTHASTE_SERVER,\nor the default connection.  Without --text, "
	    "--html and --raw the text is read\nfrom standard input.  "
	    "Addresses "
	    "named behind the options stand in To; with --raw\nthey are "
	    "recipients only.  Every other setting of\n"
	    "posthaste-connection(5) but inherits and default is an option "
	    "too, such as\n--timeout-final 2min, --size 10M or "
	    "--oauth.tenant NAME.\n\n"
	    "  echo 'See you at noon.' | posthaste send -s Lunch "
	    "bob@example.com\n"
	    "  posthaste send --to bob@example.com -s Report --text 'Here it "
	    "is.' \\\n      --attach 'report.pdf;name=Q3.pdf'\n"
	    "  posthaste send --raw message.eml --read-recipients\n",
};
