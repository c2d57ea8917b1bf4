import JSONText
import Payins
import TestSupport
import Testing

/// What rows of earlier releases hold: a member that were named anew would make them unreadable.
@Suite("how a pay-in is stored")
struct StoredFormTests {
  @Test("instructions and evidence have a form of their own, whatever the API calls them")
  func forms() throws {
    var spei = Life.pending
    spei.answered(Life.paid("a", 100))
    let standing = try JSON(parsing: spei.payin.storedStanding)
    #expect(
      standing["instructions"] == [
        "type": "spei", "clabe": "646180109400135624", "bank": nil, "beneficiary": nil,
        "reference": nil, "concept": nil, "agreement": nil, "payment_url": nil,
      ])
    #expect(
      standing["last_evidence"] == [
        "grade": "query", "at": JSON(spei.now.rfc3339),
      ])
    var store = Life()
    let slip = StoreInstructions(reference: "1010", barcodeURL: "https://a/b", networks: ["paynet"])
    store.hears(
      .sent(
        store.attempt(), .accepted(Acceptance(providerOrderID: "o", instructions: .store(slip)))))
    #expect(
      try JSON(parsing: store.payin.storedStanding)["instructions"] == [
        "type": "store", "reference": "1010", "barcode_url": "https://a/b",
        "networks": ["paynet"], "payment_url": nil,
      ])
  }

  @Test("random lives are written byte for byte as their trees", arguments: 0..<200)
  func lives(_ seed: UInt64) {
    var walk = Walk(seed: seed)
    for _ in 0..<30 {
      let payin = walk.step().after.payin
      let written = [payin.storedStanding, payin.storedOpening]
      guard written == [payin.standingTree.bytes, payin.openingTree.bytes] else {
        Issue.record("\(written.map { String(decoding: $0, as: UTF8.self) })")
        return
      }
    }
  }

  @Test("what is seldom there is written as in the tree, too")
  func seldom() {
    let capability = Capability(
      amounts: 1...9, expirySeconds: 1...9, orderNumberPrefix: "P", instrumentSeconds: 60,
      renewalSeconds: 30, showsRepeatedPayments: false)
    let dice = Dice(seed: 7)
    let candidate = Candidate(
      target: Target(account: "a", method: .store), provider: "p", capability: capability)
    let opened = Payin.open(
      PayinRequest(
        merchantReference: "\"o\\1\"\u{1}", amount: .max, description: "Entrada \u{1F3AB}\n",
        expiresIn: 5, expiresAt: Walk.noon, returnURL: "https://shop.example/?a=1/",
        metadata: [Metadatum(key: "k\t", value: ""), Metadatum(key: "", value: "v")]),
      id: .make(at: Walk.noon, entropy: dice), merchant: "shop", token: "t", idempotencyKey: "key",
      routing: RoutingRecord(
        rulesVersion: "v", rule: "r", candidates: [candidate], retry: RetryOutcome.allCases,
        explanation: [:]), Context(now: Walk.noon, entropy: dice)
    ).payin
    let slip = StoreInstructions(reference: "1", networks: ["x", "y\"z"], paymentURL: "https://a/")
    let payin = opened.apply(
      .sent(
        opened.attempts[0].id,
        .accepted(Acceptance(providerOrderID: nil, instructions: .store(slip)))),
      Context(now: Instant(milliseconds: -1), entropy: dice)
    ).payin
    #expect(payin.instructions != nil)
    #expect(payin.storedStanding == payin.standingTree.bytes)
    #expect(payin.storedOpening == payin.openingTree.bytes)
  }

  @Test("every instant has a text, at the ends of the range, too")
  func texts() {
    #expect(Instant(milliseconds: .max).rfc3339.hasSuffix(".807Z"))
    #expect(Instant(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
  }
}
