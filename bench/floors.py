#!/usr/bin/env python3
"""What each stage of a transfer costs at least on this machine: processor time for 1 GiB, by OpenSSL and the kernel alone.

floors.py FOLDER      medians of five; FOLDER is on the disk that is measured, 2 GiB of it
"""
import os, re, socket, statistics, subprocess, sys

GIB = 1 << 30
MIB = 1 << 20
ROUNDS = 5
folder = sys.argv[1]


def used(work):
    """Milliseconds of processor time that work takes, those of its children too."""
    before = os.times()
    work()
    after = os.times()
    return 1000 * sum(after[i] - before[i] for i in range(4))


def openssl(*what):
    said = subprocess.run(
        ["openssl", "speed", "-mr", "-seconds", "1", *what], capture_output=True, text=True, check=True
    ).stdout
    return 1000 * GIB / float(re.findall(r"^\+(?:F|H).*:([0-9.]+)$", said, re.M)[-1])


def read():
    with open(f"{folder}/floor", "rb", buffering=0) as file:
        piece = bytearray(MIB)
        while file.readinto(piece):
            pass


def write():
    # Over a file that is there, so that its memory is at hand: a machine that was given some of it anew pays for each page.
    with open(f"{folder}/floor", "r+b", buffering=0) as file:
        piece = os.urandom(MIB)
        for _ in range(GIB // MIB):
            file.write(piece)
        os.fsync(file.fileno())


def loopback(side):
    """A stream over TCP; one end here, the other one in a process whose time is not counted."""
    listener = socket.create_server(("127.0.0.1", 0))
    child = os.fork()
    if child == 0:
        end = socket.create_connection(listener.getsockname())
        (receive if side == "send" else send)(end)
        os._exit(0)
    end, _ = listener.accept()
    (send if side == "send" else receive)(end)
    end.close()
    listener.close()
    return child


def send(end):
    piece = bytes(MIB)
    for _ in range(GIB // MIB):
        end.sendall(piece)
    end.shutdown(socket.SHUT_WR)


def receive(end):
    piece = bytearray(256 * 1024)
    while end.recv_into(piece):
        pass


def stream(side):
    before = os.times()
    child = loopback(side)
    after = os.times()
    os.waitpid(child, 0)
    return 1000 * (after[0] - before[0] + after[1] - before[1])


write_new = open(f"{folder}/floor", "wb")
write_new.truncate(GIB)
write_new.close()
used(write)
floors = {
    "read": lambda: used(read),
    "digest (HMAC-SHA-256, pieces of 1 MiB)": lambda: openssl("-hmac", "sha256", "-bytes", str(MIB)),
    "seal or open (AES-256-GCM, pieces of 16 KiB)": lambda: openssl("-evp", "aes-256-gcm", "-bytes", str(16 * 1024)),
    "send": lambda: stream("send"),
    "receive": lambda: stream("receive"),
    "write, synced": lambda: used(write),
}
for stage, cost in floors.items():
    print(f"{statistics.median(cost() for _ in range(ROUNDS)):6.0f} ms  {stage}", flush=True)
os.remove(f"{folder}/floor")
