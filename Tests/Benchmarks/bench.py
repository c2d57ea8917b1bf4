#!/usr/bin/env python3
"""Measures the gateway on loopback beside nginx and beside a small service of the same purpose, in one
run, since absolute figures drift on shared machines. Needs wrk, nginx and a C compiler.

Usage: bench.py PASARELA BUILD, the executable and a folder for what is kept between runs. From the
environment: SECONDS_EACH (30), ROUNDS (3), FORM=short for a look at whether everything works, and
PART=stores for the table of the stores alone.
"""
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from loads import each, load, make, middle
from report import DAY, Report, delay
from rig import Rig, seen, tied, wait
from stores import Stores

SHORT = os.environ.get("FORM") == "short"
SECONDS = int(os.environ.get("SECONDS_EACH") or (3 if SHORT else 30))
ROUNDS = int(os.environ.get("ROUNDS") or (1 if SHORT else 3))
MANY = 3_000 if SHORT else 20_000
# Seconds that pay-ins are old at least when they are asked for together, so that it is not soon again.
AGE = 25 if SHORT else 60


def rounds(rig, report, python):
    """Interleaved, so that whatever else the machine does meets all of them."""
    for number in range(ROUNDS):
        for clients, seconds in ((64, SECONDS), (1, max(3, SECONDS // 3))):
            print(f"round {number + 1} of {ROUNDS}: {clients} clients", flush=True)
            proxy = load(rig.proxy, clients, seconds)
            report.add("nginx, merely proxying", clients, proxy, proxy)
            kinds = ("random", "sequential") if clients > 1 else ("random",)
            for keys in kinds:
                row = load(rig.fresh(), clients, seconds, KEYS=keys)
                row["due"] = rig.metric("pasarela_jobs_due")
                row["late"] = rig.metric("pasarela_jobs_oldest_seconds")
                report.add(f"pay-ins, {keys} keys", clients, row, proxy)
            rig.stop()
            if python:
                peer = rig.peer(python)
                report.add("FastAPI + httpx + SQLite", clients, load(peer, clients, seconds), proxy)
                peer.stop()


def long_load(rig, report):
    """Twice as long, and watched by perf: not for its rate."""
    print(f"{2 * SECONDS} s of full load", flush=True)
    gateway = rig.fresh()
    events = ["instructions:u", "syscalls:sys_enter_fsync", "syscalls:sys_enter_fdatasync"]
    perf, found = None, {}
    if shutil.which("perf"):
        perf = subprocess.Popen(
            tied("perf", "stat", "-x,", "-e", ",".join(events), "-p", str(gateway.pids[0])),
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        time.sleep(1)
    made, commits = gateway.made(), rig.metric("pasarela_store_commits_total")
    row = load(gateway, 64, 2 * SECONDS)
    report.late = rig.metric("pasarela_jobs_oldest_seconds")
    report.due = rig.metric("pasarela_jobs_due")
    made = gateway.made() - made
    if perf:
        perf.send_signal(signal.SIGINT)
        for line in perf.communicate()[1].splitlines():
            if match := re.match(r"(\d+),[^,]*,([^,]+)", line):
                found[match.group(2)] = int(match.group(1)) / made
    report.long_polls = row["polls"]
    report.commits = (rig.metric("pasarela_store_commits_total") - commits) / made
    report.instructions = found.get(events[0])
    report.syncs = found[events[1]] + found[events[2]] if events[1] in found else None


def polls(rig, report):
    print("polls that learn nothing", flush=True)
    start = time.time()
    make(rig, MANY)
    last = time.time()
    rig.stop()
    time.sleep(AGE)
    made, began = rig.due_in(4, "fast-main")
    spent = middle(rig.serve(), "queries", made)
    rig.stop()
    report.poll = each(spent, "queries")
    report.questions = 1 + spent.counts["further"] / spent.counts["queries"]
    # The stored times show whether a life's polls are counted as the gateway schedules them.
    now = time.time()
    report.schedule_fits = rig.due_between(
        "fast-main", began, began + delay(began - last, DAY), now + 1.1 * delay(now - start + 1, DAY))


def callbacks(rig, report):
    """The receiver is silent while pay-ins are paid, and fast when their messages fall due together."""
    print("callbacks and deliveries", flush=True)
    known = len(rig.orders())
    make(rig, MANY)
    rig.stop()
    # Not to be asked for meanwhile.
    rig.due_in(3600, "fast-main")
    gateway = rig.serve(hooks=rig.silence)
    numbers = rig.orders()[known:]
    with open(f"{rig.folder}/callbacks", "w") as file:
        # wrk asks for one request more than it sends.
        for number in numbers[:1] + numbers:
            body = (f'{{"merchantId":"1","mchOrderNo":"{number}","orderNo":"{number}-150","amount":150,'
                    '"fee":1,"orderStatus":"SUCCESS","orderType":"API","payType":69,'
                    f'"completionTime":"2026-01-02 03:04:05","nonceStr":"{number}"}}')
            file.write(f"{hashlib.md5((body + 'k').encode()).hexdigest()} {body}\n")

    def paid():
        return rig.metric("pasarela_payins_total", 'status="succeeded"')
    start = gateway.snapshot()
    process = rig.wrk(gateway.url, 64, 120, LOAD="callbacks", TARGET=f"{rig.folder}/callbacks")
    # Answers that are under way when wrk has sent its last are lost to it, and not to the gateway.
    wait(lambda: paid() == len(numbers), 0.2)
    spent, taken = gateway.snapshot() - start, len(numbers)
    process.kill()
    process.wait()
    report.callback = {
        "rate": taken / spent.at, "cpu": spent.cpu_us / taken, "kb": spent.written / taken / 1024}
    rig.stop()
    due, _ = rig.due_in(4, "webhook:m/w")
    spent = middle(rig.serve(hooks=rig.provider), "hooks", due)
    report.delivery = each(spent, "hooks")


def others(rig, report):
    print("reads, decisions, and one client while another provider hangs", flush=True)
    seconds = max(3, SECONDS // 3)
    gateway = make(rig, 1)
    first = rig.first_payin()
    for name, environment in (
        ("reads by id", {"LOAD": "read", "TARGET": f"/v1/payins/{first}"}),
        ("evaluate over 20 rules", {"LOAD": "evaluate"}),
    ):
        report.rates[name] = [reading(rig, gateway, seconds, environment) for _ in range(ROUNDS)]
    rows = []
    for _ in range(ROUNDS):
        gateway = rig.fresh()
        hanging = rig.wrk(gateway.url, 64, seconds + 2, LOAD="payins", MORE=',"metadata":{"hang":"1"}')
        time.sleep(1)
        process = rig.wrk(gateway.url, 1, seconds, LOAD="payins")
        rows.append(seen(process))
        hanging.kill()
        hanging.wait()
    report.hanging = rows


def reading(rig, gateway, seconds, environment):
    row = seen(rig.wrk(gateway.url, 64, seconds, **environment))
    if row["failed"]:
        raise SystemExit(f"{environment['LOAD']}: {row}")
    return row["requests"] / row["us"] * 1e6


def sync_us(folder):
    """What the disk takes for 4 KB, the median."""
    took = []
    with open(f"{folder}/sync", "wb", buffering=0) as file:
        for _ in range(200):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - start)
    return sorted(took)[100] * 1e6


def decisions(program):
    """Microseconds for one over 1,000 rules, and nanoseconds for each; None without RoutingBench."""
    bench = os.path.join(os.path.dirname(program), "RoutingBench")
    if not os.path.exists(bench):
        return None
    lines = subprocess.run([bench], check=True, capture_output=True, text=True).stdout.splitlines()
    return next([float(cell) for cell in line.split()[1:]] for line in lines if line.split()[0] == "1000")


def main():
    program, build = (os.path.abspath(path) for path in sys.argv[1:3])
    os.makedirs(build, exist_ok=True)
    # On the disk that a build is on: /tmp may be memory.
    with tempfile.TemporaryDirectory(dir=build) as folder, Rig(program, build, folder) as rig:
        stores = Stores(rig, SECONDS, ROUNDS)
        if os.environ.get("PART") == "stores":
            stores.measure(MANY, AGE)
            return stores.print()
        report = Report(SECONDS, ROUNDS, sync_us(folder))
        python, report.peer_missing = rig.peer_python()
        report.decision = decisions(program)
        rounds(rig, report, python)
        long_load(rig, report)
        polls(rig, report)
        callbacks(rig, report)
        others(rig, report)
        rig.stop()
        stores.measure(MANY, AGE)
        report.print()
        stores.print()


main()
