#include "mail/fold.h"

enum ph_err ph_fold_start(
    struct ph_fold *f, struct ph_buf *out, const char *name)
{
	*f = (struct ph_fold){
		.out = out, .column = strlen(name) + 1, .fresh = true
	};

	enum ph_err err = ph_buf_append_str(out, name);

	return err == PH_OK ? ph_buf_append_char(out, ':') : err;
}

static enum ph_err put(struct ph_fold *f, struct ph_span s)
{
	enum ph_err err = ph_buf_append(f->out, s);

	if (err == PH_OK)
		f->column += s.len;
	return err;
}

enum ph_err ph_fold_word(
    struct ph_fold *f, struct ph_span blanks, struct ph_span word)
{
	enum ph_err err = PH_OK;
	bool fits = f->column + blanks.len + word.len <= PH_FOLD_COLUMNS;

	/* Some readers dislike a first line with nothing but the name. */
	if (!fits && !f->fresh) {
		err = ph_buf_append(f->out, PH_SPAN("\r\n"));
		f->column = 0;
	}
	if (err == PH_OK)
		err = put(f, blanks);
	if (err == PH_OK)
		err = put(f, word);
	f->fresh = false;
	return err;
}

enum ph_err ph_fold_glue(struct ph_fold *f, struct ph_span more)
{
	return put(f, more);
}

enum ph_err ph_fold_end(struct ph_fold *f)
{
	return ph_buf_append(f->out, PH_SPAN("\r\n"));
}

void ph_fold_break(struct ph_fold *f)
{
	f->column = PH_FOLD_COLUMNS;
}

size_t ph_fold_room(const struct ph_fold *f)
{
	return f->column + 1 >= PH_FOLD_COLUMNS
	    ? 0
	    : PH_FOLD_COLUMNS - f->column - 1;
}
