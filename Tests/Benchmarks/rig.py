"""What is measured, each a process of its own: the provider, nginx proxying to it, the gateway, a peer;
and how a process is measured."""
import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, f"{HERE}/../Python")
from installation import ask, eventually, free_port, tied

KEY = "pk_bench"
KEY_SHA256 = hashlib.sha256(KEY.encode()).hexdigest()
TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass
class Snapshot:
    """Of processes, and of what the provider and the bench's cluster count, at a moment."""
    at: float
    cpu_us: int
    written: int
    counts: dict

    def __sub__(self, before):
        counts = {name: count - before.counts[name] for name, count in self.counts.items()}
        return Snapshot(
            self.at - before.at, self.cpu_us - before.cpu_us, self.written - before.written, counts)


def cpu_us(pid, ended=False):
    """What a process took; also its children that have ended, where they are asked for."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15 if ended else 13]) * TICK_US


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


class Subject:
    """Processes that take pay-ins, each on a port. `made` tells how many they have answered 201."""

    def __init__(self, rig, processes, ports, made):
        self.rig, self.processes, self.made = rig, processes, made
        self.pids = [process.pid for process in processes]
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.url = self.urls[0]

    def _written(self, pid):
        with open(f"/proc/{pid}/io") as file:
            return int(re.search(r"^write_bytes: (\d+)", file.read(), re.M).group(1))

    def snapshot(self):
        cluster = self.rig.cluster.counts() if self.rig.cluster else {}
        return Snapshot(
            time.monotonic(), sum(cpu_us(pid) for pid in self.pids),
            sum(self._written(pid) for pid in self.pids), {**self.rig.counts(), **cluster})

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(60)


class Rig:
    def __init__(self, program, build, folder):
        self.program, self.build, self.folder, self.processes = program, build, folder, []
        self.store = f"{folder}/pasarela.db"
        self.provider_port, self.proxy_port, self.peer_port, *self.gateway_ports = (
            free_port() for _ in range(6))
        self.provider = f"http://127.0.0.1:{self.provider_port}"
        # Takes connections, as the kernel does for it, and never answers.
        self.hanging = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.silence = f"http://127.0.0.1:{self.hanging.getsockname()[1]}"
        self.gateway, self.cluster = None, None

    def __enter__(self):
        compiler = shutil.which("cc") or shutil.which("clang")
        subprocess.run(
            [compiler, "-O2", "-o", f"{self.folder}/provider", f"{HERE}/provider.c"], check=True)
        self.start([f"{self.folder}/provider", str(self.provider_port)])
        eventually(self.counts)
        self.proxy = self._proxy()
        self._rules()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def start(self, command, environment={}):
        with open(f"{self.folder}/log", "ab") as log:
            process = subprocess.Popen(
                tied(*command), cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **environment})
        self.processes.append(process)
        return process

    def counts(self):
        return json.loads(ask(f"{self.provider}/counts")[2])

    def _proxy(self):
        own = " ".join(f"{name}_temp_path {self.folder}/{name};" for name in
                       ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        with open(f"{self.folder}/nginx.conf", "w") as file:
            file.write(f"""
                daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log {self.folder}/log crit;
                events {{ worker_connections 2048; }}
                http {{ access_log off; keepalive_requests 100000000; {own}
                  upstream stub {{ server 127.0.0.1:{self.provider_port};
                    keepalive 128; keepalive_requests 100000000; }}
                  server {{ listen 127.0.0.1:{self.proxy_port}; location / {{ proxy_pass http://stub;
                    proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}""")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        process = self.start([nginx, "-c", f"{self.folder}/nginx.conf", "-p", self.folder])
        proxy = Subject(self, [process], [self.proxy_port], lambda: self.counts()["orders"])
        eventually(lambda: ask(f"{proxy.url}/counts")[0] == 200)
        proxy.pids = children(process.pid)
        return proxy

    def _rules(self):
        def to(account):
            return {"priority": [f"{account}/spei"]}
        rules = [{"name": "hanging", "when": "'hang' in payin.metadata", "route": to("slow-main")}] + [
            {"name": f"r{n}", "when": f"payin.amount == {n + 1}", "route": to("fast-main")} for n in range(18)]
        os.makedirs(f"{self.folder}/rules")
        with open(f"{self.folder}/rules/bench.json5", "w") as file:
            json.dump({"rules": rules, "otherwise": to("fast-main")}, file)

    def fresh(self, store=None, **how):
        """Gateways with empty books: in a store that is, or else in a file."""
        self.stop()
        if not store:
            self.clear(self.store)
        return self.serve(store, **how)

    def clear(self, store):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(store + end):
                os.remove(store + end)

    def stop(self):
        if self.gateway:
            self.gateway.stop()
        self.gateway = None

    def serve(self, store=None, hooks=None, gateways=1):
        """So many of one store: of a file, where it is not said."""
        account = {"provider": "cashypay", "merchant_id": "1", "api_key": "k", "pay_types": {"spei": 69},
                   "clabe_check": "warn"}
        merchant = {"id": "m", "api_keys": [
            {"id": "k", "sha256": KEY_SHA256, "scopes": ["payins:read", "payins:write"]}]}
        if hooks:
            secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
            merchant["webhooks"] = [
                {"id": "w", "url": f"{hooks}/hooks", "secret": secret, "events": ["payin.succeeded"]}]
        ports, processes = self.gateway_ports[:gateways], []
        for port in ports:
            path = f"{self.folder}/pasarela-{port}.json5"
            with open(path, "w") as file:
                json.dump({
                    "listen": {"port": port}, "store": store or f"sqlite:{self.store}", "rules": "rules",
                    "public_url": f"http://127.0.0.1:{ports[0]}", "log": {"level": "error"},
                    "webhooks": {"allow_private_addresses": True}, "merchants": [merchant],
                    "provider_accounts": [
                        {"id": "fast-main", "base_url": self.provider, **account},
                        {"id": "slow-main", "base_url": self.silence, "timeout_seconds": 20, **account}]}, file)
            processes.append(self.start([self.program, "serve", "--config", path]))
        self.gateway = Subject(self, processes, ports, lambda: self.metric(
            "pasarela_http_requests_total", 'route="/v1/payins",status="201"'))
        try:
            eventually(lambda: all(ask(f"{url}/health/ready")[0] == 200 for url in self.gateway.urls))
        except TimeoutError:
            with open(f"{self.folder}/log") as file:
                raise SystemExit(file.read()) from None
        return self.gateway

    def metric(self, name, labels=""):
        """Of the gateways, now; 0 where nothing has happened yet."""
        # One of several tells its name behind them.
        own = r',?gateway="[^"]*"'
        line = re.compile(rf"^{name}(?:\{{{re.escape(labels)}(?:{own})?\}}){'' if labels else '?'} (\d+)$", re.M)
        found = (line.search(ask(f"{url}/metrics")[2].decode()) for url in self.gateway.urls)
        return sum(int(match.group(1)) for match in found if match)

    def peer(self, python):
        """With empty books; see peer.py."""
        store = f"{self.folder}/peer.db"
        self.clear(store)

        def made():
            with closing(sqlite3.connect(store)) as books:
                return books.execute("SELECT count(*) FROM payins WHERE status = 'pending'").fetchone()[0]
        process = self.start(
            [python, "-m", "uvicorn", "--app-dir", HERE, "--port", str(self.peer_port), "--no-access-log",
             "--log-level", "critical", "peer:app"],
            {"PROVIDER": self.provider, "STORE": store, "KEY_SHA256": KEY_SHA256,
             "PYTHONDONTWRITEBYTECODE": "1"})
        peer = Subject(self, [process], [self.peer_port], made)
        eventually(lambda: ask(f"{peer.url}/openapi.json")[0] == 200)
        return peer

    def peer_python(self):
        """An interpreter that has what the peer needs, and nothing; or None and the reason."""
        folder = f"{self.build}/bench-peer"
        steps = [[sys.executable, "-m", "venv", folder],
                 [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                  "-r", f"{HERE}/peer-versions.txt"]]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True)
            if done.returncode:
                said = (done.stderr + done.stdout).strip().splitlines() or ["it cannot be installed"]
                return None, next((line for line in said if "ERROR" in line), said[-1])[:200]
        return f"{folder}/bin/python", None

    def wrk(self, url, clients, seconds, **environment):
        """wrk with load.lua, under way."""
        return subprocess.Popen(
            tied("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", f"{HERE}/load.lua", url),
            env={**os.environ, "KEY": KEY, "RUN": str(secrets.randbelow(2**31)), **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def due_in(self, seconds, account):
        """Has the jobs of an account fall due together so much later, and tells how many there are and when;
        for a gateway that is stopped. What is due before its start would be spread over half a minute
        (`RestartRamp`)."""
        due = time.time() + seconds
        with closing(sqlite3.connect(self.store)) as books, books:
            jobs = books.execute("UPDATE jobs SET due_ms = ? WHERE account = ?", (int(due * 1000), account))
            return jobs.rowcount, due

    def due_at(self, account, due):
        """How many jobs of an account are due at that very time, in seconds."""
        with closing(sqlite3.connect(self.store)) as books:
            return books.execute(
                "SELECT count(*) FROM jobs WHERE account = ? AND due_ms = ?", (account, int(due * 1000))).fetchone()[0]

    def due_between(self, account, before, earliest, latest):
        """Whether those jobs of an account that were due at a time, and are not any more, are so between two
        others."""
        with closing(sqlite3.connect(self.store)) as books:
            first, last = books.execute(
                "SELECT min(due_ms), max(due_ms) FROM jobs WHERE account = ? AND due_ms > ? AND lease IS NULL",
                (account, int(before * 1000))).fetchone()
        return earliest * 1000 <= first and last <= latest * 1000

    def orders(self):
        return ask(f"{self.provider}/orders")[2].decode().split()

    def first_payin(self):
        listed = ask(f"{self.gateway.url}/v1/payins?limit=1", headers={"Authorization": f"Bearer {KEY}"})
        return json.loads(listed[2])["data"][0]["id"]


def wait(condition, pause, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the gateway did not come to an end with what it had to do")
        time.sleep(pause)


def seen(process):
    """What wrk saw, once it has ended."""
    text = process.communicate()[0]
    line = text.strip().splitlines()[-1]
    if not line.startswith("{"):
        raise RuntimeError(text)
    return json.loads(line)
