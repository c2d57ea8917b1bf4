import Expressions
import Testing

/// What an operator sees of a rule that did or did not match.
@Suite struct ExplanationTests {
  /// The parts, one a line: indented by depth, with what became of them.
  static func lines(_ source: String, _ activation: Activation) throws -> String {
    let expression = try Expression(
      source, declarations: EvaluationTests.declarations, expecting: .dyn)
    let explanation = expression.explain(activation)
    #expect(explanation.outcome == expression.evaluate(activation))
    return explanation.parts.map { part in
      let margin = String(repeating: "  ", count: part.depth)
      switch part.result {
      case .value(let value): return "\(margin)\(part.column) \(part.text) → \(value)"
      case .error(let message): return "\(margin)\(part.column) \(part.text) → error: \(message)"
      case .notEvaluated: return "\(margin)\(part.column) \(part.text) not evaluated"
      }
    }.joined(separator: "\n")
  }

  @Test("shows the value of every part, and what was not evaluated")
  func showsParts() throws {
    let activation = try EvaluationTests.activation()
    #expect(
      try Self.lines(
        "payin.method == 'store' && payin.amount < 1000 || hour(now, 'UTC') in [15, 16]", activation
      )
        == """
        1 payin.method == 'store' && payin.amount < 1000 || hour(now, 'UTC') in [15, 16] → true
          1 payin.method == 'store' && payin.amount < 1000 → false
            1 payin.method == 'store' → false
              1 payin.method → 'spei'
            28 payin.amount < 1000 not evaluated
              28 payin.amount not evaluated
          51 hour(now, 'UTC') in [15, 16] → true
            51 hour(now, 'UTC') → 15
              56 now → timestamp('2026-07-01T15:30:45.123456789Z')
        """)
  }

  @Test("shows errors where they arose and where they went")
  func showsErrors() throws {
    let activation = try EvaluationTests.activation(method: nil)
    #expect(
      try Self.lines("payin.method == 'spei' && payin.metadata['channel'] == 'web'", activation)
        == """
        1 payin.method == 'spei' && payin.metadata['channel'] == 'web' → error: payin.method is absent
          1 payin.method == 'spei' → error: payin.method is absent
            1 payin.method → error: payin.method is absent
          27 payin.metadata['channel'] == 'web' → error: no such key: 'channel' in payin.metadata['channel']
            27 payin.metadata['channel'] → error: no such key: 'channel' in payin.metadata['channel']
              27 payin.metadata → {'tier': 'vip'}
        """)
    #expect(
      try Self.lines("!has(payin.method)", activation) == """
        1 !has(payin.method) → true
          2 has(payin.method) → false
        """)
    #expect(
      try Self.lines("has(payin.payer.email)", activation) == """
        1 has(payin.payer.email) → false
          5 payin.payer → error: payin.payer is absent
        """)
  }

  @Test("shows a macro as a whole, not its body for each element")
  func showsMacros() throws {
    let activation = try EvaluationTests.activation()
    #expect(
      try Self.lines("accounts.all(id, accounts[id].latency_ms < 100) ? 1 : 2", activation) == """
        1 accounts.all(id, accounts[id].latency_ms < 100) ? 1 : 2 → 2
          1 accounts.all(id, accounts[id].latency_ms < 100) → false
            1 accounts → {'openpay-main': account{healthy: true, success_rate: 0.97, latency_ms: 300}}
        """)
    #expect(try Self.lines("true", activation) == "1 true → true")
  }

  @Test("tells the line and column of every part")
  func tellsPositions() throws {
    let expression = try Expression(
      "payin.method == 'é' ||\n  payin.amount == 1 || payin.amount\r\n\t== 2",
      declarations: EvaluationTests.declarations, expecting: .bool)
    let parts = expression.explain(try EvaluationTests.activation()).parts
    #expect(
      parts.map { [$0.line, $0.column] } == [
        [1, 1], [1, 1], [1, 1], [2, 3], [2, 3], [2, 24], [2, 24],
      ])
  }

  @Test("shortens long values and long parts")
  func shortens() throws {
    let activation = Activation(slots: [
      nil, nil, .list((0..<10_000).map { .string("element \($0)") }), nil,
    ])
    let expression = try Expression(
      "any == [\(Array(repeating: "1", count: 500).joined(separator: ", "))]",
      declarations: EvaluationTests.declarations, expecting: .bool)
    let parts = expression.explain(activation).parts
    #expect(parts[0].text.count == 201)
    #expect(parts[0].text.hasSuffix("…"))
    guard case .value(let text) = parts[1].result else {
      Issue.record("expected a value")
      return
    }
    #expect(text.count == 201)
    #expect(text.hasPrefix("['element 0', 'element 1', "))
    #expect(text.hasSuffix("…"))
  }

  @Test(
    "writes values as literals that mean the same",
    arguments: [
      "null", "true", "5", "-5", "5u", "2.5", "1.0", "1e+30", "'it\\'s'", "'a\\\\b\\n\\x01é🎉'",
      "b'a\\x00\\xff\\''", "[1, [2], 'a']", "{'a': 1, 2: [true]}", "[]", "{}",
      "timestamp('2026-07-01T00:00:00.5Z')", "duration('-1.5s')", "int", "type(type(1))",
      "google.protobuf.Timestamp", "timestamp('0001-01-01T00:00:00Z')",
    ])
  func writesLiterals(source: String) throws {
    let none = Declarations([:])
    let expression = try Expression(source, declarations: none, expecting: .dyn)
    let explanation = expression.explain(Activation(slots: []))
    guard case .value(let text) = explanation.parts[0].result else {
      Issue.record("expected a value")
      return
    }
    let again = try Expression(text, declarations: none, expecting: .dyn)
    #expect(again.evaluate(Activation(slots: [])) == explanation.outcome)
  }
}
