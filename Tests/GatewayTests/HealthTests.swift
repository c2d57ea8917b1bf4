import CounterPayments
import MemoryStorage
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

private let refusal = Refusal(code: "x", message: "y")

/// What each fact comes to in the report, and whether it decides about serving.
@Suite("health", .timeLimit(.minutes(2)))
struct HealthTests {
  struct Fact: CustomTestStringConvertible {
    var testDescription: String
    var check: String
    var status: HealthStatus
    var value: Health.Observed?
    var output: String?
    /// Of the whole report, which is at least a warning where the check is.
    var total: HealthStatus
    var make: @Sendable (JobBench) async throws -> Void

    init(
      _ words: String, _ check: String, _ status: HealthStatus,
      _ value: Health.Observed? = nil,
      _ output: String? = nil, total: HealthStatus? = nil,
      _ make: @escaping @Sendable (JobBench) async throws -> Void
    ) {
      testDescription = words
      (self.check, self.status, self.value, self.output) = (check, status, value, output)
      self.total = total ?? (status == .pass ? .pass : .warn)
      self.make = make
    }
  }

  private static func health(
    _ bench: JobBench, further: @escaping @Sendable () -> [Health.Check] = { [] }
  ) -> Health {
    Health(
      committer: bench.committer, calls: bench.calls, rules: bench.rules, jobs: bench.jobs,
      version: "1.2.3", further: further)
  }

  private static func check(_ name: String, in report: Health.Report) -> Health.Check? {
    report.checks.first { $0.name == name }
  }

  private static let names = [
    "store:writable", "store:damage", "reconciler:backlog", "payins:disputed",
    "store_payments:unresolved", "store_payments:held", "webhooks:endpoints", "rules:set",
    "clock:wall", "store:sealing", "account:a", "account:b",
  ]

  // MARK: The store and its jobs

  private static let ofStore = [
    Fact(
      "the store fails: do not send traffic here", "store:writable", .fail, nil,
      "the store cannot be written to", total: .fail
    ) { $0.store.fails(.closed) },
    Fact(
      "the store fails", "reconciler:backlog", .fail, nil, "the backlog cannot be read",
      total: .fail
    ) { $0.store.fails(.closed) },
    Fact("the store fails", "payins:disputed", .fail, nil, "it cannot be read", total: .fail) {
      $0.store.fails(.closed)
    },
    Fact("the store fails", "store_payments:held", .fail, nil, "it cannot be read", total: .fail) {
      $0.store.fails(.closed)
    },
    Fact("the store fails", "store:sealing", .fail, nil, "it cannot be read", total: .fail) {
      $0.store.fails(.closed)
    },
    Fact(
      "the store fails", "store_payments:unresolved", .fail, nil,
      "store payments cannot be read", total: .fail
    ) { $0.store.fails(.closed) },
    Fact(
      "a row is damaged", "store:damage", .warn, 1,
      "1 cannot be read, and are left out of lists: payin p0"
    ) { damage($0, 1) },
    Fact(
      "many rows are damaged", "store:damage", .warn, 7,
      "7 cannot be read, and are left out of lists: "
        + "payin p0, payin p1, payin p2, payin p3, payin p4 and 2 more"
    ) { damage($0, 7) },
    Fact("jobs are due", "reconciler:backlog", .pass, 2) { try await backlog($0, seconds: 60) },
    Fact(
      "jobs wait for longer than a minute", "reconciler:backlog", .warn, 2,
      "the oldest due job has waited 61 s"
    ) { try await backlog($0, seconds: 61) },
    Fact(
      "the last look for jobs failed", "reconciler:backlog", .fail, 0, "jobs cannot be taken up"
    ) { bench in
      bench.store.fails(.closed)
      try await looked(bench) { bench.jobs.lastFault != nil }
      bench.store.fails(nil)
    },
    Fact(
      "the clock was set back", "clock:wall", .warn, 3_600_000,
      "it was set back by 3600000 ms within the last hour"
    ) { try await setBack($0, tellSeconds: 3598) },
    Fact("the clock was set back an hour ago", "clock:wall", .pass) {
      try await setBack($0, tellSeconds: 3600)
    },
  ]

  private static func damage(_ bench: JobBench, _ count: Int) {
    for number in 0..<count {
      bench.store.damage.note(
        DamagedRow(kind: .operation(.payin), id: "p\(number)", reason: "another checksum"))
    }
  }

  private static func backlog(_ bench: JobBench, seconds: Int64) async throws {
    let now = bench.clock.now()
    try await bench.put(
      [0, 1, 3600].map { late in
        Job(
          key: JobKey(kind: .queryAttempt, subject: "x\(late)"), operation: nil, account: "a",
          due: now.adding(seconds: late))
      })
    bench.clock.advance(seconds: seconds)
  }

  /// Has the job runner look until that is so.
  private static func looked(_ bench: JobBench, _ isSo: () -> Bool) async throws {
    let run = Task { await bench.jobs.run() }
    #expect(try await eventually { isSo() && !bench.clock.waits.isEmpty })
    bench.jobs.stop()
    bench.clock.advance(seconds: 1)
    await run.value
  }

  private static func setBack(_ bench: JobBench, tellSeconds: Int64) async throws {
    let run = Task { await bench.jobs.run() }
    #expect(try await eventually { !bench.clock.waits.isEmpty })
    bench.clock.setBack(seconds: 3600)
    bench.clock.advance(milliseconds: 500)
    #expect(try await eventually { bench.jobs.setBack != nil })
    bench.jobs.stop()
    await run.value
    bench.clock.advance(seconds: tellSeconds)
  }

  // MARK: What waits for a person

  private static let ofPeople = [
    Fact("a payment is open", "store_payments:unresolved", .pass, 1) {
      try await counterPayment($0, seconds: 60)
    },
    Fact(
      "a payment is open for longer than a minute", "store_payments:unresolved", .warn, 1,
      "the oldest is unresolved since \(SteppedClock.start.rfc3339)"
    ) { try await counterPayment($0, seconds: 61) },
    Fact(
      "an endpoint answered 410", "webhooks:endpoints", .warn, nil,
      "1 answered 410 and are disabled"
    ) { disable($0, "gone") },
    Fact("a merchant disabled an endpoint", "webhooks:endpoints", .pass) {
      disable($0, "by_merchant")
    },
    Fact("rules are in force", "rules:set", .pass, "v1") { _ in },
    Fact(
      "newer rules were refused", "rules:set", .warn, "v1",
      "a newer rule set was refused: a.json5:1:2: no"
    ) { bench in
      bench.rules.reject(
        RuleBook.Rejection(at: bench.clock.now(), faults: ["a.json5:1:2: no", "more"]))
    },
    Fact("the rules are those in force again", "rules:set", .pass, "v1") { bench in
      bench.rules.reject(RuleBook.Rejection(at: bench.clock.now(), faults: ["no"]))
      bench.rules.dropRejection()
    },
  ]

  private static func counterPayment(_ bench: JobBench, seconds: Int64) async throws {
    let context = bench.committer.environment.context
    let opened = CounterPayment.open(
      CounterPaymentBench.request(1), id: .make(at: context.now, entropy: context.entropy),
      merchant: "chain", idempotencyKey: "k", context)
    try await bench.committer.insert(
      opened, requestHash: [],
      calling: Committer.CallLease(
        lease: JobBench.lease, until: context.now.adding(seconds: 3600)))
    bench.clock.advance(seconds: seconds)
  }

  private static func disable(_ bench: JobBench, _ word: String) {
    let revision = bench.committer.endpoints.standing(of: "shop").revision
    var endpoint = WebhookBench.endpoint("w1")
    endpoint.disabled = word
    bench.committer.endpoints.committed(endpoint, "w1", after: revision)
  }

  // MARK: Accounts

  private static let ofAccounts = [
    Fact("an account is well", "account:a", .pass, "closed") {
      $0.hears("a", .answered, of: .create, 1)
    },
    Fact(
      "an account refuses us", "account:a", .fail, "open", "3 calls in a row: no such key"
    ) { $0.hears("a", .unauthorized("no such key"), of: .create, 3) },
    Fact("an account refused us twice", "account:a", .pass, "closed") {
      $0.hears("a", .unauthorized("no such key"), of: .create, 2)
    },
    Fact(
      "an account refuses our questions", "account:a", .fail, "closed",
      "3 calls in a row: no such key"
    ) { $0.hears("a", .unauthorized("no such key"), of: .query, 3) },
    Fact(
      "an account's creates fail", "account:a", .warn, "open", "calls fail: timeout"
    ) { $0.hears("a", .failed("timeout"), of: .create, 5) },
    Fact(
      "an account's creates failed a while ago", "account:a", .warn, "half_open",
      "calls fail: timeout"
    ) { bench in
      bench.hears("a", .failed("timeout"), of: .create, 5)
      bench.clock.advance(seconds: 5)
    },
    Fact(
      "an account's answers are of no use", "account:a", .warn, "closed",
      "3 queries in a row without a usable answer: unreadable"
    ) { bench in
      bench.hears("a", .failed("unreadable"), of: .query, 3)
      bench.clock.advance(seconds: 299)
    },
    Fact(
      "an account's answers are of no use for five minutes", "account:a", .fail, "closed",
      "3 queries in a row without a usable answer: unreadable"
    ) { bench in
      bench.hears("a", .failed("unreadable"), of: .query, 3)
      bench.clock.advance(seconds: 300)
    },
    Fact(
      "an account calls back no more", "account:a", .warn, "closed",
      "no callback told of the last 5 payments"
    ) { bench in for _ in 0..<5 { bench.calls.monitors["a"]?.countSilentPayment() } },
    Fact("an account called back after some payments", "account:a", .pass, "closed") { bench in
      for _ in 0..<4 { bench.calls.monitors["a"]?.countSilentPayment() }
      bench.calls.monitors["a"]?.calledBack()
      bench.calls.monitors["a"]?.countSilentPayment()
    },
    Fact("another account fails", "account:b", .pass, "closed", total: .warn) {
      $0.hears("a", .failed("timeout"), of: .create, 5)
    },
  ]

  @Test("tells", arguments: ofStore + ofPeople + ofAccounts)
  func tells(_ fact: Fact) async throws {
    let bench = try JobBench()
    try await fact.make(bench)
    let report = await Self.health(bench).report()
    let check = try #require(Self.check(fact.check, in: report))
    #expect(check.status == fact.status)
    #expect(check.value == fact.value)
    #expect(check.output == fact.output)
    #expect(report.at == bench.clock.now())
    #expect(report.status == fact.total)
  }

  @Test("passes with all checks where nothing is wrong")
  func well() async throws {
    let bench = try JobBench()
    let report = await Self.health(bench).report()
    #expect(report.status == .pass && report.version == "1.2.3")
    #expect(report.checks.map(\.name) == Self.names)
    for name in Self.names { #expect(Self.check(name, in: report)?.status == .pass) }
  }

  @Test(
    "warns of whatever else is checked, and serves",
    arguments: [(HealthStatus.pass, HealthStatus.pass), (.warn, .warn), (.fail, .warn)])
  func further(_ status: HealthStatus, _ total: HealthStatus) async throws {
    let bench = try JobBench()
    let report = await Self.health(bench) {
      [Health.Check(name: "http:x", component: "system", status: status, output: "why")]
    }.report()
    #expect(Self.check("http:x", in: report)?.status == status)
    #expect(report.status == total)
  }

  @Test("names disputed pay-ins, and looks for them every five seconds")
  func disputed() async throws {
    let bench = try JobBench()
    let health = Self.health(bench)
    #expect(Self.check("payins:disputed", in: await health.report())?.status == .pass)
    let payin = try await bench.made([.accepted(.shown("o1"))], showsRepeatedPayments: true)
    let deposit = Deposit(
      identity: "d1", amount: 15_000, receivedAt: nil, providerReference: nil)
    for report in [
      StatusReport(status: .paid, deposits: [deposit]), StatusReport(status: .pending),
    ] {
      _ = try await bench.committer.apply(
        .queried(payin.attempts[0].id, .found(report)), to: payin.id, as: Payin.self)
    }
    bench.clock.advance(milliseconds: 4999)
    #expect(Self.check("payins:disputed", in: await health.report())?.value == .number(0))
    bench.clock.advance(milliseconds: 500)
    let check = Self.check("payins:disputed", in: await health.report())
    #expect(check?.status == .warn && check?.value == .number(1))
    #expect(
      check?.output
        == "1 have money recorded that their provider no longer shows: \(payin.id.text)")
  }

  @Test(
    "is looked at twice a second at most",
    arguments: [(0, .pass), (499, .pass), (500, .fail)] as [(Int64, HealthStatus)])
  func fresh(_ milliseconds: Int64, _ status: HealthStatus) async throws {
    let bench = try JobBench()
    let health = Self.health(bench)
    #expect(await health.report().status == .pass)
    bench.store.fails(.closed)
    bench.clock.advance(milliseconds: milliseconds)
    #expect(await health.report().status == status)
  }
}

extension Health.Observed: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  init(integerLiteral value: Int64) { self = .number(value) }
  init(stringLiteral value: String) { self = .word(value) }
}
