/* curl_loop URL MESSAGES SIZE
   The peer of load: libcurl, one handle, its connection reused.  Prints the
   seconds it took. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct upload {
	const char *bytes;
	size_t len, at;
};

static size_t on_read(char *out, size_t size, size_t count, void *ctx)
{
	struct upload *u = ctx;
	size_t n = size * count;

	if (n > u->len - u->at)
		n = u->len - u->at;
	memcpy(out, u->bytes + u->at, n);
	u->at += n;
	return n;
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t make_message(char *out, size_t size)
{
	static const char head[] = "From: load@example.com\r\n"
				   "Subject: load\r\n\r\n";
	size_t len = sizeof(head) - 1;

	memcpy(out, head, len);
	for (size_t i = 0; i < size; i++) {
		if (i % 72 == 71) {
			out[len++] = '\r';
			out[len++] = '\n';
		} else {
			out[len++] = 'x';
		}
	}
	return len;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 64;

	long messages = strtol(argv[2], NULL, 10);
	size_t size = strtoul(argv[3], NULL, 10);
	char *bytes = malloc(size * 2 + 100);
	struct curl_slist *to = curl_slist_append(NULL, "sink@example.com");
	CURL *curl = curl_easy_init();

	if (bytes == NULL || to == NULL || curl == NULL)
		return 70;

	struct upload up = { .bytes = bytes, .len = make_message(bytes, size) };

	(void)curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, "load@example.com");
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, &up);
	(void)curl_easy_setopt(
	    curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)up.len);

	double begin = now();

	for (long i = 0; i < messages; i++) {
		up.at = 0;

		CURLcode err = curl_easy_perform(curl);
		if (err != CURLE_OK) {
			(void)fprintf(stderr, "%s\n", curl_easy_strerror(err));
			return 1;
		}
	}
	printf("%.6f\n", now() - begin);
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	free(bytes);
	return 0;
}
