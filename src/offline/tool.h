// SPDX-License-Identifier: Apache-2.0
#ifndef OFFLINE_TOOL_H
#define OFFLINE_TOOL_H

/*
 * The path of another program of this package: what the environment variable says, if it is not
 * NULL and set, else beside our executable, else in a folder of the build tree that we are in, else
 * on the PATH. NULL if it is nowhere. Free it with g_free.
 */
char *tool_find(const char *name, const char *build_folder, const char *variable);

#endif
