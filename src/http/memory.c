#include "http/memory.h"

#include <curl/curl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void wipe_and_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* realloc() would leave behind what it moves. */
static void *move(void *p, size_t size)
{
	size_t old = p == NULL ? 0 : malloc_usable_size(p);
	void *fresh;

	if (p != NULL && size <= old)
		return p;
	fresh = malloc(size > 0 ? size : 1);
	if (fresh == NULL)
		return NULL;
	if (old > 0)
		memcpy(fresh, p, old);
	wipe_and_free(p);
	return fresh;
}

enum ph_err ph_http_start(void)
{
	/* Starting is safe in threads since 7.84, where the compiler has
	   atomics: libcurl says so. */
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	if ((v->features & CURL_VERSION_THREADSAFE) == 0)
		return PH_EIO;
	return curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free,
		   move, strdup, calloc) == CURLE_OK
	    ? PH_OK
	    : PH_EIO;
}
