import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// What is learnt is kept, and nothing is done twice, whatever comes between.
@Suite("pay-ins: what comes between")
struct PayinRecoveryTests {
  private func isTaken(_ verdict: CallbackService.Verdict) -> Bool {
    if case .taken = verdict { true } else { false }
  }

  @Test("what a query learns is recorded though a callback took its job meanwhile")
  func leaseLost() async throws {
    for status in ["completed", "in_progress"] {
      let bench = try PayinBench()
      let payin = try await bench.made("order-1")
      let order = payin.attempts[0].orderNumber
      bench.clock.advance(to: try #require(payin.nextCheckAt))
      let job = try #require(try await bench.lease().first)
      bench.caller.answers { request in
        #expect(isTaken(await bench.hears("charge.succeeded", of: order, status: "completed")))
        return .charge(for: request, status)
      }
      try await bench.runner.ask(job, under: try #require(job.lease))
      let after = try await bench.service.payin(payin.id, merchant: "shop")
      #expect(after.status == (status == "completed" ? .succeeded : .pending))
      #expect(after.attempts[0].polls == 1)
      // The callback's wish to ask at once stands.
      #expect(try await bench.store.nextDue() == bench.clock.now())
    }
  }

  @Test("money that a callback credits while it is asked about was not found in silence")
  func creditedMeanwhile() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    let attempt = payin.attempts[0]
    bench.clock.advance(to: try #require(payin.nextCheckAt))
    let job = try #require(try await bench.lease().first)
    bench.caller.answers { request in
      let deposit = Deposit(
        identity: "tr\(attempt.orderNumber)", amount: 15_000, receivedAt: nil,
        providerReference: nil)
      _ = try? await bench.committer.apply(
        .reported(
          attempt.id, StatusReport(status: .paid, deposits: [deposit]), .fullySignedCallback),
        to: payin.id, as: Payin.self)
      return .charge(for: request, "completed")
    }
    try await bench.runner.ask(job, under: try #require(job.lease))
    #expect(try await bench.service.payin(payin.id, merchant: "shop").receipts.count == 1)
    let monitor = try #require(bench.calls.monitors["first"])
    #expect(monitor.snapshot(at: bench.clock.steady()).silentPayments == 0)
  }

  @Test("a creation whose pay-in is settled while its call hangs is answered at once")
  func settledMeanwhile() async throws {
    let bench = try PayinBench()
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    bench.caller.answers { request in
      for await _ in gate {}
      return .charge(for: request)
    }
    let creating = Task { try await bench.create("order-1") }
    #expect(try await eventually { !bench.caller.taken().isEmpty })
    let held = try #require(
      try await bench.store.payins(PayinQuery(merchant: "shop", limit: 1)).first)
    _ = try await bench.service.cancel(held.id, merchant: "shop")
    let answer = try await creating.value
    #expect(answer.isSettled && !answer.isReplay)
    #expect(try JSON(parsing: answer.body)["status"] == "cancelled")
    open.finish()
    await bench.service.creationsEnded(by: bench.clock.steady().adding(seconds: 1))
    #expect(try await bench.create("order-1").body == answer.body)
  }

  @Test("a callback is kept as evidence, also of an order that is not ours")
  func evidence() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    let order = payin.attempts[0].orderNumber
    #expect(isTaken(await bench.hears("charge.succeeded", of: order, status: "completed")))
    #expect(isTaken(await bench.hears("charge.succeeded", of: "OTHER", status: "completed")))
    // Each account's orders are its own.
    #expect(
      isTaken(
        await bench.hears("charge.succeeded", of: order, status: "completed", at: "second")))
    #expect(bench.store.callbacks.map(\.payin) == [payin.id, nil, nil])
    #expect(try await bench.service.payin(payin.id, merchant: "shop").status == .pending)
  }

  @Test("a callback that could not be stored is not acknowledged, so that it comes again")
  func notStored() async throws {
    let bench = try PayinBench()
    let payin = try await bench.made("order-1")
    await bench.store.close()
    for order in [payin.attempts[0].orderNumber, "OTHER"] {
      let verdict = await bench.hears("charge.succeeded", of: order, status: "completed")
      guard case .notRecorded = verdict else {
        Issue.record("\(verdict)")
        continue
      }
    }
  }

  @Test("a create call that its process died in is asked about, and not made again")
  func interrupted() async throws {
    let bench = try PayinBench()
    let payin = try await bench.abandoned("order-1")
    #expect(try await bench.lease().isEmpty)
    bench.clock.advance(to: bench.calls.leaseEnd(at: payin.createdAt))
    let job = try #require(try await bench.lease().first)
    try await bench.runner.resume(job, under: try #require(job.lease))
    #expect(bench.caller.taken().isEmpty)
    let after = try await bench.service.payin(payin.id, merchant: "shop")
    #expect(after.attempts.map(\.state) == [.inDoubt] && after.nextCheckAt != nil)
  }

  @Test("a create call is nobody else's for as long as it may take")
  func leaseOutlivesCall() async throws {
    let bench = try PayinBench(AccountLimits(timeoutSeconds: 30))
    // The call has a task of its own.
    let taken = Mutex<[Job]?>(nil)
    bench.caller.answers { request in
      bench.clock.advance(seconds: 30)
      let jobs = try? await bench.lease()
      taken.withLock { $0 = jobs }
      return .charge(for: request)
    }
    #expect(try await bench.made("order-1").status == .pending)
    #expect(taken.withLock { $0 } == [])
    #expect(bench.caller.taken().count == 1)
  }

  @Test("no answer is doubt: the order is asked about, and no other provider is called")
  func timeout() async throws {
    let bench = try PayinBench()
    bench.caller.answers { _ in .timeout }
    let payin = try await bench.abandoned("order-1")
    let sent = try await bench.runner.send(
      Committer.Applied(
        state: payin, started: JobKey(kind: .sendAttempt, subject: payin.attempts[0].id.text)),
      under: try #require(try await bench.sendLease(of: payin))
    ).state
    #expect(sent.status == .processing && sent.attempts.map(\.state) == [.inDoubt])
    #expect(bench.caller.taken().count == 1 && sent.nextCheckAt != nil)
  }

  @Test("an order that a later attempt makes ends with the payer's time, not after it")
  func laterOrder() async throws {
    let bench = try PayinBench()
    bench.caller.answers { request in
      // Some time later the first candidate says no.
      bench.clock.advance(seconds: 25)
      bench.caller.answers { .charge(for: $0) }
      return .declined
    }
    let payin = try await bench.made("order-1")
    #expect(payin.attempts.map(\.target.account) == ["first", "second"])
    #expect(payin.status == .pending && payin.expiresAt == payin.createdAt.adding(seconds: 3600))
    let dues = try bench.caller.taken().map { try JSON(parsing: $0.body)["due_date"]?.string }
    #expect(dues == Array(repeating: payin.expiresAt.text(offsetMinutes: 0), count: 2))
  }

  @Test("a pay-in that is not kept gives its place at the account back")
  func placeGivenBack() async throws {
    let bench = try PayinBench(AccountLimits(concurrency: 1))
    let first = try await bench.made("order-1")
    for key in ["other-1", "other-2"] {
      await #expect(throws: OperationRefusal.self) { try await bench.create("order-1", key: key) }
    }
    let next = try await bench.made("order-2")
    #expect([first, next].map(\.currentAttempt.target.account) == ["first", "first"])
  }

  @Test("a key's answer is for the same body and the same merchant only")
  func keys() async throws {
    let bench = try PayinBench()
    let created = try await bench.create("order-1", key: "k", hash: [1])
    let again = try await bench.create("order-1", key: "k", hash: [1])
    #expect(again.isReplay && again.body == created.body)
    await #expect {
      try await bench.create("order-1", key: "k", hash: [2])
    } throws: { error in
      error as? OperationRefusal == .keyReused
    }
    await #expect {
      try await bench.service.payin(PayinID(unchecked: created.id.text), merchant: "other")
    } throws: { error in
      error as? OperationRefusal == .notFound(.payin)
    }
  }
}

extension PayinBench {
  /// Under which its first call is made.
  fileprivate func sendLease(of payin: Payin) async throws -> Lease? {
    try await store.firstJob(.sendAttempt, subjectPrefix: payin.attempts[0].id.text)?.lease
  }
}
