import Payins
import Routing
import Testing

@Suite("Shadow files")
struct ShadowTests {
  private let live = """
    { rules: [ { name: 'b', when: 'payin.amount > 5', route: { priority: ['openpay-main/spei'] } } ],
      otherwise: { priority: ['openpay-main/store'] },
      fees: { 'openpay-main/spei': { percent: 1, fixed: 0 } } }
    """

  private func rules(_ name: String, _ shadow: String) throws -> RuleSet {
    try RuleSet(
      files: [RuleFile(name: "50.json5", text: live), RuleFile(name: name, text: shadow)],
      offers: Demo.offers, version: "v1")
  }

  private func shadow(_ more: String = "") -> String {
    """
    { shadow: true,
      rules: [
        { name: 'a', when: 'payin.amount > 3', route: { priority: ['smilepayz-main/spei'] } } ],
      \(more) }
    """
  }

  @Test("decide nothing, and show what they would decide at their place")
  func beside() throws {
    let before = try rules("10.json5", shadow())
    #expect(before.decide(question()).rule == "b")
    #expect(before.decideShadow(question())?.rule == "a")
    #expect(before.decideShadow(question())?.targets == ["smilepayz-main/spei"])
    #expect(before.decide(question(4, method: .store)).rule == "otherwise")
    #expect(before.files.map(\.isShadow) == [true, false])

    let behind = try rules("90.json5", shadow())
    #expect(behind.decideShadow(question())?.rule == "b", "the other file's rule comes first")
    #expect(behind.decideShadow(question(4))?.rule == "a")
  }

  @Test("may bring their own last resort and fees", arguments: ["10.json5", "90.json5"])
  func own(_ name: String) throws {
    let rules = try rules(
      name,
      shadow(
        """
        otherwise: { cheapest: ['openpay-main/spei', 'openpay-main/store'] },
        fees: { 'openpay-main/spei': { percent: 3, fixed: 0 },
                'openpay-main/store': { percent: 2, fixed: 0 } },
        """))
    #expect(rules.decide(question(3, method: nil)).targets == ["openpay-main/store"])
    let decision = rules.decideShadow(question(3, method: nil))
    #expect(decision?.rule == "otherwise")
    #expect(decision?.targets == ["openpay-main/store", "openpay-main/spei"])
  }

  @Test("run their tests as if they counted; the others' tests run without them")
  func tests() throws {
    let test = "tests: [ { name: 't', payin: { amount: 4 }, expect: { rule: 'a' } } ]"
    _ = try rules("10.json5", shadow(test))
    let failing = faults([
      ("10.json5", shadow()),
      ("50.json5", "{ otherwise: { priority: ['openpay-main/store'] }, \(test) }"),
    ])
    #expect(failing.count == 1)
    #expect(failing.first?.contains("but \"otherwise\" decided") == true)
  }

  @Test("do not stand for the file that must have the last resort")
  func lastResort() {
    let found = faults([
      ("10.json5", "{ shadow: true, otherwise: { priority: ['openpay-main/store'] } }")
    ])
    #expect(found.count == 1 && found[0].contains("add \"otherwise\""))
  }

  @Test("are not needed")
  func none() throws {
    #expect(try RuleSet(live).decideShadow(question()) == nil)
  }

  @Test("are warned about for themselves only")
  func warnings() throws {
    let rules = try rules(
      "10.json5",
      """
      { shadow: true,
        rules: [ { name: 'all', when: 'true', route: { priority: ['openpay-main/spei'] } },
                 { name: 'more', when: 'true', route: { priority: ['openpay-main/spei'] } } ] }
      """)
    #expect(rules.warnings.map(\.file) == ["10.json5"])
  }

  @Test("cannot lend a fee to a live rule")
  func fees() {
    let found = faults([
      ("10.json5", "{ otherwise: { cheapest: ['openpay-main/spei'] } }"),
      (
        "20.json5",
        "{ shadow: true, fees: { 'openpay-main/spei': { percent: 1, fixed: 0 } } }"
      ),
    ])
    #expect(found == ["10.json5:1:27: \"fees\" has no entry for openpay-main/spei"])
  }
}
