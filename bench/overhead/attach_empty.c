// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches the empty programs to both hooks of an interface by tcx, as vttif attaches its own, and
 * takes them away again, told by lines on standard input as drive-live is:
 *
 *     attach-empty OBJECT     "attach INTERFACE[=SIDE]", "detach INTERFACE[=SIDE]"
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TCX_INGRESS = 46, TCX_EGRESS = 47 }; /* enum bpf_attach_type, from 6.6 on */

struct hook {
    const char *program;
    int type, link;
};

static struct hook hooks[] = {{"out_host", TCX_EGRESS, -1}, {"in_host", TCX_INGRESS, -1}};

static int attach(const struct bpf_object *object, const char *interface)
{
    unsigned index = if_nametoindex(interface);
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        int program = bpf_program__fd(bpf_object__find_program_by_name(object, hooks[i].program));
        hooks[i].link =
            bpf_link_create(program, (int)index, (enum bpf_attach_type)hooks[i].type, NULL);
        if (hooks[i].link < 0)
            return -1;
    }
    return 0;
}

static void detach(void)
{
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        if (hooks[i].link >= 0)
            close(hooks[i].link);
        hooks[i].link = -1;
    }
}

/* tc(8) takes the names of sections as they are; libbpf does not. */
static int load(struct bpf_object *object)
{
    struct bpf_program *program;
    bpf_object__for_each_program(program, object)
        bpf_program__set_type(program, BPF_PROG_TYPE_SCHED_CLS);
    return bpf_object__load(object);
}

int main(int argc, char **argv)
{
    char command[16], interface[64];
    struct bpf_object *object = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!object || load(object) != 0) {
        fprintf(stderr, "attach-empty: cannot load %s\n", argc == 2 ? argv[1] : "OBJECT");
        return 1;
    }
    puts("ready");
    while (scanf("%15s %63s", command, interface) == 2) {
        interface[strcspn(interface, "=")] = '\0';
        detach();
        if (strcmp(command, "attach") == 0 && attach(object, interface) != 0) {
            perror("attach-empty");
            return 1;
        }
        puts("done");
    }
    bpf_object__close(object);
    return 0;
}
