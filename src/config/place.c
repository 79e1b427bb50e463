#include "config/place.h"

#include "base/span.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char ph_place_system[] = "/etc/posthaste";

char *ph_place_join(const char *dir, const char *name, const char *suffix)
{
	size_t len = strlen(dir) + 1 + strlen(name) + strlen(suffix) + 1;
	char *path = malloc(len);

	if (path != NULL)
		(void)snprintf(path, len, "%s/%s%s", dir, name, suffix);
	return path;
}

static enum ph_err find(
    const char *variable, const char *below_home, char **out)
{
	const char *base = getenv(variable);
	const char *below = "posthaste";

	/* The XDG base directory specification: what is not absolute is
	   ignored. */
	if (base == NULL || base[0] != '/') {
		base = getenv("HOME");
		below = below_home;
	}
	if (base == NULL || base[0] != '/')
		return PH_ENOTFOUND;

	char *path = ph_place_join(base, below, "");

	if (path == NULL)
		return PH_ENOMEM;
	*out = path;
	return PH_OK;
}

enum ph_err ph_place_user(char **out)
{
	return find("XDG_CONFIG_HOME", ".config/posthaste", out);
}

enum ph_err ph_place_state(char **out)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	bool is_own = base != NULL && base[0] == '/';

	if (!is_own && (home == NULL || access(home, F_OK) != 0))
		return PH_ENOTFOUND;
	return find("XDG_STATE_HOME", ".local/state/posthaste", out);
}

static const char suffix[] = ".conf";

char *ph_place_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	size_t len = strlen(name);

	if (len > sizeof(suffix) - 1 &&
	    strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0)
		len -= sizeof(suffix) - 1;
	return strndup(name, len);
}

char *ph_place_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	if (slash == path)
		return strdup("/");
	return strndup(path, (size_t)(slash - path));
}
