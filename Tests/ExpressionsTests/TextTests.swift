import Expressions
import TestSupport
import Testing

/// The functions of the strings extension, beyond the language's own cases in ConformanceTests.
@Suite struct TextTests {
  static func outcome(_ source: String) throws -> String {
    try EvaluationTests.outcome(source, try EvaluationTests.activation())
  }

  @Test(
    "count in code points, and refuse what is outside the text",
    arguments: [
      ("'é🎉x'.charAt(1)", "'🎉'"), ("'é🎉x'.charAt(3)", "''"), ("''.charAt(0)", "''"),
      ("'e\\u0301'.charAt(0)", "'e'"),
      ("'é🎉x'.charAt(4)", "error: position 4 is out of range: the text has 3 code points"),
      ("'x'.charAt(-1)", "error: position -1 is out of range: the text has 1 code point"),
      (
        "'x'.charAt(9223372036854775807) == ''",
        "error: position 9223372036854775807 is out of range: the text has 1 code point"
      ),
      ("'é🎉é'.indexOf('é', 1)", "2"), ("'abc'.indexOf('c', 3)", "-1"),
      ("'abc'.indexOf('', 3)", "3"),
      ("'abc'.indexOf('', 4)", "error: position 4 is out of range: the text has 3 code points"),
      ("'abc'.indexOf('abcd')", "-1"), ("'aab'.indexOf('ab')", "1"), ("''.indexOf('')", "0"),
      ("'é🎉é'.lastIndexOf('é')", "2"), ("'é🎉é'.lastIndexOf('é', 1)", "0"),
      ("'aaa'.lastIndexOf('aa')", "1"), ("'aaa'.lastIndexOf('aa', 0)", "0"),
      ("'aaa'.lastIndexOf('aa', 3)", "1"), ("'aaa'.lastIndexOf('aaaa')", "-1"),
      ("'é'.lastIndexOf('')", "1"), ("''.lastIndexOf('')", "0"),
      ("'é🎉x'.substring(1)", "'🎉x'"), ("'é🎉x'.substring(1, 2)", "'🎉'"),
      ("'abc'.substring(2, 1)", "error: the range from 2 to 1 runs backwards"),
      ("'abc'.substring(1, 4)", "error: position 4 is out of range: the text has 3 code points"),
      ("'ÀB.é'.lowerAscii() + 'àb.É'.upperAscii()", "'Àb.éàB.É'"),
      ("'@[`{'.lowerAscii() + '@[`{'.upperAscii()", "'@[`{@[`{'"),
      ("'\\u2028 \\u00a0a b\\u3000\\u0085'.trim()", "'a b'"), ("' \\t'.trim()", "''"),
      ("'aaaa'.replace('aa', 'b')", "'bb'"), ("'aaa'.replace('aa', 'b')", "'ba'"),
      ("'abab'.replace('b', '', 1)", "'aab'"), ("'abab'.replace('b', 'bb', -7)", "'abbabb'"),
      ("'abab'.replace('b', 'c', 0)", "'abab'"),
      ("'é🎉'.replace('', '-')", "'-é-🎉-'"), ("'é🎉'.replace('', '-', 2)", "'-é-🎉'"),
      ("''.replace('', '-')", "'-'"),
      ("'a,b,,c'.split(',')", "['a', 'b', '', 'c']"), ("'a,b,c'.split(',', 2)", "['a', 'b,c']"),
      ("'a,b'.split(',', 9)", "['a', 'b']"), ("''.split(',')", "['']"), ("''.split('')", "[]"),
      ("'é🎉x'.split('')", "['é', '🎉', 'x']"), ("'é🎉x'.split('', 2)", "['é', '🎉x']"),
      ("'é🎉x'.split('', 4)", "['é', '🎉', 'x']"), ("''.split('', 1)", "[]"),
      ("',a,'.split(',')", "['', 'a', '']"), ("'abc'.split('abc')", "['', '']"),
      // Of what is known only when evaluated.
      ("dyn('abc').substring(dyn(1))", "'bc'"),
      ("dyn(1).trim()", "error: not applicable to int"),
      ("'a'.replace(dyn(1), 'b')", "error: not applicable to string and int and string"),
      ("'a'.charAt(dyn(1u))", "error: not applicable to string and uint"),
      ("'a'.charAt(dyn('b'))", "error: not applicable to string and string"),
    ])
  func functions(source: String, expected: String) throws {
    #expect(try Self.outcome(source) == expected)
  }

  @Test("find what a plain search finds")
  func search() throws {
    let declarations = Declarations(["t": .string, "s": .string])
    let expression = try Expression(
      "[t.contains(s) ? 1 : 0, t.indexOf(s), t.lastIndexOf(s), t.split(s).size()]",
      declarations: declarations, expecting: .list(.int))
    var random = SeededRandom(seed: 15)
    func text(_ lengths: ClosedRange<Int>) -> [String] {
      (0..<Int.random(in: lengths, using: &random)).map { _ in
        ["a", "b", "é", "🎉"][Int.random(in: 0..<3, using: &random)]
      }
    }
    for _ in 0..<Campaign.rounds(3_000) {
      let (text, sought) = (text(0...12), text(1...3))
      let places = text.indices.filter { text[$0...].starts(with: sought) }
      var parts = 1
      var end = 0
      for place in places where place >= end {
        parts += 1
        end = place + sought.count
      }
      let expected = [places.isEmpty ? 0 : 1, places.first ?? -1, places.last ?? -1, parts]
      let found = expression.evaluate(
        Activation(slots: [.string(text.joined()), .string(sought.joined())]))
      #expect(found == .value(.list(expected.map { .int(Int64($0)) })), "\(text) \(sought)")
    }
  }
}
