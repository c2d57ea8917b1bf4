import CounterPayments
import HTTPCalling
import MemoryStorage
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

/// What becomes of jobs where something fails, or where the process ends.
@Suite("the job runner in trouble", .timeLimit(.minutes(2)))
struct JobRunnerFaultTests {
  // MARK: Faults

  @Test(
    "asks a store that fails once a second, says why, and goes on",
    arguments: [
      .failed(function: "step", code: 5, message: "busy"), .closed, .damaged("a page"),
    ] as [DatabaseError])
  func storeFails(_ fault: DatabaseError) async throws {
    let bench = try JobBench()
    try await bench.put([bench.job("x", in: 0)])
    bench.store.fails(fault)
    try await bench.running { () async throws in
      for number in 1...3 {
        #expect(try await bench.sleeps(JobRunner.faultMilliseconds))
        #expect(bench.jobs.lastFault == fault.description)
        #expect(bench.log.count { $0.contains("jobs cannot be taken up") } == number)
        if number == 3 { bench.store.fails(nil) }
        bench.clock.advance(milliseconds: JobRunner.faultMilliseconds - 1)
        #expect(bench.clock.waits == [1] && bench.store.jobs.count == 1)
        bench.clock.advance(milliseconds: 1)
      }
      #expect(try await eventually { bench.store.jobs.isEmpty })
      #expect(try await bench.sleeps(500))
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
    try await bench.running { () async throws in
      #expect(try await eventually { !bench.log.isEmpty })
      #expect(try await bench.sleeps(500))
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
    try await bench.questions(["a": 2])
    bench.clock.advance(seconds: 60)
    let run = JobBench.Aside { await bench.jobs.run() }
    #expect(try await eventually { gate.waitingCount == 2 })
    #expect(try await bench.sleeps(500))
    bench.jobs.stop()
    try await bench.put([bench.job("x", in: 0)])
    for left in [1, 0] {
      // It looks whether they have ended, and at nothing else.
      for _ in 0..<3 {
        #expect(try await bench.sleeps(500))
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
    try await bench.running { () async throws in
      #expect(try await eventually { gate.waitingCount == 1 })
      let start = bench.clock.steady()
      let end = start.adding(milliseconds: 1000)
      let waiting = JobBench.Aside { await bench.jobs.allButDeliveriesEnded(by: end) }
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
