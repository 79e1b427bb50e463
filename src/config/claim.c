#include "config/claim.h"

#include "config/place.h"
#include "io/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	/* Changing a file takes a sync of the disk or two. */
	WAIT_MS = 10 * 1000,
	/* Another may take away an empty directory between making and using it,
	   and seldom does. */
	TRIES = 8
};

static const char lock_name[] = ".posthaste-lock";

void ph_claim_drop(struct ph_claim *c)
{
	/* Only what is empty goes. */
	ph_lock_drop(&c->lock);
	if (c->made != NULL && rmdir(c->made) == 0 && c->made_above != NULL)
		(void)rmdir(c->made_above);
	free(c->made);
	free(c->made_above);
	*c = (struct ph_claim){ 0 };
}

static bool is_there(const char *dir)
{
	return access(dir, F_OK) == 0;
}

/* Remembers what was not there, so that it can go again. */
static enum ph_err make(
    const char *dir, struct ph_claim *c, struct ph_fault *fault)
{
	char *above = ph_place_dir(dir);

	if (above == NULL)
		return PH_ENOMEM;
	if (c->made == NULL)
		c->made = strdup(dir);
	if (c->made_above == NULL && !is_there(above)) {
		c->made_above = above;
	} else {
		free(above);
	}
	return c->made == NULL ? PH_ENOMEM : ph_dir_make(dir, fault);
}

static enum ph_err wait_turn(
    const char *dir, struct ph_claim *c, struct ph_fault *fault)
{
	char *path = ph_place_join(dir, lock_name, "");

	if (path == NULL)
		return PH_ENOMEM;

	enum ph_err err = ph_lock_take(path, WAIT_MS, &c->lock, fault);

	free(path);
	if (err != PH_ETIMEOUT)
		return err;
	ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
	    "another process changes the connections in %s, and does not come "
	    "to an end",
	    dir);
	ph_fault_advise(fault, "try again when it has ended");
	return PH_EIO;
}

static enum ph_err take(
    const char *dir, bool makes, struct ph_claim *c, struct ph_fault *fault)
{
	enum ph_err err = PH_EIO;

	for (int i = 0; err == PH_EIO && i < TRIES; i++) {
		bool there = is_there(dir);

		if (!there && !makes)
			return PH_OK;
		err = there ? PH_OK : make(dir, c, fault);
		/* Whoever saves there is told what is wrong with it. */
		if (err != PH_OK || (is_there(dir) && access(dir, W_OK) != 0))
			return err;
		err = wait_turn(dir, c, fault);
		if (err == PH_EIO && is_there(dir))
			return err;
	}
	return err;
}

enum ph_err ph_claim_take(
    const char *dir, bool makes, struct ph_claim *out, struct ph_fault *fault)
{
	struct ph_claim c = { 0 };
	struct ph_fault why = { 0 };
	enum ph_err err = take(dir, makes, &c, &why);

	if (err != PH_OK) {
		if (fault != NULL)
			*fault = why;
		ph_claim_drop(&c);
		return err;
	}
	*out = c;
	return PH_OK;
}
