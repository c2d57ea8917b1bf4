import Payins
import Routing
import Testing

@Suite("A target falls out")
struct EligibilityTests {
  static let everyReason: [DropReason] = [
    .methodMismatch(asked: .store), .merchantNotAllowed, .currencyNotSupported(.mxn),
    .amountBelowMinimum(4000), .amountAboveMaximum(1_500_000), .amountNotMultiple(of: 100),
    .payerFieldMissing([.name, .email]), .expiryTooShort(600), .expiryTooLong(3600), .breakerOpen,
    .limitReached, .payerFieldTooLong(.email, 32),
  ]

  private func reason(
    _ question: RoutingQuestion, _ change: (inout AccountOffer) -> Void = { _ in }
  ) throws -> DropReason? {
    var offer = AccountOffer(
      account: "a", provider: "p",
      capabilities: [
        .spei: Capability(
          amounts: 4000...1_500_000, granularity: 100, requiredPayerFields: [.name, .email],
          expirySeconds: 600...7200, instrumentSeconds: 86_400)
      ])
    change(&offer)
    let rules = try RuleSet(route: "{ priority: ['a/spei'] }", offers: [offer])
    var question = question
    question.request.expiresIn = question.request.expiresIn ?? 3600
    let decision = rules.decide(question)
    #expect(decision.candidates.count + decision.dropped.count == 1)
    return decision.dropped.first?.reason
  }

  @Test("never where it can serve, at both ends of its ranges")
  func serves() throws {
    #expect(try reason(question(4000)) == nil)
    #expect(try reason(question(1_500_000)) == nil)
    #expect(try reason(question(method: nil)) == nil)
    #expect(try reason(question(expiresIn: 600)) == nil)
    #expect(try reason(question(expiresIn: 7200)) == nil)
    #expect(try reason(question(merchant: "b")) { $0.merchants = ["a", "b"] } == nil)
  }

  @Test("where the pay-in asks for another method")
  func method() throws {
    #expect(try reason(question(method: .store)) == .methodMismatch(asked: .store))
  }

  @Test("where the account is not for the merchant")
  func merchant() throws {
    #expect(
      try reason(question(merchant: "c")) { $0.merchants = ["a", "b"] } == .merchantNotAllowed)
    #expect(try reason(question()) { $0.merchants = [] } == .merchantNotAllowed)
  }

  @Test("where the account does not take the currency")
  func currency() throws {
    let found = try reason(question()) { $0.capabilities[.spei]?.currencies = [] }
    #expect(found == .currencyNotSupported(.mxn))
  }

  @Test("where the amount is outside its range, or not in whole pesos")
  func amount() throws {
    #expect(try reason(question(3999)) == .amountBelowMinimum(4000))
    #expect(try reason(question(1_500_100)) == .amountAboveMaximum(1_500_000))
    #expect(try reason(question(4050)) == .amountNotMultiple(of: 100))
  }

  @Test("where the payer's data is missing, and names all of it")
  func payer() throws {
    let expected = DropReason.payerFieldMissing([.name, .email])
    #expect(try reason(question(payer: Payer(email: ""))) == expected)
    #expect(expected.sentence == "the account needs payer.name and payer.email")
    #expect(
      try reason(question(payer: Payer(name: "Ana", phone: "1"))) == .payerFieldMissing([.email]))
  }

  @Test("where a field of the payer is longer than it can carry whole")
  func payerTooLong() throws {
    var capability = Demo.capability(1...100_000)
    capability.payerFieldBytes = [.email: 32]
    let offer = AccountOffer(account: "a", provider: "p", capabilities: [.spei: capability])
    let rules = try RuleSet(route: "{ priority: ['a/spei'] }", offers: [offer])
    func reasons(_ email: String?) -> [String: String] {
      rules.decide(question(payer: Payer(name: "Ana", email: email))).reasons
    }
    // As many letters, and a byte more.
    let most = String(repeating: "x", count: 23) + "@x.mx.com"
    #expect(most.utf8.count == 32 && reasons(most).isEmpty && reasons(nil).isEmpty)
    #expect(reasons("ñ" + most.dropFirst()) == ["a/spei": "payer_field_too_long"])
  }

  @Test("where the payer's time is too short or too long for it")
  func expiry() throws {
    #expect(try reason(question(expiresIn: 599)) == .expiryTooShort(600))
    #expect(try reason(question(expiresIn: 7201)) == .expiryTooLong(7200))
  }

  @Test("by the method's own default where the merchant names no expiry")
  func defaultExpiry() throws {
    var offer = AccountOffer(
      account: "a", provider: "p", capabilities: [.spei: Demo.capability(1...100_000)])
    offer.capabilities[.spei]?.expirySeconds = 1...(24 * 3600 - 1)
    let rules = try RuleSet(route: "{ priority: ['a/spei'] }", offers: [offer])
    #expect(rules.decide(question()).reasons == ["a/spei": "expiry_too_long"])
  }

  @Test("while its breaker is open; an unknown account counts as healthy")
  func breaker() throws {
    let open = AccountHealth(acceptsCreates: false, successPermille: 1000, latencyMilliseconds: 0)
    #expect(try reason(question(health: ["a": open])) == .breakerOpen)
    #expect(try reason(question(health: ["b": open])) == nil)
  }

  @Test("while as many calls are made as its limits allow")
  func limit() throws {
    let full = AccountHealth(
      acceptsCreates: true, hasRoom: false, successPermille: 1000, latencyMilliseconds: 0)
    #expect(try reason(question(health: ["a": full])) == .limitReached)
  }

  @Test("with a code of its own and a sentence")
  func texts() {
    #expect(Set(Self.everyReason.map(\.code)).count == Self.everyReason.count)
    for reason in Self.everyReason { #expect(!reason.sentence.isEmpty) }
    #expect(
      DropReason.amountAboveMaximum(1_500_000).sentence == "the account takes $15000.00 or less")
    #expect(
      DropReason.amountNotMultiple(of: 100).sentence == "the account takes whole pesos only")
    #expect(
      DropReason.amountNotMultiple(of: 5000).sentence
        == "the account takes multiples of $50.00 only")
  }
}
