import Expressions
import Foundation
import JSONText
import Payins
import Testing

@testable import Routing

@Suite("The shipped rules")
struct ShippedRulesTests {
  private func defaults(_ offers: [AccountOffer] = Demo.offers) throws -> RuleSet {
    let file = RuleFile(name: "default.json5", text: try Demo.shipped("default.json5"))
    return try RuleSet(files: [file], offers: offers, version: "v1")
  }

  @Test("load over the demo's accounts, without a warning")
  func load() throws {
    let rules = try defaults()
    #expect(rules.warnings == [])
    #expect(rules.files.map(\.tests) == [12])
  }

  @Test("name each place of an account that is not configured")
  func missingAccount() throws {
    let error = try #require(throws: RuleSetFaults.self) {
      try defaults(Demo.offers.filter { $0.account != "cashypay-main" })
    }
    let text = try Demo.shipped("default.json5")
    let targets = text.ranges(of: "\"cashypay-main/").count
    let described = text.ranges(of: "\"cashypay-main\":").count
    #expect(error.faults.count == targets + described)
    let sample = try #require(error.faults.first).description
    #expect(try Demo.shipped("README.md").contains("\n\(sample)\n"))
  }

  @Test("decide every pay-in without an error in a condition")
  func noErrors() throws {
    let rules = try defaults()
    for method in [nil, Payins.Method.store, .spei] {
      for amount: Int64 in [1, 50_000, 50_001, 1_000_000, 1_500_001, 99_999_999_999] {
        for payer in [Payer(), Demo.payer] {
          let decision = rules.decide(question(amount, method: method, payer: payer))
          #expect(decision.conditionErrors == [])
          #expect(decision.rule != "otherwise")
        }
      }
    }
  }

  @Test("are taught by a page whose examples hold")
  func page() throws {
    let blocks = Block.all(in: try Demo.shipped("README.md"))
    let example = try #require(blocks.first { $0.kind == "json" }).text
    let rules = blocks.filter { $0.kind == "json5" }
    #expect(rules.count >= 6)
    for block in rules {
      let found = faults([("rules.json5", block.text)])
      #expect(found == [], "\(block.text)")
      if found.isEmpty { #expect(try RuleSet(block.text).warnings == []) }
    }
    let lines = blocks.filter { $0.kind == "cel" }.flatMap { $0.text.split(separator: "\n") }
    #expect(lines.count >= 30)
    for line in lines { try check(String(line), about: example) }
  }

  @Test("are taught with faults as they read")
  func faultyExample() throws {
    let blocks = Block.all(in: try Demo.shipped("README.md"))
    let faulty = blocks.indices.filter { blocks[$0].kind == "json5 faulty" }
    #expect(!faulty.isEmpty)
    for index in faulty {
      let shown = faults([("rules.json5", blocks[index].text)]).joined(separator: "\n")
      #expect(blocks[index + 1].text == shown + "\n")
    }
  }

  @Test("are taught with every reason for which a target falls out")
  func everyReason() throws {
    let page = try Demo.shipped("README.md")
    for reason in EligibilityTests.everyReason { #expect(page.contains("`\(reason.code)`")) }
  }

  /// A line of a `cel` block, `expression  // outcome`.
  private func check(_ line: String, about example: String) throws {
    let parts = line.split(separator: "  // ").map(String.init)
    #expect(parts.count == 2, "\(line)")
    let test = "{ name: 'x', expect: { rule: 'only' }, \(example.drop { $0 != "\"" })"
    let read = RuleTestReader(catalog: TargetCatalog(Demo.offers))
      .read(try JSON5.parse(test).value, pointer: "")
    #expect(read.1 == [])
    let question = try #require(read.0).question
    let condition = try Expression(
      parts[0], declarations: RuleVariables.declarations, expecting: .bool)
    let accounts = Demo.offers.map(\.account)
    let outcome = condition.evaluate(RuleVariables.activation(question, accounts: accounts))
    let found =
      switch outcome {
      case .value(.bool(let value)): "\(value)"
      case .value, .error: "error"
      }
    #expect(found == parts[1], "\(line)")
  }
}

/// A fenced block of a page.
private struct Block {
  let kind: String
  let text: String

  static func all(in page: String) -> [Block] {
    var blocks: [Block] = []
    var open: (kind: String, lines: [Substring])?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if let block = open {
        if line == "```" {
          let text = block.lines.map { $0 + "\n" }.joined()
          blocks.append(Block(kind: block.kind, text: text))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), [])
      }
    }
    return blocks
  }
}
