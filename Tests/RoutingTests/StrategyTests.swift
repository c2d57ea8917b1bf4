import JSONText
import Payins
import Routing
import Testing

@Suite("The order of candidates")
struct StrategyTests {
  private let three = "['openpay-main/spei', 'cashypay-main/spei', 'smilepayz-main/spei']"

  private func health(_ permille: Int, _ milliseconds: Int64) -> AccountHealth {
    AccountHealth(
      acceptsCreates: true, successPermille: permille, latencyMilliseconds: milliseconds)
  }

  private func shares(
    of rules: RuleSet, among count: Int, health: [String: AccountHealth] = [:]
  ) -> [String: Int] {
    (0..<count).reduce(into: [:]) { shares, number in
      let decision = rules.decide(question(id: "payin_\(number)", health: health))
      shares[decision.targets[0], default: 0] += 1
    }
  }

  @Test("is that of the route by priority, with the tail behind")
  func priority() throws {
    let rules = try RuleSet(
      route: """
        { priority: ['smilepayz-main/spei', 'cashypay-main/spei'], then: ['openpay-main/spei'] }
        """)
    #expect(
      rules.decide(question()).targets
        == ["smilepayz-main/spei", "cashypay-main/spei", "openpay-main/spei"])
  }

  @Test("holds no target twice: the first place counts")
  func duplicates() throws {
    let rules = try RuleSet(
      route: """
        { priority: ['openpay-main/spei', 'openpay-main/spei'],
          then: ['smilepayz-main/spei', 'openpay-main/spei', 'smilepayz-main/spei'] }
        """)
    #expect(rules.decide(question()).targets == ["openpay-main/spei", "smilepayz-main/spei"])
    let dropped = rules.decide(question(method: .store)).dropped
    #expect(dropped.map(\.target.description) == ["openpay-main/spei", "smilepayz-main/spei"])
  }

  @Test("is drawn by weight in a split; the others follow by weight, then the tail")
  func split() throws {
    let rules = try RuleSet(
      route: """
        { split: { 'openpay-main/spei': 10, 'cashypay-main/spei': 70, 'smilepayz-main/spei': 20 },
          then: ['openpay-main/store'] }
        """)
    let shares = shares(of: rules, among: 10_000)
    #expect((6800...7200).contains(shares["cashypay-main/spei"] ?? 0))
    #expect((1850...2150).contains(shares["smilepayz-main/spei"] ?? 0))
    #expect((850...1150).contains(shares["openpay-main/spei"] ?? 0))
    let orders = Set(
      (0..<100).map { rules.decide(question(method: nil, id: "payin_\($0)")).targets })
    #expect(
      orders == [
        ["cashypay-main/spei", "smilepayz-main/spei", "openpay-main/spei", "openpay-main/store"],
        ["smilepayz-main/spei", "cashypay-main/spei", "openpay-main/spei", "openpay-main/store"],
        ["openpay-main/spei", "cashypay-main/spei", "smilepayz-main/spei", "openpay-main/store"],
      ])
  }

  @Test("of a split is the same for the same pay-in, whatever else changes")
  func repeats() throws {
    let rules = try RuleSet(
      route: "{ split: { 'openpay-main/spei': 50, 'smilepayz-main/spei': 50 } }")
    for number in 0..<50 {
      let first = rules.decide(question(id: "payin_\(number)"))
      let again = rules.decide(
        question(20_000, metadata: ["a": "b"], now: Instant(seconds: 0), id: "payin_\(number)"))
      #expect(first.targets == again.targets)
    }
  }

  @Test("of a split shares the weights among those that can serve")
  func renormalised() throws {
    let rules = try RuleSet(
      route: """
        { split: { 'openpay-main/spei': 60, 'cashypay-main/spei': 30, 'smilepayz-main/spei': 10 } }
        """)
    let down = AccountHealth(acceptsCreates: false, successPermille: 0, latencyMilliseconds: 0)
    let shares = shares(of: rules, among: 4000, health: ["openpay-main": down])
    #expect((2850...3150).contains(shares["cashypay-main/spei"] ?? 0))
    #expect((850...1150).contains(shares["smilepayz-main/spei"] ?? 0))
  }

  @Test("gives a weight of 0 nothing but the standby")
  func zeroWeight() throws {
    let rules = try RuleSet(
      route: "{ split: { 'openpay-main/spei': 0, 'smilepayz-main/spei': 100 } }")
    #expect(shares(of: rules, among: 500) == ["smilepayz-main/spei": 500])
    let down = AccountHealth(acceptsCreates: false, successPermille: 0, latencyMilliseconds: 0)
    let decision = rules.decide(question(health: ["smilepayz-main": down]))
    #expect(decision.targets == ["openpay-main/spei"])
  }

  @Test("is by fee where it is cheapest, exactly to the fraction of a centavo")
  func cheapest() throws {
    let rules = try RuleSet(
      route: "{ cheapest: \(three), then: ['openpay-main/store'] }",
      fees: """
        { 'openpay-main/spei': { percent: 0, fixed: 180 },
          'cashypay-main/spei': { percent: 1.2001, fixed: 0 },
          'smilepayz-main/spei': { percent: 1.2, fixed: 0 } }
        """)
    #expect(
      rules.decide(question(15_000, method: nil)).targets == [
        "openpay-main/spei", "smilepayz-main/spei", "cashypay-main/spei", "openpay-main/store",
      ], "180 centavos are 1.2 % of 15,000: the order written decides")
    #expect(
      rules.decide(question(14_900)).targets
        == ["smilepayz-main/spei", "cashypay-main/spei", "openpay-main/spei"])
    #expect(
      rules.decide(question(15_100)).targets
        == ["openpay-main/spei", "smilepayz-main/spei", "cashypay-main/spei"])
  }

  @Test("by fee holds for the largest amounts")
  func cheapestOfAll() throws {
    let offers = ["a", "b"].map {
      AccountOffer(
        account: $0, provider: "p", capabilities: [.spei: Demo.capability(1...Int64.max)])
    }
    let rules = try RuleSet(
      route: "{ cheapest: ['a/spei', 'b/spei'] }",
      fees: """
        { 'a/spei': { percent: 100, fixed: 9223372036854775807 },
          'b/spei': { percent: 100, fixed: 9223372036854775806 } }
        """, offers: offers)
    let decision = rules.decide(question(Int64.max))
    #expect(decision.targets == ["b/spei", "a/spei"])
    #expect(decision.explanation(.full).at(pointer: "/candidates/0/detail") != nil)
  }

  @Test("is by success rate, then by latency, where it is healthiest")
  func healthiest() throws {
    let rules = try RuleSet(route: "{ healthiest: \(three) }")
    let byLatency = ["openpay-main": health(990, 800), "smilepayz-main": health(990, 300)]
    let calm = (0..<100).map { "payin_\($0)" }.first {
      rules.decide(question(id: $0)).targets[0] == "openpay-main/spei"
    }
    let id = try #require(calm)
    #expect(
      rules.decide(question(id: id, health: byLatency)).targets
        == ["cashypay-main/spei", "smilepayz-main/spei", "openpay-main/spei"])
    #expect(
      rules.decide(question(id: id)).targets
        == ["openpay-main/spei", "cashypay-main/spei", "smilepayz-main/spei"], "ties as written")
  }

  @Test("tries another target than the healthiest for a few percent of pay-ins, in turn")
  func explores() throws {
    let rules = try RuleSet(route: "{ healthiest: \(three) }")
    let sick = ["cashypay-main": health(10, 9000), "smilepayz-main": health(500, 9000)]
    let shares = shares(of: rules, among: 20_000, health: sick)
    #expect((220...380).contains(shares["cashypay-main/spei"] ?? 0))
    #expect((220...380).contains(shares["smilepayz-main/spei"] ?? 0))
    #expect((19_300...19_500).contains(shares["openpay-main/spei"] ?? 0))
  }

  @Test("keeps what the state machine needs of each account")
  func candidates() throws {
    let rules = try RuleSet(route: "{ priority: ['cashypay-main/spei'] }")
    let candidate = try #require(rules.decide(question()).candidates.first)
    #expect(candidate.provider == "cashypay")
    #expect(candidate.instrumentSeconds == 86_400)
  }
}
