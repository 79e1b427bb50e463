#ifndef PH_CLI_WRAPPED_H
#define PH_CLI_WRAPPED_H

#include <stddef.h>
#include <stdio.h>

/* Words of text from column on, broken at the width of a terminal (80),
   continued at indent, and a line end. */
void ph_wrapped_print(
    FILE *out, const char *text, size_t column, size_t indent);

#endif
