import JSONText
import Payins
import Testing

/// What rows of earlier releases hold: a member that were named anew would make them unreadable.
@Suite("how a pay-in is stored")
struct StoredFormTests {
  @Test("instructions and evidence have a form of their own, whatever the API calls them")
  func forms() {
    var spei = Life.pending
    spei.answered(Life.paid("a", 100))
    #expect(
      spei.payin.storedStanding["instructions"] == [
        "type": "spei", "clabe": "646180109400135624", "bank": nil, "beneficiary": nil,
        "reference": nil, "concept": nil, "agreement": nil, "payment_url": nil,
      ])
    #expect(
      spei.payin.storedStanding["last_evidence"] == [
        "grade": "query", "at": JSON(spei.now.rfc3339),
      ])
    var store = Life()
    let slip = StoreInstructions(reference: "1010", barcodeURL: "https://a/b", networks: ["paynet"])
    store.hears(
      .sent(
        store.attempt(), .accepted(Acceptance(providerOrderID: "o", instructions: .store(slip)))))
    #expect(
      store.payin.storedStanding["instructions"] == [
        "type": "store", "reference": "1010", "barcode_url": "https://a/b",
        "networks": ["paynet"], "payment_url": nil,
      ])
  }

  @Test("every instant has a text, at the ends of the range, too")
  func texts() {
    #expect(Instant(milliseconds: .max).rfc3339.hasSuffix(".807Z"))
    #expect(Instant(milliseconds: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
  }
}
