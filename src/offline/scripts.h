// SPDX-License-Identifier: Apache-2.0
/* The shell scripts that we run on hosts: each is the file of its name, made into a string. */
#ifndef OFFLINE_SCRIPTS_H
#define OFFLINE_SCRIPTS_H

extern const char capture_script[]; /* capture.sh */
extern const char check_script[]; /* check.sh */
extern const char mpirun_script[]; /* mpirun.sh */
extern const char pvm_script[]; /* pvm.sh */
extern const char pvm_clean_script[]; /* pvm_clean.sh */

#endif
