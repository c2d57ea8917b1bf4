import JSONText
import Payins
import Testing

@testable import Providers

@Suite("wire values")
struct WireTests {
  @Test("amounts are read exactly or not at all")
  func amounts() {
    #expect(WireAmount.centavos(JSON(152), decimals: 2) == 15200)
    #expect(WireAmount.centavos(.number(.decimal(15205, places: 2)), decimals: 2) == 15205)
    #expect(WireAmount.centavos("152.50", decimals: 2) == 15250)
    #expect(WireAmount.centavos("152.505", decimals: 2) == nil)
    #expect(WireAmount.centavos("152.5", decimals: 0) == nil)
    #expect(WireAmount.centavos("152.0", decimals: 0) == 152)
    #expect(WireAmount.centavos("-1", decimals: 2) == nil)
    #expect(WireAmount.centavos("92233720368547758.08", decimals: 2) == nil)
    for value: JSON in [.null, true, "", " 1", "1,000", [], "0x10", "NaN"] {
      #expect(WireAmount.centavos(value, decimals: 2) == nil)
    }
    #expect(WireAmount.centavos(nil, decimals: 2) == nil)
  }

  @Test("what binary reckoning leaves of a whole centavo is that centavo, and nothing else is")
  func noise() {
    for (text, centavos) in [
      ("152.09999999999999", 15210), ("152.10000000000002", 15210), ("0.30000000000000004", 30),
      ("29999.989999999998", 2_999_999), ("152.10001", nil), ("152.1001", nil), ("10.123", nil),
      ("152.09499999999999", nil), ("152.105", nil), ("-0.009999999999999", nil),
      ("99999999999999999999.09999999999", nil), ("1.0999999999e2", nil),
    ] as [(String, Int64?)] {
      #expect(WireAmount.centavos(.string(text), decimals: 2) == centavos, "\(text)")
    }
    // Whatever the amount, noise of half a thousandth of a centavo changes nothing.
    for centavos in stride(from: 0 as Int64, through: 3_000_000, by: 997) {
      let text = DecimalText.text(centavos, places: 2)
      #expect(WireAmount.centavos(.string(text + "0000000003"), decimals: 2) == centavos)
      let below = DecimalText.text(centavos, places: 2) + "9999999997"
      #expect(WireAmount.centavos(.string(below), decimals: 2) == centavos + 1)
    }
    #expect(WireAmount.centavos(.string("20000.00000000001"), decimals: 0) == 20_000)
  }

  @Test("dates are read in every spelling that servers give them")
  func dates() {
    let noon = Instant(rfc3339: "2026-11-20T20:00:00Z")
    for text in [
      "2026-11-20T14:00:00-06:00", "2026-11-20T14:00:00-0600", "2026-11-20t20:00:00z",
      "2026-11-20 14:00:00", "2026-11-20T14:00:00.0000000001-0600", "2026-11-20T20:00:00+0000",
    ] {
      #expect(WireDate.instant(.string(text)) == noon, "\(text)")
    }
    for value: JSON in ["el viernes", "2026-11-20", "", 5, .null, "-0600"] {
      #expect(WireDate.instant(value) == nil)
    }
    #expect(WireDate.instant("2026-11-20 20:00:00", assumingOffset: 0) == noon)
  }

  @Test("a body's odd form costs nothing where nothing is decided")
  func bodies() {
    func read(_ bytes: [UInt8]) -> JSON? { JSON(wire: bytes)?["a"] }
    #expect(read([0xEF, 0xBB, 0xBF] + Array(#"{"a":1}"#.utf8)) == 1)
    #expect(read(Array(#"{"a":"Mu"#.utf8) + [0xF1] + Array(#"oz"}"#.utf8)) == "Mu\u{FFFD}oz")
    #expect(read(Array(#"{"a":"\ud83d\u0041"}"#.utf8)) == "\u{FFFD}A")
    #expect(read(Array(#"{"a":"\ud83d\ude00"}"#.utf8)) == "\u{1F600}")
    #expect(JSON(wire: Array("<html>".utf8)) == nil && JSON(wire: []) == nil)
    // What decides is compared whole: a repaired status is no status.
    #expect(CashyPay.status("SUCCE\u{FFFD}S") == .unrecognised("SUCCE\u{FFFD}S"))
  }

  @Test("a number of digits is taken as text or number, where it has lost nothing")
  func digits() throws {
    let json = try JSON(
      parsing: #"{"a":646180109400135624,"b":"032180000118359719","c":6.4e17,"d":1.0,"e":"a1"}"#)
    #expect(json["a"]?.wireDigits == "646180109400135624")
    #expect(json["b"]?.wireDigits == "032180000118359719")
    for name in ["c", "d", "e", "f"] { #expect(json[name]?.wireDigits == nil) }
  }

  @Test("texts are cut between characters")
  func cutting() {
    #expect(LimitedText.utf8("ñandú", 3) == "ña")
    #expect(LimitedText.utf8("a👩‍👩‍👧‍👦", 10) == "a")
    #expect(LimitedText.utf16("  a \n\n b  c ", 5) == "a b c")
    #expect(LimitedText.utf16("🙂🙂", 3) == "🙂")
    #expect(LimitedText.ascii("Ñandú ágil — ¿sí?", 32) == "Nandu agil si?")
    #expect(LimitedText.ascii("测试", 32).isEmpty)
    #expect(LimitedText.whole("ñ", 1) == nil)
  }

  @Test("only addresses of web pages reach a browser")
  func addresses() {
    #expect(JSON.string("https://a.mx/x?y#z").webAddress != nil)
    for text in ["javascript:alert(1)", "https://a b", "//a.mx", "HTTPS://", "", "data:,x"] {
      #expect(JSON.string(text).webAddress == nil, "\(text)")
    }
    #expect(JSON.string("https://a.mx/" + String(repeating: "a", count: 2048)).webAddress == nil)
  }

  @Test("basic credentials match only themselves")
  func basic() {
    let credentials = BasicCredentials(user: "Aladdin", password: "open sesame")
    #expect(credentials.header == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
    #expect(credentials.matches("bASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ=="))
    for text in [
      "", "Basic ", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
      "Basic qWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ] {
      #expect(!credentials.matches(text), "\(text)")
    }
  }
}
