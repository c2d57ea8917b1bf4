import Payins
import Routing
import Testing

@Suite("Conditions")
struct ConditionTests {
  private func decides(_ when: String, _ question: RoutingQuestion) throws -> Bool {
    let decision = try RuleSet(when: when).decide(question)
    #expect(decision.conditionErrors == [])
    return decision.rule == "only"
  }

  @Test("see all of the pay-in, the merchant and the time")
  func variables() throws {
    let asked = question(
      15_000, method: .store, metadata: ["tier": "vip", "n": "2"], expiresIn: 900, merchant: "shop",
      now: Instant(milliseconds: 1_767_636_000_500))
    for condition in [
      "payin.method == 'store'", "payin.amount == 15000", "payin.currency == 'MXN'",
      "payin.description == 'Two tickets'", "payin.merchant_reference == 'order-1'",
      "payin.payer.name == 'Ana Prueba'", "payin.payer.email == 'ana@example.mx'",
      "payin.payer.phone == '+525512345678'", "payin.metadata == {'tier': 'vip', 'n': '2'}",
      "payin.expires_in == 900", "merchant.id == 'shop'",
      "now == timestamp('2026-01-05T18:00:00.5Z')", "size(accounts) == 3",
      "accounts.all(id, accounts[id].healthy && accounts[id].success_rate == 1.0)",
    ] {
      #expect(try decides(condition, asked), "\(condition)")
    }
  }

  @Test("tell canonically equivalent keys of metadata apart")
  func exactKeys() throws {
    var asked = question()
    asked.request.metadata = [
      Metadatum(key: "\u{E9}", value: "one"), Metadatum(key: "e\u{301}", value: "two"),
    ]
    for condition in [
      "size(payin.metadata) == 2", "payin.metadata['\u{E9}'] == 'one'",
      "payin.metadata['e\u{301}'] == 'two'", "!('E\u{301}' in payin.metadata)",
    ] {
      #expect(try decides(condition, asked), "\(condition)")
    }
  }

  @Test("see how accounts fare")
  func accounts() throws {
    let health = AccountHealth(acceptsCreates: false, successPermille: 975, latencyMilliseconds: 42)
    let asked = question(health: ["openpay-main": health])
    #expect(
      try decides(
        "accounts['openpay-main'] != accounts['cashypay-main'] "
          + "&& !accounts['openpay-main'].healthy && accounts['openpay-main'].success_rate == 0.975 "
          + "&& accounts['openpay-main'].latency_ms == 42 && accounts['cashypay-main'].healthy",
        asked))
  }

  @Test("that read what is absent do not match, and are reported")
  func errors() throws {
    let rules = try RuleSet(
      """
      { rules: [
          { name: 'method', when: "payin.method == 'spei'", route: { priority: ['openpay-main/spei'] } },
          { name: 'phone', when: "payin.payer.phone == '1'", route: { priority: ['openpay-main/spei'] } },
          { name: 'key', when: "payin.metadata['a'] == 'b'", route: { priority: ['openpay-main/spei'] } },
          { name: 'expiry', when: "payin.expires_in > 5", route: { priority: ['openpay-main/spei'] } },
          { name: 'asks', when: "has(payin.method)", route: { priority: ['openpay-main/spei'] } },
          { name: 'absorbs', when: "payin.amount > 5 || payin.method == 'spei'",
            route: { priority: ['openpay-main/spei'] } },
        ],
        otherwise: { priority: ['openpay-main/store'] } }
      """)
    let decision = rules.decide(question(method: nil, payer: Payer()))
    #expect(decision.rule == "absorbs")
    #expect(decision.conditionErrors == ["method", "phone", "key", "expiry"])
  }

  @Test("see no time that no calendar has")
  func impossibleTime() throws {
    let rules = try RuleSet(when: "now > timestamp('2026-01-01T00:00:00Z')")
    let decision = rules.decide(question(now: Instant(milliseconds: .max)))
    #expect(decision.conditionErrors == ["only"])
  }

  @Test("are asked in order until one holds")
  func firstMatch() throws {
    let rules = try RuleSet(
      """
      { rules: [
          { name: 'a', when: 'payin.amount > 30000', route: { priority: ['openpay-main/spei'] } },
          { name: 'b', when: 'payin.amount > 20000', route: { priority: ['openpay-main/spei'] } },
          { name: 'c', when: 'payin.amount > 10000', route: { priority: ['openpay-main/store'] } },
        ],
        otherwise: { priority: ['smilepayz-main/spei'] } }
      """)
    #expect(
      [5000, 15_000, 25_000, 35_000].map { rules.decide(question($0)).rule }
        == ["otherwise", "c", "b", "a"])
    #expect(
      rules.decide(question(15_000)).candidates == [],
      "a rule whose targets all fall out still decides")
  }
}
