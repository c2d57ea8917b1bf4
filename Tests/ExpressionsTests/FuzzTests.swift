import Expressions
import TestSupport
import Testing

/// Mangled expressions: nothing may crash, and what loads must behave.
@Suite struct FuzzTests {
  static let fragments = [
    "(", ")", "[", "]", "{", "}", ".", ",", ":", "?", "!", "-", "+", "*", "/", "%", "==", "!=", "<",
    "<=", ">", ">=", "&&", "||", " in ", "'", "\"", "'''", "\\", "\\u00", "\\x", "r'", "b'", "//",
    "\n", "\r", "\t", "0x", "1e", "u", "9223372036854775808", "é", "🎉", "\u{301}", "null", "true",
    "has(", ".all(x, ", ".map(x, ", "size(", "payin", "payin.payer.email", "x", "l", "m['a']",
    "dyn(", ".?", "[?", "`", ".`a`", ".orValue(", ".optMap(x, ", "optional.of(", "optional.none()",
    ".split('', ", ".replace('a', 'aa'", ".substring(", ".indexOf('", "[[:alpha:]", "\\p{L}",
    "[^\\PL",
    ".matches('", "(a*)*", "[^a-", "{2,3}", "timestamp('", "duration('", "now", "1 / 0", "\0",
  ]

  private static func mutate(_ source: String, using random: inout SeededRandom) -> String {
    var scalars = Array(source.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...scalars.count, using: &random)
      let end = min(scalars.count, start + Int.random(in: 0...6, using: &random))
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.removeSubrange(start..<end)
      case 1:
        let fragment = fragments.randomElement(using: &random) ?? ""
        scalars.insert(contentsOf: fragment.unicodeScalars, at: start)
      case 2: scalars.insert(contentsOf: scalars[start..<end], at: end)
      default:
        let fragment = fragments.randomElement(using: &random) ?? ""
        scalars.replaceSubrange(start..<end, with: fragment.unicodeScalars)
      }
    }
    var mutant = String.UnicodeScalarView()
    mutant.append(contentsOf: scalars)
    return String(mutant)
  }

  @Test("mangled expressions are refused with a place, or evaluated the same way each time")
  func survivesMutation() throws {
    let sources = try CrosscheckTests.cases().map(\.expr)
    var random = SeededRandom(seed: 20_260_701)
    var loaded = 0
    for _ in 0..<Campaign.rounds(20_000) {
      let source = Self.mutate(sources.randomElement(using: &random) ?? "", using: &random)
      do {
        let expression = try Expression(
          source, declarations: CrosscheckTests.declarations, expecting: .dyn)
        loaded += 1
        let outcome = expression.evaluate(CrosscheckTests.activation)
        let explanation = expression.explain(CrosscheckTests.activation)
        // NaN alone differs from itself.
        #expect(explanation.outcome == outcome || "\(outcome)".contains("NaN"), "\(source)")
        #expect(!explanation.parts.isEmpty)
        #expect(expression.explain(CrosscheckTests.activation).parts == explanation.parts)
      } catch {
        #expect(error.line >= 1 && error.column >= 1 && error.length >= 1)
        #expect(!error.message.isEmpty)
        #expect(error.excerpt(of: source)?.utf8.last == UInt8(ascii: "^"), "\(source)")
      }
    }
    // The mutations are mild enough for many to load.
    #expect(loaded > 1_000)
  }
}
