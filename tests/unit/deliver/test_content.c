#include "check.h"
#include "deliver/content.h"

#include "io/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TEXT_MAX = 16 * 1024 * 1024
};

static char dir[] = "/tmp/ph-test-content-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static char *must_alloc(size_t size)
{
	char *p = calloc(1, size + 1);

	if (p == NULL)
		abort();
	return p;
}

static const char *write_file(const char *name, struct ph_span bytes)
{
	const char *path = path_of(name);
	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0 && ph_fd_write_all(fd, bytes) == PH_OK);
	return path;
}

/* Everything as sent; checks what the body promises on the way. */
static void collect(const struct ph_content *c, struct ph_buf *out)
{
	const struct ph_body *b = ph_message_body(ph_content_message(c));
	struct ph_content_reader *r = NULL;
	struct ph_fault f = { 0 };
	struct ph_span piece;
	bool dot_free = false;
	enum ph_err err;

	ph_buf_init(out, TEXT_MAX);
	check(ph_content_reader_new(c, &r) == PH_OK);
	check_int(ph_content_reader_at_end(r), b->size == 0);
	while (
	    (err = ph_content_reader_next(r, &piece, &dot_free, &f)) == PH_OK) {
		check(piece.len > 0);
		check(ph_buf_append(out, piece) == PH_OK);
		check_int(ph_content_reader_at_end(r), out->len == b->size);
		if (dot_free)
			check(memmem(piece.ptr, piece.len, "\n.", 2) == NULL);
	}
	check(err == PH_EOF);
	check(ph_content_reader_next(r, &piece, &dot_free, &f) == PH_EOF);
	check_int(out->len, b->size);
	ph_content_reader_free(r);

	/* By way of memory it is the same. */
	struct ph_span pieces[16];
	size_t count = ph_content_in_memory(c, pieces, 16);
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		check(out->len - at >= pieces[i].len &&
		    memcmp(out->ptr + at, pieces[i].ptr, pieces[i].len) == 0);
		at += pieces[i].len;
	}
	check(count == 0 || at == out->len);
}

static struct ph_content *adopt(const struct ph_content_raw *raw)
{
	struct ph_content *c = NULL;
	struct ph_fault f = { 0 };

	if (ph_content_adopt(raw, &c, &f) != PH_OK)
		(void)fprintf(stderr, "adopt: %s\n", f.text);
	check(c != NULL);
	return c;
}

static const struct {
	const char *name;
	const char *raw;
	const char *sent;
} raws[] = {
	{ "as it is", "Subject: x\r\n\r\nhello\r\n",
	    "Subject: x\r\n\r\nhello\r\n" },
	{ "unix line ends", "Subject: x\n\nhello\n.\nthere\n",
	    "Subject: x\r\n\r\nhello\r\n.\r\nthere\r\n" },
	{ "no last line end", "Subject: x\r\n\r\nhello",
	    "Subject: x\r\n\r\nhello\r\n" },
	{ "bcc", "To: a@x\r\nBcc: b@x,\r\n c@x\r\nSubject: x\r\n\r\nhello\r\n",
	    "To: a@x\r\nSubject: x\r\n\r\nhello\r\n" },
	{ "header only", "Subject: x\r\n", "Subject: x\r\n\r\n" },
	{ "an empty body", "Subject: x\r\n\r\n", "Subject: x\r\n\r\n" },
};

/* From memory, from a file, from a descriptor, from a pipe: the same. */
static void test_adopt(void)
{
	for (size_t i = 0; i < PH_COUNT(raws); i++) {
		struct ph_span bytes = ph_span_of(raws[i].raw);
		const char *path = write_file("raw", bytes);
		int ends[2];
		PH_CLEANUP(ph_close_fd)
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		check(pipe2(ends, O_CLOEXEC) == 0);
		check(ph_fd_write_all(ends[1], bytes) == PH_OK);
		ph_close_fd(&ends[1]);

		const struct ph_content_raw ways[] = {
			{ .bytes = bytes, .fd = -1 },
			{ .path = path, .fd = -1 },
			{ .fd = fd },
			{ .fd = ends[0] },
		};

		for (size_t k = 0; k < PH_COUNT(ways); k++) {
			struct ph_content *c = adopt(&ways[k]);
			struct ph_buf sent;

			check_case(raws[i].name, k);
			collect(c, &sent);
			check_str(ph_buf_str(&sent), raws[i].sent);
			check(
			    ph_span_starts_nocase(bytes, ph_content_header(c)));
			ph_buf_release(&sent);
			ph_content_free(c);
		}
		ph_close_fd(&ends[0]);
	}
	check_case(NULL, 0);
}

static void test_adopt_bad(void)
{
	struct ph_content *c = NULL;
	struct ph_fault f = { 0 };

	check(ph_content_adopt(
		  &(struct ph_content_raw){ .path = path_of("none"), .fd = -1 },
		  &c, &f) == PH_ENOTFOUND);
	check_int(f.cause, PH_CAUSE_INPUT_NOT_FOUND);
	check(
	    ph_content_adopt(&(struct ph_content_raw){ .path = dir, .fd = -1 },
		&c, &f) == PH_EINVAL);
	check(
	    ph_content_adopt(
		&(struct ph_content_raw){
		    .bytes = PH_SPAN("Subject: x\r\n\r\na\0b\r\n"), .fd = -1 },
		&c, &f) == PH_EINVAL);
	check_int(f.cause, PH_CAUSE_BAD_INPUT);

	/* 5 MiB of header. */
	size_t len = 5 * 1024 * 1024;
	char *big = must_alloc(len);

	memset(big, 'x', len);
	for (size_t i = 0; i + 60 < len; i += 60)
		memcpy(big + i, "X-Y: ", 5);
	for (size_t i = 59; i < len; i += 60)
		big[i] = '\n';
	check(ph_content_adopt(
		  &(struct ph_content_raw){ .bytes = { big, len }, .fd = -1 },
		  &c, &f) == PH_ETOOBIG);
	check_int(f.cause, PH_CAUSE_BAD_INPUT);
	free(big);
	check(c == NULL);
	ph_content_free(NULL);
	ph_content_reader_free(NULL);
}

static size_t longest_line(const struct ph_buf *b)
{
	struct ph_span rest = ph_buf_span(b);
	struct ph_span line;
	size_t longest = 0;

	while (ph_span_split(&rest, '\n', &line)) {
		if (line.len > longest)
			longest = line.len;
	}
	return longest;
}

/* Over 998 octets: encoded anew, and said so; what was asked of the header
   stays what it was. */
static void test_long_lines(void)
{
	struct ph_buf raw;

	ph_buf_init(&raw, TEXT_MAX);
	check(
	    ph_buf_append_str(&raw,
		"Subject: x\r\nBcc: b@x\r\nTo: a@x\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=us-ascii\r\n\r\n") == PH_OK);
	for (int i = 0; i < 500; i++)
		check(ph_buf_append_str(&raw, "long ") == PH_OK);
	check(ph_buf_append_str(&raw, "\r\n") == PH_OK);

	const char *path = write_file("long", ph_buf_span(&raw));
	const struct ph_content_raw ways[] = {
		{ .bytes = ph_buf_span(&raw), .fd = -1 },
		{ .path = path, .fd = -1 },
	};

	for (size_t i = 0; i < PH_COUNT(ways); i++) {
		struct ph_content *c = adopt(&ways[i]);
		struct ph_buf sent;

		check_case("long lines", i);
		collect(c, &sent);
		check(longest_line(&sent) <= 999);
		check(strstr(ph_buf_str(&sent), "Bcc") == NULL);
		check(strstr(ph_buf_str(&sent), "Subject: x") != NULL);
		check(memmem(ph_content_header(c).ptr, ph_content_header(c).len,
			  "Bcc: b@x", 8) != NULL);
		check(ph_content_note(c, 0) != NULL &&
		    strstr(ph_content_note(c, 0), "998") != NULL);
		ph_buf_release(&sent);
		ph_content_free(c);
	}
	check_case(NULL, 0);
	ph_buf_release(&raw);
}

/* SMTPUTF8 promises UTF-8 among the headers (RFC 6532 3.2). */
static void test_older_headers(void)
{
	static const struct {
		const char *raw;
		const char *subject;
		bool is_mended;
	} cases[] = {
		{ "Subject: Gr\xfc\xdf"
		  "e \x80\r\n\r\nx\r\n",
		    "Subject: =?utf-8?B?R3LDvMOfZSDigqw=?=\r\n", true },
		{ "Subject: Gr\xc3\xbc\xc3\x9f"
		  "e\r\n\r\nx\r\n",
		    "Subject: Gr\xc3\xbc\xc3\x9f"
		    "e\r\n",
		    false },
		/* The text is the reader's affair. */
		{ "Subject: x\r\n\r\n\xfc\r\n", "Subject: x\r\n", false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_content *c = adopt(&(struct ph_content_raw){
		    .bytes = ph_span_of(cases[i].raw), .fd = -1 });
		const char *note = ph_content_note(c, 0);
		struct ph_buf sent;

		check_case(cases[i].raw, i);
		collect(c, &sent);
		check(strstr(ph_buf_str(&sent), cases[i].subject) != NULL);
		check((note != NULL && strstr(note, "windows-1252") != NULL) ==
		    cases[i].is_mended);
		check_int(ph_message_body(ph_content_message(c))->utf8_headers,
		    i == 1);
		ph_buf_release(&sent);
		ph_content_free(c);
	}
	check_case(NULL, 0);
}

/* What a reader had begun, it ends, though the content has changed since. */
static void test_seven_bit(void)
{
	static const char raw[] = "Subject: x\r\n"
				  "Message-ID: <keep@x>\r\n"
				  "MIME-Version: 1.0\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Transfer-Encoding: 8bit\r\n"
				  "\r\n"
				  "\xc3\xbc\r\n";
	struct ph_content *c = adopt(
	    &(struct ph_content_raw){ .bytes = ph_span_of(raw), .fd = -1 });
	struct ph_content_reader *r = NULL;
	struct ph_fault f = { 0 };
	struct ph_span piece;
	struct ph_buf sent;
	bool dot_free;

	check(ph_content_reader_new(c, &r) == PH_OK);
	check(ph_content_make_7bit(c, &f) == PH_OK);
	check(ph_content_reader_next(r, &piece, &dot_free, &f) == PH_OK);
	check(memmem(piece.ptr, piece.len, "\xc3\xbc", 2) != NULL ||
	    ph_content_reader_next(r, &piece, &dot_free, &f) == PH_OK);
	ph_content_reader_free(r);

	collect(c, &sent);
	check(ph_span_is_ascii(ph_buf_span(&sent)));
	check(strstr(ph_buf_str(&sent), "Message-ID: <keep@x>") != NULL ||
	    strstr(ph_buf_str(&sent), "Message-Id: <keep@x>") != NULL);
	check(ph_content_note(c, 0) != NULL);
	check(ph_content_make_7bit(c, &f) == PH_OK);
	check(!ph_message_body(ph_content_message(c))->eight_bit);
	ph_buf_release(&sent);
	ph_content_free(c);

	c = adopt(&(struct ph_content_raw){
	    .bytes = PH_SPAN("Subject: x\r\n\r\nascii\r\n"), .fd = -1 });
	check(ph_content_make_7bit(c, &f) == PH_OK);
	check(ph_content_note(c, 0) == NULL);
	ph_content_free(c);
}

/* Only who has signed hears that the signature is broken. */
static void test_signed(void)
{
	static const struct {
		const char *header;
		bool is_signed;
	} cases[] = {
		{ "Dkim-signature: v=1; b=x\r\nSubject: x\r\n", true },
		{ "Subject: x\nDKIM-Signature:v=1\n", true },
		{ "Subject: x\r\n DKIM-Signature: v=1\r\n", false },
		{ "X-DKIM-Signature: v=1\r\n", false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_fault f = { 0 };
		struct ph_buf raw;

		check_case(cases[i].header, i);
		ph_buf_init(&raw, TEXT_MAX);
		check(ph_buf_appendf(&raw, "%s\r\n\xc3\xbc\r\n",
			  cases[i].header) == PH_OK);

		struct ph_content *c = adopt(&(struct ph_content_raw){
		    .bytes = ph_buf_span(&raw), .fd = -1 });
		bool says = false;

		check(ph_content_make_7bit(c, &f) == PH_OK);
		check(ph_content_note(c, 0) != NULL);
		for (size_t k = 0; ph_content_note(c, k) != NULL; k++) {
			if (strstr(ph_content_note(c, k), "DKIM") != NULL)
				says = true;
		}
		check(says == cases[i].is_signed);
		ph_content_free(c);
		ph_buf_release(&raw);
	}
	check_case(NULL, 0);
}

static struct ph_content *compose(
    const struct ph_attachment *attachments, size_t count, enum ph_err want)
{
	struct ph_content_compose in = {
		.compose = {
			.from = {
				.local = PH_SPAN("ann"),
				.domain = PH_SPAN("example.com"),
				.mailbox = PH_SPAN("ann@example.com"),
				.display = PH_SPAN("ann@example.com"),
			},
			.subject = PH_SPAN("x"),
			.has_text = true,
			.text = PH_SPAN("text\n"),
		},
		.attachments = attachments,
		.attachment_count = count,
	};
	struct ph_content *c = NULL;
	struct ph_fault f = { 0 };

	check_int(ph_content_compose(&in, &c, &f), want);
	check_int(c != NULL, want == PH_OK);
	check(want == PH_OK || ph_fault_is_set(&f));
	check(in.compose.files == NULL);
	return c;
}

static void test_compose(void)
{
	struct ph_content *c = compose(NULL, 0, PH_OK);
	struct ph_buf sent;

	check(ph_content_header(c).len == 0);
	collect(c, &sent);
	check(strstr(ph_buf_str(&sent), "From: ann@example.com\r\n") != NULL);
	check(strstr(ph_buf_str(&sent), "Date: ") != NULL);
	check(strstr(ph_buf_str(&sent), "localhost") == NULL);
	ph_buf_release(&sent);
	ph_content_free(c);

	struct ph_attachment none = { .path = path_of("none") };

	(void)compose(&none, 1, PH_ENOTFOUND);

	/* A name that says nothing to anybody is shown all the same. */
	static const char odd[] = "odd\xff\n.txt";
	struct ph_attachment a = { .path = write_file(odd, PH_SPAN("odd")) };

	c = compose(&a, 1, PH_OK);
	collect(c, &sent);
	check(strstr(ph_buf_str(&sent), "odd__.txt") != NULL);
	check(strstr(ph_buf_str(&sent), "b2Rk\r\n") != NULL);
	ph_buf_release(&sent);
	ph_content_free(c);
	(void)unlink(path_of(odd));
}

/* Files of every size around the edges of our pieces, undone again. */
static void test_attachment_sizes(void)
{
	static const size_t sizes[] = { 0, 1, 56, 57, 58, 114, 4095, 4096, 8191,
		57 * 1024, 57 * 2048 - 1, 57 * 2048, 57 * 2048 + 1, 1000000 };

	for (size_t i = 0; i < PH_COUNT(sizes); i++) {
		char *bytes = must_alloc(sizes[i]);
		struct ph_buf sent;

		check_case("size", sizes[i]);
		for (size_t k = 0; k < sizes[i]; k++)
			bytes[k] = (char)(k * 131 + (k >> 8) * 7);
		struct ph_attachment a = {
			.path = write_file(
			    "data", (struct ph_span){ bytes, sizes[i] }),
			.type = "application/octet-stream"
		};
		struct ph_content *c = compose(&a, 1, PH_OK);
		size_t cap = (sizes[i] / 57 + 1) * 78;
		char *want = must_alloc(cap);
		struct ph_encoder e;

		ph_encoder_init(&e, PH_ENCODE_BASE64);
		size_t len = ph_encoder_run(
		    &e, (struct ph_span){ bytes, sizes[i] }, true, want);
		collect(c, &sent);
		check(
		    len == 0 || memmem(sent.ptr, sent.len, want, len) != NULL);
		ph_buf_release(&sent);
		ph_content_free(c);
		free(want);
		free(bytes);
	}
	check_case(NULL, 0);
}

/* A file that is not what it was when it was looked at. */
static void test_changing(void)
{
	char lines[60000];

	for (size_t i = 0; i < sizeof(lines); i++)
		lines[i] = i % 60 == 59 ? '\n' : 'x';
	memcpy(lines, "Subject: x\n\n", 12);

	const char *path =
	    write_file("changing", (struct ph_span){ lines, sizeof(lines) });

	for (int how = 0; how < 2; how++) {
		struct ph_content *c =
		    adopt(&(struct ph_content_raw){ .path = path, .fd = -1 });
		struct ph_content_reader *r = NULL;
		struct ph_fault f = { 0 };
		struct ph_span piece;
		bool dot_free;
		enum ph_err err;

		check_case("changing", (size_t)how);
		if (how == 0) {
			/* As long as before, with other lines. */
			memset(lines + 1000, 'y', 200);
			(void)write_file("changing",
			    (struct ph_span){ lines, sizeof(lines) });
		} else {
			check(truncate(path, 59000) == 0);
		}
		check(ph_content_reader_new(c, &r) == PH_OK);
		do {
			err = ph_content_reader_next(r, &piece, &dot_free, &f);
		} while (err == PH_OK);
		check_int(err, PH_EIO);
		check_int(f.cause, PH_CAUSE_INPUT_CHANGED);
		check(strstr(f.text, "changing") != NULL);
		ph_content_reader_free(r);
		ph_content_free(c);
	}
	check_case(NULL, 0);
}

static long peak_kib(void)
{
	struct rusage u = { 0 };

	(void)getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* A sparse file of 256 MiB: what is read does not stay. */
static void test_memory(void)
{
	const char *path = write_file("huge", PH_SPAN("x"));
	struct ph_attachment a = { .path = path };
	struct ph_content_reader *r = NULL;
	struct ph_fault f = { 0 };
	struct ph_span piece;
	bool dot_free;
	uint64_t total = 0;

	check(truncate(path, 256L * 1024 * 1024) == 0);

	long before = peak_kib();
	struct ph_content *c = compose(&a, 1, PH_OK);

	check(ph_content_reader_new(c, &r) == PH_OK);
	while (ph_content_reader_next(r, &piece, &dot_free, &f) == PH_OK)
		total += piece.len;
	check_int(total, ph_message_body(ph_content_message(c))->size);
	check(peak_kib() - before < 4096);
	ph_content_reader_free(r);
	ph_content_free(c);
}

int main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	test_adopt();
	test_adopt_bad();
	test_long_lines();
	test_older_headers();
	test_seven_bit();
	test_signed();
	test_compose();
	test_attachment_sizes();
	test_changing();
	test_memory();
	static const char *const names[] = { "raw", "long", "data", "changing",
		"huge" };
	for (size_t i = 0; i < PH_COUNT(names); i++)
		(void)unlink(path_of(names[i]));
	(void)rmdir(dir);
	return check_end();
}
