#ifndef PH_TESTS_PLAYGROUND_H
#define PH_TESTS_PLAYGROUND_H

/* A directory of the test's own under the build folder's or the system's
   temporary one, gone at the end. */

/* Makes it and points XDG_CONFIG_HOME at it.  The path lives until the end. */
const char *playground_begin(void);
void playground_end(void);

/* Writes content to "PLAYGROUND/name", mode 0600, directories made. */
void playground_write(const char *name, const char *content);
/* What is there, or NULL; valid until the next call. */
const char *playground_read(const char *name);
/* "PLAYGROUND/name", valid until the next call. */
const char *playground_path(const char *name);
void playground_mode(const char *name, unsigned mode);

#endif
