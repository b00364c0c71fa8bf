// SPDX-License-Identifier: Apache-2.0
/* Spawns itself on every host of the PVM virtual machine; prints the hosts' names as they come. */
#include <pvm3.h>
#include <stdio.h>
#include <unistd.h>

static int parent(void)
{
    struct pvmhostinfo *hosts;
    int n, formats, task;
    pvm_config(&n, &formats, &hosts);
    for (int i = 0; i < n; i++)
        if (pvm_spawn("pvm_names", NULL, PvmTaskHost, hosts[i].hi_name, 1, &task) != 1)
            return 1;
    for (int i = 0; i < n; i++) {
        char name[256];
        pvm_recv(-1, 1);
        pvm_upkstr(name);
        puts(name);
    }
    return 0;
}

static int child(int to)
{
    char name[256];
    gethostname(name, sizeof name);
    pvm_initsend(PvmDataDefault);
    pvm_pkstr(name);
    return pvm_send(to, 1) != 0;
}

int main(void)
{
    if (pvm_mytid() < 0)
        return 1;
    int to = pvm_parent();
    int status = to < 0 ? parent() : child(to);
    pvm_exit();
    return status;
}
