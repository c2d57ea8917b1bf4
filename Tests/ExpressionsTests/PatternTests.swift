import Expressions
import Testing

/// `matches`, beyond the comparison with RE2 in CrosscheckTests.
@Suite struct PatternTests {
  static func matches(_ text: String, _ pattern: String) throws -> Bool {
    let expression = try Expression(
      "text.matches(r\"\"\"\(pattern)\"\"\")", declarations: Declarations(["text": .string]),
      expecting: .bool)
    return expression.evaluate(Activation(slots: [.string(text)])).isTrue
  }

  @Test(
    "finds what RE2 finds",
    arguments: [
      ("spei", "^(spei|store)$", true), ("spei ", "^(spei|store)$", false),
      ("SPEI", "(?i)^spei$", true), ("SPEI", "(?i:s)PEI", true), ("SPEI", "(?i:s)pei", false),
      ("aBc", "a(?i)b(?-i)c", true), ("aBC", "a(?i)b(?-i)c", false), ("aBC", "(a(?i)b)C", true),
      ("ABC", "(?i)[a-c]+", true), ("ÑANDÚ", "(?i)ñandú", true), ("ñ", "(?i)[Ñ]", true),
      ("\u{212A}", "(?i)k", true), ("k", "(?i)[^K]", false), ("ß", "(?i)ß", true),
      ("a\nb", "^b", false), ("a\nb", "(?m)^b$", true), ("a\nb", "a$", false),
      ("a\n", "a$", false), ("a\n", "a\\z", false), ("a\n", "(?m)a$", true),
      ("a\nb", "a.b", false), ("a\nb", "(?s)a.b", true), ("a\nb", "a[^x]b", true),
      ("ab12_", "^\\w+$", true), ("ñ", "^\\w$", false), ("٣", "\\d", false),
      ("\u{0B}", "\\s", false),
      ("año nuevo", "\\bnuevo\\b", true), ("renuevo", "\\bnuevo", false), ("", "\\b", false),
      ("", "\\B", true), ("x", "x{,2}", false), ("x{,2}", "x{,2}", true), ("a{b", "a{b", true),
      ("a]", "a]", true), ("]", "[]]", true), ("-", "[a-]", true), ("-", "[-a]", true),
      ("^", "[a^]", true), ("b", "[^]a]", true), ("]", "[^]a]", false), ("\\", "[\\\\]", true),
      ("5", "[\\D5]", true), ("a", "[\\D5]", true), ("6", "[\\D5]", false), ("ä", "[à-ï]", true),
      ("😀", "^\\x{1F600}$", true), ("A", "\\x41", true), ("😀", "^.$", true),
      ("abab", "^(?:ab){2}$", true), ("ab", "^(?:ab){2,}$", false), ("aaaa", "^a{2,3}$", false),
      ("", "^(a|)$", true), ("ab", "^a(|b|c)$", true), ("b", "^(|a)*b$", true),
      ("aaa", "^(?P<all>a+?)$", true), ("aaa", "^(?<all>a*?)a$", true), ("a.b", "a\\.b", true),
      ("a+b", "a\\+b", true), ("ab", "(?U)a.*b", true), ("a", "(?i-s)A", true), ("a", "", true),
      // Classes by name: those of ASCII, and the categories of Unicode.
      ("ñ", "^\\pL$", true), ("ñ", "[[:alpha:]]", false), ("5", "^[[:alpha:][:digit:]]$", true),
      ("x", "[[:^alpha:]]", false), ("ñ", "[[:^alpha:]]", true), ("a", "[^[:alpha:]]", false),
      ("Ñ", "\\p{Lu}", true), ("ñ", "\\p{Lu}", false), ("ñ", "(?i)\\p{Lu}", true),
      ("ñ", "(?i)\\P{Lu}", false), ("ñ", "(?i)[\\P{Lu}]", false), ("٣", "\\p{Nd}", true),
      ("Ⅷ", "^[\\pN]$", true), ("a", "^\\P{^L}$", true), ("a", "\\p{^L}", false),
      ("€", "^\\p{Sc}$", true), ("\u{378}", "\\PL", true), ("\u{378}", "\\pC", false),
      ("🎉\n", "^\\p{Any}{2}$", true), ("_", "[[:word:]]", true), ("\u{B}", "[[:space:]]", true),
      ("[:x", "^[[:x]+$", true), (":", "[[:]", true), ("[", "[[:]", true), ("p", "[:alpha:]", true),
      ("\u{212A}", "(?i)\\w", true), ("\u{212A}", "(?i)\\W", false), ("-", "[\\pL-]", true),
    ])
  func finds(text: String, pattern: String, expected: Bool) throws {
    #expect(try Self.matches(text, pattern) == expected)
  }

  @Test(
    "refuses what it does not support, when it is loaded",
    arguments: [
      "(", ")", "a)", "[", "[]", "[a", "*", "+a", "?", "a**", "a*+", "a{2}{3}", "a{2}*", "(*a)",
      "|*", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "\\1", "\\k", "\\Q", "\\p",
      "\\p{Greek}", "\\p{L", "\\pQ", "\\p{}", "\\p{Lx}", "[\\pQ]", "\\p{^}",
      "\\C", "\\Z", "\\G", "\\07", "\\x4", "\\x{110000}", "\\x{D800}", "\\x{}", "[z-a]",
      "[[:alpha:]", "[[:letter:]]", "[[:ALPHA:]]", "[\\d-z", "(?x)a", "(?i", "(?", "(?P<a",
      "(?P<>a)", "(?P=a)", "a\\", "\\é",
      "(?#comment)", "[a-\\d]",
    ])
  func refuses(pattern: String) {
    #expect {
      _ = try Self.matches("a", pattern)
    } throws: { error in
      (error as? ExpressionFault)?.message.hasPrefix("in the pattern: ") == true
    }
  }
}
