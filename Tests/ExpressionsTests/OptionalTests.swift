import Expressions
import Testing

/// Values that may be there or not, over the values of a rule; ConformanceTests has the language's
/// own cases.
@Suite struct OptionalTests {
  @Test(
    "read what may be absent",
    arguments: [
      ("payin.metadata[?'tier'].orValue('none')", "'vip'"),
      ("payin.metadata[?'channel'].orValue('none')", "'none'"),
      ("payin.metadata.?channel.orValue('none')", "'none'"),
      ("payin.metadata.?`tier`", "optional.of('vip')"),
      ("payin.?method.orValue('any')", "'spei'"),
      ("payin.?payer.email.orValue('')", "''"),
      // As with has(): an object that is absent has no fields.
      ("payin.payer.?email.orValue('')", "''"),
      ("accounts[?'x'].healthy.orValue(true)", "true"),
      ("accounts[?'openpay-main'].latency_ms", "optional.of(300)"),
      ("accounts[?payin.?method.orValue('')].healthy", "optional.none()"),
      ("accounts['x'].?healthy", "error: no such key: 'x' in accounts['x']"),
      ("accounts[?payin.payer.name].healthy", "error: payin.payer is absent"),
      (
        "accounts[?'x'].healthy.value()",
        "error: accounts[?'x'].healthy.value() asks for the value of an optional that has none"
      ),
      ("payin.?method.optMap(m, m.upperAscii()).orValue('')", "'SPEI'"),
      ("payin.?payer.optMap(p, 1 / 0)", "optional.none()"),
      ("payin.?method.optFlatMap(m, payin.metadata[?m])", "optional.none()"),
      ("payin.?method.or(optional.of(string(1 / 0)))", "optional.of('spei')"),
      (
        "payin.?payer.or(optional.of(1 / 0 == 1 ? payin.payer : payin.payer))",
        "error: division by zero"
      ),
      ("payin.?method.orValue(string(1 / 0))", "'spei'"),
      ("has(accounts[?'x'].healthy) || has(payin.?payer.email)", "false"),
      ("has(accounts[?'openpay-main'].healthy)", "true"),
      // Of what is known only when evaluated.
      ("dyn(payin.?method) == optional.of('spei')", "true"),
      ("dyn(payin.metadata.?tier).orValue(1)", "'vip'"),
      ("dyn(optional.of({'a': 1})).a", "optional.of(1)"),
      ("dyn(optional.of([7]))[0]", "optional.of(7)"),
      ("[7][?-1]", "optional.none()"),
      ("dyn(payin.method).orValue('')", "error: not applicable to string"),
      ("dyn(optional.none()).or(dyn(1))", "error: not applicable to optional_type and int"),
      ("dyn(optional.of(1)).optFlatMap(x, dyn(x))", "error: not applicable to int"),
      ("any.?field", "error: not applicable to null_type"),
      ("optional.of(1) == dyn(optional.of(1.0))", "true"),
      ("optional.of(optional.of(0)) in [optional.none(), optional.of(optional.of(0))]", "true"),
      ("optional.ofNonZeroValue(payin.method.size() - 4).hasValue()", "false"),
      ("type(payin.?method)", "optional_type"),
    ])
  func reads(source: String, expected: String) throws {
    let found = try EvaluationTests.outcome(source, try EvaluationTests.activation())
    // `1 / 0` is never evaluated where it does not decide.
    #expect(found == expected)
  }

  @Test("a part that takes no place is not evaluated, and said so")
  func explains() throws {
    let activation = try EvaluationTests.activation(method: nil)
    #expect(
      try ExplanationTests.lines(
        "payin.?method.orValue('a') == 'a' && payin.metadata[?'tier'].or(payin.?method) != "
          + "optional.none()", activation)
          == """
          1 payin.?method.orValue('a') == 'a' && payin.metadata[?'tier'].or(payin.?method) != optional.none() → true
            1 payin.?method.orValue('a') == 'a' → true
              1 payin.?method.orValue('a') → 'a'
                1 payin.?method → optional.none()
            38 payin.metadata[?'tier'].or(payin.?method) != optional.none() → true
              38 payin.metadata[?'tier'].or(payin.?method) → optional.of('vip')
                38 payin.metadata[?'tier'] → optional.of('vip')
                  38 payin.metadata → {'tier': 'vip'}
                65 payin.?method not evaluated
          """)
  }

  @Test("a field of which nobody knows is an error to read and to ask for")
  func unknown() throws {
    let activation = Activation(slots: [
      .object(
        ObjectValue(
          EvaluationTests.payin, slots: [.string("spei")],
          unknown: ["method", "amount", "payer"]))
    ])
    for source in [
      "payin.amount > 1", "has(payin.amount)", "payin.?amount.hasValue()", "has(payin.payer.email)",
      "dyn(payin).amount == 1", "has(dyn(payin).amount)", "dyn(payin).?amount.hasValue()",
    ] {
      let found = try EvaluationTests.outcome(source, activation)
      #expect(found.hasPrefix("error: ") && found.hasSuffix(" is absent"), "\(source): \(found)")
    }
    #expect(try EvaluationTests.outcome("has(payin.method)", activation) == "true")
    #expect(try EvaluationTests.outcome("has(payin.metadata)", activation) == "false")
  }

  @Test("what an expression reads and asks for is told from its source")
  func reads() throws {
    let expression = try Expression(
      "accounts['a'].healthy || accounts[?'b'].healthy.orValue(true) || has(accounts.c) "
        + "|| accounts.`d-e`.healthy || accounts.?f.hasValue() || accounts[payin.method].healthy "
        + "|| payin.metadata['g'] == '' || [{'h': 1}].all(accounts, accounts['h'] == 1)",
      declarations: EvaluationTests.declarations, expecting: .bool)
    let keys = expression.keys(of: "accounts")
    #expect(keys.map(\.name) == ["a", "b", "c", "d-e", "f"])
    #expect(keys.map(\.isOptional) == [false, true, true, false, true])
    #expect(keys[1].text == "accounts[?'b']")
    #expect(expression.keys(of: "payin").isEmpty && expression.keys(of: "nobody").isEmpty)
    #expect(expression.asks(for: "c") && !expression.asks(for: "a"))
    for source in ["has(payin.method)", "payin.?method == payin.?method", "has(dyn(payin).method)"]
    {
      let asking = try Expression(
        source, declarations: EvaluationTests.declarations, expecting: .bool)
      #expect(asking.asks(for: "method") && !asking.asks(for: "amount"))
    }
  }
}
