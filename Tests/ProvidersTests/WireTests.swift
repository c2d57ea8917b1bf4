import JSONText
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
