#include "playground.h"

#include "check.h"
#include "io/file.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char root[128];
static char path[512];
static struct ph_buf text;

const char *playground_begin(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(root, sizeof(root), "%.64s/ph-config-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	check(mkdtemp(root) != NULL);
	check_int(setenv("XDG_CONFIG_HOME", root, 1), 0);
	return root;
}

static int drop(
    const char *name, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(name);
}

void playground_end(void)
{
	check_int(nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS), 0);
	ph_buf_release(&text);
}

const char *playground_path(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

void playground_write(const char *name, const char *content)
{
	check(ph_file_replace(playground_path(name), ph_span_of(content), 0600,
		  NULL) == PH_OK);
}

const char *playground_read(const char *name)
{
	struct ph_fault fault;

	ph_buf_release(&text);
	ph_buf_init(&text, 1024 * 1024);
	if (ph_file_read(playground_path(name), &text, &fault) != PH_OK)
		return NULL;
	return ph_buf_str(&text);
}

void playground_mode(const char *name, unsigned mode)
{
	check_int(chmod(playground_path(name), mode), 0);
}
