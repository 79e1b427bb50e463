#ifndef PH_SURVEY_STATE_H
#define PH_SURVEY_STATE_H

#include "deliver/session.h"
#include "discover/found.h"
#include "discover/place.h"
#include "io/names.h"
#include "io/work.h"
#include "survey/survey.h"

/* For this room only: a survey at work. */

enum ph_task_state {
	PH_TASK_IDLE = 0, /* not begun, or not at all */
	PH_TASK_OPEN,
	PH_TASK_ANSWERED, /* to be looked at outside of the callback */
	PH_TASK_DONE
};

enum {
	PH_SURVEY_RECORDS_MAX = 16,
	PH_SURVEY_FETCHES_MAX = 2 * PH_PLACES_MAX,
	PH_SURVEY_PROBES_MAX = 80,
	PH_SURVEY_BODY_MAX = 256 * 1024
};

enum ph_survey_question {
	PH_QUESTION_MX,
	PH_QUESTION_SUBMISSIONS,
	PH_QUESTION_SUBMISSION,
	PH_QUESTION_COUNT
};

/* A question to the name server. */
struct ph_record_task {
	struct ph_survey *survey;
	enum ph_task_state state;
	const char *name;
	enum ph_dns_status status;
	bool is_secure;
	struct ph_mx mx[PH_SURVEY_RECORDS_MAX];
	struct ph_srv srv[PH_SURVEY_RECORDS_MAX];
	size_t count;
};

struct ph_fetch_job;

/* A page of the web. */
struct ph_fetch_task {
	struct ph_survey *survey;
	enum ph_task_state state;
	struct ph_place place;
	struct ph_fetch_job *job; /* as long as work */
	struct ph_work *work;
};

/* A mail server. */
struct ph_probe_task {
	struct ph_survey *survey;
	enum ph_task_state state;
	const char *host;
	uint16_t port;
	enum ph_encryption encryption;
	bool is_guess;
	size_t mode;    /* of a guess: ph_guess_encryption() */
	unsigned order; /* of a guess */
	enum ph_found found;
	struct ph_session *session;
	struct ph_connection connection;
};

struct ph_survey {
	struct ph_survey_options opt;
	struct ph_subject subject;
	struct ph_loop *loop;
	struct ph_arena arena;
	struct ph_candidates set;
	struct ph_names *names;
	struct ph_record_task records[PH_QUESTION_COUNT];
	struct ph_fetch_task fetches[PH_SURVEY_FETCHES_MAX];
	size_t fetch_count;
	struct ph_probe_task probes[PH_SURVEY_PROBES_MAX];
	size_t probe_count;

	struct ph_timer *deadline, *patience;
	bool is_late;      /* the time is up */
	bool is_impatient; /* nothing better is to be had */
	bool waits;        /* patience is running */

	enum {
		PH_SURVEY_NEW = 0,
		PH_SURVEY_RUNNING,
		PH_SURVEY_ENDING, /* threads are told to stop */
		PH_SURVEY_ENDED
	} state;

	bool is_stopped, ran_out_of_time;
	bool has_told_end;

	const char *contacts[PH_SURVEY_CONTACTS_MAX];
	size_t contact_count, told_count;
	const char *notes[PH_SURVEY_NOTES_MAX];
	size_t note_count;
	const char *meant;
	bool has_no_domain, has_no_network, is_out_of_memory;
	const struct ph_preset *without_smtp;
};

/* survey.c: what all parts use.  Memory that is out ends the survey. */
PH_PRINTF(2, 3)
void ph_survey_contact(struct ph_survey *s, const char *fmt, ...);
PH_PRINTF(2, 3)
void ph_survey_note(struct ph_survey *s, const char *fmt, ...);
void ph_survey_check(struct ph_survey *s, enum ph_err err);

/* record.c */
void ph_records_begin(struct ph_survey *s);
void ph_records_advance(struct ph_survey *s);

/* web.c */
void ph_fetches_add(struct ph_survey *s, const struct ph_places *places);
void ph_fetches_advance(struct ph_survey *s);
void ph_fetches_stop(struct ph_survey *s);
bool ph_fetches_run(const struct ph_survey *s);
void ph_fetches_release(struct ph_survey *s);

/* probe.c */
void ph_probes_guess(struct ph_survey *s, const char *host, unsigned order);
void ph_probes_advance(struct ph_survey *s);
void ph_probes_release(struct ph_survey *s);

#endif
