#!/usr/bin/env python3
"""Measures what work in a drive costs at 10,000 and at 1,000,000 files: time, bytes to and from the server, memory.

    scale.py WORKDIR [FILES ...]        FILES: 10000 1000000 if none are given

For each number a server and an agent of their own. A folder and a tree of so many small files are filled by tar
archives; then, after a restart of the agent, each thing is done ROUNDS times at other places: a page of 100 entries
listed, a file put, a folder of a tenth of the files moved, a page listed as it was on a day before. Bytes are
counted by a proxy on loopback between agent and server. Prints medians and, behind them, the first, with nothing
in the agent's memory.
"""

import io
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tarfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent.parent / "anoncloud"
ROUNDS = int(os.environ.get("ROUNDS", "7"))
PAGE = 100


class Proxy:
    """Between agent and server; counts what passes."""

    def __init__(self, port):
        self.to, self.bytes, self.lock = port, 0, threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
            for one, other in ((client, server), (server, client)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    def pump(self, source, target):
        try:
            while data := source.recv(1 << 18):
                with self.lock:
                    self.bytes += len(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Stand:
    """A server, a proxy before it, and an agent with an account."""

    def __init__(self, work):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.env = {**os.environ, "ANONCLOUD_HOME": str(work / "home")}
        log = open(work / "server.log", "wb")
        self.server = subprocess.Popen(
            [PROGRAM, "server", "--data", work / "data", "--listen", "127.0.0.1:0"], stdout=log, stderr=log
        )
        address = None
        while not address:
            time.sleep(0.1)
            address = re.search(r"anoncloud://\S+", (work / "server.log").read_text())
        host, port, key = re.match(r"anoncloud://(.*):(\d+)#(.*)", address.group()).groups()
        self.proxy = Proxy(int(port))
        password = work / "password"
        password.write_text("a long password for a benchmark\n")
        shown = f"anoncloud://{host}:{self.proxy.port}#{key}"
        self.run("register", "--server", shown, "--user", "alice", "--password-file", password, "--sheet", work / "sheet")
        self.connect()

    def run(self, *words):
        return subprocess.run([PROGRAM, *map(str, words)], env=self.env, check=True, capture_output=True, text=True).stdout

    def connect(self):
        self.run("ls", "/")
        status = json.loads(self.run("agent", "status", "--json"))
        self.url, self.agent, self.token = status["url"], status["pid"], self.run("agent", "token").strip()

    def restart_agent(self):
        self.run("agent", "stop")
        self.connect()

    def ask(self, method, path, body=None, kind="application/octet-stream"):
        request = urllib.request.Request(f"{self.url}/api/v1/vault/{path}", data=body, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request, timeout=7200) as answer:
            return json.loads(answer.read() or b"null")

    def memory(self, pid):
        status = Path(f"/proc/{pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status).group(1)) // 1024 for name in ("VmRSS", "VmHWM")]

    def close(self):
        self.run("agent", "stop")
        self.server.terminate()
        self.server.wait()


class Archive(io.RawIOBase):
    """A tar archive of many small files, made as it is read."""

    def __init__(self, names):
        self.parts, self.rest = self.made(names), b""

    @staticmethod
    def made(names):
        some = []
        for i, name in enumerate(names):
            info, content = tarfile.TarInfo(name), f"content of {name}\n".encode()
            info.size = len(content)
            some.append(info.tobuf() + content.ljust(512, b"\0"))
            if i % 1000 == 999:
                yield b"".join(some)
                some = []
        yield b"".join(some) + bytes(1024)

    def readable(self):
        return True

    def read(self, size=-1):
        while not self.rest:
            part = next(self.parts, None)
            if part is None:
                return b""
            self.rest = part
        out, self.rest = self.rest[:size], self.rest[size:]
        return out


def fill(stand, path, names):
    began = time.monotonic()
    stand.ask("PUT", f"trees/{path}", Archive(names))
    return time.monotonic() - began


def measured(stand, action):
    """What it takes each time: seconds and bytes; the agent is restarted before the first."""
    stand.restart_agent()
    stand.ask("GET", "files?limit=1")
    costs = []
    for i in range(ROUNDS):
        before, began = stand.proxy.bytes, time.monotonic()
        action(i)
        costs.append((time.monotonic() - began, stand.proxy.bytes - before))
    return costs


def tell(files, name, costs):
    seconds, sent = zip(*costs)
    print(
        f"{files:>9} files: {name:20} {statistics.median(seconds) * 1000:8.1f} ms {statistics.median(sent):10.0f} bytes"
        f"   first {seconds[0] * 1000:8.1f} ms {sent[0]:10} bytes",
        flush=True,
    )


def measure(work, files):
    stand = Stand(work / str(files))

    def place(i):
        return f"f{(i * 2 + 1) * files // (2 * ROUNDS):07}"

    def listed(i, more=""):
        after = urllib.parse.quote("/" + place(i))
        return stand.ask("GET", f"files/folder?limit={PAGE}&after={after}{more}")

    def moved(i):
        ways = ["/tree/moved", "/folder moved"]
        body = {"sources": [ways[i % 2]], "target": ways[(i + 1) % 2]}
        return stand.ask("POST", "moves", json.dumps(body).encode(), "application/json")

    try:
        names = (f"f{i:07}" for i in range(files))
        print(f"{files:>9} files: folder filled in {fill(stand, 'folder', names):.1f} s", flush=True)
        time.sleep(1)
        old = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        time.sleep(2)
        for i in range(200):
            stand.ask("PUT", f"files/folder/f{i * (files // 200):07}", f"changed {i}".encode())
        tell(files, "page listed", measured(stand, listed))
        put = measured(stand, lambda i: stand.ask("PUT", f"files/folder/{place(i)}-new", b"new"))
        tell(files, "file put", put)
        at = "&at=" + urllib.parse.quote(old)
        tell(files, "page of an old day", measured(stand, lambda i: listed(i, at)))
        tenth = files // 10
        took = fill(stand, "tree", (f"{i // 1000:04}/f{i:07}" for i in range(files - tenth)))
        took += fill(stand, "tree/moved", (f"{i // 1000:04}/f{i:07}" for i in range(tenth)))
        print(f"{files:>9} files: tree filled in {took:.1f} s", flush=True)
        tell(files, "folder moved", measured(stand, moved))
        for name, pid in (("agent", stand.agent), ("server", stand.server.pid)):
            now, peak = stand.memory(pid)
            print(f"{files:>9} files: {name} {now} MiB, at most {peak} MiB", flush=True)
    finally:
        stand.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for count in [int(text) for text in sys.argv[2:]] or [10_000, 1_000_000]:
        measure(Path(sys.argv[1]), count)
