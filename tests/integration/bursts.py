#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a capture to standard output: 8 hosts in a ring, h1 > h2 > ... > h8 > h1, 10.0.0.1 to .8.

Each sends UDP frames of 1,000 bytes to the next, 20 a second, in bursts: 6 seconds of traffic, 4
seconds of silence, so many times.
"""
import struct
import sys

bursts = int(sys.argv[1])
start = 1_700_000_000


def frame(sender, receiver):
    udp = struct.pack(">HHHH", 9000, 9001, 966, 0) + bytes(958)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     bytes([10, 0, 0, sender]), bytes([10, 0, 0, receiver]))
    macs = bytes([2, 0, 0, 0, 0, receiver, 2, 0, 0, 0, 0, sender])
    return macs + b"\x08\x00" + ip + udp


out = sys.stdout.buffer
out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
for burst in range(bursts):
    for tick in range(6 * 20):
        at = start + burst * 10 + tick // 20
        for i in range(8):
            data = frame(i + 1, (i + 1) % 8 + 1)
            out.write(struct.pack("<IIII", at, tick % 20 * 50_000 + i, len(data), len(data)) + data)
