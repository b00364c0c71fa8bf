// SPDX-License-Identifier: Apache-2.0
#include "query/recognizer.h"

#include "query/connections.h"

struct job {
    struct recognizer *recognizer;
    SoupServerMessage *message; /* NULL: its client has gone */
    struct api_answer answer;
};

struct recognizer {
    recognizer_reply *reply;
    GQueue waiting; /* of struct job */
    struct job *running; /* its answer is the thread's until that is joined */
    GThread *thread; /* of what runs, or NULL */
};

/* --- jobs --------------------------------------------------------------------------------------
 */

static void job_free(struct job *job)
{
    if (job->message) {
        g_signal_handlers_disconnect_by_data(job->message, job);
        g_object_unref(job->message);
    }
    api_answer_clear(&job->answer);
    g_free(job);
}

static void job_reply(struct job *job)
{
    if (job->message) {
        job->recognizer->reply(job->message, &job->answer);
        soup_server_message_unpause(job->message);
    }
    job_free(job);
}

static void job_refuse(struct job *job, const char *sentence)
{
    api_fail(&job->answer, SOUP_STATUS_SERVICE_UNAVAILABLE, "%s", sentence);
    job_reply(job);
}

/* The message is at its end before it has its answer: the server has closed its connection. */
static void on_finished(SoupServerMessage *message, struct job *job)
{
    struct recognizer *recognizer = job->recognizer;
    g_signal_handlers_disconnect_by_data(message, job);
    g_clear_object(&job->message);
    if (job != recognizer->running && g_queue_remove(&recognizer->waiting, job))
        job_free(job);
}

static struct job *job_new(struct recognizer *recognizer, SoupServerMessage *message,
                           struct api_answer *answer)
{
    struct job *job = g_new0(struct job, 1);
    job->recognizer = recognizer;
    job->message = g_object_ref(message);
    job->answer = *answer;
    *answer = (struct api_answer){0};
    g_signal_connect(message, "finished", G_CALLBACK(on_finished), job);
    return job;
}

/* --- one after the other -----------------------------------------------------------------------
 */

static void run_next(struct recognizer *recognizer);

static gboolean on_recognized(gpointer data)
{
    struct recognizer *recognizer = data;
    g_thread_join(g_steal_pointer(&recognizer->thread));
    job_reply(g_steal_pointer(&recognizer->running));
    run_next(recognizer);
    return G_SOURCE_REMOVE;
}

static gpointer recognize(gpointer data)
{
    struct job *job = data;
    api_recognize(&job->answer);
    g_idle_add_full(G_PRIORITY_DEFAULT, on_recognized, job->recognizer, NULL);
    return NULL;
}

/* Ends messages of clients that have gone: who only has stopped sending learns why. */
static void drop_gone(struct recognizer *recognizer)
{
    for (GList *link = recognizer->waiting.head, *next; link; link = next) {
        struct job *job = link->data;
        next = link->next;
        if (connection_is_over(connection_of(job->message))) {
            g_queue_delete_link(&recognizer->waiting, link);
            job_refuse(job, "the connection was closed before the topology was recognised");
        }
    }
}

static void run_next(struct recognizer *recognizer)
{
    drop_gone(recognizer);
    while (!recognizer->thread && (recognizer->running = g_queue_pop_head(&recognizer->waiting))) {
        g_autoptr(GError) error = NULL;
        recognizer->thread = g_thread_try_new("recognizer", recognize, recognizer->running, &error);
        if (!recognizer->thread)
            job_refuse(g_steal_pointer(&recognizer->running), error->message);
    }
}

void recognizer_take(struct recognizer *recognizer, SoupServerMessage *message,
                     struct api_answer *answer)
{
    struct job *job = job_new(recognizer, message, answer);
    soup_server_message_pause(message);
    drop_gone(recognizer);
    if (g_queue_get_length(&recognizer->waiting) >= RECOGNIZER_WAITING) {
        job_refuse(job, "vttifd has as many topologies to recognise as it takes; try again");
        return;
    }
    g_queue_push_tail(&recognizer->waiting, job);
    if (!recognizer->thread)
        run_next(recognizer);
}

/* --- life --------------------------------------------------------------------------------------
 */

struct recognizer *recognizer_new(recognizer_reply *reply)
{
    struct recognizer *recognizer = g_new0(struct recognizer, 1);
    recognizer->reply = reply;
    g_queue_init(&recognizer->waiting);
    return recognizer;
}

void recognizer_free(struct recognizer *recognizer)
{
    if (!recognizer)
        return;
    if (recognizer->thread) {
        g_thread_join(recognizer->thread);
        g_idle_remove_by_data(recognizer);
        job_free(recognizer->running);
    }
    g_queue_clear_full(&recognizer->waiting, (GDestroyNotify)job_free);
    g_free(recognizer);
}
