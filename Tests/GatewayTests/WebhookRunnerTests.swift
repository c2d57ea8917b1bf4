import HTTPCalling
import JSONText
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// An endpoint that answers when it is told to, and counts who waits.
private final class SlowEndpoint: Sendable {
  private struct State {
    var waiting: [CheckedContinuation<CallOutcome, Never>] = []
    var most = 0
    var calls = 0
    var answer: CallOutcome?
  }
  private let state = Mutex(State())

  func call() async -> CallOutcome {
    await withCheckedContinuation { continuation in
      let answer = state.withLock { state -> CallOutcome? in
        state.calls += 1
        if state.answer == nil { state.waiting.append(continuation) }
        state.most = max(state.most, state.waiting.count)
        return state.answer
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  /// Those who wait get this; `later` says what those who come get, nil lets them wait.
  func answer(_ outcome: CallOutcome, later: CallOutcome? = nil) {
    let waiting = state.withLock { state in
      defer {
        state.waiting = []
        state.most = 0
        state.answer = later
      }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: outcome) }
  }

  var waiting: Int { state.withLock { $0.waiting.count } }
  var most: Int { state.withLock { $0.most } }
  var calls: Int { state.withLock { $0.calls } }
}

@Suite("webhooks: many endpoints", .timeLimit(.minutes(2)))
struct WebhookRunnerTests {
  private func jobs(_ bench: WebhookBench) -> JobRunner {
    let log = Log(level: .error, time: bench.committer.environment.time) { _ in }
    let calls = ProviderClient(
      accounts: [], caller: bench.caller, time: bench.committer.environment.time, publicURL: "",
      metrics: bench.committer.environment.metrics, log: log)
    return JobRunner(committer: bench.committer, calls: calls, webhooks: bench.runner)
  }

  /// Whether each of the pay-ins' first messages has arrived.
  private func delivered(_ bench: WebhookBench, _ payins: [Payin]) async throws -> Int {
    var count = 0
    for payin in payins where try await bench.tries(payin).contains(where: { $0.failure == nil }) {
      count += 1
    }
    return count
  }

  @Test("a message goes out when it is published, not when the runner looks again")
  func wakes() async throws {
    let bench = WebhookBench(time: StoppedClock())
    let jobs = jobs(bench)
    let running = Task { await jobs.run() }
    for index in 0..<3 {
      let payin = try await bench.payin("order-\(index)")
      #expect(try await eventually { try await delivered(bench, [payin]) == 1 })
    }
    jobs.stop()
    await running.value
  }

  @Test("an endpoint that hangs holds up nobody but itself, and then is asked one at a time")
  func hanging() async throws {
    let slow = SlowEndpoint()
    let bench = WebhookBench(
      [WebhookBench.endpoint("slow"), WebhookBench.endpoint("fast", merchant: "other")],
      time: WallClock())
    bench.caller.answers { $0.url.hasSuffix("slow") ? await slow.call() : .status(200) }
    var mine: [Payin] = []
    var others: [Payin] = []
    for index in 0..<80 {
      mine.append(try await bench.payin("order-\(index)"))
      others.append(try await bench.payin("order-\(index)", merchant: "other"))
    }
    let jobs = jobs(bench)
    let running = Task { await jobs.run() }
    #expect(try await eventually { try await delivered(bench, others) == others.count })
    #expect(slow.waiting == JobRunner.concurrencyPerAccount)
    slow.answer(.timeout)
    #expect(try await eventually { slow.waiting == 1 })
    // Others go on, and it is given no second message meanwhile.
    let more = try await bench.payin("more", merchant: "other")
    #expect(try await eventually { try await delivered(bench, [more]) == 1 })
    #expect(slow.most == 1 && slow.calls == JobRunner.concurrencyPerAccount + 1)
    // Back to health: what waits goes out as before; only what failed waits for its next try.
    slow.answer(.status(200), later: .status(200))
    #expect(
      try await eventually {
        try await delivered(bench, mine) >= mine.count - JobRunner.concurrencyPerAccount
      })
    jobs.stop()
    await running.value
  }

  @Test("however many endpoints hang, half of the room is left for providers' jobs")
  func halfForProviders() async throws {
    let slow = SlowEndpoint()
    let bench = WebhookBench(
      (0..<10).map { WebhookBench.endpoint("slow\($0)") }, time: WallClock())
    bench.caller.answers { _ in await slow.call() }
    for index in 0..<40 { _ = try await bench.payin("order-\(index)") }
    let jobs = jobs(bench)
    let running = Task { await jobs.run() }
    #expect(try await eventually { slow.waiting == JobRunner.deliveries })
    // A query of an account that is gone answers at once: it is carried out and put off.
    let asked = try await bench.payin("asked")
    #expect(
      try await eventually {
        let poll = try await bench.store.events(of: asked.operationID).contains {
          $0.type.hasPrefix("poll.")
        }
        return poll
      })
    #expect(slow.most == JobRunner.deliveries)
    slow.answer(.status(200), later: .status(200))
    jobs.stop()
    await running.value
  }
}
