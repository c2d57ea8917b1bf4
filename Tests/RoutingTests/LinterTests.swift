import JSONText
import Payins
import Routing
import Testing

@Suite("The linter")
struct LinterTests {
  private func warnings(_ when: String, _ route: String = "{ priority: ['openpay-main/spei'] }")
    throws -> [String]
  {
    try RuleSet(when: when, route: route).warnings.map(\.message)
  }

  @Test("warns of rules behind one that every pay-in matches")
  func unreachable() throws {
    let rules = try RuleSet(
      """
      { rules: [
          { name: 'a', when: '1 < 2 || payin.amount > 5', route: { priority: ['openpay-main/spei'] } },
          { name: 'b', when: 'payin.amount > 5', route: { priority: ['openpay-main/spei'] } },
        ],
        otherwise: { priority: ['openpay-main/spei'] } }
      """)
    #expect(
      rules.warnings.map(\.description) == [
        "rules.json5:3:13: the rule \"b\" is never reached: "
          + "the rule \"a\" at rules.json5:2 matches every pay-in"
      ])
  }

  @Test("warns of a condition that an earlier rule has")
  func identical() throws {
    let rule = "when: 'payin.amount > 5', route: { priority: ['openpay-main/spei'] }"
    let rules = try RuleSet(
      """
      { rules: [ { name: 'a', \(rule) },
                 { name: 'b', \(rule) } ],
        otherwise: { priority: ['openpay-main/spei'] } }
      """)
    #expect(rules.warnings.count == 1)
    #expect(rules.warnings.first?.position.line == 2)
    #expect(rules.warnings.first?.message.contains("rules.json5:1 has the same condition") == true)
  }

  @Test(
    "warns of conditions that can never be true",
    arguments: [
      "false", "1 > 2", "payin.method == 'SPEI'", "payin.method == 'oxxo' && payin.amount > 5",
      "payin.method == 'spei' && payin.method == 'store'",
      "payin.amount > 10 && payin.amount < 5", "payin.amount < 1", "0 >= payin.amount",
      "payin.amount > 9223372036854775807", "has(payin.method) && payin.method == 'cash'",
      "has(payin.payer.email) && payin.method == 'card'", "payin.?method.orValue('') == 'card'",
      "has(payin.expires_in) && payin.amount < 1", "payin.?method == optional.of('card')",
    ])
  func never(_ when: String) throws {
    let found = try warnings(when)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains("can never be true") == true)
  }

  @Test(
    "leaves alone what may be true",
    arguments: [
      "payin.amount > 10 && payin.amount < 12", "payin.amount == 11", "payin.amount % 2 == 1",
      "payin.amount * 2 > 100 && payin.amount < 60", "payin.amount in [100]",
      "payin.amount - 5 > 100000000", "-payin.amount < -5", "!has(payin.method)",
      "has(payin.expires_in)", "!has(payin.expires_in)", "has(payin.payer.email)",
      "!has(payin.payer.phone)", "has(payin.metadata.tier)", "payin.metadata.tier == 'vip'",
      "payin.payer.email == 'x'", "[1, 2].exists(n, n == payin.amount)", "payin.currency == 'MXN'",
      "payin.description.matches('x')", "accounts.exists(a, !accounts[a].healthy)",
      "merchant.id == 'x'", "payin.method == 'spei' || payin.amount > 5", "payin.amount > 0",
      "payin.?expires_in.orValue(0) < 5", "payin.?method.orValue('spei') == 'spei'",
      "!payin.?description.hasValue()", "has (payin.expires_in)", "payin . ?expires_in.hasValue()",
      "[payin].exists(p, has(p.expires_in))", "payin.?amount.orValue(5) > 7", "payin.`amount` > 7",
      "payin.payer.?email.orValue('') == ''", "payin.metadata[?'tier'].orValue('') == 'vip'",
      "payin.?metadata.tier.orValue('') == 'vip'", "!has(dyn(payin).expires_in)",
      "[payin].exists(p, p.amount == 77)", "(payin.amount) > 77 && payin.amount < 79",
    ])
  func possible(_ when: String) throws {
    #expect(try warnings(when) == [])
  }

  @Test("warns of a target that cannot serve the condition's method")
  func method() throws {
    let route = "{ priority: ['openpay-main/spei'], then: ['openpay-main/store'] }"
    #expect(try warnings("payin.amount > 5", route) == [])
    #expect(try warnings("!has(payin.method)", route) == [])
    let found = try warnings("payin.method == 'spei' && payin.metadata.tier == 'vip'", route)
    #expect(
      found == [
        "openpay-main/store can serve nothing here: "
          + "no store pay-in meets the condition of \"only\""
      ])
    #expect(try warnings("payin.method in ['spei']", route).count == 1)
    #expect(try warnings("has(payin.method) && payin.method != 'store'", route).count == 1)
  }

  @Test("warns of a target that cannot serve the condition's amounts")
  func amounts() throws {
    let route = "{ priority: ['cashypay-main/spei', 'openpay-main/spei'] }"
    #expect(try warnings("payin.amount >= 1500000", route) == [])
    #expect(try warnings("payin.amount <= 4000", route) == [])
    for when in [
      "payin.amount > 1500000", "payin.amount < 4000", "1500000 < payin.amount",
      "payin.method == 'spei' && (payin.amount < 100 || payin.amount > 2000000)",
    ] {
      let found = try warnings(when, route)
      #expect(
        found == [
          "cashypay-main/spei can serve nothing here: "
            + "it takes $40.00 to $15000.00, which \"only\" rules out"
        ], "\(when)")
    }
  }

  @Test("warns of weights that do not add up to 100, and of targets that stand twice")
  func routes() throws {
    let split = "{ split: { 'openpay-main/spei': 70, 'smilepayz-main/spei': 20 } }"
    #expect(
      try RuleSet(route: split).warnings.map(\.description)
        == ["rules.json5:1:23: the weights add up to 90, not to 100"])
    let twice = "{ priority: ['openpay-main/spei'], then: ['openpay-main/spei'] }"
    #expect(try warnings("payin.amount > 5", twice).count == 1)
    #expect(try RuleSet(route: twice).warnings.first?.message.contains("twice") == true)
  }

  @Test("warns of an account that a condition misspells")
  func accounts() throws {
    #expect(try warnings("accounts['openpay-main'].healthy") == [])
    #expect(try warnings("accounts[?'openpay-main'].healthy.orValue(true)") == [])
    for (look, what) in [
      ("accounts['openpay-mian']", "is an error"), ("accounts.`openpay-mian`", "is an error"),
      ("accounts[?'openpay-mian']", "finds nothing"), ("accounts.?`openpay-mian`", "finds nothing"),
    ] {
      let healthy = what == "is an error" ? ".healthy" : ".healthy.orValue(true)"
      let expected = "no account \"openpay-mian\" is configured: \(look) \(what)"
      #expect(try warnings("\(look)\(healthy) || payin.amount > 5") == [expected])
      #expect(try warnings("[1].exists(n, \(look)\(healthy) && n == payin.amount)") == [expected])
    }
  }
}
