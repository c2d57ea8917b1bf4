import CounterPayments
import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// What is taken up, when, how much of it at a time, and what becomes of it where something fails.
@Suite("the job runner", .timeLimit(.minutes(2)))
struct JobRunnerTests {
  /// Work of its own, of which can be seen whether it has ended.
  private final class Aside: Sendable {
    private let ended = Mutex(false)

    init(_ work: @escaping @Sendable () async -> Void) {
      Task {
        await work()
        ended.withLock { $0 = true }
      }
    }

    var hasEnded: Bool { ended.withLock { $0 } }
  }

  /// Lets the runner go on while `body` looks on, and has it stopped.
  private func running(_ bench: JobBench, _ body: () async throws -> Void) async throws {
    let run = Aside { await bench.jobs.run() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body())
    } catch {
      result = .failure(error)
    }
    bench.jobs.stop()
    // It may sleep after a fault.
    bench.clock.advance(seconds: 2)
    #expect(try await eventually { run.hasEnded })
    try result.get()
  }

  /// Whether it comes to sleep for so long, and nobody else sleeps.
  private func sleeps(_ bench: JobBench, _ milliseconds: Int64) async throws -> Bool {
    try await eventually { bench.clock.waits == [milliseconds] }
  }

  /// Questions on so many pay-ins of each account, in the order of their dues.
  private func questions(_ bench: JobBench, _ counts: [String: Int]) async throws {
    for (account, count) in counts.sorted(by: { $0.key < $1.key }) {
      for number in 0..<count {
        _ = try await bench.made(
          [.accepted(.shown("\(account)/\(number)"))], "\(account)/\(number)", at: [account])
      }
    }
  }

  private func job(
    _ subject: String, in milliseconds: Int64, account: String = "a", _ bench: JobBench
  ) -> Job {
    Job(
      key: JobKey(kind: .queryAttempt, subject: subject), operation: nil, account: account,
      due: bench.clock.now().adding(milliseconds: milliseconds))
  }

  // MARK: What is taken up

  struct Taken: CustomTestStringConvertible {
    var testDescription: String
    /// Due at each account.
    var due: [String: Int]
    var closed: JobBench.Closed?
    /// Of them, those that are taken up.
    var held: [String: Int]
    /// Milliseconds until it looks again.
    var wait: Int64
  }

  static let taken = [
    Taken(testDescription: "nothing", due: [:], held: [:], wait: 500),
    Taken(
      testDescription: "all that is due", due: ["a": 3, "b": 1], held: ["a": 3, "b": 1], wait: 500),
    Taken(
      testDescription: "no more of an account than it has places", due: ["a": 40], held: ["a": 32],
      wait: 20),
    Taken(
      testDescription: "of others as many as ever", due: ["a": 40, "b": 3],
      held: ["a": 32, "b": 3], wait: 20),
    Taken(
      testDescription: "nothing of an account whose calls are all open", due: ["a": 3, "b": 3],
      closed: .full, held: ["b": 3], wait: 20),
    Taken(
      testDescription: "nothing of an account whose rate is used up", due: ["a": 3, "b": 3],
      closed: .rate, held: ["b": 3], wait: 20),
    Taken(
      testDescription: "nothing of an account that wants to be left alone",
      due: ["a": 3, "b": 3], closed: .quiet, held: ["b": 3], wait: 20),
  ]

  @Test("takes up", arguments: taken)
  func takes(_ row: Taken) async throws {
    let bench = try JobBench(limits: row.closed == nil ? AccountLimits() : JobBench.limits)
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await questions(bench, row.due)
    let dues = Dictionary(grouping: bench.store.jobs, by: \.account).mapValues { $0.map(\.key) }
    // What is due at the start is spread out; that is not the question here.
    if row.closed != nil { bench.clock.advance(seconds: 60) }
    let permits = row.closed.map { bench.close("a", $0) }
    defer { withExtendedLifetime(permits) {} }
    try await running(bench) { () async throws in
      if row.closed == nil {
        #expect(try await sleeps(bench, 500))
        bench.clock.advance(seconds: 60)
      }
      #expect(try await eventually { gate.waitingCount == row.held.values.reduce(0, +) })
      #expect(try await sleeps(bench, row.wait))
      let held = bench.store.jobs.filter { $0.lease != nil }
      #expect(Dictionary(grouping: held, by: \.account).mapValues(\.count) == row.held)
      // Soonest first.
      for (account, jobs) in Dictionary(grouping: bench.store.jobs, by: \.account) {
        guard (row.held[account] ?? 0) < jobs.count, row.held[account] != nil else { continue }
        let first = Set(dues[account]?.prefix(row.held[account] ?? 0) ?? [])
        #expect(Set(jobs.filter { $0.lease != nil }.map(\.key)) == first)
      }
      gate.open()
    }
  }

  @Test("has room for 256 of all accounts, and fills it as soon as one ends")
  func room() async throws {
    let accounts = (0..<8).map { "a\($0)" } + ["a"]
    let bench = try JobBench(accounts)
    let gate = Gate()
    let calls = Mutex(0)
    bench.caller.answers { _ in
      calls.withLock { $0 += 1 }
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await questions(bench, Dictionary(uniqueKeysWithValues: accounts.map { ($0, 30) }))
    try await running(bench) { () async throws in
      #expect(try await sleeps(bench, 500))
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == JobRunner.concurrency })
      #expect(try await sleeps(bench, JobRunner.breathMilliseconds))
      gate.letOne()
      // No time has passed.
      #expect(try await eventually { calls.withLock { $0 } == JobRunner.concurrency + 1 })
      gate.open()
    }
  }

  @Test("takes up the next of an account as soon as one of its 32 ends")
  func place() async throws {
    let bench = try JobBench()
    let gate = Gate()
    let calls = Mutex(0)
    bench.caller.answers { _ in
      calls.withLock { $0 += 1 }
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await questions(bench, ["a": 40])
    try await running(bench) { () async throws in
      #expect(try await sleeps(bench, 500))
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { calls.withLock { $0 } == 32 })
      for count in 33...35 {
        #expect(try await sleeps(bench, JobRunner.breathMilliseconds))
        gate.letOne()
        #expect(try await eventually { calls.withLock { $0 } == count })
      }
      #expect(gate.waitingCount == 32)
      gate.open()
    }
  }

  @Test(
    "spreads out what is due at the start",
    arguments: [[0: 32], [0: 32, 100: 42, 1100: 74], [0: 32, 30_000: 200]] as [[Int64: Int]])
  func ramp(_ done: [Int64: Int]) async throws {
    let bench = try JobBench()
    // Nothing is left to do of them, so that each is done at once.
    try await bench.put((0..<200).map { job("x\($0)", in: 0, bench) })
    try await running(bench) { () async throws in
      var last: Int64 = 0
      for (at, count) in done.sorted(by: { $0.key < $1.key }) {
        bench.clock.advance(milliseconds: at - last)
        last = at
        #expect(try await eventually { bench.store.jobs.count == 200 - count })
        #expect(try await sleeps(bench, count == 200 ? 500 : 20))
        #expect(bench.store.jobs.count == 200 - count)
      }
    }
  }

  @Test(
    "looks again when the next job is due, within half a second, and not at once",
    arguments: [
      (nil, 500), (10_000, 500), (501, 500), (499, 499), (300, 300), (20, 20), (5, 20), (1, 20),
    ] as [(Int64?, Int64)])
  func wakes(_ due: Int64?, _ wait: Int64) async throws {
    let bench = try JobBench()
    if let due { try await bench.put([job("x", in: due, bench)]) }
    try await running(bench) { () async throws in
      #expect(try await sleeps(bench, wait))
      bench.clock.advance(milliseconds: wait - 1)
      #expect(bench.clock.waits == [1])
      #expect(bench.store.jobs.isEmpty == (due == nil))
      bench.clock.advance(milliseconds: 1)
      let isDone = due.map { $0 <= wait } ?? true
      if isDone { #expect(try await eventually { bench.store.jobs.isEmpty }) }
      #expect(try await eventually { bench.clock.waits.first.map { $0 > 0 } })
      #expect(bench.store.jobs.isEmpty == isDone)
    }
  }

  // MARK: Leases

  @Test(
    "holds a job for longer than any call, a webhook's included",
    arguments: [(10, 45), (30, 45), (31, 46), (120, 135)] as [(Int64, Int64)])
  func lease(_ timeout: Int64, _ seconds: Int64) async throws {
    let bench = try JobBench(limits: AccountLimits(timeoutSeconds: timeout))
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await questions(bench, ["a": 1])
    bench.clock.advance(seconds: 60)
    try await running(bench) { () async throws in
      #expect(try await eventually { gate.waitingCount == 1 })
      let held = try #require(bench.store.jobs.first)
      #expect(held.due.milliseconds(since: bench.clock.now()) == seconds * 1000)
      #expect(held.tries == 1 && held.lease != nil)
      gate.open()
    }
  }

  @Test("leaves alone what another process holds, until its lease has run out")
  func leasedElsewhere() async throws {
    let bench = try JobBench()
    var theirs = job("x", in: 300, bench)
    theirs.lease = JobBench.lease
    try await bench.put([theirs])
    try await running(bench) { () async throws in
      #expect(try await sleeps(bench, 300))
      bench.clock.advance(milliseconds: 299)
      #expect(bench.store.jobs.first?.lease == JobBench.lease)
      bench.clock.advance(milliseconds: 1)
      #expect(try await eventually { bench.store.jobs.isEmpty })
    }
  }

  // MARK: Faults

  @Test(
    "asks a store that fails once a second, says why, and goes on",
    arguments: [
      .failed(function: "step", code: 5, message: "busy"), .closed, .damaged("a page"),
    ] as [DatabaseError])
  func storeFails(_ fault: DatabaseError) async throws {
    let bench = try JobBench()
    try await bench.put([job("x", in: 0, bench)])
    bench.store.fails(fault)
    try await running(bench) { () async throws in
      for number in 1...3 {
        #expect(try await sleeps(bench, JobRunner.faultMilliseconds))
        #expect(bench.jobs.lastFault == fault.description)
        #expect(bench.log.count { $0.contains("jobs cannot be taken up") } == number)
        if number == 3 { bench.store.fails(nil) }
        bench.clock.advance(milliseconds: JobRunner.faultMilliseconds - 1)
        #expect(bench.clock.waits == [1] && bench.store.jobs.count == 1)
        bench.clock.advance(milliseconds: 1)
      }
      #expect(try await eventually { bench.store.jobs.isEmpty })
      #expect(try await sleeps(bench, 500))
      #expect(bench.jobs.lastFault == nil)
    }
  }

  /// Where a row that the job is about cannot be read.
  enum Left { case putOff, held, finished }

  private static let failed = DatabaseError.failed(function: "step", code: 10, message: "i/o")
  private static let damaged = DatabaseError.damaged("a row")

  static let faults: [(JobKind, DatabaseError, Left)] = JobKind.allCases.flatMap { kind in
    [
      (kind, failed, .held),
      // What can never be sent holds up nothing behind it.
      (kind, damaged, kind == .deliverEvent ? .finished : .putOff),
    ]
  }

  @Test("leaves what it cannot read to later", arguments: faults)
  func unreadable(_ kind: JobKind, _ fault: DatabaseError, _ left: Left) async throws {
    let bench = try JobBench()
    let payin = try await bench.made([.accepted(.shown("o1"))])
    var change = Change()
    change.jobs = bench.store.jobs.map { .drop($0.key) }
    try await bench.store.commit(change)
    let subject =
      switch kind {
      case .replayCallback: "a:00ff"
      case .deliverEvent: "\(payin.id.text)/w1/000001"
      case .authorizeCounterPayment, .reverseCounterPayment:
        CounterPaymentID.prefix + payin.id.body
      case .sendAttempt, .queryAttempt, .endDoubt: payin.attempts[0].id.text
      }
    let job = Job(
      key: JobKey(kind: kind, subject: subject), operation: payin.operationID,
      account: kind == .deliverEvent ? "webhook:shop/w1" : "a", due: bench.clock.now())
    try await bench.put([job])
    bench.store.failsRows(fault)
    try await running(bench) { () async throws in
      #expect(try await eventually { !bench.log.isEmpty })
      #expect(try await sleeps(bench, 500))
      let kept = bench.store.jobs.first
      let wait = kept?.due.milliseconds(since: bench.clock.now())
      switch left {
      case .finished: #expect(kept == nil)
      case .held: #expect(kept?.lease != nil && wait == 45_000 && kept?.tries == 1)
      case .putOff:
        #expect(kept?.lease == nil && wait == JobRunner.damagedSeconds * 1000 && kept?.tries == 1)
      }
      let told = left == .finished ? "a webhook was given up" : "a job could not be carried out"
      #expect(bench.log.count == 1 && bench.log[0].contains(told))
      #expect(left == .finished || bench.log[0].contains(kind.rawValue))
      // Tried again then, and not before.
      guard let wait else { return }
      bench.clock.advance(milliseconds: wait - 1)
      #expect(try await eventually { bench.clock.waits.first.map { $0 > 0 } })
      #expect(bench.store.jobs.first?.tries == 1)
      bench.clock.advance(milliseconds: 20)
      #expect(try await eventually { bench.store.jobs.first?.tries == 2 })
    }
    #expect(bench.jobs.lastFault == nil)
  }

  // MARK: Stopping

  @Test("takes up nothing more once it is to stop, and returns when what it does has ended")
  func stops() async throws {
    let bench = try JobBench()
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await questions(bench, ["a": 2])
    bench.clock.advance(seconds: 60)
    let run = Aside { await bench.jobs.run() }
    #expect(try await eventually { gate.waitingCount == 2 })
    #expect(try await sleeps(bench, 500))
    bench.jobs.stop()
    try await bench.put([job("x", in: 0, bench)])
    for left in [1, 0] {
      // It looks whether they have ended, and at nothing else.
      for _ in 0..<3 {
        #expect(try await sleeps(bench, 500))
        bench.clock.advance(milliseconds: 500)
      }
      #expect(!run.hasEnded && bench.caller.taken().isEmpty == (left == 0))
      gate.letOne()
      #expect(try await eventually { gate.waitingCount == left })
    }
    #expect(try await eventually { run.hasEnded })
    #expect(bench.store.jobs.contains { $0.key.subject == "x" && $0.lease == nil })
    #expect(bench.store.jobs.allSatisfy { $0.lease == nil })
  }

  @Test(
    "says when nothing but deliveries is carried out, or that it is time",
    arguments: [(.deliverEvent, 0), (.queryAttempt, 20), (.queryAttempt, 1000)]
      as [(JobKind, Int64)])
  func allButDeliveries(_ kind: JobKind, _ milliseconds: Int64) async throws {
    let bench = try JobBench(endpoints: [WebhookBench.endpoint("w1")])
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    // Its message is due at once, its question later.
    let payin = try await bench.made([.accepted(.shown("o1"))])
    var change = Change()
    change.jobs = bench.store.jobs.filter { $0.key.kind != kind }.map { .drop($0.key) }
    try await bench.store.commit(change)
    if kind == .queryAttempt { bench.clock.advance(to: payin.nextCheckAt) }
    try await running(bench) { () async throws in
      #expect(try await eventually { gate.waitingCount == 1 })
      let start = bench.clock.steady()
      let end = start.adding(milliseconds: 1000)
      let waiting = Aside { await bench.jobs.allButDeliveriesEnded(by: end) }
      if milliseconds > 0 {
        #expect(try await eventually { bench.clock.waits.first == 20 })
        if milliseconds < 1000 {
          gate.open()
          #expect(try await eventually { bench.store.jobs.allSatisfy { $0.lease == nil } })
        }
        bench.clock.advance(milliseconds: milliseconds)
      }
      #expect(try await eventually { waiting.hasEnded })
      #expect(bench.clock.steady() == start.adding(milliseconds: milliseconds))
      #expect(gate.waitingCount == (milliseconds == 20 ? 0 : 1))
      gate.open()
    }
  }
}
