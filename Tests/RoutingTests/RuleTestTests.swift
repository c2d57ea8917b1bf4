import Routing
import Testing

@Suite("Tests in rule files")
struct RuleTestTests {
  private func faultsOf(_ test: String) -> [String] {
    faults(
      """
      { rules: [ { name: "small", when: "payin.amount < 100000",
                   route: { priority: ["cashypay-main/spei", "openpay-main/spei"] } } ],
        otherwise: { priority: ["openpay-main/store"] },
        tests: [
      \(test)
        ] }
      """)
  }

  @Test("hold where the decision is as expected")
  func pass() {
    #expect(
      faultsOf(
        """
        { name: "t", payin: { amount: 15000, currency: "MXN", payer: { name: "a" }, method: "spei",
            description: "x", merchant_reference: "r", metadata: { a: "b" }, expires_in: 3600 },
          merchant: "m", now: "2026-01-01T00:00:00Z",
          accounts: { "openpay-main": { healthy: true, success_rate: 0.875, latency_ms: 3 } },
          expect: { rule: "small", order: ["openpay-main/spei"], candidates: ["openpay-main/spei"],
                    dropped: { "cashypay-main/spei": "payer_field_missing" } } }
        """) == [])
  }

  @Test("keep the files out where they fail, saying what was expected and what came")
  func fail() {
    #expect(
      faultsOf(
        """
        { name: "t", payin: { amount: 15000 },
          expect: { rule: "large",
            order: ["cashypay-main/spei"],
            candidates: ["cashypay-main/spei", "openpay-main/spei"],
            dropped: {} } }
        """) == [
          "rules.json5:6:19: rule: the test \"t\" failed: expected \"large\", but \"small\" decided",
          "rules.json5:7:12: order: the test \"t\" failed: "
            + "expected [cashypay-main/spei], got [openpay-main/spei]",
          "rules.json5:8:17: candidates: the test \"t\" failed: "
            + "expected [cashypay-main/spei, openpay-main/spei] in any order, got [openpay-main/spei]",
          "rules.json5:9:14: dropped: the test \"t\" failed: "
            + "expected {}, got {cashypay-main/spei: payer_field_missing}",
        ])
  }

  @Test("see the merchant, the time and the health that they name")
  func context() throws {
    let text = """
      { rules: [ { name: "a", route: { priority: ["openpay-main/spei"] },
          when: "merchant.id == 'm' && now == timestamp('2026-01-01T00:00:00Z')\
      && accounts['openpay-main'].success_rate == 0.875\
      && !accounts['openpay-main'].healthy && accounts['openpay-main'].latency_ms == 3" } ],
        otherwise: { priority: ["openpay-main/spei"] },
        tests: [
          { name: "t", payin: { amount: 1 }, merchant: "m", now: "2026-01-01T00:00:00Z",
            accounts: { "openpay-main": { healthy: false, success_rate: 0.875, latency_ms: 3 } },
            expect: { rule: "a", dropped: { "openpay-main/spei": "breaker_open" } } },
          { name: "defaults", payin: { amount: 1 }, expect: { rule: "otherwise" } },
        ] }
      """
    #expect(faults(text) == [])
  }

  @Test(
    "are refused where they make no sense",
    arguments: [
      ("5", "expected a test"),
      ("{ payin: { amount: 1 }, expect: { rule: 'a' } }", "name: missing"),
      ("{ name: 't', expect: { rule: 'a' } }", "payin: missing"),
      ("{ name: 't', payin: {}, expect: { rule: 'a' } }", "amount: missing"),
      ("{ name: 't', payin: { amount: 0 }, expect: { rule: 'a' } }", "amount: must be"),
      ("{ name: 't', payin: { amount: 1 } }", "expect: missing"),
      ("{ name: 't', payin: { amount: 1 }, expect: {} }", "expects nothing"),
      ("{ name: 't', payin: { amount: 1 }, expect: { rul: 'a' } }", "rul: unknown member"),
      ("{ name: 't', payin: { amount: 1, curency: 'MXN' }, expect: { rule: 'a' } }", "curency"),
      ("{ name: 't', payin: { amount: 1, currency: 'USD' }, expect: { rule: 'a' } }", "\"MXN\""),
      ("{ name: 't', payin: { amount: 1, method: 'card' }, expect: { rule: 'a' } }", "\"store\""),
      (
        "{ name: 't', payin: { amount: 1, metadata: { a: 1 } }, expect: { rule: 'a' } }", "a string"
      ),
      ("{ name: 't', payin: { amount: 1, payer: { age: 1 } }, expect: { rule: 'a' } }", "age"),
      ("{ name: 't', payin: { amount: 1 }, now: 'noon', expect: { rule: 'a' } }", "now: expected"),
      ("{ name: 't', payin: { amount: 1 }, accounts: { x: {} }, expect: { rule: 'a' } }", "\"x\""),
      (
        "{ name: 't', payin: { amount: 1 }, expect: { rule: 'a' },"
          + " accounts: { 'openpay-main': { success_rate: 97 } } }", "success_rate: must be"
      ),
      ("{ name: 't', payin: { amount: 1 }, expect: { order: ['x/spei'] } }", "no account \"x\""),
      ("{ name: 't', payin: { amount: 1 }, expect: { order: [1] } }", "is no target"),
      ("{ name: 't', payin: { amount: 1 }, expect: { dropped: { 'x/spei': 'y' } } }", "\"x\""),
    ])
  func refused(_ test: String, _ message: String) {
    let found = faultsOf(test)
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.contains(message) == true, "\(found)")
  }
}
