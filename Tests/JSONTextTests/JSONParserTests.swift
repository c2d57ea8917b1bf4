import JSONText
import Testing

@Suite("JSON parser")
struct JSONParserTests {
  static let accepted: [String] = [
    "[]", "{}", "0", "-0", "null", "true", "false", "\"\"", " [ ] ", "\t\r\n[1]\n",
    "[[]   ]", "[\"\"]", "[\"a\"]", "[false]", "[null, 1, \"1\", {}]", "[1\n]", " [1]", "[2] ",
    "[123e65]", "[0e+1]", "[0e1]", "[ 4]", "[-0.000000000000000000000000000000000000001]",
    "[20e1]", "[-0]", "[-123]", "[-1]", "[1E22]", "[1E-2]", "[1E+2]", "[123e45]",
    "[123.456e78]", "[1e-2]", "[1e+2]", "[123.456789]", "[1e400]",
    "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"\":0}", "{\"foo\\u0000bar\": 42}",
    "{\"a\":[]}", "{\n\"a\": \"b\"\n}", "[\"\\u0060\\u012a\\u12AB\"]", "[\"\\ud801\\udc37\"]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\\u0000\"]", "[\"\\\"\"]", "[\"a/*b*/c/*d//e\"]",
    "[\"\\uDBFF\\uDFFF\"]", "[\"new\\u00A0line\"]", "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]",
    "[\"\\u0000\"]", "[\"\\uFFFF\"]", "[\"asd \"]", "\" \"", "[\"\u{2028}\u{2029}\"]",
    "[\"\u{7F}\"]", "[\"\u{20AC}\u{1D11E}\"]", "[\"\u{FEFF}\"]", "-0.1", "{\"a\":{\"a\":1}}",
  ]

  @Test("accepts what RFC 8259 allows", arguments: accepted)
  func accepts(_ text: String) throws {
    let value = try JSON(parsing: text)
    #expect(try JSON(parsing: value.bytes) == value)
  }

  static let refused: [String] = [
    "", " ", "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]",
    "[\"\",]", "[\"x\"", "[x", "[3[4]]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]",
    "[*]", "[1,", "[\"\"", "[", "]", "[nul]", "[tru]", "[fals]", "[True]", "nulL", "nullx",
    "truefalse", "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]",
    "[.2e-3]", "[0.1.2]", "[0.3e+]", "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[1.0e+]", "[1.0e]",
    "[1 000.0]", "[1eE2]", "[2.e+3]", "[2.]", "[9.e+]", "[Inf]", "[NaN]", "[\u{FF11}]", "[1+2]",
    "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]", "[-Infinity]", "[-foo]",
    "[- 1]", "[-012]", "[-.123]", "[-1x]", "[1ea]", "[1.]", "[.123]", "[1.2a-3]", "[012]", "00",
    "01", "-", "1e", "1.", "[\"x\", truth]", "{[: \"x\"}\n", "{\"x\", null}", "{\"x\"::\"b\"}",
    "{\"a\":\"a\" 123}", "{key: 'value'}", "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":",
    "{\"a\"", "{1:1}", "{null:null,null:null}", "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}",
    "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}//", "{\"a\":/*comment*/\"b\"}", "{,}", "{\"a\":1,,\"b\":2}",
    "{a: \"b\"}", "{\"a\":\"a", "{ \"foo\" : \"bar\", \"a\" }", "{\"a\":\"b\"}#", "[\"\\uD800\\\"]",
    "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[\u{E9}]", "[\"\\x00\"]",
    "[\"\\\\\\\"]", "[\"\\\t\"]", "[\"\\\u{1F300}\"]", "[\"\\\"]", "[\"\\u00A\"]",
    "[\"\\uD834\\uDd\"]", "[\"\\uD800\\uD800\\x\"]", "[\"\\a\"]", "[\"\\uqqqq\"]", "[\\u0020\"a\"]",
    "[\\n]", "\"", "['single quote']", "abc", "[\"\\", "[\"a\u{0}a\"]", "[\"new\nline\"]",
    "[\"\t\"]", "\"\\UA66D\"", "\"\"x", "<.>", "[<null>]", "[1]x", "2@", "{}}", "{\"\":",
    "{\"a\":}",
    "[1\u{A0}]", "[\u{C}]", "\u{2060}[]", "[\u{FEFF}]", "*", "{\"a\":\"b\"}#{}", "[\u{0}]",
    "1 2", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uDC00\\uD800\"", "\"\\uD800\\n\"", "\"\\u+123\"",
    "\"\\", "\"\\u", "\"\\u12", "tru", "-x", "{\"a\":1 \"b\":2}", "{\"a\":1", "{\"a\":1,",
    "{\"a\":1,}", "\u{FEFF}{}", "\"\u{1F}\"",
  ]

  @Test("refuses what RFC 8259 does not allow", arguments: refused)
  func refuses(_ text: String) {
    #expect(throws: JSONFault.self) { try JSON(parsing: text) }
  }

  static let illFormed: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80],
    [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
    [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
    [0xF0, 0x9F, 0x28, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
  ]

  @Test("refuses ill-formed UTF-8 where it begins", arguments: illFormed)
  func refusesIllFormed(_ sequence: [UInt8]) {
    for tail in [[0x22, 0x5D], []] as [[UInt8]] {
      let text = Array("[\"ab".utf8) + sequence + tail
      let fault = #expect(throws: JSONFault.self) { try JSON(parsing: text) }
      #expect(fault?.offset == 4)
      #expect(fault?.column == 5)
      #expect(fault?.message == "the text is not valid UTF-8")
    }
  }

  @Test("accepts the bounds of each UTF-8 form")
  func acceptsBounds() throws {
    let scalars: [Unicode.Scalar] = [
      "\u{80}", "\u{7FF}", "\u{800}", "\u{FFF}", "\u{1000}", "\u{D7FF}", "\u{E000}", "\u{FFFF}",
      "\u{10000}", "\u{3FFFF}", "\u{40000}", "\u{FFFFF}", "\u{100000}", "\u{10FFFF}",
    ]
    for scalar in scalars {
      #expect(try JSON(parsing: "\"\(scalar)\"") == .string(String(scalar)))
    }
  }

  @Test("reads escapes and surrogate pairs")
  func escapes() throws {
    let text = #""\"\\\/\b\f\n\r\t\u00e9\u20AC\uD83D\uDE00x""#
    #expect(try JSON(parsing: text).string == "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{20AC}\u{1F600}x")
  }

  @Test("keeps the text of numbers and the order of members")
  func keepsText() throws {
    let text = #"{"z":152.0,"a":-0,"m":[1E5,1e+05,0.10]}"#
    #expect(try JSON(parsing: text).text == text)
  }

  @Test("reads slices and buffers")
  func slices() throws {
    let bytes = Array("xx[1,2]yy".utf8)
    #expect(try JSON(parsing: bytes[2..<7]) == [1, 2])
    #expect(try bytes.withUnsafeBufferPointer { try JSON(parsing: $0[2..<7]) } == [1, 2])
  }

  @Test("names place and pointer of a fault")
  func places() {
    let text = "{\n  \"a/b\": [1, {\"~\": \"\u{E9}\u{1F600}\", \"x\": tru}]\n}"
    let fault = #expect(throws: JSONFault.self) { try JSON(parsing: text) }
    #expect(fault?.pointer == "/a~1b/1/x")
    #expect(fault?.line == 2)
    #expect(fault?.column == 31)
    #expect(fault?.offset == 36)
    #expect(
      fault?.description
        == "line 2, column 31: expected a value, found an unknown word (at /a~1b/1/x)")
  }

  @Test("counts CR, LF and CRLF as one line end each")
  func lineEnds() {
    let fault = #expect(throws: JSONFault.self) { try JSON(parsing: "[\r1,\r\n2,\n x") }
    #expect(fault?.position == SourcePosition(line: 4, column: 2))
  }

  @Test("refuses duplicate keys by name, whatever their spelling")
  func duplicates() {
    let texts = [#"{"o":[{"k~":1,"b":2,"k~":3}]}"#, #"{"o":[{"k~":1,"\u006b~":3}]}"#]
    for text in texts {
      let fault = #expect(throws: JSONFault.self) { try JSON(parsing: text) }
      #expect(fault?.pointer == "/o/0/k~0")
      #expect(fault?.message == "the member \"k~\" stands twice in the object")
    }
  }

  @Test("tells canonically equivalent keys apart")
  func exactKeys() throws {
    let object = try #require(try JSON(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2,\"K\":3}").object)
    #expect(object.count == 3)
    #expect(object["e\u{301}"] == 2)
    #expect(object["\u{212A}"] == nil)
  }

  @Test("finds a member's second place, however many stand between", arguments: [0, 40])
  func farDuplicate(_ others: Int) throws {
    var text = "{\"a\":1"
    for number in 0..<others { text += ",\"k\(number)\":0" }
    #expect(try JSON(parsing: text + ",\"b\":2}").object?.count == others + 2)
    #expect(throws: JSONFault.self) { try JSON(parsing: text + ",\"b\":2,\"a\":3}") }
  }

  @Test("bounds the nesting")
  func nesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try JSON(parsing: nested(64)) }
    #expect(throws: JSONFault.self) { try JSON(parsing: nested(65)) }
    let two = JSONOptions(maximumDepth: 2)
    #expect(throws: JSONFault.self) { try JSON(parsing: "[{\"a\":[]}]", options: two) }
    #expect(throws: Never.self) { try JSON(parsing: "[{},{},[],[]]", options: two) }
    #expect(JSONOptions(maximumDepth: 1_000_000).maximumDepth == 256)
    var options = JSONOptions()
    options.maximumDepth = 1_000_000
    #expect(throws: Never.self) { try JSON(parsing: nested(256), options: options) }
    #expect(throws: JSONFault.self) { try JSON(parsing: nested(257), options: options) }
  }

  @Test("refuses a million brackets")
  func million() {
    for open in ["[", "{\"a\":"] {
      let text = String(repeating: open, count: 1_000_000)
      let fault = #expect(throws: JSONFault.self) { try JSON(parsing: text) }
      #expect(fault?.message == "more than 64 arrays and objects inside each other")
      #expect(throws: JSONFault.self) { try JSON5.parse(text) }
    }
  }

  @Test("reads a large object without losing a member")
  func largeObject() throws {
    var text = "{"
    for number in 0..<5_000 { text += "\"k\(number)\":\(number)," }
    text += "\"end\":null}"
    let value = try JSON(parsing: text)
    #expect(value.object?.count == 5_001)
    #expect(value["k4999"] == 4999)
    #expect(value.text == text)
  }
}
