#!/usr/bin/env python3
"""Loads a gateway as strangers can, and measures what another client and the machine notice.

Each load goes on for some seconds while one honest client asks for a pay-in over and over. Held
for good: its 99th percentile stays under 100 ms, and the gateway's resident memory together with
the kernel's socket buffers under 512 MiB. Ends with 1 where either is broken.

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
import subprocess
import sys
import tempfile
import threading
import time

LIMIT_MS, LIMIT_MIB = 100.0, 512.0
KEY = "pk_hostile_campaign"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    def __init__(self, program, folder):
        self.folder, self.port, self.sandbox_port = folder, free_port(), free_port()
        log = open(f"{folder}/log", "wb")
        self.sandbox = subprocess.Popen(
            [program, "sandbox", "--port", str(self.sandbox_port), "--callbacks",
             f"http://127.0.0.1:{self.port}"], cwd=folder, stdout=log, stderr=log)
        accounts = json.loads(eventually(
            lambda: ask(self.sandbox_port, "GET", "/_sandbox/accounts")[1]))
        with open(f"{folder}/pasarela.json5", "w") as file:
            json.dump({
                "listen": {"port": self.port},
                "public_url": f"http://127.0.0.1:{self.port}",
                "store": "sqlite:pasarela.db", "rules": "rules",
                "limits": {"connections": 10000},
                "merchants": [{"id": "shop", "api_keys": [{
                    "id": "k", "sha256": hashlib.sha256(KEY.encode()).hexdigest(),
                    "scopes": ["payins:write", "payins:read"]}]}],
                "provider_accounts": accounts["provider_accounts"]}, file)
        os.makedirs(f"{folder}/rules")
        with open(f"{folder}/rules/a.json5", "w") as file:
            file.write('{ rules: [], otherwise: { priority: ["openpay-main/spei"] } }')
        self.gateway = subprocess.Popen([program, "serve"], cwd=folder, stdout=log, stderr=log)
        try:
            eventually(lambda: ask(self.port, "GET", "/health/ready")[0] == 200)
        except TimeoutError:
            self.stop()
            with open(f"{folder}/log") as file:
                sys.exit(file.read())
        body = json.dumps({
            "merchant_reference": "hostile", "amount": 15000, "currency": "MXN", "method": "spei",
            "description": "Two tickets", "payer": {"name": "Ana", "email": "a@example.mx"}})
        status, made = ask(self.port, "POST", "/v1/payins", body, {
            "Authorization": f"Bearer {KEY}", "Idempotency-Key": "h",
            "Content-Type": "application/json"})
        assert status == 201, made
        self.payin = json.loads(made)["id"]

    def resident_mib(self):
        with open(f"/proc/{self.gateway.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024

    def stop(self):
        for process in (self.gateway, self.sandbox):
            process.send_signal(signal.SIGTERM)
        for process in (self.gateway, self.sandbox):
            process.wait(30)


def kernel_mib():
    """What the kernel holds for TCP on the whole machine, the clients' own side included."""
    with open("/proc/net/sockstat") as file:
        pages = int(re.search(r"TCP:.* mem (\d+)", file.read()).group(1))
    return pages * resource.getpagesize() / 2**20


def ask(port, method, path, body="", headers=None, client=None):
    own = client is None
    client = client or socket.create_connection(("127.0.0.1", port), timeout=30)
    fields = {"Host": f"127.0.0.1:{port}", **(headers or {})}
    if body:
        fields["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    client.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n{body}".encode())
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
    if own:
        client.close()
    return int(head.split()[1]), rest.decode()


def eventually(look, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            found = look()
            if found:
                return found
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError("it never came")
        time.sleep(0.05)


class Crowd:
    """Connections that send what they are told and read nothing, or what comes."""

    def __init__(self, port, count, words, source="127.0.0.2", reads=False, small=False,
                 again=False):
        self.port, self.words, self.source = port, words, source
        self.reads, self.small, self.again = reads, small, again
        self.selector, self.stopped, self.count = selectors.DefaultSelector(), False, count
        self.statuses, self.kept = {}, []
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
        opened = 0
        while not self.stopped:
            for _ in range(200):
                if opened < self.count:
                    self.open()
                    opened += 1
            for key, _ in self.selector.select(0.02):
                if not self.step(key) and self.again:
                    self.open()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

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


def loads(installation):
    """Each with its name and the crowds that make it, from addresses of 127.0.0.0/8."""
    port, wait = installation.port, f"/v1/payins/{installation.payin}?wait=30"
    bearer = f"Authorization: Bearer {KEY}\r\n"
    half = ("POST /callbacks/openpay-main HTTP/1.1\r\nHost: a\r\n"
            "Content-Type: application/json\r\nContent-Length: 65536\r\n\r\n").encode()
    page = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
    yield "nobody else", lambda: []
    yield "12,000 idle connections, four addresses", lambda: [
        Crowd(port, 3000, b"", source=f"127.0.1.{number}") for number in range(4)]
    yield "6,000 half-sent bodies, three addresses", lambda: [
        Crowd(port, 2000, half + b"x" * 65000, source=f"127.0.2.{number}") for number in range(3)]
    yield "500 slow readers, 20 requests each", lambda: [
        Crowd(port, 500, page * 20, source="127.0.3.1")]
    yield "8,000 long polls of one key", lambda: [
        Crowd(port, 2000, f"GET {wait} HTTP/1.1\r\nHost: a\r\n{bearer}\r\n".encode(),
              source=f"127.0.4.{number}", reads=True) for number in range(4)]
    yield "64 clients with false keys, as fast as they can", lambda: [
        Crowd(port, 64, b"GET /v1/payins HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n\r\n",
              source="127.0.5.1", reads=True, again=True)]


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
                status, _ = ask(installation.port, "GET", f"/v1/payins/{installation.payin}",
                                headers={"Authorization": f"Bearer {KEY}"}, client=client)
                assert status == 200, status
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
    with tempfile.TemporaryDirectory(prefix="pasarela-hostile-") as folder:
        installation = Installation(program, folder)
        try:
            print(f"{'load':<48} {'p50 ms':>7} {'p99 ms':>7} {'worst':>7} {'resident':>9}"
                  f" {'kernel':>7} {'after':>6}  answers")
            for name, start in loads(installation):
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
                broken = broken or bad
                print(f"{name:<48} {took[len(took) // 2]:7.1f} {p99:7.1f} {took[-1]:7.1f}"
                      f" {peaks[0]:5.0f} MiB {peaks[1]:3.0f} MiB {installation.resident_mib():6.0f}"
                      f"  {' '.join(f'{k}:{v}' for k, v in sorted(statuses.items()))}"
                      f"{'  BROKEN' if bad else ''}", flush=True)
        finally:
            installation.stop()
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
