import JSONText
import Payins
import Testing

@testable import Routing

@Suite("Whatever the rules and the question")
struct PropertyTests {
  /// Decisions over rule sets made from seeds, with the set that each comes from.
  private func decisions(_ seeds: Range<UInt64>, _ check: (RuleSet, Decision) throws -> Void) throws
  {
    var loaded = 0
    for seed in seeds {
      var random = RandomRules(seed: seed)
      let file = RuleFile(name: "rules.json5", text: random.file())
      guard let rules = try? RuleSet(files: [file], offers: Demo.offers, version: "v1") else {
        continue
      }
      loaded += 1
      for _ in 0..<20 { try check(rules, rules.decide(random.question())) }
    }
    #expect(loaded > seeds.count / 4, "too few of the sets load to say anything")
  }

  @Test("a route's targets are the candidates and the dropped, each once")
  func complete() throws {
    try decisions(0..<150) { _, decision in
      let listed = decision.rulebook.route(decision.match).targets.map(\.target)
      let told = decision.order + decision.dropped.map(\.target)
      #expect(told.count == listed.count)
      #expect(Set(told) == Set(listed))
    }
  }

  @Test("the explanation tells what was decided")
  func explained() throws {
    try decisions(200..<300) { _, decision in
      let full = decision.explanation(.full)
      let order = decision.order.map { JSON($0.description) }
      #expect(full["order"] == .array(order))
      #expect(full["rule"] == JSON(decision.rule))
      #expect(decision.explanation(.compact)["order"] == .array(order))
      let candidates = full["candidates"]?.array ?? []
      let kept = candidates.filter { $0["kept"] == true }
      #expect(Set(kept.compactMap { $0["target"] }) == Set(order))
      #expect(candidates.allSatisfy { $0["kept"] == true || $0["reason"]?.string != nil })

      let results = (full["rules"]?.array ?? []).map { ($0["name"]?.string, $0["result"]) }
      let matched = results.firstIndex { $0.1 == true } ?? results.count
      #expect(
        matched < results.count ? results[matched].0 == decision.rule : decision.rule == "otherwise"
      )
      #expect(results.dropFirst(matched + 1).allSatisfy { $0.1 == "not_reached" })
      let errors = results.filter { $0.1 == "error" }.map(\.0)
      #expect(errors == decision.conditionErrors)
    }
  }

  @Test("the same question has the same answer")
  func repeatable() throws {
    try decisions(400..<460) { rules, decision in
      let again = rules.decide(decision.question)
      #expect(again.record == decision.record)
      #expect(again.explanation(.full).bytes == decision.explanation(.full).bytes)
    }
  }

  @Test("what the linter rules out never happens")
  func linter() throws {
    var seen = 0
    try decisions(1000..<1600) { rules, decision in
      for warning in rules.warnings.map(\.message) {
        if warning.contains("never be true") || warning.contains("is never reached") {
          #expect(!warning.contains("\"\(decision.rule)\" is never"))
          #expect(!warning.contains("condition of \"\(decision.rule)\" can never"))
          seen += 1
        } else if warning.contains("can serve nothing here"),
          warning.contains("\"\(decision.rule)\"")
        {
          let target = warning.prefix { $0 != " " }
          #expect(!decision.targets.contains(String(target)))
          seen += 1
        }
      }
    }
    #expect(seen > 1000)
  }

  @Test("damaged files are refused or taken, and never stop the process")
  func damaged() throws {
    let shipped = try Demo.shipped("default.json5")
    var refused = 0
    for seed in 0..<UInt64(400) {
      var random = RandomRules(seed: seed)
      let found = faults(random.damaged(shipped))
      refused += found.isEmpty ? 0 : 1
      #expect(found.allSatisfy { $0.hasPrefix("rules.json5:") })
    }
    #expect(refused > 200)
  }
}
