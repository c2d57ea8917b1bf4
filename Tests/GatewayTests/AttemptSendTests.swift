import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Testing

@testable import Gateway

private let refusal = Refusal(code: "x", message: "y")

/// What a create call's outcome leads to: what is kept, what is to be done next, who is called.
@Suite("an attempt that is sent")
struct AttemptSendTests {
  struct Row: CustomTestStringConvertible {
    var testDescription: String
    /// By the account; one that is not named accepts.
    var outcomes: [String: CreateOutcome]
    var accounts: [String]
    var retry: [RetryOutcome]
    /// The attempts' states, and the pay-in's status.
    var attempts: [AttemptState]
    var status: PayinStatus
    var plan: [String]
    var called: [String]

    init(
      _ words: String, _ outcomes: [String: CreateOutcome], accounts: [String] = ["a", "b"],
      retry: [RetryOutcome] = RetryOutcome.standard, _ attempts: [AttemptState],
      _ status: PayinStatus, _ plan: [String], called: [String]
    ) {
      testDescription = words
      (self.outcomes, self.accounts, self.retry) = (outcomes, accounts, retry)
      (self.attempts, self.status, self.plan) = (attempts, status, plan)
      self.called = called
    }
  }

  private static let (toA, toBoth) = (["create a"], ["create a", "create b"])
  private static let nothing = Acceptance(providerOrderID: "o1", instructions: nil)

  static let rows = [
    Row(
      "accepted: the payer has instructions, and the order is watched", [:], [.pending], .pending,
      ["query_attempt a"], called: toA),
    Row(
      "accepted with nothing to pay with: watched, and the next is asked without permission",
      ["a": .accepted(nothing)], retry: [], [.orphaned, .pending], .pending,
      ["query_attempt a", "query_attempt b"], called: toBoth),
    Row(
      "accepted with nothing to pay with, and nobody is left", ["a": .accepted(nothing)],
      accounts: ["a"], [.orphaned], .failed, ["query_attempt a"], called: toA),
    Row(
      "declined: the next is asked", ["a": .declined(refusal)], [.declined, .pending], .pending,
      ["query_attempt b"], called: toBoth),
    Row(
      "declined, and the rules let nobody else be asked", ["a": .declined(refusal)], retry: [],
      [.declined], .failed, [], called: toA),
    Row(
      "declined by everybody", ["a": .declined(refusal), "b": .declined(refusal)],
      [.declined, .declined], .failed, [], called: toBoth),
    Row(
      "declined, and then in doubt", ["a": .declined(refusal), "b": .inDoubt(refusal)],
      [.declined, .inDoubt], .processing, ["end_doubt", "query_attempt b"], called: toBoth),
    Row(
      "refused in unknown words: watched, and the next is asked",
      ["a": .refused(refusal, word: "W")], [.refused, .pending], .pending,
      ["query_attempt a", "query_attempt b"], called: toBoth),
    Row(
      "refused in unknown words, and nobody is left", ["a": .refused(refusal, word: "W")],
      accounts: ["a"], [.refused], .failed, ["query_attempt a"], called: toA),
    Row(
      "questioned: looked for at once, and nobody else is asked before",
      ["a": .questioned(refusal)], retry: RetryOutcome.allCases, [.inDoubt], .processing,
      ["end_doubt", "query_attempt a now"], called: toA),
    Row(
      "unauthorized: no order, and the next is asked", ["a": .unauthorized(refusal)],
      [.declined, .pending], .pending, ["query_attempt b"], called: toBoth),
    Row(
      "never sent: the next is asked", ["a": .neverSent(refusal)], [.neverSent, .pending],
      .pending, ["query_attempt b"], called: toBoth),
    Row(
      "never sent, and the rules retry after declines alone", ["a": .neverSent(refusal)],
      retry: [.declined], [.neverSent], .failed, [], called: toA),
    Row(
      "in doubt: watched, and nobody else is asked", ["a": .inDoubt(refusal)], [.inDoubt],
      .processing, ["end_doubt", "query_attempt a"], called: toA),
    Row(
      "in doubt, and the rules take the risk", ["a": .inDoubt(refusal)],
      retry: RetryOutcome.allCases, [.inDoubt, .pending], .pending,
      ["end_doubt", "query_attempt a", "query_attempt b"], called: toBoth),
    Row(
      "in doubt everywhere", ["a": .inDoubt(refusal), "b": .inDoubt(refusal)],
      retry: RetryOutcome.allCases, [.inDoubt, .inDoubt], .processing,
      ["end_doubt", "query_attempt a", "query_attempt b"], called: toBoth),
    Row(
      "an account that the configuration has no more counts as never sent", [:],
      accounts: ["gone", "b"], [.neverSent, .pending], .pending, ["query_attempt b"],
      called: ["create b"]),
  ]

  /// All that the timeline, the pay-in and the plan show of it.
  private func check(_ bench: JobBench, _ id: PayinID, _ row: Row) async throws {
    let kept = try #require(try await bench.payin(id))
    #expect(kept.attempts.map(\.state) == row.attempts)
    #expect(kept.status == row.status)
    #expect(bench.plan() == row.plan)
    #expect(bench.called() == row.called)
    #expect(Set(kept.attempts.map(\.orderNumber)).count == row.attempts.count)
    let started = try await bench.store.events(of: kept.operationID)
      .count { $0.type == "attempt.started" }
    #expect(started == row.attempts.count)
  }

  @Test("by the process that made it", arguments: rows)
  func sent(_ row: Row) async throws {
    let bench = try JobBench()
    for (account, outcome) in row.outcomes { bench.script.creates(at: account, outcome) }
    let payin = try await bench.opened(at: row.accounts, retry: row.retry)
    let key = JobKey(kind: .sendAttempt, subject: payin.attempts[0].id.text)
    let applied = try await bench.runner.send(
      Committer.Applied(state: payin, started: key), under: JobBench.lease)
    try await check(bench, payin.id, row)
    // What the caller is told is what is kept.
    #expect(try await bench.payin(payin.id) == applied.state)
  }

  @Test("by one who takes up its job first-hand", arguments: rows)
  func resumed(_ row: Row) async throws {
    let bench = try JobBench()
    for (account, outcome) in row.outcomes { bench.script.creates(at: account, outcome) }
    let payin = try await bench.opened(at: row.accounts, retry: row.retry)
    let key = JobKey(kind: .sendAttempt, subject: payin.attempts[0].id.text)
    let job = try #require(bench.store.jobs.first { $0.key == key })
    #expect(job.tries == 1)
    try await bench.runner.resume(job, under: JobBench.lease)
    try await check(bench, payin.id, row)
  }

  @Test(
    "is as the transport says where there is no answer",
    arguments: [
      (.neverSent(CallFailure(.refused, "r")), .neverSent, "refused"),
      (.sentNoAnswer(CallFailure(.timeout, "t")), .inDoubt, "timeout"),
      // The gateway's own end: left to whoever takes up the job.
      (.neverSent(CallFailure(.shutdown, "s")), .sending, nil),
      (.sentNoAnswer(CallFailure(.shutdown, "s")), .inDoubt, "shutdown"),
    ] as [(CallOutcome, AttemptState, String?)])
  func unanswered(_ outcome: CallOutcome, _ state: AttemptState, _ code: String?) async throws {
    let bench = try JobBench()
    bench.caller.answers { _ in outcome }
    let payin = try await bench.opened(at: ["a"])
    let key = JobKey(kind: .sendAttempt, subject: payin.attempts[0].id.text)
    _ = try await bench.runner.send(
      Committer.Applied(state: payin, started: key), under: JobBench.lease)
    let kept = try #require(try await bench.payin(payin.id))
    #expect(kept.attempts.map(\.state) == [state] && kept.attempts[0].refusal?.code == code)
    #expect(bench.plan().contains("send_attempt a held") == (state == .sending))
  }

  // MARK: Sends that are taken up

  struct Resumed: CustomTestStringConvertible {
    var testDescription: String
    /// Of the attempts before.
    var outcomes: [CreateOutcome]
    var tries: Int
    var retry: [RetryOutcome]
    var attempts: [AttemptState]
    var called: [String]

    init(
      _ words: String, _ outcomes: [CreateOutcome] = [], tries: Int,
      retry: [RetryOutcome] = RetryOutcome.standard, _ attempts: [AttemptState],
      called: [String] = []
    ) {
      testDescription = words
      (self.outcomes, self.tries, self.retry) = (outcomes, tries, retry)
      (self.attempts, self.called) = (attempts, called)
    }
  }

  static let jobs = [
    Resumed("first-hand: sent", tries: 1, [.pending], called: toA),
    Resumed("a second time: not sent again", tries: 2, [.inDoubt]),
    Resumed("a ninth time: not sent again", tries: 9, [.inDoubt]),
    Resumed(
      "a second time, and the rules take the risk: the next is asked", tries: 2,
      retry: RetryOutcome.allCases, [.inDoubt, .pending], called: ["create b"]),
    Resumed(
      "a second time after it was accepted: nothing", [.accepted(.shown("o1"))], tries: 2,
      [.pending]),
    Resumed(
      "first-hand after it was accepted: nothing", [.accepted(.shown("o1"))], tries: 1, [.pending]),
    Resumed("first-hand in doubt: nothing", [.inDoubt(refusal)], tries: 1, [.inDoubt]),
    Resumed(
      "of the next candidate, first-hand: sent", [.declined(refusal)], tries: 1,
      [.declined, .pending], called: ["create b"]),
    Resumed(
      "of the next candidate, a second time: not sent again", [.declined(refusal)], tries: 2,
      [.declined, .inDoubt]),
  ]

  @Test("whose job is taken up", arguments: jobs)
  func takenUp(_ row: Resumed) async throws {
    let bench = try JobBench()
    let payin = try await bench.made(row.outcomes, retry: row.retry)
    let attempt = try #require(payin.attempts.last)
    let job = try await bench.held(
      .sendAttempt, attempt.id.text, of: payin, tries: row.tries)
    try await bench.runner.resume(job, under: JobBench.lease)
    let kept = try #require(try await bench.payin(payin.id))
    #expect(kept.attempts.map(\.state) == row.attempts)
    #expect(bench.called() == row.called)
    // Its job is done with, and whatever may still exist is asked about.
    #expect(!bench.plan().contains { $0.hasPrefix("send_attempt") })
    for attempt in kept.attempts where attempt.state == .inDoubt || attempt.state == .pending {
      #expect(bench.plan().contains("query_attempt \(attempt.target.account)"))
    }
  }

  @Test("whose pay-in or attempt is not there leaves nothing", arguments: JobKind.ofAttempts)
  func gone(kind: JobKind) async throws {
    let bench = try JobBench()
    let payin = try await bench.made([.accepted(.shown("o1"))])
    let before = bench.plan()
    let other = PayinID.make(at: bench.clock.now(), entropy: bench.committer.environment.entropy)
    for operation in [payin.operationID, OperationID(other), nil] {
      let job = Job(
        key: JobKey(kind: kind, subject: "none"), operation: operation, account: "a",
        due: bench.clock.now(), tries: 1, lease: JobBench.lease)
      try await bench.put([job])
      switch kind {
      case .queryAttempt: try await bench.runner.ask(job, under: JobBench.lease)
      case .endDoubt: try await bench.runner.endDoubt(job, under: JobBench.lease)
      default: try await bench.runner.resume(job, under: JobBench.lease)
      }
      #expect(bench.plan() == before && bench.called().isEmpty)
    }
    #expect(try await bench.payin(payin.id) == payin)
  }
}

extension JobKind {
  fileprivate static let ofAttempts: [JobKind] = [.sendAttempt, .queryAttempt, .endDoubt]
}
