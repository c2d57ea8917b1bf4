import CounterPayments
import HTTPCalling
import JSONText
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

@Suite("store payments: what breaks is reversed")
struct CounterPaymentRecoveryTests {
  private typealias Way = PaynetCounter.Way

  static let broken: [PaynetCounter.Way] = [
    .lost, .answerLost, .serverError, .serverErrorAfter, .garbageAfter, .systemError,
  ]

  @Test("a call that breaks is in doubt, and nothing of it stands in the end", arguments: broken)
  func doubt(_ way: PaynetCounter.Way) async throws {
    let bench = try CounterPaymentBench()
    // The first reversals break, too, each in its own way.
    bench.paynet.goes([way] + Self.broken)
    let answer = try await bench.pay(7)
    #expect(answer["status"] == "in_doubt")
    #expect(answer["failure"]?["code"]?.string?.isEmpty == false)
    try await bench.settle()
    let payment = try #require(try await bench.payment(answer))
    #expect(payment.status == .reversed)
    #expect(payment.nextReversalAt == nil)
    #expect(bench.paynet.standing == [])
    #expect(bench.paynet.calls.first == "payment")
    #expect(bench.paynet.calls.dropFirst().allSatisfy { $0 == "reverse" })
    // The reversal is the authorization's own data.
    for body in bench.paynet.bodies.dropFirst() { #expect(body == bench.paynet.bodies[0]) }
    #expect(try await bench.events(payment).contains("store_payment.reversed"))
    let replay = try await bench.pay(7)
    #expect(replay == answer)
  }

  @Test("a key has its answer though the timeline is forgotten, and after the reversal, too")
  func forgotten() async throws {
    let bench = try CounterPaymentBench()
    let answer = try await bench.pay(8)
    #expect(answer["status"] == "authorized")
    let payment = try #require(try await bench.payment(answer))
    var change = Change()
    change.forgotten = ForgottenHistory(payment.operationID, through: payment.eventCount)
    try await bench.store.commit(change)
    #expect(try await bench.pay(8) == answer)
    _ = try await bench.first.service.reverse(payment.id, merchant: "chain")
    #expect(try await bench.payment(answer)?.status == .reversed)
    #expect(try await bench.pay(8) == answer)
  }

  @Test("a key whose answer was not kept tells how its settled payment stands")
  func answerMissing() async throws {
    let bench = try CounterPaymentBench()
    let committer = bench.first.committer
    let opened = CounterPayment.open(
      CounterPaymentBench.request(5), id: .make(at: bench.clock.now(), entropy: bench.entropy),
      merchant: "chain", idempotencyKey: "k5", committer.environment.context)
    let calling = Committer.CallLease(lease: Lease(token: "ours"), until: bench.clock.now())
    try await committer.insert(
      opened, requestHash: RequestHash(value: [5]).kept(in: bench.store), calling: calling)
    await #expect(throws: OperationRefusal.inProgress) { try await bench.pay(5) }
    let paid = CounterPaymentAnswer(code: 0, description: nil, authorization: "1")
    let settled = opened.payment.apply(
      .sent(.authorized(paid)), committer.environment.context
    ).payment
    var change = Change()
    change.operation = .update(settled, before: opened.payment)
    try await bench.store.commit(change)
    #expect(try await bench.pay(5)["status"] == "authorized")
  }

  @Test("a process that dies while it asks leaves a doubt that another reverses")
  func died() async throws {
    for way in [Way.held, .answerHeld] {
      let bench = try CounterPaymentBench()
      bench.paynet.goes(way)
      let asking = Task { try await bench.pay(9) }
      #expect(try await eventually { bench.paynet.waitingCount == 1 })
      // Its lease still holds: nobody else touches it.
      #expect(try await bench.work() == 0)
      await #expect(throws: OperationRefusal.inProgress) {
        try await bench.pay(9, by: bench.second)
      }
      bench.clock.advance(seconds: 45)
      #expect(try await bench.work() == 1)
      let doubt = try #require(try await bench.all().first)
      #expect(doubt.status == .inDoubt)
      #expect(doubt.failure?.code == "interrupted")
      #expect(try await bench.work() == 1)
      // Where it has no such payment, that is no proof yet.
      let status: CounterPaymentStatus = way == .held ? .reversing : .reversed
      #expect(try await bench.all().first?.status == status)
      // The first call comes through after all.
      bench.paynet.open()
      let late = try await asking.value
      #expect(late["status"]?.string == status.rawValue)
      #expect(try await bench.all().first?.status == status)
      try await bench.settle()
      #expect(bench.paynet.standing == [], "\(way): what arrived late was taken back")
      let end = try #require(try await bench.all().first)
      #expect(end.status == .reversed)
      #expect(try await bench.events(end).contains("store_payment.late_answer"))
      // The key answers what was known when it was settled that nobody knows.
      #expect(try await bench.pay(9, by: bench.second)["status"] == "in_doubt")
    }
  }

  @Test("a process that dies while it reverses is followed by another")
  func diedReversing() async throws {
    for way in [Way.held, .answerHeld] {
      let bench = try CounterPaymentBench()
      bench.paynet.goes(.answerLost, way)
      try await bench.pay(5)
      let reversing = Task { try await bench.work(by: bench.first) }
      #expect(try await eventually { bench.paynet.waitingCount == 1 })
      #expect(try await bench.work() == 0)
      bench.clock.advance(seconds: 45)
      #expect(try await bench.work() == 1)
      #expect(try await bench.all().first?.status == .reversed)
      bench.paynet.open()
      _ = try await reversing.value
      try await bench.settle()
      let end = try #require(try await bench.all().first)
      #expect(end.status == .reversed)
      #expect(bench.paynet.standing == [])
      #expect(
        try await bench.events(end).filter { $0 == "store_payment.reversed" }.count == 1)
    }
  }

  @Test("the merchant's own reversal survives its process")
  func diedTakingBack() async throws {
    let bench = try CounterPaymentBench()
    let paid = try await bench.pay(3)
    #expect(paid["status"] == "authorized")
    let id = CounterPaymentID(unchecked: paid["id"]?.string ?? "")
    bench.paynet.goes(.held)
    let asking = Task { try await bench.first.service.reverse(id, merchant: "chain") }
    #expect(try await eventually { bench.paynet.waitingCount == 1 })
    // Whoever asks meanwhile sends no second one.
    let seen = try await bench.second.service.reverse(id, merchant: "chain")
    #expect(seen.status == .reversing)
    #expect(bench.paynet.calls == ["payment", "reverse"])
    bench.clock.advance(seconds: 60)
    #expect(try await bench.work() == 1)
    #expect(try await bench.all().first?.status == .reversed)
    #expect(bench.paynet.bodies.last?["authorization"]?.string == paid["authorization"]?.string)
    bench.paynet.open()
    _ = try await asking.value
    try await bench.settle()
    #expect(try await bench.all().first?.status == .reversed)
    #expect(bench.paynet.standing == [])
  }

  @Test("200 seeds of broken calls and dying processes: what we say is what Paynet holds")
  func campaign() async throws {
    for seed in 0..<200 {
      let entropy = SeededEntropy()
      for _ in 0..<seed { _ = entropy.bytes(3) }
      let bench = try CounterPaymentBench()
      let ways = entropy.bytes(14).map { byte -> Way in
        let all = Way.allCases
        return byte < 60 ? .answered : all[Int(byte) % all.count]
      }
      bench.paynet.goes(ways)
      var asking: [Task<Void, Never>] = []
      for number in 1...4 {
        asking.append(Task { _ = try? await bench.pay(number) })
        for _ in 0..<5 { await Task.yield() }
        if entropy.bytes(1)[0] < 128 {
          asking.append(Task { _ = try? await bench.work(by: bench.first) })
        }
        if entropy.bytes(1)[0] < 90, let payment = try await bench.all().first {
          asking.append(
            Task { _ = try? await bench.first.service.reverse(payment.id, merchant: "chain") })
        }
        if entropy.bytes(1)[0] < 90 { bench.clock.advance(seconds: Int64(entropy.bytes(1)[0]) / 3) }
        if entropy.bytes(1)[0] < 60 {
          asking.append(Task { _ = try? await bench.work(by: bench.second) })
        }
      }
      for _ in 0..<20 { await Task.yield() }
      bench.paynet.open()
      for task in asking { await task.value }
      try await bench.settle()
      for payment in try await bench.all() {
        let stands = bench.paynet.standing.contains(payment.request.chainTransactionID)
        let events = try await bench.events(payment)
        switch payment.status {
        case .authorized: #expect(stands, "seed \(seed): \(events)")
        case .declined, .reversed: #expect(!stands, "seed \(seed): \(events)")
        case .sending, .inDoubt, .reversing:
          Issue.record("seed \(seed): nobody works on it any more: \(events)")
        }
      }
      let known = Set(try await bench.all().map(\.request.chainTransactionID))
      #expect(bench.paynet.standing.isSubset(of: known), "seed \(seed)")
      #expect(try await bench.store.unresolved(.counterPayment).dueCount == 0)
    }
  }
}
