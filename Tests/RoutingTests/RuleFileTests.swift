import JSONText
import Payins
import Routing
import Testing

@Suite("Rule files")
struct RuleFileTests {
  private let otherwise = "otherwise: { priority: ['openpay-main/spei'] }"

  private func rule(_ members: String) -> String { "{ rules: [ { \(members) } ], \(otherwise) }" }

  @Test("take effect in the order of their names")
  func order() throws {
    let rules = try RuleSet(
      files: [
        RuleFile(
          name: "20.json5",
          text: """
            { rules: [
                { name: 'b', when: 'payin.amount > 2', route: { priority: ['openpay-main/spei'] } }
            ] }
            """),
        RuleFile(
          name: "10.json5",
          text: """
            { rules: [
                { name: 'a', when: 'payin.amount > 1', route: { priority: ['openpay-main/spei'] } }
              ],
              \(otherwise) }
            """),
      ], offers: Demo.offers, version: "abc")
    #expect(rules.decide(question()).rule == "a")
    #expect(rules.files.map(\.name) == ["10.json5", "20.json5"])
    #expect(rules.files.map(\.rules) == [["a"], ["b"]])
    #expect(rules.version == "abc")
    #expect(rules.decide(question()).record.rulesVersion == "abc")
  }

  @Test("that are no JSON5 are told where")
  func syntax() {
    #expect(
      faults("{ rules: [\n  { name: } ] }") == ["rules.json5:2:11: expected a value, found \"}\""])
    #expect(faults("[]") == ["rules.json5:1:1: expected an object"])
  }

  @Test("are told everything that is wrong at once, each with its place")
  func everything() {
    let found = faults(
      """
      {
        rules: [
          { name: "a", when: "payin.amount > 'x'", route: { priority: ["nobody/spei"] } },
          { name: "b", when: "true", route: { priority: ["openpay-main/card"] }, retries: 3 },
          5,
        ],
        otherwise: { priority: ["openpay-main/spei"] },
        extra: 1,
      }
      """)
    #expect(found.count == 6)
    #expect(found[0].hasPrefix("rules.json5:3:40: "))
    #expect(
      found[0].hasSuffix("\npayin.amount > 'x'\n               ^^^"), "the source with its caret")
    #expect(found[1].hasPrefix("rules.json5:3:66: no account \"nobody\" is configured (there is "))
    #expect(
      found[2]
        == "rules.json5:4:52: account \"openpay-main\" has no method \"card\" (there is spei, store)"
    )
    #expect(found[3] == "rules.json5:4:85: retries: unknown member")
    #expect(found[4] == "rules.json5:5:5: expected a rule, found a number")
    #expect(found[5] == "rules.json5:8:10: extra: unknown member")
  }

  @Test("place the fault of an expression inside its string")
  func insideString() throws {
    let found = faults(rule("name: 'é', when: 'payin.amount > 1 && payin.ammount < 2', route: 1"))
    #expect(found.contains { $0.hasPrefix("rules.json5:1:58: ") && $0.contains("ammount") })
    let escaped = faults(
      rule("name: 'a', when: '\\x70ayin.ammount < 2', route: { priority: ['openpay-main/spei'] }"))
    #expect(escaped.count == 1)
    #expect(escaped[0].hasPrefix("rules.json5:1:31: "), "the string itself, where it has escapes")
    #expect(escaped[0].contains("\npayin.ammount < 2\n"))
  }

  @Test(
    "are refused for members of another type, or missing",
    arguments: [
      ("when: 'true', route: { priority: ['openpay-main/spei'] }", "name: missing"),
      ("name: 'a', route: { priority: ['openpay-main/spei'] }", "when: missing"),
      ("name: 'a', when: 'true'", "route: missing"),
      (
        "name: 5, when: 'true', route: { priority: ['openpay-main/spei'] }",
        "name: expected a string"
      ),
      ("name: '', when: 'true', route: { priority: ['openpay-main/spei'] }", "name: a rule's name"),
      ("name: 'a b', when: 'true', route: { priority: ['openpay-main/spei'] }", "name: a rule's"),
      (
        "name: 'otherwise', when: 'true', route: { priority: ['openpay-main/spei'] }", "last resort"
      ),
      (
        "name: 'a', when: true, route: { priority: ['openpay-main/spei'] }",
        "when: expected a string"
      ),
      ("name: 'a', when: '1', route: { priority: ['openpay-main/spei'] }", "bool"),
      ("name: 'a', when: 'true', route: []", "route: expected an object"),
      ("name: 'a', when: 'true', route: {}", "exactly one of"),
      ("name: 'a', when: 'true', route: { then: ['openpay-main/spei'] }", "found none"),
      (
        "name: 'a', when: 'true', route: { priority: ['openpay-main/spei'], healthiest: [] }",
        "found priority and healthiest"
      ),
      ("name: 'a', when: 'true', route: { priority: [] }", "priority: names no target"),
      ("name: 'a', when: 'true', route: { priority: null }", "priority: expected an array"),
      (
        "name: 'a', when: 'true', route: { priority: [5] }",
        "expected account/method, found a number"
      ),
      ("name: 'a', when: 'true', route: { priority: ['openpay-main'] }", "is no target"),
      ("name: 'a', when: 'true', route: { split: null }", "split: expected an object"),
      ("name: 'a', when: 'true', route: { split: {} }", "no target has a weight above 0"),
      ("name: 'a', when: 'true', route: { split: { 'openpay-main/spei': 0 } }", "above 0"),
      ("name: 'a', when: 'true', route: { split: { 'openpay-main/spei': -1 } }", "weight must be"),
      ("name: 'a', when: 'true', route: { split: { 'openpay-main/spei': 0.5 } }", "not 0.5"),
      ("name: 'a', when: 'true', route: { split: { 'openpay-main/spei': '5' } }", "not a string"),
      (
        "name: 'a', when: 'true', route: { split: { 'openpay-main/spei': 10001 } }",
        "weight must be"
      ),
      ("name: 'a', when: 'true', route: { split: { 'x/spei': 100 } }", "no account \"x\""),
      (
        "name: 'a', when: 'true', route: { cheapest: ['openpay-main/spei'] }",
        "\"fees\" has no entry"
      ),
      (
        "name: 'a', when: 'true', route: { priority: ['openpay-main/spei'] }, retry: ['sometimes']",
        "expected one of \"never_sent\", \"declined\", \"in_doubt\""
      ),
    ])
  func refused(_ members: String, _ message: String) {
    let found = faults(rule(members))
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test("name every rule once")
  func duplicateNames() {
    let text = """
      { rules: [
          { name: 'a', when: 'payin.amount > 1', route: { priority: ['openpay-main/spei'] } },
          { name: 'a', when: 'payin.amount > 2', route: { priority: ['openpay-main/spei'] } },
      ] }
      """
    let found = faults([("1.json5", "{ \(otherwise) }"), ("2.json5", text), ("3.json5", text)])
    #expect(
      found == [
        "2.json5:3:13: the rule \"a\" stands already at 2.json5:2",
        "3.json5:2:13: the rule \"a\" stands already at 2.json5:2",
        "3.json5:3:13: the rule \"a\" stands already at 2.json5:2",
      ])
  }

  @Test("say exactly once where pay-ins go that no rule matches")
  func otherwiseOnce() {
    let two = faults([("1.json5", "{ \(otherwise) }"), ("2.json5", "{\n  \(otherwise) }")])
    #expect(two == ["2.json5:2:14: \"otherwise\" stands in exactly one file; 1.json5 has it"])
    #expect(faults("{}").first?.contains("add \"otherwise\"") == true)
    #expect(faults([]).first?.contains("add \"otherwise\"") == true)
    #expect(faults("{ otherwise: null }").first?.contains("add \"otherwise\"") == true)
    #expect(faults("{ otherwise: { priority: ['x/spei'] } }").count == 1)
  }

  @Test(
    "take fees in percent and centavos only",
    arguments: [
      ("{ 'openpay-main/spei': { percent: 2.90001, fixed: 0 } }", "percent: must be"),
      ("{ 'openpay-main/spei': { percent: -1, fixed: 0 } }", "percent: must be"),
      ("{ 'openpay-main/spei': { percent: 100.1, fixed: 0 } }", "percent: must be"),
      ("{ 'openpay-main/spei': { percent: '2.9', fixed: 0 } }", "percent: must be"),
      ("{ 'openpay-main/spei': { fixed: 0 } }", "percent: missing"),
      ("{ 'openpay-main/spei': { percent: 1 } }", "fixed: missing"),
      ("{ 'openpay-main/spei': { percent: 1, fixed: 2.5 } }", "fixed: expected an integer"),
      ("{ 'openpay-main/spei': { percent: 1, fixed: -5 } }", "fixed: must not be negative"),
      ("{ 'openpay-main/spei': { percent: 1, fixed: 0, vat: 16 } }", "vat: unknown member"),
      ("{ 'openpay/spei': { percent: 1, fixed: 0 } }", "no account \"openpay\""),
      ("{ 'openpay-main/spei': 5 }", "expected an object, found a number"),
    ])
  func fees(_ fees: String, _ message: String) {
    let found = faults("{ \(otherwise), fees: \(fees) }")
    #expect(found.count == 1)
    #expect(found.first?.contains(message) == true, "\(found)")
  }

  @Test("name the fee of a target once, in any file")
  func duplicateFees() throws {
    let fee = "fees: { 'openpay-main/spei': { percent: 1, fixed: 0 } }"
    let found = faults([("1.json5", "{ \(otherwise), \(fee) }"), ("2.json5", "{ \(fee) }")])
    #expect(found == ["2.json5:1:32: the fee of openpay-main/spei stands in 1.json5"])
    #expect(
      faults([
        ("1.json5", "{ otherwise: { cheapest: ['openpay-main/spei'] } }"),
        ("2.json5", "{ \(fee) }"),
      ]) == [])
  }

  @Test("may say after which outcomes the next account is tried")
  func retry() throws {
    let route = "route: { priority: ['openpay-main/spei'] }"
    let rules = try RuleSet(
      """
      { rules: [
          { name: 'a', when: 'payin.amount == 1', \(route) },
          { name: 'b', when: 'payin.amount == 2', \(route), retry: ['in_doubt', 'declined'] },
          { name: 'c', when: 'payin.amount == 3', \(route), retry: [] },
        ],
        \(otherwise) }
      """)
    #expect(rules.decide(question(1)).retry == [.neverSent, .declined])
    #expect(rules.decide(question(2)).retry == [.inDoubt, .declined])
    #expect(rules.decide(question(3)).retry == [])
    #expect(rules.decide(question(4)).retry == RetryOutcome.standard)
  }
}
