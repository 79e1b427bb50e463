#include "cli/cli.h"
#include "cli/json.h"

#include <stdarg.h>

enum ph_exit ph_cli_fault(const struct ph_cli *cli, const struct ph_fault *f)
{
	(void)fprintf(stderr, "posthaste: error: %s%s%s: %s\nadvice: %s\n",
	    cli->command == NULL ? "" : cli->command,
	    cli->command == NULL ? "" : ": ", ph_stage_name(f->stage), f->text,
	    ph_fault_advice(f));
	return ph_fault_exit(f);
}

void ph_cli_note(const struct ph_cli *cli, const char *fmt, ...)
{
	struct ph_fault tidied;
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	if (cli->quiet)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* A server's or a file's words may be in it: nothing that a terminal
	   would obey gets through. */
	ph_fault_set(&tidied, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	(void)fprintf(stderr, "posthaste: note: %s%s%s\n",
	    cli->command == NULL ? "" : cli->command,
	    cli->command == NULL ? "" : ": ", tidied.text);
}

/* Nothing of the command's document came to be, and yet it has its shape. */
static void print_document(const struct ph_cli *cli, const struct ph_fault *f)
{
	json_t *doc = cli->document == NULL ? json_object() : cli->document(f);

	ph_json_put(doc, "ok", json_false());
	ph_json_put(doc, "outcome", json_string("failed"));
	ph_json_put(doc, "stage", json_string(ph_stage_name(f->stage)));
	ph_json_put(doc, "error", ph_json_fault(f));
	(void)ph_json_print(&doc);
}

enum ph_exit ph_cli_fail(const struct ph_cli *cli, const struct ph_fault *f)
{
	if (cli->json)
		print_document(cli, f);
	return ph_cli_fault(cli, f);
}

enum ph_exit ph_cli_usage(const struct ph_cli *cli, const char *fmt, ...)
{
	struct ph_fault f;
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ph_fault_set(&f, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", text);
	ph_fault_advise(&f, "posthaste %s%s--help",
	    cli->command == NULL ? "" : cli->command,
	    cli->command == NULL ? "" : " ");
	return ph_cli_fail(cli, &f);
}
