#ifndef PH_BASE_MODULE_H
#define PH_BASE_MODULE_H

/* What lies in a module: a shared object beside the library, which brings one
   of the larger libraries and is loaded when that is first needed
   (doc/decisions/0005). */

/* What the module of that file calls so, or NULL when it cannot be loaded.  It
   stays loaded, since what such libraries bring cannot be unloaded; asked
   again, the same.  Any thread. */
const void *ph_module(const char *file, const char *symbol);

#endif
