#!/usr/bin/env python3
"""Loads a gateway as strangers can, and measures what another client and the machine notice.

Each load goes on for some seconds while one honest client asks for a pay-in over and over. Held
for good: its 99th percentile stays under 100 ms, and the gateway's resident memory together with
the kernel's socket buffers under 512 MiB; too many waits and false keys are answered 429. Ends with
1 where any of it is broken, or where a load was not made.

Usage: hostile.py PASARELA [SECONDS]
"""
import hashlib
import json
import os
import re
import resource
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, f"{os.path.dirname(os.path.abspath(__file__))}/../Python")
from installation import Installation, ask

LIMIT_MS, LIMIT_MIB = 100.0, 512.0
KEY = "pk_hostile_campaign"


class Target(Installation):
    """With one pay-in that the honest client asks for."""

    def prepare(self, **limits):
        self.start_gateway(
            {"rules": [], "otherwise": {"priority": ["openpay-main/spei"]}}, self.start_sandbox(),
            limits={"connections": 10000, **limits},
            merchants=[{"id": "shop", "api_keys": [{
                "id": "k", "sha256": hashlib.sha256(KEY.encode()).hexdigest(),
                "scopes": ["payins:write", "payins:read"]}]}])
        body = {
            "merchant_reference": "hostile", "amount": 15000, "currency": "MXN", "method": "spei",
            "description": "Two tickets", "payer": {"name": "Ana", "email": "a@example.mx"}}
        status, _, made = ask(f"{self.url}/v1/payins", body, {
            "Authorization": f"Bearer {KEY}", "Idempotency-Key": "h"})
        if status != 201:
            raise RuntimeError(f"{status} {made}")
        self.payin = json.loads(made)["id"]

    def resident_mib(self):
        with open(f"/proc/{self.gateway.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024


def kernel_mib():
    """What the kernel holds for TCP on the whole machine, the clients' own side included."""
    with open("/proc/net/sockstat") as file:
        pages = int(re.search(r"TCP:.* mem (\d+)", file.read()).group(1))
    return pages * resource.getpagesize() / 2**20


def status_of(client, path):
    """One request of the honest client's, and the status of its answer, which is read to its end."""
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionError("closed within a head")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head + b"\r\ncontent-length: 0").group(1))
    while len(rest) < length:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionError("closed within a body")
        rest += piece
    return int(head.split()[1])


class Crowd:
    """Connections that send what they are told and read nothing, or what comes."""

    def __init__(self, port, count, words, source="127.0.0.2", reads=False, small=False,
                 again=False):
        self.port, self.words, self.source = port, words, source
        self.reads, self.small, self.again = reads, small, again
        self.selector, self.stopped, self.count = selectors.DefaultSelector(), False, count
        self.statuses, self.kept, self.opened, self.fault = {}, [], 0, None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def open(self):
        client = socket.socket()
        if self.small:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((self.source, 0))
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", self.port))
        self.selector.register(client, selectors.EVENT_WRITE, self.words)

    def run(self):
        try:
            self.load()
        except Exception as fault:  # Raised again where the crowd is stopped.
            self.fault = fault
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def load(self):
        while not self.stopped:
            for _ in range(200):
                if self.opened < self.count:
                    self.open()
                    self.opened += 1
            for key, _ in self.selector.select(0.02):
                if not self.step(key) and self.again:
                    self.open()

    def step(self, key):
        """Goes on with one connection; false where it has ended."""
        client, left = key.fileobj, key.data
        try:
            if left or not self.words:
                left = left[client.send(left):] if left else left
                events = selectors.EVENT_WRITE if left else selectors.EVENT_READ
                if not left and not self.reads:
                    self.selector.unregister(client)
                    self.kept.append(client)
                    return True
                self.selector.modify(client, events, left)
                return True
            data = client.recv(65536)
            if data[:5] == b"HTTP/":
                status = data.split(b" ", 2)[1].decode()
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if self.again and b"close" not in data:
                    self.selector.modify(client, selectors.EVENT_WRITE, self.words)
                return True
            if data:
                return True
        except BlockingIOError:
            return True
        except OSError:
            pass
        self.selector.unregister(client)
        client.close()
        return False

    def stop(self):
        self.stopped = True
        self.thread.join()
        for client in self.kept:
            client.close()
        if self.fault or self.opened < self.count:
            raise RuntimeError(
                f"{self.opened} of {self.count} connections were opened: no load") from self.fault


def loads(installation):
    """Each with its name, the crowds that make it, from addresses of 127.0.0.0/8, and the answer
    that some of them must get."""
    port, wait = installation.port, f"/v1/payins/{installation.payin}?wait=30"
    bearer = f"Authorization: Bearer {KEY}\r\n"
    half = ("POST /callbacks/openpay-main HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/json\r\nContent-Length: 65536\r\n\r\n").encode()
    page = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    yield "nobody else", lambda: [], None
    yield "12,000 idle connections, four addresses", lambda: [
        Crowd(port, 3000, b"", source=f"127.0.1.{number}") for number in range(4)], None
    yield "6,000 half-sent bodies, three addresses", lambda: [
        Crowd(port, 2000, half + b"x" * 65000, source=f"127.0.2.{number}")
        for number in range(3)], None
    yield "500 slow readers, 20 requests each", lambda: [
        Crowd(port, 500, page * 20, source="127.0.3.1")], None
    yield "8,000 long polls of one key", lambda: [
        Crowd(port, 2000, f"GET {wait} HTTP/1.1\r\nHost: a\r\n{bearer}\r\n".encode(),
              source=f"127.0.4.{number}", reads=True) for number in range(4)], "429"
    yield "64 clients with false keys, as fast as they can", lambda: [
        Crowd(port, 64, b"GET /v1/payins HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n",
              source="127.0.5.1", reads=True, again=True)], "429"


def honest(installation, seconds):
    """Milliseconds of each of one client's calls; who is shut out counts as infinitely late."""
    took, client = [], None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        # A kept connection may be closed between calls: asked again, the time counts.
        for _ in range(2):
            try:
                client = client or socket.create_connection(("127.0.0.1", installation.port), 30)
                status = status_of(client, f"/v1/payins/{installation.payin}")
                if status != 200:
                    raise RuntimeError(f"the honest client is answered {status}")
                took.append((time.monotonic() - start) * 1000)
                break
            except OSError:
                client = None
        else:
            took.append(float("inf"))
        time.sleep(0.002)
    return sorted(took)


def main():
    program, seconds = os.path.abspath(sys.argv[1]), float(sys.argv[2] if len(sys.argv) > 2 else 8)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    broken = False
    with (tempfile.TemporaryDirectory(prefix="pasarela-hostile-") as folder,
          Target(program, folder) as installation):
        installation.prepare()
        print(f"{'load':<48} {'p50 ms':>7} {'p99 ms':>7} {'worst':>7} {'resident':>9}"
              f" {'kernel':>7} {'after':>6}  answers")
        for name, start, demanded in loads(installation):
            rest = kernel_mib()
            peaks, watching = [0.0, 0.0], True

            def watch():
                while watching:
                    peaks[0] = max(peaks[0], installation.resident_mib())
                    peaks[1] = max(peaks[1], kernel_mib() - rest)
                    time.sleep(0.1)

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
            crowds = start()
            time.sleep(min(4.0, seconds / 2) if crowds else 0)
            took = honest(installation, seconds)
            watching = False
            watcher.join()
            statuses = {}
            for crowd in crowds:
                crowd.stop()
                for status, count in crowd.statuses.items():
                    statuses[status] = statuses.get(status, 0) + count
            time.sleep(11 if crowds else 0)
            p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
            bad = p99 > LIMIT_MS or sum(peaks) > LIMIT_MIB
            bad = bad or demanded is not None and demanded not in statuses
            broken = broken or bad
            print(f"{name:<48} {took[len(took) // 2]:7.1f} {p99:7.1f} {took[-1]:7.1f}"
                  f" {peaks[0]:5.0f} MiB {peaks[1]:3.0f} MiB {installation.resident_mib():6.0f}"
                  f"  {' '.join(f'{k}:{v}' for k, v in sorted(statuses.items()))}"
                  f"{'  BROKEN' if bad else ''}", flush=True)
    broken = not stops(program) or broken
    sys.exit(1 if broken else 0)


def stops(program, waits=1000):
    """Whether a gateway beside so many long polls stops within two seconds, and answers them all."""
    with tempfile.TemporaryDirectory() as folder, Target(program, folder) as installation:
        installation.prepare(key_waits=waits)
        request = (f"GET /v1/payins/{installation.payin}?wait=30 HTTP/1.1\r\nHost: a\r\n"
                   f"Authorization: Bearer {KEY}\r\n\r\n").encode()
        clients = [socket.create_connection(("127.0.0.1", installation.port)) for _ in range(waits)]
        for client in clients:
            client.sendall(request)
        time.sleep(2)
        began = time.monotonic()
        installation.gateway.send_signal(signal.SIGTERM)
        installation.gateway.wait(60)
        took = time.monotonic() - began
        answered = 0
        for client in clients:
            client.settimeout(5)
            answered += b'"status":"pending"' in client.recv(65536)
            client.close()
        bad = took > 2 or answered < waits
        print(f"stopping beside {waits} long polls took {took:.2f} s, {answered} were answered"
              f"{'  BROKEN' if bad else ''}", flush=True)
        return not bad


if __name__ == "__main__":
    main()
