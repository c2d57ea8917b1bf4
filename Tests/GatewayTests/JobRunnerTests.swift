import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// What is taken up, when, and how much of it at a time.
@Suite("the job runner", .timeLimit(.minutes(2)))
struct JobRunnerTests {
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
      testDescription: "no more of an account than it has places", due: ["a": 80], held: ["a": 64],
      wait: 20),
    Taken(
      testDescription: "of others as many as ever", due: ["a": 80, "b": 3],
      held: ["a": 64, "b": 3], wait: 20),
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
    try await bench.questions(row.due)
    let dues = Dictionary(grouping: bench.store.jobs, by: \.account).mapValues { $0.map(\.key) }
    // What is due at the start is spread out; that is not the question here.
    if row.closed != nil { bench.clock.advance(seconds: 60) }
    let permits = row.closed.map { bench.close("a", $0) }
    defer { withExtendedLifetime(permits) {} }
    try await bench.running { () async throws in
      if row.closed == nil {
        #expect(try await bench.sleeps(500))
        bench.clock.advance(seconds: 60)
      }
      #expect(try await eventually { gate.waitingCount == row.held.values.reduce(0, +) })
      #expect(try await bench.sleeps(row.wait))
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
    try await bench.questions(Dictionary(uniqueKeysWithValues: accounts.map { ($0, 30) }))
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(500))
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == JobRunner.concurrency })
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      gate.letOne()
      // No time has passed.
      #expect(try await eventually { calls.withLock { $0 } == JobRunner.concurrency + 1 })
      gate.open()
    }
  }

  @Test("takes up the next of an account as soon as half of its 64 have ended")
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
    try await bench.questions(["a": 100])
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(500))
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == 64 })
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      for _ in 0..<31 { gate.letOne() }
      #expect(try await eventually { gate.waitingCount == 33 })
      #expect(calls.withLock { $0 } == 64)
      gate.letOne()
      // No time has passed.
      #expect(try await eventually { gate.waitingCount == 64 })
      #expect(calls.withLock { $0 } == 96)
      gate.open()
    }
  }

  @Test(
    "spreads out what is due at the start",
    arguments: [[0: 64], [0: 64, 100: 74, 1100: 106], [0: 64, 30_000: 200]] as [[Int64: Int]])
  func ramp(_ done: [Int64: Int]) async throws {
    let bench = try JobBench()
    // Nothing is left to do of them, so that each is done at once.
    try await bench.put((0..<200).map { bench.job("x\($0)", in: 0) })
    try await bench.running { () async throws in
      var last: Int64 = 0
      for (at, count) in done.sorted(by: { $0.key < $1.key }) {
        bench.clock.advance(milliseconds: at - last)
        last = at
        #expect(try await eventually { bench.store.jobs.count == 200 - count })
        #expect(try await bench.sleeps(count == 200 ? 500 : 20))
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
    if let due { try await bench.put([bench.job("x", in: due)]) }
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(wait))
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

  // MARK: More than can be asked

  @Test("asks at once about an order that a callback spoke of, whatever else is due")
  func urgent() async throws {
    let bench = try JobBench(limits: AccountLimits(concurrency: 64))
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await bench.questions(["a": 100])
    bench.clock.advance(seconds: 60)
    let last = try #require(bench.store.jobs.max(by: Job.isSooner))
    try await bench.running { () async throws in
      #expect(try await eventually { gate.waitingCount == 64 })
      #expect(bench.store.jobs.first { $0.key == last.key }?.lease == nil)
      let id = try #require(last.operation.flatMap { PayinID($0.text) })
      let attempt = try #require(try await bench.payin(id)?.attempts.first)
      _ = try await bench.committer.apply(
        .reported(attempt.id, StatusReport(status: .paid), .unsignedCallback), to: id,
        as: Payin.self)
      // As long as there is no room it waits, and then it is the first.
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      bench.clock.advance(milliseconds: JobRunner.breathMilliseconds)
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      gate.letOne()
      #expect(
        try await eventually {
          // The runner may look before the one call has come to its end.
          bench.clock.advance(milliseconds: JobRunner.breathMilliseconds)
          return bench.store.jobs.first { $0.key == last.key }?.lease != nil
        })
      gate.open()
    }
  }

  @Test(
    "takes up no more of an account than it may ask, so that nothing is put off unasked",
    arguments: [
      (AccountLimits(rate: 10), 10), (AccountLimits(concurrency: 7), 7), (AccountLimits(), 64),
    ])
  func limited(_ limits: AccountLimits, _ count: Int) async throws {
    let bench = try JobBench(limits: limits)
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    for number in 0..<100 {
      _ = try await bench.made([.accepted(.shown("\(number)"))], "\(number)", at: ["a"])
      if limits.rate != nil { bench.clock.advance(seconds: 1) }
    }
    bench.clock.advance(seconds: 60)
    let dues = bench.store.jobs.map(\.due)
    try await bench.running { () async throws in
      #expect(try await eventually { gate.waitingCount == count })
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      #expect(
        bench.store.jobs.filter { $0.lease == nil }.map(\.due) == Array(dues.dropFirst(count)))
      gate.open()
    }
  }

  @Test("forgets nothing that is urgent where the store fails meanwhile")
  func urgentThroughFault() async throws {
    let bench = try JobBench(limits: AccountLimits(concurrency: 1))
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await bench.questions(["a": 9])
    bench.clock.advance(seconds: 60)
    let last = try #require(bench.store.jobs.max(by: Job.isSooner))
    let id = try #require(last.operation.flatMap { PayinID($0.text) })
    let attempt = try #require(try await bench.payin(id)?.attempts.first)
    _ = try await bench.committer.apply(
      .reported(attempt.id, StatusReport(status: .paid), .unsignedCallback), to: id, as: Payin.self)
    bench.store.fails(.failed(function: "commit", code: 10, message: "full"))
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(JobRunner.faultMilliseconds))
      bench.store.fails(nil)
      bench.clock.advance(milliseconds: JobRunner.faultMilliseconds)
      #expect(try await eventually { gate.waitingCount == 1 })
      #expect(bench.store.jobs.first { $0.lease != nil }?.key == last.key)
      gate.open()
    }
  }

  @Test("what an outage, a pause or the start made late says nothing of how many there are")
  func outage() async throws {
    let bench = try JobBench()
    let lateness = bench.committer.environment.lateness
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .sentNoAnswer(CallFailure(.timeout, "t"))
    }
    defer { gate.open() }
    try await bench.questions(["a": 200])
    try await bench.running { () async throws in
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == 64 })
      bench.clock.advance(seconds: 30)
      for _ in 0..<64 { gate.letOne() }
      #expect(try await eventually { gate.waitingCount == 64 })
      #expect(lateness.milliseconds(of: "a") == 0)
      gate.open()
    }
  }

  @Test("knows how late an account is asked while more is due than there is room for")
  func lateness() async throws {
    let bench = try JobBench()
    let lateness = bench.committer.environment.lateness
    let gate = Gate()
    bench.caller.answers { _ in
      await gate.pass()
      return .status(200)
    }
    defer { gate.open() }
    try await bench.questions(["a": 200, "b": 3])
    bench.clock.advance(seconds: 600)
    try await bench.running { () async throws in
      #expect(try await eventually { gate.waitingCount == 67 })
      // That they fell due while nobody asked says nothing.
      #expect(lateness.milliseconds(of: "a") == 0)
      bench.clock.advance(seconds: 40)
      for _ in 0..<67 { gate.letOne() }
      #expect(try await eventually { gate.waitingCount == 64 })
      #expect(lateness.milliseconds(of: "a") == 40_000 && lateness.milliseconds(of: "b") == 0)
      gate.open()
      #expect(try await eventually { bench.store.jobs.allSatisfy { $0.lease == nil } })
      bench.clock.advance(milliseconds: 20)
      #expect(try await eventually { lateness.milliseconds(of: "a") == 0 })
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
    try await bench.questions(["a": 1])
    bench.clock.advance(seconds: 60)
    try await bench.running { () async throws in
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
    var theirs = bench.job("x", in: 300)
    theirs.lease = JobBench.lease
    try await bench.put([theirs])
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(300))
      bench.clock.advance(milliseconds: 299)
      #expect(bench.store.jobs.first?.lease == JobBench.lease)
      bench.clock.advance(milliseconds: 1)
      #expect(try await eventually { bench.store.jobs.isEmpty })
    }
  }
}
