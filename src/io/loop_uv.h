#ifndef PH_IO_LOOP_UV_H
#define PH_IO_LOOP_UV_H

#include "io/loop.h"

#include <uv.h>

/* For this room only: what stands behind a loop. */
uv_loop_t *ph_loop_uv(struct ph_loop *l);

/* To be called by every timer's and idle's callback: uv_run(UV_RUN_ONCE) runs
   those first and then waits for the kernel all the same, though a turn has
   delivered what it was to wait for. */
static inline void ph_loop_delivered(uv_loop_t *uv)
{
	uv_stop(uv); /* only makes this turn's waiting 0 */
}

struct ph_resolver;
/* The loop's resolver, made on first need; NULL when memory is out. */
struct ph_resolver *ph_loop_resolver(struct ph_loop *l);

#endif
