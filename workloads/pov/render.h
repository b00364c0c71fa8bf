// SPDX-License-Identifier: Apache-2.0
/*
 * One block by one run of povray. povray is a program that renders a scene from its beginning: each
 * run reads it anew (about 0.6 s even for a small one), so blocks should not be too small.
 */
#ifndef POV_RENDER_H
#define POV_RENDER_H

#include "picture.h"

struct render {
    const char *scene; /* absolute path; povray runs in its directory */
    int width, height; /* of the whole picture */
    char **options; /* further options of povray, ended by NULL */
};

enum render_outcome {
    RENDER_DONE,
    RENDER_REFUSED, /* povray is not there, or ended by itself with an error */
    RENDER_DIED, /* povray was killed, or what it wrote is no picture */
};

/*
 * Blocks until povray has ended; if this process ends first, povray is killed. Anything but
 * RENDER_DONE leaves the block clear and sets `why` to a sentence, to be freed.
 */
enum render_outcome render_block(const struct render *render, struct block_place place,
                                 struct picture *block, char **why);

#endif
