import JSONText
import Testing

@Suite("JSON5")
struct JSON5Tests {
  static let accepted: [(String, JSON)] = [
    ("{}", [:]), ("[]", []), ("null", nil), ("true", true), ("false", false),
    ("{width: 1920, height: 1080,}", ["width": 1920, "height": 1080]),
    ("{image: {'aspect-ratio': \"16:9\",}}", ["image": ["aspect-ratio": "16:9"]]),
    (
      "{ $_a1: 1, \\u0061b: 2, \u{FC}ber: 3, null: 4, Infinity: 5, a\u{200D}\u{301}: 6 }",
      ["$_a1": 1, "ab": 2, "\u{FC}ber": 3, "null": 4, "Infinity": 5, "a\u{200D}\u{301}": 6]
    ),
    ("[1, true, 'three',]", [1, true, "three"]),
    ("[ [1, true], ['three', \"four\",] ]", [[1, true], ["three", "four"]]),
    ("'Lorem ipsum dolor sit amet, \\\nconsectetur'", "Lorem ipsum dolor sit amet, consectetur"),
    ("'a\\\r\nb\\\rc\\\u{2028}d\\\u{2029}e'", "abcde"),
    ("'\\A\\C\\/\\D\\C'", "AC/DC"), ("'I can\\'t'", "I can't"), ("\"it's\"", "it's"),
    ("'\"'", "\""), ("'\\b\\f\\n\\r\\t\\v\\0\\\\\\x41\\u00e9'", "\u{8}\u{C}\n\r\t\u{B}\0\\A\u{E9}"),
    ("'\\uD83D\\uDE00\\\u{1F600}'", "\u{1F600}\u{1F600}"),
    ("'a\u{2028}\u{2029}\tb'", "a\u{2028}\u{2029}\tb"),
    ("// one\n/* two * / ** */ 1 // end", 1), ("1/**/", 1), ("/***/[/*,*/1//]\r,]", [1]),
    ("\u{FEFF}\u{A0}\u{B}\u{C}\u{2028}\u{2029}\u{2003}\u{3000}1", 1),
  ]

  @Test("reads the grammar", arguments: accepted)
  func accepts(_ text: String, _ expected: JSON) throws {
    #expect(try JSON5.parse(text).value == expected)
  }

  static let numbers: [(String, String)] = [
    ("123", "123"), ("123.456", "123.456"), (".456", "0.456"), ("123.", "123"), ("+1", "1"),
    ("-.5", "-0.5"), ("+.5", "0.5"), ("5.e4", "5e4"), ("123e-456", "123e-456"), ("1E+2", "1e2"),
    ("0xdecaf", "912559"), ("-0xC0FFEE", "-12648430"), ("0XfF", "255"), ("0", "0"), ("-0", "-0"),
    ("0xFFFFFFFFFFFFFFFF", "18446744073709551615"), ("0x00000000000000000001", "1"), ("0.0", "0.0"),
    ("152.50", "152.50"),
  ]

  @Test("gives numbers the form of JSON", arguments: numbers)
  func readsNumbers(_ text: String, _ expected: String) throws {
    for text in [text, "[\(text)]", "{a:\(text)}"] {
      let value = try JSON5.parse(text).value
      let number = value.number ?? value.array?.first?.number ?? value["a"]?.number
      #expect(number?.text == expected)
    }
    #expect(JSONNumber(text: expected) != nil)
  }

  static let refused: [String] = [
    "", " ", "//", "/*", "/* *", "/", "1 /", "{", "[", "{a", "{a:", "{a:1", "{,}", "[,]", "[1,,]",
    "{a:1,,}", "{a 1}", "{1:1}", "{a-b:1}", "{\\u0020:1}", "{\\x61:1}", "{\\u00:1}", "{a:1 b:2}",
    "'", "'\n'", "\"a\rb\"", "'\\1'", "'\\01'", "'\\x4'", "'\\u12'", "'\\uD800'", "'\\uDC00x'",
    "'\\uD800\\u0041'", "'\\", "010", "-01", "00", "+", "-", ".", "1e", "1e+", "0x", "0xg", "- 1",
    "1a", "0x10000000000000000", "1.2.3", "++1", "1_000", "3in", "nul", "undefined", "True",
    "NaN", "Infinity", "-Infinity", "+NaN", "[1 2]", "1 2", "{}}", "{\"a\":1,'a':2}",
    "{a:1,\\u0061:2}", "#", "[\u{0}]", "{\u{301}a:1}",
  ]

  @Test("refuses everything else", arguments: refused)
  func refuses(_ text: String) {
    #expect(throws: JSONFault.self) { try JSON5.parse(text) }
  }

  @Test("says what is wrong and where")
  func faults() {
    let cases: [(String, String, Int, Int, String)] = [
      (
        "{\n  a: {\n    b: 1,\n    'b': 2 } }", "the member \"b\" stands twice in the object", 4, 5,
        "/a/b"
      ),
      ("{ x: [1, -Infinity] }", "Infinity and NaN are not supported", 1, 10, "/x/1"),
      ("{\n\tamount: NaN }", "Infinity and NaN are not supported", 2, 10, "/amount"),
      ("{ /* \u{1F600} */ a: yes }", "expected a value, found the word yes", 1, 14, "/a"),
      ("[1,\r\n 2", "expected \",\" or \"]\", found the end of the text", 2, 3, ""),
      ("{a: 'x\n'}", "the line ends inside a string", 1, 7, "/a"),
      ("1 /* never", "the comment does not end", 1, 3, ""),
    ]
    for (text, message, line, column, pointer) in cases {
      let fault = #expect(throws: JSONFault.self) { try JSON5.parse(text) }
      #expect(fault?.message == message)
      #expect(fault?.position == SourcePosition(line: line, column: column))
      #expect(fault?.pointer == pointer)
    }
    let fault = #expect(throws: JSONFault.self) { try JSON5.parse("'\u{E9}\u{1F600}\n'") }
    #expect(fault?.offset == 7)
  }

  @Test("knows the place of every key and value")
  func places() throws {
    let text = """
      // rules
      {
        name: 'x',
        "when": "payin.amount > 5", then: [
          { use: 0x10 }, /* c
          */ null ] }
      """
    let root = try JSON5.parse(text)
    #expect(root.position == SourcePosition(line: 2, column: 1))
    let members = try #require(root.members)
    #expect(members.map(\.key) == ["name", "when", "then"])
    #expect(members.map(\.keyPosition.line) == [3, 4, 4])
    #expect(members.map(\.keyPosition.column) == [3, 3, 31])
    #expect(members.map(\.value.position.column) == [9, 11, 37])
    #expect(root.at(pointer: "/then/0/use")?.position == SourcePosition(line: 5, column: 12))
    #expect(root.position(at: "/then/1") == SourcePosition(line: 6, column: 8))
    #expect(root.position(at: "/then/0/missing") == SourcePosition(line: 5, column: 5))
    #expect(root.position(at: "/then/7") == SourcePosition(line: 4, column: 37))
    #expect(root.at(pointer: "/then/7") == nil)
    #expect(root["then"]?.items?.count == 2)
    #expect(root["nothing"] == nil)
    let when = try #require(root["when"])
    #expect(when.string == "payin.amount > 5")
    #expect(when.position(ofCharacter: 13) == SourcePosition(line: 4, column: 25))
    #expect(when.position(ofCharacter: 0) == SourcePosition(line: 4, column: 12))
  }

  @Test("points to the start of a string with escapes")
  func escapedPlaces() throws {
    let root = try JSON5.parse("{ a: 'x\\ty' }")
    #expect(root["a"]?.position(ofCharacter: 2) == SourcePosition(line: 1, column: 6))
  }

  @Test("reads every JSON text as the strict parser does", arguments: JSONParserTests.accepted)
  func superset(_ text: String) throws {
    let located = try JSON5.parse(text).value
    let strict = try JSON(parsing: text)
    if !text.contains("E") && !text.contains("e+") { #expect(located == strict) }
  }

  @Test("bounds the nesting")
  func nesting() {
    let fits = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try JSON5.parse(fits) }
    #expect(throws: Never.self) { try JSON5.parse("[{},{},[[]],[]]") }
    #expect(throws: JSONFault.self) { try JSON5.parse("[\(fits)]") }
  }
}
