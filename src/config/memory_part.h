#ifndef PH_CONFIG_MEMORY_PART_H
#define PH_CONFIG_MEMORY_PART_H

#include "base/buf.h"
#include "config/memory.h"
#include "config/memory_place.h"

/* What the files of the memory share: memory.c (the files, what is known of the
   server), memory_gate.c (refused logins), memory_sent.c (rate and quota),
   memory_session.c (how many are open) and memory_history.c (tests). */

struct ph_memory {
	const struct ph_connection *conn;
	ph_unixmsec changed_at;
	struct ph_memory_place place;
	bool is_off; /* there is no place for it */
	struct ph_known known;
	int lock;      /* -1: not opened */
	uint64_t slot; /* of the login, held; 0: none */
	bool has_refusals;
	uint64_t session_slot; /* likewise, of the session */
	char note[PH_MEMORY_NOTE_MAX];
	char damage[PH_MEMORY_NOTE_MAX];
};

/* A fault of a file is told, and stops nothing. */
void ph_memory_note_fault(struct ph_memory *m, const struct ph_fault *f);
void ph_memory_put_aside(struct ph_memory *m, const char *path);
/* An empty buffer: there is no such file, or it cannot be read. */
void ph_memory_read_file(
    struct ph_memory *m, const char *path, struct ph_buf *out);
void ph_memory_write_file(
    struct ph_memory *m, const char *path, const struct ph_buf *text);

/* Opened once, kept to the end.  False: it cannot be. */
bool ph_memory_open_lock(struct ph_memory *m);
/* False: nothing can be written. */
bool ph_memory_begin_writing(struct ph_memory *m);
void ph_memory_end_writing(struct ph_memory *m);

/* The account's mark, of salt and user name.  False: without a salt there is
   none. */
bool ph_memory_mark(
    const struct ph_memory *m, const char *salt, char out[PH_MARK_SIZE]);
/* Makes one where there is none yet. */
bool ph_memory_add_salt(char salt[PH_MARK_SIZE]);

/* Where the places of that name begin among the octets of the lock: a hash
   (FNV-1a), which is written nowhere. */
uint64_t ph_memory_hash(const char *one, const char *other);

#endif
