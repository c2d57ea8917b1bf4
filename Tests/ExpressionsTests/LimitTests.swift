import Expressions
import Testing

/// Whatever an expression says, loading and evaluating it ends soon and takes little.
@Suite struct LimitTests {
  static let declarations = Declarations(["s": .string, "l": .list(.int), "x": .int])
  static let activation = Activation(
    declarations,
    [
      "s": .string(String(repeating: "a", count: 5_000)), "l": .list((0..<200).map { .int($0) }),
      "x": .int(5),
    ])

  static func fault(_ source: String) -> String? {
    do {
      _ = try Expression(source, declarations: declarations, expecting: .dyn)
      return nil
    } catch {
      return error.message
    }
  }

  static func outcome(_ source: String) throws -> Outcome {
    try Expression(source, declarations: declarations, expecting: .dyn).evaluate(activation)
  }

  static func message(_ source: String) throws -> String? {
    guard case .error(let error) = try outcome(source) else { return nil }
    return error.message
  }

  static let manyClasses = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd",
    "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc", "Cf",
    "Co",
  ].map { "\\P{\($0)}" }.joined()

  @Test("deep nesting is refused, not followed down the stack")
  func refusesDeepNesting() {
    let tooDeep = "nested deeper than 128 levels"
    func nested(_ open: String, _ close: String, _ count: Int) -> String {
      String(repeating: open, count: count) + "x" + String(repeating: close, count: count)
    }
    #expect(Self.fault(nested("(", ")", 100_000))?.contains("at most 16384 bytes") == true)
    for (open, close) in [
      ("(", ")"), ("[", "]"), ("dyn([", "])"), ("{1: ", "}"), ("!", ""), ("-", ""), ("l[", "]"),
      ("true ? x : ", ""), ("size(", ")"), ("x + (", ")"), ("[1].map(y, ", ")"),
    ] {
      let depth = min(8_000, 16_000 / (open.utf8.count + close.utf8.count))
      let fault = Self.fault(nested(open, close, depth))
      #expect(fault == tooDeep, "\(open)…\(close)")
    }
    #expect(Self.fault(nested("(", ")", 120)) == nil)
    #expect(Self.fault(nested("[", "]", 120)) == nil)
  }

  @Test("values that nest deeper than their source are refused, or compared to a bounded depth")
  func deepValues() throws {
    func chained(_ open: String, _ close: String) -> String {
      let body = String(repeating: "[", count: 20) + "x" + String(repeating: "]", count: 20)
      let step = ".map(x, \(open)\(body)\(close))"
      return "[[dyn(1)]\(String(repeating: step, count: 30))].all(y, y == y)"
    }
    #expect(Self.fault(chained("", "")) == "its values nest deeper than 128 levels")
    #expect(Self.fault(chained("dyn(", ")")) == nil)
    #expect(try Self.message(chained("dyn(", ")"))?.contains("stopped after") == true)
  }

  @Test("chains of one operator are bounded, but not those of && and ||")
  func boundsChains() throws {
    #expect(Self.fault(String(repeating: "x + ", count: 100) + "x") == nil)
    #expect(Self.fault(String(repeating: "x + ", count: 200) + "x") != nil)
    #expect(Self.fault("s" + String(repeating: ".a", count: 200)) != nil)
    let alternatives = String(repeating: "x == 1 || ", count: 1_500) + "x == 5"
    #expect(try Self.outcome(alternatives) == .value(.bool(true)))
  }

  @Test(
    "the cost of an evaluation is bounded",
    arguments: [
      // 200^3 steps
      "l.all(a, l.all(b, l.all(c, a + b + c >= 0)))",
      "l.map(a, l.map(b, l.map(c, a + b + c)))",
      "l.filter(a, l.exists_one(b, l.exists(c, c < 0)))",
      // Doubles with each step
      "['aaaaaaaa']" + String(repeating: ".map(y, y + y)", count: 60) + "[0] == 'a'",
      "[[1]]" + String(repeating: ".map(y, y + y)", count: 60) + "[0] == []",
      // Shared parts that count each time they are compared
      "[[0, 0]]" + String(repeating: ".map(y, [y, y])", count: 40) + ".all(y, y == y)",
      // Long texts, again and again
      "l.map(a, s + s + s + s).size() > 0",
      "l.all(a, l.all(b, s.contains('aaaaaaaaaaaaaaaaaaaaaaaab') || true))",
      "l.all(a, l.all(b, s.matches('(a|aa|aaa|aaaa)*$') || true))",
      "l.all(a, l.all(b, s.matches('(x+' + 'x+)+y') || true))",
      "l.all(a, l.all(b, ('a{500}' + '').matches('a{900}' + 'b') || true))",
      // Patterns that are no good, read again for each element
      "[1, 2, 3, 4, 5].all(a, l.all(b, ''.matches('a**' + '') || true))",
      "l.all(a, l.all(b, timestamp(0).getHours('U' + 'TC') == 0))",
      "l.all(a, l.all(b, s == s + '' || s < s + ''))",
      // Texts that make many, or long ones
      "l.all(a, s.split('').size() > 0)",
      "l.all(a, s.replace('', s).size() > 0)",
      "s.replace('', s.replace('', s)).size() > 0",
      "l.all(a, s.replace('a', 'aa').size() > 0)",
      "l.all(a, s.upperAscii().lowerAscii().trim().substring(1) != '')",
      "l.all(a, \(String(repeating: "s.charAt(4999) == 'a' && ", count: 12)) true)",
      "l.all(a, \(String(repeating: "s.indexOf('b') < 0 && ", count: 12)) true)",
      "l.all(a, \(String(repeating: "!s.contains('b') && ", count: 12)) true)",
      "['a']" + String(repeating: ".map(y, y.replace('a', 'aa'))", count: 40) + " == []",
      "[optional.of(1)]" + String(repeating: ".map(y, [optional.of(y), optional.of(y)])", count: 40)
        + ".all(y, y == y)",
      // A class of many classes
      "[1, 2, 3, 4].all(a, s.matches(r'^[a\(manyClasses)]*$'))",
    ])
  func boundsCost(source: String) throws {
    let message = try #require(try Self.message(source), "it came to an end")
    #expect(message.hasPrefix("stopped after"), "\(message)")
  }

  @Test("no operator makes up for a spent budget")
  func budgetIsFinal() throws {
    let endless = "l.all(a, l.all(b, l.all(c, true)))"
    for source in [
      "\(endless) || true", "true && \(endless) || true", "!\(endless) && false",
      "[1, 2].exists(y, \(endless) && y == 3 || y == 2)", "has({'a': \(endless)}.a)",
    ] {
      #expect(try Self.message(source) == "stopped after 100000 steps", "\(source)")
    }
  }

  @Test("a pattern takes linear time where backtracking would take for ever")
  func patternsAreLinear() throws {
    for pattern in [
      "(a*)*b", "(a|a)*b", "(a|aa)+$b", "(a+)+b", "a?a?a?a?a?a?a?a?a?aaaaaaaaab", "(.*)*x",
    ] {
      #expect(try Self.outcome("s.matches('\(pattern)')") == .value(.bool(false)), "\(pattern)")
    }
    #expect(try Self.outcome("s.matches('^(a*)*$')") == .value(.bool(true)))
  }

  @Test("a search takes linear time where comparing at each place would not")
  func searchIsLinear() throws {
    // Each place of 5,000 matches up to the end of 2,500: 6 million comparisons, or 200 steps.
    let end = "s.substring(2500)"
    for source in ["s.contains(\(end) + 'b')", "s.lastIndexOf('b' + \(end)) >= 0"] {
      #expect(try Self.outcome("l.exists(a, \(source))") == .value(.bool(false)))
    }
    #expect(
      try Self.outcome("s.split(\(end) + 'b').size() + s.replace(\(end) + 'b', 'c').size()")
        == .value(.int(5_001)))
  }

  @Test("a pattern's program is bounded")
  func patternsAreBounded() {
    #expect(Self.fault("s.matches('a{1000}')") == nil)
    for pattern in [
      "a{1001}", "(a{1000}){1000}", "((a{100}){100}){100}", "((){1000}){1000}",
      "(((a?){30}){30}){30}", "a{99999999999999999999}", "a{5,3}",
      String(repeating: "(", count: 500) + String(repeating: ")", count: 500),
    ] {
      #expect(
        Self.fault("s.matches('\(pattern)')")?.hasPrefix("in the pattern: ") == true, "\(pattern)")
    }
  }

  @Test("what 32 levels and repetitions the specification asks for are there")
  func supportsWhatIsAsked() throws {
    #expect(
      try Self.outcome(String(repeating: "(", count: 32) + "7" + String(repeating: ")", count: 32))
        == .value(.int(7)))
    #expect(try Self.outcome(String(repeating: "!", count: 32) + "true") == .value(.bool(true)))
    #expect(try Self.outcome(String(repeating: "-", count: 32) + "19") == .value(.int(19)))
    #expect(
      try Self.outcome(String(repeating: "true ? true : ", count: 32) + "false")
        == .value(.bool(true)))
    #expect(try Self.outcome(String(repeating: "3 - 3 + ", count: 16) + "3") == .value(.int(3)))
    let indexed = String(repeating: "[", count: 32) + "'a'" + String(repeating: "]", count: 32)
    #expect(try Self.outcome(indexed + String(repeating: "[0]", count: 32)) == .value(.string("a")))
  }
}
