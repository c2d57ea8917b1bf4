"""Loads on a subject, and what they showed."""
import signal
import time

from rig import seen, wait

# Seconds of a load: from its warm start, until before the first order is asked for again.
MAKING = (1.0, 4.5)


def spread_over(subject, clients, seconds, **environment):
    """Clients that make pay-ins, under way: of each of its processes as many as of the others."""
    count = len(subject.urls)
    return [
        subject.rig.wrk(
            url, clients // count + (number < clients % count), seconds, LOAD="payins", **environment)
        for number, url in enumerate(subject.urls)]


def together(processes):
    """What loads at the same time saw, once they have ended; of their latencies the worst."""
    rows = [seen(process) for process in processes]
    return {
        "requests": sum(row["requests"] for row in rows), "failed": sum(row["failed"] for row in rows),
        "rate": sum(row["requests"] / row["us"] * 1e6 for row in rows),
        "p50": max(row["p50"] for row in rows), "p99": max(row["p99"] for row in rows)}


def load(subject, clients, seconds, **environment):
    """A load's figures. Only what was answered 201 and has one order at the provider counts, and nothing
    else may be answered."""
    zero, start = subject.made(), subject.snapshot()
    processes = spread_over(subject, clients, seconds, **environment)
    time.sleep(MAKING[0])
    early = subject.snapshot()
    time.sleep(min(MAKING[1], seconds - 0.2) - MAKING[0])
    making = subject.snapshot() - early
    row = together(processes)
    whole = subject.snapshot() - start

    def figures():
        return subject.made() - zero, (subject.snapshot() - start).counts["orders"]
    # Those that were under way when wrk ended are brought to their end, and were not counted by it.
    end = time.monotonic() + 10
    while (found := figures())[0] != found[1] and time.monotonic() < end:
        time.sleep(0.1)
    made, orders = found
    if row["failed"] or made != orders or not row["requests"] <= made <= row["requests"] + clients:
        raise SystemExit(f"{row}, {made} made, {orders} orders: not every answer was a new pay-in")
    orders = making.counts["orders"]
    return {
        "rate": row["rate"], "p50": row["p50"] / 1000, "p99": row["p99"] / 1000,
        "cpu": making.cpu_us / orders, "kb": making.written / orders / 1024,
        "cpu_all": whole.cpu_us / made, "kb_all": whole.written / made / 1024,
        "polls": whole.counts["queries"] / made,
        "each": {name: count / orders for name, count in making.counts.items()}}


def make(rig, count, **how):
    """About so many pay-ins with fresh gateways."""
    gateway = rig.fresh(**how)
    before = rig.counts()["orders"]
    processes = spread_over(gateway, 64, 60)
    wait(lambda: rig.counts()["orders"] - before >= count, 0.02)
    for process in processes:
        process.send_signal(signal.SIGINT)
    for process in processes:
        process.wait()
    time.sleep(0.5)
    return gateway


def middle(gateway, name, count):
    """What the middle nine tenths of so many took, of what the provider counts under that name."""
    zero = gateway.rig.counts()[name]

    def reached(share):
        wait(lambda: gateway.rig.counts()[name] - zero >= count * share, 0.005)
        return gateway.snapshot()
    early = reached(0.05)
    return reached(0.95) - early


def each(spent, name):
    """Of what was spent, for each that the provider counts under that name."""
    count = spent.counts[name]
    return {"rate": count / spent.at, "cpu": spent.cpu_us / count, "kb": spent.written / count / 1024}
