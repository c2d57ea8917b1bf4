import JSONText
import MemoryStorage
import Payins
import Storage
import Testing

@testable import Gateway

@Suite("what is kept no longer than the operator wants")
struct HousekeepingTests {
  private func keeper(_ bench: PayinBench, _ retention: Retention) -> Housekeeping {
    Housekeeping(
      committer: bench.committer, retention: retention)
  }

  private func payin(_ bench: PayinBench, _ reference: String) async throws -> Payin {
    var request = PayinBench.request(reference)
    request.payer = Payer(name: "Ana Prueba", email: "ana@example.mx")
    let made = try await bench.service.create(
      request, merchant: "shop", key: reference, requestHash: RequestHash(value: [1]))
    return try await bench.service.payin(PayinID(unchecked: made.id.text), merchant: "shop")
  }

  @Test("a payer is erased so many days after the end, and not while the pay-in is open")
  func payers() async throws {
    let bench = try PayinBench()
    let open = try await payin(bench, "open")
    var ended: [Payin] = []
    // More than one step takes.
    for number in 0..<(Housekeeping.payins + 3) {
      let made = try await payin(bench, "ended-\(number)")
      ended.append(try await bench.service.cancel(made.id, merchant: "shop"))
    }
    var retention = Retention()
    retention.payerDays = 30
    let keeper = keeper(bench, retention)
    bench.clock.advance(seconds: 30 * 86_400)
    try await keeper.round()
    #expect(try await bench.store.payin(ended[0].id) == ended[0])
    // Cancelled, and over with the payer's time.
    bench.clock.advance(seconds: 3601)
    for _ in 0..<2 {
      try await keeper.round()
      for payin in ended {
        let kept = try #require(try await bench.store.payin(payin.id))
        #expect(kept.request.payer.isErased && kept.version == payin.version + 1)
        #expect(try await bench.store.events(of: payin.operationID).last?.type == "payer.erased")
        let told = try await bench.store.publishedEvent(1, of: payin.operationID)?.notification?
          .body
        #expect(try JSON(parsing: told ?? [])["payer"]?["name"] == .null)
      }
      #expect(try await bench.store.payin(open.id)?.request.payer.name == "Ana Prueba")
    }
  }

  @Test("timelines go so many days after the end, and the key's repeat makes no second pay-in")
  func events() async throws {
    let bench = try PayinBench()
    let (open, made) = (try await payin(bench, "open"), try await payin(bench, "ended"))
    let ended = try await bench.service.cancel(made.id, merchant: "shop")
    var retention = Retention()
    retention.eventsDays = 7
    bench.clock.advance(seconds: 7 * 86_400 + 3601)
    try await keeper(bench, retention).round()
    #expect(try await bench.store.events(of: ended.operationID) == [])
    #expect(try await bench.store.publishedEvent(1, of: ended.operationID) == nil)
    #expect(try await bench.store.payin(ended.id) == ended)
    #expect(try await bench.store.events(of: open.operationID).isEmpty == false)
    let again = try await bench.service.replay(
      merchant: "shop", key: "ended", requestHash: RequestHash(value: [1]))
    #expect(again?.id == ended.operationID && again?.isSettled == true)
    // What comes later stands again.
    try await bench.service.erasePayer(of: ended.id, merchant: "shop")
    #expect(try await bench.store.events(of: ended.operationID).map(\.type) == ["payer.erased"])
  }

  @Test("callbacks go so many days after they came last")
  func callbacks() async throws {
    let bench = try PayinBench()
    let made = try await payin(bench, "order-1")
    let order = made.attempts[0].orderNumber
    _ = await bench.hears("charge.created", of: order, status: "in_progress")
    #expect(bench.store.callbacks.count == 1)
    var retention = Retention()
    retention.callbackDays = 1
    try await keeper(bench, retention).round()
    #expect(bench.store.callbacks.count == 1)
    bench.clock.advance(seconds: 86_401)
    try await keeper(bench, Retention()).round()
    #expect(bench.store.callbacks.count == 1)
    try await keeper(bench, retention).round()
    #expect(bench.store.callbacks == [])
  }

  @Test("another merchant's payer is not there to be erased, and erasing twice is fine")
  func service() async throws {
    let bench = try PayinBench()
    let made = try await payin(bench, "order-1")
    await #expect(throws: OperationRefusal.notFound(.payin)) {
      try await bench.service.erasePayer(of: made.id, merchant: "other")
    }
    #expect(try await bench.store.payin(made.id) == made)
    for _ in 0..<2 {
      try await bench.service.erasePayer(of: made.id, merchant: "shop")
      #expect(try await bench.store.payin(made.id)?.version == made.version + 1)
    }
  }
}
