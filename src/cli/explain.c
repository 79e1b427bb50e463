#include "diagnose/explain.h"
#include "base/enhanced.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/wrapped.h"
#include "io/file.h"

#include <string.h>
#include <unistd.h>

enum {
	/* A reply has 64 KiB at most; a log around it may be longer. */
	TEXT_MAX = 1024 * 1024,
	COLUMNS = 80,
	LABEL = 10,
	SAID_LINES_MAX = 20
};

static const struct ph_option options[] = {
	{ NULL },
};

static json_t *to_json(const struct ph_explanation *e)
{
	char enhanced[PH_ENHANCED_TEXT_MAX];
	json_t *j = json_object();

	ph_enhanced_write(e->enhanced, enhanced);
	ph_json_put(
	    j, "code", e->code == 0 ? json_null() : json_integer(e->code));
	ph_json_put(j, "enhanced", ph_json_str_or_null(enhanced));
	ph_json_put(j, "class", json_string(ph_reply_nature_name(e->nature)));
	ph_json_put(j, "known", json_boolean(e->known));
	ph_json_put(j, "stage", ph_json_str_or_null(e->stage));
	ph_json_put(j, "setting", ph_json_str_or_null(e->setting));
	ph_json_put(j, "who", ph_json_str_or_null(e->who));
	ph_json_put(j, "retry", ph_json_str_or_null(e->retry));
	ph_json_put(j, "meaning", ph_json_str_or_null(e->meaning));
	ph_json_put(j, "cause", ph_json_str_or_null(e->cause));
	ph_json_put(j, "advice", ph_json_str_or_null(e->advice));
	ph_json_put(j, "rfc", ph_json_str_or_null(e->rfc));
	ph_json_put(j, "provider", ph_json_str_or_null(e->provider));
	ph_json_put(j, "text", ph_json_text(e->said));
	return j;
}

/* One label and its text, broken at spaces so that it fits a terminal. */
static void print_line(const char *label, const char *text)
{
	if (text == NULL)
		return;
	printf("%-*s", (int)LABEL, label);
	ph_wrapped_print(stdout, text, LABEL, LABEL);
}

/* Control characters would be obeyed by a terminal. */
static void print_safely(struct ph_span line)
{
	while (line.len > 0) {
		struct ph_span from = line;
		uint32_t c = ph_utf8_next(&line);

		if (c == UINT32_MAX || (c < 0x20 && c != '\t') ||
		    (c >= 0x7f && c < 0xa0)) {
			printf("?");
		} else {
			printf("%.*s", (int)(from.len - line.len), from.ptr);
		}
	}
}

/* The words, unchanged, as many lines as a person reads. */
static void print_said(struct ph_span said)
{
	struct ph_span line;
	size_t lines = 0;
	size_t left = 0;

	while (ph_span_split(&said, '\n', &line)) {
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (lines >= SAID_LINES_MAX) {
			left++;
			continue;
		}
		printf("%-*s", (int)LABEL, lines++ == 0 ? "said:" : "");
		print_safely(line);
		printf("\n");
	}
	if (left > 0)
		printf("%*s(and %zu lines more)\n", (int)LABEL, "", left);
}

/* The code's own meaning, where the rest is about the enhanced code; and that
   an enhanced code is not known, where the rest is about the code. */
static void print_other_half(
    const struct ph_explanation *e, const char *enhanced)
{
	const uint16_t none[3] = { 0 };
	struct ph_explanation other;
	char code[8];

	if (e->by_words || !e->known)
		return;
	if (e->by_enhanced && e->code != 0) {
		ph_explain_codes(e->code, none, &other);
		(void)snprintf(code, sizeof(code), "%u", (unsigned)e->code);
		if (other.known)
			print_line(code, other.meaning);
	}
	if (e->by_enhanced || e->enhanced[0] == 0)
		return;
	ph_explain_codes(0, e->enhanced, &other);
	print_line(enhanced,
	    other.known ? other.meaning
			: "no standard knows more of it than its class");
}

/* "550 5.1.1: permanent". */
static void print_head(const struct ph_explanation *e, const char *enhanced)
{
	if (e->nature == PH_NATURE_UNKNOWN) {
		printf("%s\n",
		    e->known ? "No reply code, and known by its words."
			     : "Unknown: neither its words nor a code in it "
			       "are known.");
		return;
	}
	if (e->code != 0)
		printf("%u%s", (unsigned)e->code, enhanced[0] ? " " : "");
	printf("%s: %s%s\n", enhanced, ph_reply_nature_name(e->nature),
	    e->known ? "" : ", and unknown beyond that");
}

static void print(const struct ph_explanation *e)
{
	char enhanced[PH_ENHANCED_TEXT_MAX];

	ph_enhanced_write(e->enhanced, enhanced);
	print_head(e, enhanced);
	print_said(e->said);
	if (!e->known && e->nature == PH_NATURE_UNKNOWN) {
		print_line("advice:", e->advice);
		return;
	}
	print_line("provider:", e->provider);
	print_other_half(e, enhanced);
	print_line("meaning:", e->meaning);
	print_line("standard:", e->rfc);
	print_line("cause:", e->cause);
	print_line("advice:", e->advice);
	print_line("stage:", e->stage);
	print_line("setting:", e->setting);
	print_line("who:", e->who);
	print_line("retry:", e->retry);
}

static enum ph_err join(const struct ph_options *o, struct ph_buf *text)
{
	for (size_t i = 0; i < o->operand_count; i++) {
		enum ph_err err =
		    i == 0 ? PH_OK : ph_buf_append_char(text, ' ');

		if (err == PH_OK)
			err = ph_buf_append_str(text, o->operands[i]);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

static enum ph_exit explain(
    struct ph_cli *cli, const struct ph_options *o, struct ph_buf *text)
{
	struct ph_explanation e;
	struct ph_fault fault = { 0 };
	enum ph_err err;
	bool reads = o->operand_count == 1 && strcmp(o->operands[0], "-") == 0;

	err =
	    reads ? ph_fd_read_all(STDIN_FILENO, text, &fault) : join(o, text);
	if (err == PH_ETOOBIG) {
		ph_fault_set(&fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "a text of more than %d octets", (int)TEXT_MAX);
		ph_fault_advise(&fault, "give the reply alone");
	}
	if (err == PH_ENOMEM) {
		ph_fault_set(&fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	if (err != PH_OK)
		return ph_cli_fail(cli, &fault);

	ph_explain(ph_buf_span(text), &e);
	if (cli->json) {
		json_t *doc = to_json(&e);
		enum ph_exit printed = ph_json_print(&doc);

		if (printed != PH_EXIT_OK)
			return printed;
	} else {
		print(&e);
	}
	return e.known ? PH_EXIT_OK : PH_EXIT_UNKNOWN;
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct ph_options o;
	struct ph_buf text;
	enum ph_exit result;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_explain, argc, argv, &o);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	if (o.operand_count == 0) {
		ph_options_release(&o);
		return ph_cli_usage(cli,
		    "what shall be explained? Give the server's reply, or - "
		    "to read it");
	}
	ph_buf_init(&text, TEXT_MAX);
	result = explain(cli, &o, &text);
	ph_buf_release(&text);
	ph_options_release(&o);
	return result;
}

const struct ph_command ph_command_explain = {
	.name = "explain",
	.usage = "explain [OPTION...] REPLY...|-",
	.summary = "Say what a server's reply means and who must do what.",
	.run = run,
	.options = options,
	.option_count = 0,
	.help =
	    "REPLY is what the server said, a code alone, a line of a log, "
	    "or what a program\nsays of a connection or login that failed; - "
	    "reads it, a whole conversation too.\nExit code 0: it is known; 1: "
	    "at most its class is.\n\n"
	    "  posthaste explain 550 5.1.1\n"
	    "  posthaste explain '535-5.7.8 Username and Password not "
	    "accepted'\n"
	    "  tail -n1 /var/log/mail.log | posthaste explain -\n",
};
