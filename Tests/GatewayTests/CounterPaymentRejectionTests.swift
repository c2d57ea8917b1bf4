import CounterPayments
import HTTPCalling
import JSONText
import Payins
import Routing
import Storage
import TestSupport
import Testing

@testable import Gateway

@Suite("store payments: a reversal that Paynet rejects")
struct CounterPaymentRejectionTests {
  private func health(_ bench: CounterPaymentBench) throws -> Health {
    let (committer, calls) = (bench.first.committer, bench.first.calls)
    let file = RuleFile(
      name: "default.json5", text: "{ rules: [], otherwise: { priority: ['a/spei'] } }")
    let offer = AccountOffer(
      account: "a", provider: "openpay",
      capabilities: [
        .spei: Capability(
          amounts: 100...10_000_000, expirySeconds: 60...86_400, instrumentSeconds: 15_552_000,
          showsRepeatedPayments: true)
      ])
    let rules = RuleBook(
      try RuleSet(files: [file], offers: [offer], version: "v"), at: bench.clock.now(),
      metrics: committer.environment.metrics)
    let webhooks = WebhookRunner(
      committer: committer, caller: bench.paynet, addresses: .publicOnly)
    return Health(
      committer: committer, calls: calls, rules: rules,
      jobs: JobRunner(committer: committer, calls: calls, webhooks: webhooks), version: "0")
  }

  private func held(_ health: Health) async -> Health.Check? {
    await health.report().checks.first { $0.name == "store_payments:held" }
  }

  @Test(
    "is sent for a day, then waits for an operator, who sees it in health and asks again",
    arguments: [30, 88])
  func rejected(code: Int) async throws {
    let bench = try CounterPaymentBench()
    let health = try health(bench)
    bench.paynet.rejectsReversals(code)
    bench.paynet.goes(.answerLost)
    let doubt = try await bench.pay(1)
    let paid = try await bench.pay(2)
    let id = CounterPaymentID(unchecked: paid["id"]?.string ?? "")
    #expect(try await bench.first.service.reverse(id, merchant: "chain").status == .reversing)
    #expect(await held(health)?.status == .pass)
    let start = bench.clock.now()
    try await bench.settle()
    // No job is left, and that took a day and a pause at most.
    #expect(try await bench.store.nextDue() == nil)
    let took = bench.clock.now().milliseconds(since: start) / 1000
    #expect((86_400...87_200).contains(took), "\(took)")
    for json in [doubt, paid] {
      let payment = try #require(try await bench.payment(json))
      #expect(payment.status == .reversing && payment.waitsForOperator)
      let shown = CounterPaymentDocument.json(payment)
      #expect(shown["status"] == "reversing" && shown["reversal"]?["next_at"] == .null)
      #expect(shown["reversal"]?["response_code"] == JSON(Int64(code)))
    }
    #expect(try await bench.store.unresolved(.counterPayment).dueCount == 2)
    let check = await held(health)
    #expect(check?.status == .warn && check?.value == .number(2))
    #expect(check?.output?.contains(id.text) == true, "\(String(describing: check))")

    // Asked for again it is sent at once, and on from there by itself.
    let calls = bench.paynet.calls.count
    #expect(try await bench.first.service.reverse(id, merchant: "chain").status == .reversing)
    #expect(bench.paynet.calls.count == calls + 1)
    #expect(try await bench.store.nextDue() != nil)
    bench.paynet.rejectsReversals(nil)
    try await bench.settle()
    #expect(try await bench.payment(paid)?.status == .reversed)
    let other = CounterPaymentID(unchecked: doubt["id"]?.string ?? "")
    #expect(try await bench.first.service.reverse(other, merchant: "chain").status == .reversed)
    #expect(bench.paynet.standing == [])
    bench.clock.advance(seconds: 10)
    #expect(await held(health)?.status == .pass)
  }
}
