import JSONText
import Payins
import Providers
import Storage
import Testing

@testable import Gateway

/// Callbacks about orders that no attempt is known for yet.
@Suite("parked callbacks")
struct CallbackReplayTests {
  private let bench = WebhookBench([])

  private func notice(_ lookups: [OrderReference], amount: Int64 = 15_000) -> CallbackNotice {
    CallbackNotice(
      lookups: lookups, grade: .fullySignedCallback,
      report: StatusReport(
        status: .paid,
        deposits: [
          Deposit(identity: "d1", amount: amount, receivedAt: nil, providerReference: "r")
        ], providerOrderID: "theirs"))
  }

  /// As the service does where it finds no attempt.
  private func park(_ notice: CallbackNotice, account: String = "openpay-main") async throws
    -> CallbackKey
  {
    let record = CallbackRecord(
      id: .make(at: bench.clock.now(), entropy: bench.committer.environment.entropy),
      key: CallbackKey(account: account, digest: [1, 2, 255]), notice, at: bench.clock.now())
    var change = Change()
    change.callback = record
    change.jobs = [.ensure(CallbackReplay.job(record))]
    try await bench.store.commit(change)
    return record.key
  }

  /// Carries out the job as often as it falls due; the times, in seconds from the start.
  private func replay(times: Int = .max) async throws -> [Int64] {
    let start = bench.clock.now()
    var at: [Int64] = []
    while at.count < times, let job = try await parked() {
      bench.clock.advance(to: job.due)
      let now = bench.clock.now()
      let leased = try #require(
        try await bench.store.lease(
          LeaseRequest(
            now: now, until: now.adding(seconds: 45), limit: 1, lease: Lease(token: "l\(now)"),
            limits: ["openpay-main": 0])
        ).first)
      try await CallbackReplay(committer: bench.committer).perform(leased, under: leased.lease!)
      at.append(now.milliseconds(since: start) / 1000)
    }
    return at
  }

  private func parked() async throws -> Job? {
    try await bench.store.firstJob(.replayCallback, subjectPrefix: "")
  }

  @Test("is replayed once an attempt learns the number, and the money counts once")
  func replayed() async throws {
    let key = try await park(notice([.theirs("order-late")]))
    let kept = try #require(try await bench.store.callback(key))
    #expect(kept.payin == nil && kept.amount == 15_000 && kept.providerOrderID == "order-late")
    #expect(kept.orderNumber == nil && kept.grade == "fully_signed_callback")
    #expect(try await replay(times: 4) == [1, 2, 3, 4])
    let payin = try await bench.payin("late")
    #expect(payin.receipts.isEmpty)
    #expect(try await replay() == [2])
    let paid = try #require(try await bench.store.payin(payin.id))
    #expect(paid.status == .succeeded && paid.amountReceived == 15_000)
    #expect(try await bench.store.callback(key)?.payin == payin.id)
    #expect(try await bench.store.callback(key)?.count == 1)
    #expect(try await bench.store.unknownCallbacks(before: nil, limit: 9) == [])
    let events = try await bench.store.events(of: payin.operationID).map(\.type)
    #expect(events.filter { $0 == "callback.received" }.count == 1)
    #expect(events.filter { $0 == "receipt.recorded" }.count == 1)
  }

  @Test("by our number as by theirs, and only at its own account")
  func accounts() async throws {
    let payin = try await bench.payin("one")
    let number = payin.attempts[0].orderNumber
    let strange = try await park(notice([.ours(number)]), account: "openpay-other")
    #expect(try await replay(times: 2) == [1, 2])
    #expect(try await bench.store.callback(strange)?.payin == nil)
    let own = try await park(notice([.theirs("nobody"), .ours(number)]))
    #expect(try await bench.store.callback(own)?.orderNumber == number)
    _ = try await replay()
    #expect(try await bench.store.callback(own)?.payin == payin.id)
    #expect(try await bench.store.payin(payin.id)?.status == .succeeded)
  }

  @Test("is looked for ever more seldom, and stays listed when that ends")
  func ends() async throws {
    let key = try await park(notice([.theirs("nobody's")]))
    let times = try await replay()
    #expect(times.prefix(8) == [1, 2, 3, 4, 6, 9, 13, 19])
    #expect(times.count < 50 && zip(times, times.dropFirst()).allSatisfy { $1 - $0 <= 21_600 })
    #expect(times.last.map { (3 * 86_400...3 * 86_400 + 21_600).contains($0) } == true)
    #expect(try await parked() == nil)
    let listed = try await bench.store.unknownCallbacks(before: nil, limit: 9)
    #expect(listed.map(\.key) == [key])
    // What is told again is looked for again.
    _ = try await park(notice([.theirs("nobody's")]))
    #expect(try await parked()?.tries == 0)
    #expect(try await bench.store.callback(key)?.count == 2)
  }

  @Test("looks that fail in a row use up nothing of its time")
  func failing() async throws {
    let key = try await park(notice([.theirs("order-late")]))
    for number in 0..<200 {
      let job = try #require(try await parked())
      bench.clock.advance(to: job.due)
      let now = bench.clock.now()
      // Taken up, and never finished: its process died.
      _ = try await bench.store.lease(
        LeaseRequest(
          now: now, until: now.adding(seconds: 45), limit: 1, lease: Lease(token: "l\(number)"),
          limits: ["openpay-main": 0]))
    }
    let payin = try await bench.payin("late")
    _ = try await replay()
    #expect(try await bench.store.callback(key)?.payin == payin.id)
  }

  @Test("whose pay-in was found meanwhile is left alone, and what cannot be read ends")
  func done() async throws {
    let key = try await park(notice([.theirs("order-x")]))
    let payin = try await bench.payin("x")
    var placed = try #require(try await bench.store.callback(key))
    placed.payin = payin.id
    var change = Change()
    change.callback = placed
    try await bench.store.commit(change)
    #expect(try await replay() == [1])
    #expect(try await bench.store.payin(payin.id)?.receipts.isEmpty == true)
    change = Change()
    change.jobs = [
      .put(
        Job(
          key: JobKey(kind: .replayCallback, subject: "odd"), operation: payin.operationID,
          account: "",
          due: bench.clock.now()))
    ]
    try await bench.store.commit(change)
    #expect(try await replay().count == 1)
    #expect(try await parked() == nil)
  }

  @Test("sums that cannot be believed are not shown")
  func sums() {
    let report = StatusReport(
      status: .paid,
      deposits: [.max, 1].map {
        Deposit(identity: "\($0)", amount: $0, receivedAt: nil, providerReference: nil)
      })
    let record = CallbackRecord(
      id: EventID(unchecked: "e"), key: CallbackKey(account: "a", digest: []),
      CallbackNotice(lookups: [.ours("n")], grade: .unsignedCallback, report: report),
      at: bench.clock.now())
    #expect(record.amount == nil && record.orderNumber == "n")
    #expect(record.said?.report == report)
  }
}
