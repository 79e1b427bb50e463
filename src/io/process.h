#ifndef PH_IO_PROCESS_H
#define PH_IO_PROCESS_H

/* From now on the kernel writes no core of this process, and shows its memory
   to nobody but root: a secret is about to lie in it, and in buffers of
   libraries that no one of ours overwrites.  For programs; a library has no say
   in that.  See doc/decisions/0012-no-core-dumps.md. */
void ph_process_hide(void);

#endif
