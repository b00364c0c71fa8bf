#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture to standard output: hosts in a random tree, with some pairs that belong to none.

Nearly a topology with a name, nowhere quite: recognition tries everything, and takes long.
"""
import random
import struct
import sys

hosts = int(sys.argv[1])
start = 1_700_000_000
random.seed(1)


def address(host):
    return bytes([10, 0, host >> 8, host & 255])


def head(sender, receiver, length):
    """The first 42 bytes of a UDP frame of so many."""
    udp = struct.pack(">HHHH", 9000, 9001, length - 34, 0)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length - 14, 0, 0, 64, 17, 0, address(sender), address(receiver))
    return b"\2\0" + address(receiver) + b"\2\0" + address(sender) + b"\x08\x00" + ip + udp


pairs = {(i, random.randrange(i)) for i in range(1, hosts)}
pairs |= {tuple(random.sample(range(hosts), 2)) for _ in range(hosts // 10)}
pairs |= {(to, sender) for sender, to in pairs}

out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 42, 1))
for i, (sender, receiver) in enumerate(sorted(pairs)):
    size = random.randint(20_000, 60_000)
    out.write(struct.pack("<IIII", start, i, 42, size) + head(sender, receiver, size))
