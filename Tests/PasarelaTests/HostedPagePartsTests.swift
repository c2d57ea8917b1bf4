import Crypto
import HTTPServing
import Payins
import Testing

@testable import MerchantAPI

/// What the payer's page is made of.
@Suite("the payer's page: its parts")
struct HostedPagePartsTests {
  @Test(
    "speaks the language that is asked for, then the browser's, else Spanish",
    arguments: [
      ("", "", "es"), ("lang=en", "es-MX", "en"), ("lang=fr", "", "es"),
      ("", "en-US,en;q=0.9", "en"),
      ("", "es-MX,es;q=0.9,en;q=0.8", "es"), ("", "fr, EN;q=0.3, es;q=0.2", "en"),
      ("", "en;q=0, es;q=0.1", "es"), ("", "en;q=0.5,es;q=0.50", "en"), ("", "de,fr", "es"),
      ("", "en;x,es", "es"), ("", ";;,,=", "es"),
    ])
  func language(query: String, accepted: String, expected: String) throws {
    let request = Request(
      .get, path: "/pay/x", query: try Query(query), headers: ["Accept-Language": accepted])
    #expect(PageLanguage(request).rawValue == expected)
  }

  @Test(
    "writes money alike in every language",
    arguments: [
      (0, "$0.00"), (5, "$0.05"), (150_00, "$150.00"), (1_234_567, "$12,345.67"),
      (100_000_000_000, "$1,000,000,000.00"), (99_999, "$999.99"), (100_000, "$1,000.00"),
    ] as [(Int64, String)])
  func money(centavos: Int64, text: String) {
    #expect(PesoText.short(centavos) == text)
    #expect(PesoText.text(centavos) == "\(text) MXN")
  }

  @Test("says when in words, on Mexico City's clock")
  func times() throws {
    let late = SpokenTime(try #require(Instant(rfc3339: "2026-11-28T05:05:59Z")))
    #expect(late.text(.spanish) == "viernes 27 de noviembre de 2026, a las 23:05\u{A0}h")
    #expect(late.text(.english) == "Friday, November 27, 2026, 11:05\u{A0}p.m.")
    let early = SpokenTime(try #require(Instant(rfc3339: "2028-02-29T07:00:00Z")))
    #expect(early.text(.spanish) == "martes 29 de febrero de 2028, a la 1:00\u{A0}h")
    let noon = SpokenTime(try #require(Instant(rfc3339: "2026-01-04T18:30:00Z")))
    #expect(noon.text(.english) == "Sunday, January 4, 2026, 12:30\u{A0}p.m.")
    let midnight = SpokenTime(try #require(Instant(rfc3339: "2026-01-03T06:00:00Z")))
    #expect(midnight.text(.english) == "Saturday, January 3, 2026, 12:00\u{A0}a.m.")
  }

  @Test(
    "rounds the time that is left down to its largest unit",
    arguments: [
      (3 * 86_400 - 1, "quedan 2 días", "2 days left"), (86_400, "queda 1 día", "1 day left"),
      (86_399, "quedan 23 horas", "23 hours left"), (3600, "queda 1 hora", "1 hour left"),
      (3599, "quedan 59 minutos", "59 minutes left"), (60, "queda 1 minuto", "1 minute left"),
      (59, "queda menos de un minuto", "less than a minute left"),
    ] as [(Int64, String, String)])
  func left(seconds: Int64, spanish: String, english: String) {
    #expect(TimeLeft.text(seconds: seconds, .spanish) == spanish)
    #expect(TimeLeft.text(seconds: seconds, .english) == english)
  }

  /// WCAG 2.2, "relative luminance".
  private static func luminance(_ parts: [Double]) -> Double {
    let linear = parts.map { $0 <= 0.04045 ? $0 / 12.92 : power(($0 + 0.055) / 1.055) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// To 2.4: by its fifth root, twelve times.
  private static func power(_ base: Double) -> Double {
    var root = 1.0
    for _ in 0..<60 {
      root -= (root * root * root * root * root - base) / (5 * root * root * root * root)
    }
    return (0..<12).reduce(1) { product, _ in product * root }
  }

  @Test("text on every colour is read at a contrast of 4.5 at least")
  func contrast() throws {
    #expect(Colour("#1D3B5C") == .standard && Colour.standard.text == "#1d3b5c")
    for wrong in ["1d3b5c", "#1d3b5", "#1d3b5cc", "#1d3b5g", "#\u{301}1d3b5", ""] {
      #expect(Colour(wrong) == nil)
    }
    let steps = stride(from: 0, through: 255, by: 15)
    for red in steps {
      for green in steps {
        for blue in steps {
          let hex = [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
          let colour = try #require(Colour("#" + hex))
          let light = Self.luminance([red, green, blue].map { Double($0) / 255 })
          let contrast = colour.ink == "#fff" ? 1.05 / (light + 0.05) : (light + 0.05) / 0.05
          #expect(contrast >= 4.5, "\(hex)")
        }
      }
    }
  }

  @Test("a logo is a PNG or an SVG, whatever its file is called")
  func logos() {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    #expect(Logo(png + Array("IHDR".utf8))?.mediaType == "image/png")
    #expect(Logo(png) == nil)
    let svg = "\u{FEFF}<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>"
    #expect(Logo(Array(svg.utf8))?.mediaType == "image/svg+xml")
    for other in ["", "GIF89a", "<html></html>", "svg <svg>", "{\"<svg\":1}"] {
      #expect(Logo(Array(other.utf8)) == nil)
    }
    #expect(Logo([0x3C, 0xFF] + Array("<svg>".utf8)) == nil)
  }

  @Test("digits go in pairs, the last odd one and letters alone, whichever way is shortest")
  func barcodes() throws {
    // Symbols: start, data and changes, check; 11 modules each, 13 for the stop.
    for (text, symbols) in [
      ("1010101010101010", 10), ("10101010101010101", 12), ("A", 3), ("A1", 4), ("AB123456", 8),
      ("123456AB", 8), ("A12B", 6), ("A1234B", 8), ("000020TRNIRKIYOBO5QFEX55EF0100009", 31),
    ] {
      let code = try #require(Code128(text))
      #expect(code.widths.reduce(0, +) == symbols * 11 + 13, "\(text)")
      #expect(code.modules == symbols * 11 + 33)
    }
    #expect(Code128("") == nil && Code128("é") == nil && Code128("\n") == nil)
  }

  /// The first half of the SHA-256 of the modules as bytes 0 and 1, for the masks 0 to 7: as another
  /// encoder (qrcode 8 for Python) draws them.
  private static let squares = [
    "0123456789": [
      "ce60bfd70cca3bb3", "ddb73a235f8bb045", "586b1cee88823ad3", "5c9b9c7b330d0189",
      "35d643fc923ac644", "e3ec1cb1ccb7b540", "61c57b4e6c134fc2", "73c9ee0639b14447",
    ],
    String(repeating: "0123456789abcdef", count: 6): [
      "7475bec9cdf80677", "cc586f071032b866", "d47b414e6d97ba78", "b08d84dd4714b5e2",
      "09bede3f98a0b43f", "e3df13463a930d6f", "a9fce5c079ef02a6", "96f14061c90bba1f",
    ],
    String(repeating: "0123456789abcdef", count: 11): [
      "88291a87de35a4df", "395818edc22d9c34", "4851eaa9d3df5960", "333a741b3878713c",
      "1ae3e004eb70c988", "f4b090f89561480d", "e587e523e3041b96", "9aace88384a3a996",
    ],
  ]

  @Test("a QR code is drawn as another encoder draws it", arguments: squares.keys.sorted())
  func square(token: String) throws {
    let code = try #require(QRCode("https://pay.shop.example/pay/\(token)"))
    let digest = Hex.encode(Digest.sha256(code.dark.map { $0 ? 1 : 0 }))
    let expected = try #require(Self.squares[token])
    #expect(expected.contains(String(digest.prefix(16))))
    #expect(QRCode(String(repeating: "x", count: 214)) == nil)
  }

  @Test("a CLABE's first three digits name its bank")
  func banks() {
    #expect(Banks.name(clabe: "012914002014112176") == "BBVA México")
    #expect(Banks.name(clabe: "646180109400135624") == "STP")
    #expect(Banks.name(clabe: "684180167000008210") == "Transfer")
    #expect(Banks.name(clabe: "999000000000000000") == nil)
  }
}
