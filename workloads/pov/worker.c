// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <unistd.h>

#include "pov.h"
#include "render.h"

static void send_result(const struct result *result, const void *data, size_t n)
{
    g_autofree char *message = g_malloc(sizeof *result + n);
    memcpy(message, result, sizeof *result);
    if (n > 0)
        memcpy(message + sizeof *result, data, n);
    mp_send(0, TAG_RESULT, message, sizeof *result + n);
}

static void send_pixels(int block, const struct picture *picture)
{
    struct result result = {.kind = RESULT_PIXELS, .block = block, .format = picture->format};
    size_t pixels = (size_t)picture->width * (size_t)picture->height;
    send_result(&result, picture->pixels, pixels * (size_t)picture->format.pixel_bytes);
}

/* A sentence of the host. */
static void send_failure(int block, enum render_outcome outcome, const char *why)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    g_autofree char *text = g_strdup_printf("on host %s, %s", host, why);
    struct result result = {.kind = outcome == RENDER_REFUSED ? RESULT_ERROR : RESULT_DIED,
                            .block = block};
    send_result(&result, text, strlen(text));
}

static void do_block(const struct render *render, const struct work *work)
{
    struct picture picture;
    g_autofree char *why = NULL;
    enum render_outcome outcome = render_block(render, work->place, &picture, &why);
    if (outcome == RENDER_DONE)
        send_pixels(work->block, &picture);
    else
        send_failure(work->block, outcome, why);
    picture_clear(&picture);
}

/* The current directory of a worker is not that of the user. */
static void hear_scene(struct pov *pov)
{
    int32_t length;
    mp_receive(0, TAG_SCENE, &length, sizeof length);
    g_free(pov->scene);
    pov->scene = g_malloc0((size_t)length + 1);
    mp_receive(0, TAG_SCENE, pov->scene, (size_t)length);
}

bool worker_run(struct pov *pov)
{
    hear_scene(pov);
    struct render render = {.scene = pov->scene,
                            .width = pov->width,
                            .height = pov->height,
                            .options = pov->povray_options};
    send_result(&(struct result){.kind = RESULT_READY, .block = BLOCK_NONE}, NULL, 0);
    for (;;) {
        struct work work;
        mp_receive(0, TAG_WORK, &work, sizeof work);
        if (work.block == BLOCK_NONE)
            return work.truth;
        do_block(&render, &work);
    }
}
