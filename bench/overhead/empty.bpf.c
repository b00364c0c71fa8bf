// SPDX-License-Identifier: Apache-2.0
/* Does nothing: what a run of it costs is the hook, and the kernel's timing of it. */
#include <linux/bpf.h>
/* in this order */
#include <bpf/bpf_helpers.h>

SEC("tc/out_host") int out_host(struct __sk_buff *skb)
{
    (void)skb;
    return -1;
}

SEC("tc/in_host") int in_host(struct __sk_buff *skb)
{
    (void)skb;
    return -1;
}

char LICENSE[] SEC("license") = "Apache-2.0";
