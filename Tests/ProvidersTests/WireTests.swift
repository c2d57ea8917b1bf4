import JSONText
import Payins
import TestSupport
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
      // A thousandth of a centavo is the first that is too much, however many zeros follow it.
      ("152.09999", nil), ("152.099990", nil), ("152.0999901", 15210), ("152.1000099", 15210),
      ("152.10001000", nil), ("0.00000000001", 0), ("92233720368547758.079999999", nil),
    ] as [(String, Int64?)] {
      #expect(WireAmount.centavos(.string(text), decimals: 2) == centavos, "\(text)")
    }
    #expect(WireAmount.centavos(.string("20000.00000000001"), decimals: 0) == 20_000)
  }

  @Test("servers that write large amounts with an exponent write noise so as well")
  func noiseWithExponent() throws {
    for (text, centavos) in [
      ("1.2345678100000001E7", 1_234_567_810), ("1.52E2", 15200), ("1.0E7", 1_000_000_000),
      ("1.5209999999999999e2", 15210), ("9.9999999999e-1", 100), ("1E-400", 0), ("1e400", nil),
      ("9.9e-3", nil), ("1.2345678123E7", nil), ("1.2345678E-99999999999999999999", 0),
      ("15209999999999999999e-17", 15210), ("1e99999999999999999999", nil),
    ] as [(String, Int64?)] {
      let number = try #require(JSONNumber(text: text))
      #expect(WireAmount.centavos(.number(number), decimals: 2) == centavos, "\(text)")
    }
  }

  @Test("whatever the amount and its unit, noise changes nothing and a thousandth is refused")
  func everyNoise() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<Campaign.rounds(2_000) {
      let centavos = Int64.random(in: 1...99_999_999_999, using: &random)
      for decimals in [0, 2] {
        // Up to nine digits behind the thousandth.
        let noise = Int64.random(in: 1..<1_000_000_000, using: &random)
        let tail = String(String(noise + 1_000_000_000).dropFirst())
        func read(_ whole: Int64, _ tail: String) -> Int64? {
          let text = DecimalText.text(whole, places: decimals) + (decimals == 0 ? "." : "") + tail
          let number = JSONNumber(text: text).map(JSON.number)
          let read = WireAmount.centavos(.string(text), decimals: decimals)
          #expect(read == WireAmount.centavos(number, decimals: decimals), "\(text)")
          return read
        }
        #expect(read(centavos, "000" + tail) == centavos)
        #expect(read(centavos - 1, "999" + tail) == centavos)
        #expect(read(centavos, String(Int.random(in: 100..<999, using: &random)) + tail) == nil)
        #expect(read(centavos, "001") == nil && read(centavos - 1, "999") == nil)
      }
    }
  }

  @Test("dates are read in every spelling that servers give them")
  func dates() {
    let noon = Instant(rfc3339: "2026-11-20T20:00:00Z")
    for text in [
      "2026-11-20T14:00:00-06:00", "2026-11-20T14:00:00-0600", "2026-11-20t20:00:00z",
      "2026-11-20 14:00:00", "2026-11-20T14:00:00.0000000001-0600", "2026-11-20T20:00:00+0000",
    ] {
      #expect(WireDate(.string(text)).instant == noon, "\(text)")
      #expect(WireDate(.string(text)).unreadable == nil)
    }
    #expect(WireDate("2026-11-20 20:00:00", assumingOffset: 0).instant == noon)
  }

  @Test("every instant is read from every spelling of itself")
  func everyDate() {
    var random = SeededRandom(seed: 12)
    for _ in 0..<Campaign.rounds(2_000) {
      let seconds = Int64.random(in: 0..<4_000_000_000, using: &random)
      let offset = Int.random(in: -47...47, using: &random) * 15
      let digits = Int.random(in: 0...12, using: &random)
      let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }
        .joined()
      let milliseconds = Int64(fraction.prefix(3).padded(to: 3)) ?? 0
      let instant = Instant(milliseconds: seconds * 1000 + milliseconds)
      let local =
        Instant(seconds: seconds).localText(offsetMinutes: offset)
        + (fraction.isEmpty ? "" : "." + fraction)
      let hours = String(abs(offset) / 60 + 100).dropFirst()
      let minutes = String(abs(offset) % 60 + 100).dropFirst()
      let sign = offset < 0 ? "-" : "+"
      var ends = ["\(sign)\(hours):\(minutes)", "\(sign)\(hours)\(minutes)"]
      if offset == 0 { ends += ["Z", "z"] }
      for end in ends {
        for between in [" ", "T", "t"] {
          let text = local.replacing(" ", with: between) + end
          #expect(WireDate(.string(text)).instant == instant, "\(text)")
        }
      }
      #expect(WireDate(.string(local), assumingOffset: offset).instant == instant, "\(local)")
    }
  }

  @Test("a date that cannot be read is told as it stands, and one that is missing is not")
  func unreadableDates() {
    for (value, shown) in [
      ("el viernes", "el viernes"), ("2026-11-20", "2026-11-20"), (5, "5"), ("-0600", "-0600"),
      ("2026-02-30T00:00:00Z", "2026-02-30T00:00:00Z"), (true, "a boolean"),
      ("\u{FFFD}", "a string"),
      (.string(String(repeating: "9", count: 50)), String(repeating: "9", count: 40)),
    ] as [(JSON, String)] {
      #expect(WireDate(value).instant == nil)
      #expect(WireDate(value).unreadable == shown)
    }
    for value: JSON? in [nil, .null, ""] {
      #expect(WireDate(value).instant == nil && WireDate(value).unreadable == nil)
    }
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

  @Test("an id is a text or a whole number, and nothing that has lost a digit or was repaired")
  func ids() throws {
    let json = try JSON(
      parsing: #"""
        {"a":"tr1","b":42,"c":"","d":null,"e":1.5e3,"f":1.0,"g":true,"h":"a\ufffdb","i":[],
         "j":"\u212a1","k":-1}
        """#)
    for (key, id) in [("a", "tr1"), ("b", "42"), ("c", nil), ("d", nil), ("z", nil), ("k", "-1")] {
      var fields = DecidingFields(json)
      #expect(fields.id(key) == id && !fields.areDamaged, "\(key)")
    }
    // The Kelvin sign equals a K in Swift's eyes.
    for key in ["e", "f", "g", "h", "i", "j"] {
      var fields = DecidingFields(json)
      #expect(fields.id(key) == nil && fields.areDamaged, "\(key)")
      #expect(fields.id("a") == "tr1" && fields.areDamaged)
    }
    for (key, isDamaged) in [("a", false), ("b", true), ("h", true), ("z", false)] {
      var fields = DecidingFields(json)
      #expect((fields.word(key) == nil) == (key != "a") && fields.areDamaged == isDamaged)
    }
    var fields = DecidingFields(["x": "Peña 1", "y": "Pe\u{FFFD}a"])
    #expect(fields.text("x") == "Peña 1" && !fields.areDamaged)
    #expect(fields.text("y") == nil && fields.areDamaged)
    #expect(json["k"]?.wireText == "-1" && json["e"]?.wireText == nil)
    // What is only shown is shown as well as it can be.
    #expect(json["h"]?.wireText == "a\u{FFFD}b")
  }

  @Test("a signature may cover a body without the mark that was put in front of it, and only that")
  func signedBodies() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    func bodies(_ body: [UInt8]) -> [[UInt8]] {
      CallbackDelivery(
        headers: [], body: body, receivedAt: Instant(milliseconds: 0)
      ).signedBodies
    }
    #expect(bodies([1, 2]) == [[1, 2]])
    #expect(bodies(mark + [1, 2]) == [mark + [1, 2], [1, 2]])
    #expect(bodies(mark + mark) == [mark + mark, mark])
    #expect(bodies([]) == [[]])
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

extension Substring {
  fileprivate func padded(to count: Int) -> String {
    self + String(repeating: "0", count: Swift.max(0, count - self.count))
  }
}
