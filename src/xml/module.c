#include "xml/module.h"

#include <expat.h>
#include <malloc.h>
#include <stdlib.h>

struct reading {
	XML_Parser parser;
	const struct ph_xml_handler *handler;
	unsigned *line;
	unsigned depth;
	enum ph_err err;
	const char *why;
};

static void stop(struct reading *r, enum ph_err err, const char *why)
{
	if (r->err == PH_OK) {
		r->err = err;
		r->why = why;
	}
	(void)XML_StopParser(r->parser, XML_FALSE);
}

static void note_line(struct reading *r)
{
	*r->line = (unsigned)XML_GetCurrentLineNumber(r->parser);
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct reading *r = ctx;

	note_line(r);
	if (r->depth++ >= PH_XML_DEPTH_MAX) {
		stop(r, PH_EINVAL, "its elements go too deep");
		return;
	}

	enum ph_err err = r->handler->start(
	    r->handler->ctx, name, (const char *const *)attributes);
	if (err != PH_OK)
		stop(r, err, "");
}

static void on_text(void *ctx, const char *text, int len)
{
	struct reading *r = ctx;
	enum ph_err err = r->handler->text(
	    r->handler->ctx, (struct ph_span){ text, (size_t)len });

	if (err != PH_OK)
		stop(r, err, "");
}

static void on_end(void *ctx, const char *name)
{
	struct reading *r = ctx;

	(void)name;
	note_line(r);
	r->depth--;

	enum ph_err err = r->handler->end(r->handler->ctx);
	if (err != PH_OK)
		stop(r, err, "");
}

/* Declarations within a document: no settings need them, and an entity may
   stand for something long, or for what lies in another file.  Those of another
   file are not fetched. */
static void on_doctype(void *ctx, const char *name, const char *system,
    const char *public, int has_declarations)
{
	(void)name;
	(void)system;
	(void)public;
	if (has_declarations != 0) {
		stop(ctx, PH_EINVAL,
		    "it has declarations of its own (DOCTYPE [...]), which "
		    "are not read");
	}
}

static void run(struct reading *r, struct ph_span text)
{
	/* Its length fits: the text has been bounded. */
	enum XML_Status status =
	    XML_Parse(r->parser, text.ptr, (int)text.len, XML_TRUE);

	if (status == XML_STATUS_OK || r->err != PH_OK)
		return;
	note_line(r);
	if (XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY) {
		r->err = PH_ENOMEM;
		return;
	}
	r->err = PH_EINVAL;
	r->why = XML_ErrorString(XML_GetErrorCode(r->parser));
}

/* What is read may hold a password: every copy is wiped. */
static void wipe_and_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

static void *move(void *old, size_t size)
{
	size_t had = old == NULL ? 0 : malloc_usable_size(old);
	void *p = malloc(size);

	if (p == NULL)
		return NULL;
	if (had > 0)
		memcpy(p, old, had < size ? had : size);
	wipe_and_free(old);
	return p;
}

static enum ph_err read_text(struct ph_span text,
    const struct ph_xml_handler *handler, unsigned *line, const char **why)
{
	static const XML_Memory_Handling_Suite memory = { malloc, move,
		wipe_and_free };
	struct reading r = { .handler = handler, .why = "" };

	r.line = line;
	r.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (r.parser == NULL)
		return PH_ENOMEM;
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	run(&r, text);
	XML_ParserFree(r.parser);
	*why = r.why;
	return r.err;
}

__attribute__((visibility("default"))) const struct ph_xml ph_xml_module = {
	.read = read_text,
};
