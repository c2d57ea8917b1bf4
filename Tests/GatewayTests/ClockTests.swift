import HTTPCalling
import JSONText
import Payins
import Routing
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// What a wall clock that is set back may not stop.
@Suite("a clock that is set back", .timeLimit(.minutes(2)))
struct ClockTests {
  private static let steps: [Int64] = [600, 3600, 86_400]

  private func keeper(_ bench: WebhookBench) -> ClockKeeper {
    ClockKeeper(
      store: bench.store, time: bench.committer.environment.time,
      log: Log(level: .error, time: bench.committer.environment.time) { _ in })
  }

  private func look(_ keeper: ClockKeeper) async throws {
    try await keeper.look { $0.adding(seconds: 45) }
  }

  private func due(_ bench: WebhookBench, _ payin: Payin) async throws -> Instant? {
    try await bench.store.firstJob(.deliverEvent, subjectPrefix: payin.id.text)?.due
  }

  @Test("news is told at once, though the pay-in is older than the clock", arguments: steps)
  func news(seconds: Int64) async throws {
    let time = WallClock()
    let bench = WebhookBench(time: time)
    bench.caller.answers { _ in .status(200) }
    let log = Log(level: .error, time: time) { _ in }
    let calls = ProviderClient(
      accounts: [], caller: bench.caller, time: time, publicURL: "",
      metrics: bench.committer.environment.metrics,
      log: log)
    let jobs = JobRunner(committer: bench.committer, calls: calls, webhooks: bench.runner)
    let running = Task { await jobs.run() }
    let payin = try await bench.payin("order-1")
    #expect(try await eventually { try await bench.states(payin) == ["delivered"] })
    time.setBack(seconds: seconds)
    try await bench.pay(payin)
    #expect(
      try await eventually { try await bench.states(payin) == ["delivered", "delivered"] })
    #expect(try await eventually { jobs.setBack != nil })
    jobs.stop()
    await running.value
  }

  @Test("what was to be tried again in seconds still is", arguments: steps)
  func retry(seconds: Int64) async throws {
    let bench = WebhookBench()
    let keeper = keeper(bench)
    try await look(keeper)
    let payin = try await bench.payin("order-1")
    bench.caller.answers(500)
    try await bench.deliver()
    let before = try #require(try await due(bench, payin))
    let wait = before.milliseconds(since: bench.clock.now())
    bench.clock.setBack(seconds: seconds)
    try await look(keeper)
    let after = try #require(try await due(bench, payin))
    #expect(after.milliseconds(since: bench.clock.now()) == wait)
    #expect(keeper.setBack?.milliseconds == seconds * 1000)
    // Once.
    try await look(keeper)
    #expect(try await due(bench, payin) == after)
    bench.clock.advance(seconds: ClockKeeper.toldSeconds)
    try await look(keeper)
    #expect(keeper.setBack == nil)
  }

  @Test("a start holds the clock against what is stored", arguments: steps)
  func start(seconds: Int64) async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers(500)
    try await bench.deliver()
    bench.clock.setBack(seconds: seconds)
    let keeper = keeper(bench)
    try await look(keeper)
    let after = try #require(try await due(bench, payin))
    #expect(after <= bench.clock.now().adding(seconds: 10))
    #expect(keeper.setBack != nil)
  }

  /// Fails the first time that it is to follow.
  private final class FailingOnce: DueTimes {
    let asked = Mutex<[Int64]>([])

    func newestEvent() async throws(DatabaseError) -> Instant? { WebhookClock.start }

    func drawIn(_ times: DrawnDueTimes) async throws(DatabaseError) {
      let count = asked.withLock { asked in
        asked.append(times.by)
        return asked.count
      }
      if count == 1 { throw .failed(function: "step", code: 5, message: "busy") }
    }
  }

  @Test("a store that cannot follow at first follows once")
  func late() async throws {
    let (store, clock) = (FailingOnce(), WebhookClock())
    let keeper = ClockKeeper(
      store: store, time: clock, log: Log(level: .error, time: clock) { _ in })
    clock.setBack(seconds: 3600)
    await #expect(throws: DatabaseError.self) { try await look(keeper) }
    for _ in 0..<3 { try await look(keeper) }
    #expect(store.asked.withLock { $0 } == [3_600_000, 3_600_000])
    #expect(keeper.setBack?.milliseconds == 3_600_000)
  }

  @Test("small steps are no matter, and none forward")
  func small() async throws {
    let bench = WebhookBench()
    let keeper = keeper(bench)
    try await look(keeper)
    bench.clock.setBack(seconds: 2)
    try await look(keeper)
    bench.clock.setBack(seconds: -5000)
    try await look(keeper)
    #expect(keeper.setBack == nil)
  }

  @Test("an account's rate goes on", arguments: steps)
  func rate(seconds: Int64) async throws {
    let bench = try PayinBench(AccountLimits(rate: 1))
    #expect(try await bench.create("order-1").isSettled)
    #expect(try await bench.create("order-2").isSettled)
    bench.clock.setBack(seconds: seconds)
    for number in 3..<7 {
      bench.clock.advance(seconds: 1)
      #expect(try await bench.create("order-\(number)").isSettled)
    }
  }

  @Test("an account's breaker lets a call through once its pause is over", arguments: steps)
  func breaker(seconds: Int64) async throws {
    let bench = try PayinBench()
    let monitor = try #require(bench.calls.monitors["first"])
    func state() -> Breaker.State { monitor.snapshot(at: bench.clock.steady()).breaker }
    bench.caller.answers { _ in .neverSent(CallFailure(.refused, "refused")) }
    for number in 1...Breaker.failuresToOpen {
      #expect(state() == .closed)
      _ = try? await bench.create("order-\(number)")
    }
    #expect(state() == .open)
    bench.clock.setBack(seconds: seconds)
    bench.clock.advance(seconds: Breaker.firstPauseSeconds - 1)
    #expect(state() == .open)
    bench.clock.advance(seconds: 1)
    #expect(state() == .halfOpen)
    // Where it let no call through, the creation would wait for a clock that stands still.
    #expect(bench.calls.permit("first") != nil)
    bench.caller.answers { .charge(for: $0) }
    #expect(try await bench.made("order-6").currentAttempt.target.account == "first")
    #expect(state() == .closed)
  }

  @Test("a key whose first call was never answered is not in progress until the clock comes back")
  func key() async throws {
    let bench = try PayinBench()
    bench.caller.answers { _ in .timeout }
    // Nobody waits here.
    bench.service.letCreationsGo()
    let made = try await bench.create("order-1")
    #expect(!made.isSettled)
    bench.clock.setBack(seconds: 3600)
    let again = try await bench.create("order-1")
    #expect(again.isReplay && again.id == made.id)
  }
}
