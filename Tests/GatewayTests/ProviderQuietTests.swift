import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// What providers ask of those who call them.
@Suite("a provider that asks for time")
struct ProviderQuietTests {
  private func busy(_ status: Int, _ after: String) -> CallOutcome {
    .answered(HTTPResponse(status: status, headers: [HTTPHeader("Retry-After", after)]))
  }

  @Test("is not called meanwhile; the next candidate is", arguments: [429, 503])
  func quiet(status: Int) async throws {
    let bench = try PayinBench()
    let isFirst = Mutex(true)
    bench.caller.answers { request in
      let isBusy = isFirst.withLock { first in
        defer { first = false }
        return first
      }
      return isBusy ? busy(status, "20") : .charge(for: request)
    }
    // After 503 nobody knows whether the order exists: its creation waits for as long as it may.
    let first = Task { try await bench.create("order-1") }
    defer { first.cancel() }
    // It is not asked about orders meanwhile, either.
    let monitor = try #require(bench.calls.monitors["first"])
    #expect(
      try await eventually { monitor.room(for: .query, at: bench.clock.steady()) == 0 })
    let next = try await bench.made("order-2")
    #expect(next.attempts.first?.target.account == "second")
    bench.clock.advance(seconds: 20)
    #expect(try await bench.made("order-3").attempts.first?.target.account == "first")
  }

  @Test("for days is taken for minutes")
  func cap() async throws {
    let bench = try PayinBench()
    bench.caller.answers { _ in busy(429, "864000") }
    _ = try await bench.create("order-1")
    let monitor = try #require(bench.calls.monitors["first"])
    #expect(
      monitor.secondsUntilOpen(at: bench.clock.steady()) == ProviderClient.longestQuiet)
  }

  @Test("a question that the gateway's own end cuts off says nothing, and is put off")
  func cutOff() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    bench.caller.answers { _ in .sentNoAnswer(CallFailure(.shutdown, "closed")) }
    bench.clock.advance(seconds: 60)
    let job = try #require(try await bench.lease().first { $0.key.kind == .queryAttempt })
    try await bench.runner.ask(job, under: try #require(job.lease))
    let after = try await bench.service.payin(payin.id, merchant: "shop")
    #expect(after.version == payin.version)
    let put = try await bench.store.firstJob(.queryAttempt, subjectPrefix: job.key.subject)
    #expect(put?.lease == nil && put.map { $0.due <= bench.clock.now().adding(seconds: 3) } == true)
  }

  @Test("a creation that the gateway's own end keeps from leaving is left to the next process")
  func creationCutOff() async throws {
    let bench = try PayinBench()
    bench.service.letCreationsGo()
    bench.caller.answers { _ in .neverSent(CallFailure(.shutdown, "closed")) }
    let created = try await bench.create("order-1")
    let payin = try await bench.service.payin(PayinID(unchecked: created.id.text), merchant: "shop")
    #expect(!created.isSettled && payin.status == .processing)
    #expect(payin.attempts.map(\.state) == [.sending])
    #expect(try await eventually { bench.caller.taken().count == 1 })
    // It finds the job once the lease has run out, and asks before it believes anything.
    bench.caller.answers { .charge(for: $0) }
    for _ in 0..<2 {
      bench.clock.advance(seconds: 60)
      for job in try await bench.lease() {
        switch job.key.kind {
        case .sendAttempt: try await bench.runner.resume(job, under: try #require(job.lease))
        default: try await bench.runner.ask(job, under: try #require(job.lease))
        }
      }
    }
    let after = try await bench.service.payin(PayinID(unchecked: created.id.text), merchant: "shop")
    #expect(after.status == .pending && after.attempts.count == 1)
  }
}
