import JSONText
import TestSupport
import Testing

@Suite("Exact decimals")
struct DecimalTests {
  static let plain: [(String, Int, Int64?)] = [
    ("152.5", 2, 15_250), ("152.00", 2, 15_200), ("152", 2, 15_200), ("0", 2, 0), ("-0.00", 2, 0),
    ("0.01", 2, 1), ("-0.01", 2, -1), ("0.010", 2, 1), ("0.001", 2, nil), ("152.005", 2, nil),
    ("152.000000000000000000000000000000", 2, 15_200), ("1", 0, 1), ("1.0", 0, 1), ("1.5", 0, nil),
    ("92233720368547758.07", 2, .max), ("92233720368547758.08", 2, nil),
    ("-92233720368547758.08", 2, .min), ("-92233720368547758.09", 2, nil),
    ("9223372036854775807", 0, .max), ("9223372036854775807", 1, nil),
    ("1", 18, 1_000_000_000_000_000_000),
    ("10", 18, nil), ("0.000000000000000001", 18, 1), ("1", 19, nil), ("1", -1, nil),
    ("10", .max, nil),
    ("99999999999999999999999999", 0, nil), ("0.00000000000000000000000000", 0, 0),
    ("", 2, nil), ("-", 2, nil), ("+1", 2, nil), (" 1", 2, nil), ("1 ", 2, nil), ("1.", 2, nil),
    (".5", 2, nil), ("01", 2, nil), ("1,5", 2, nil), ("1_0", 2, nil), ("0x1", 2, nil),
    ("1e2", 2, nil),
    ("NaN", 2, nil), ("\u{0661}", 2, nil), ("1.2.3", 2, nil), ("--1", 2, nil), ("1.-5", 2, nil),
  ]

  @Test("scales plain text exactly or not at all", arguments: plain)
  func scales(_ text: String, _ places: Int, _ expected: Int64?) {
    #expect(DecimalText.scaled(text, places: places) == expected)
    if text != "1e2" {
      #expect(JSONNumber(text: text)?.scaled(by: places) == expected)
    }
  }

  static let exponents: [(String, Int, Int64?)] = [
    ("1e2", 2, 10_000), ("1.525E2", 2, 15_250), ("15250e-2", 2, 15_250), ("1e-2", 2, 1),
    ("1e-3", 2, nil), ("10e-3", 2, 1), ("1e+3", 0, 1_000), ("1e18", 0, 1_000_000_000_000_000_000),
    ("1e19", 0, nil), ("0e999999999999999999999999", 2, 0), ("0e-999999999999999999999999", 2, 0),
    ("1e999999999999999999999999", 2, nil), ("1e-999999999999999999999999", 2, nil),
    ("-9223372036854775808e0", 0, .min), ("922337203685477580700e-2", 0, .max),
    ("0.00000000000000000000000000000015e32", 0, 15), ("1e9223372036854775807", 18, nil),
  ]

  @Test("scales exponents exactly or not at all", arguments: exponents)
  func scalesExponents(_ text: String, _ places: Int, _ expected: Int64?) throws {
    #expect(try #require(JSONNumber(text: text)).scaled(by: places) == expected)
    #expect(DecimalText.scaled(text, places: places) == nil)
  }

  @Test("an exponent makes up for any number of digits")
  func longTexts() throws {
    let zeros = String(repeating: "0", count: 100_000)
    #expect(try #require(JSONNumber(text: "0.\(zeros)7e100001")).scaled(by: 0) == 7)
    #expect(try #require(JSONNumber(text: "7\(zeros)e-100000")).scaled(by: 2) == 700)
  }

  static let texts: [(Int64, Int, String)] = [
    (15_250, 2, "152.50"), (0, 2, "0.00"), (1, 2, "0.01"), (-1, 2, "-0.01"), (99, 2, "0.99"),
    (100, 2, "1.00"), (-12_345, 2, "-123.45"), (5, 0, "5"), (5, -3, "5"), (1, 5, "0.00001"),
    (.max, 2, "92233720368547758.07"), (.min, 2, "-92233720368547758.08"),
    (.min, 19, "-0.9223372036854775808"), (.min, 0, "-9223372036854775808"),
  ]

  @Test("writes exactly the asked decimals", arguments: texts)
  func writes(_ value: Int64, _ places: Int, _ expected: String) throws {
    #expect(DecimalText.text(value, places: places) == expected)
    let number = JSONNumber.decimal(value, places: places)
    #expect(number.text == expected)
    #expect(JSONNumber(text: expected) == number)
    if (0...18).contains(places) { #expect(number.scaled(by: places) == value) }
  }

  @Test("what is written reads back, for random amounts")
  func roundTrip() {
    var random = SeededRandom(seed: 7)
    for _ in 0..<20_000 {
      let value = Int64(bitPattern: random.next()) >> Int64.random(in: 0..<64, using: &random)
      let places = Int.random(in: 0...18, using: &random)
      let text = DecimalText.text(value, places: places)
      #expect(DecimalText.scaled(text, places: places) == value)
    }
  }

  @Test("integers are plain digits only")
  func integers() {
    let cases: [(String, Int64?)] = [
      ("0", 0), ("-0", 0), ("12", 12), ("-12", -12), ("1.0", nil), ("1e3", nil),
      ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil),
    ]
    for (text, expected) in cases { #expect(JSONNumber(text: text)?.int64 == expected) }
    for text in ["", "+1", "01", "1 ", "0x1", "Infinity", "1e", "-"] {
      #expect(JSONNumber(text: text) == nil)
    }
  }

  @Test("numbers equal by their text")
  func equality() {
    #expect(JSONNumber(text: "152.0") != JSONNumber(text: "152"))
    #expect(JSONNumber(text: "152") == 152)
  }
}
