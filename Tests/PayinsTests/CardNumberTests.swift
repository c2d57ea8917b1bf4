import Payins
import TestSupport
import Testing

/// No card's number is taken, and no identifier refused.
@Suite("card numbers")
struct CardNumberTests {
  /// The networks' published test numbers.
  static let numbers = [
    "4111111111111111", "4222222222222", "4000000000000000006", "5555555555554444",
    "2223003122003222", "378282246310005", "371449635398431", "30569309025904", "38520000023237",
    "3530111333300000", "6011111111111117", "6011000990139424", "6200000000000005",
    "6759649826438453", "5062540000000002", "5064000000000009",
  ].map { withCheckDigit($0) }

  /// The last digit made right, where a table's is not.
  private static func withCheckDigit(_ number: String) -> String {
    let digits = number.utf8.map { Int($0) - 48 }
    let body = digits.dropLast()
    var sum = 0
    for (index, digit) in body.reversed().enumerated() {
      let value = index.isMultiple(of: 2) ? digit * 2 : digit
      sum += value > 9 ? value - 9 : value
    }
    return body.map(String.init).joined() + String((10 - sum % 10) % 10)
  }

  private static func grouped(_ number: String, _ separator: String) -> String {
    let digits = Array(number.unicodeScalars)
    let sizes = digits.count == 15 ? [4, 6, 5] : [4, 4, 4, 4, 4]
    var groups: [String] = []
    var start = 0
    for size in sizes where start < digits.count {
      let end = min(start + size, digits.count)
      groups.append(digits[start..<end].map(String.init).joined())
      start = end
    }
    return groups.joined(separator: separator)
  }

  @Test("are found in a text, however they are written", arguments: numbers)
  func written(_ number: String) {
    let separators = [
      "", " ", "  ", "-", ".", "/", "_", "\u{A0}", "\u{2007}", "\u{202F}", "\u{3000}", " - ",
      "\u{2013}", "\u{200B}", "\t", "\n",
    ]
    for separator in separators {
      let text = Self.grouped(number, separator)
      for written in [
        text, "tarjeta \(text) 12/27", "\(text) cvv 123", "x\(text)x", "#1: \(text), 200 pesos",
        "1 \(text) 2",
      ] {
        #expect(CardNumbers.occur(in: written), "\(written)")
        #expect(!CardNumbers.occur(in: CardNumbers.masked(written)), "\(written)")
      }
    }
    let wide = String(
      String.UnicodeScalarView(
        number.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFF10 - 48) }))
    #expect(CardNumbers.occur(in: wide), "full width")
    let arabic = String(
      String.UnicodeScalarView(
        number.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0x660 - 48) }))
    #expect(CardNumbers.occur(in: "رقم \(arabic)"), "Arabic-Indic")
    let struck = number.unicodeScalars.map { "\($0)\u{336}" }.joined()
    #expect(CardNumbers.occur(in: struck), "struck through")
    for glued in ["123", "1227", "1227123"] {
      #expect(CardNumbers.occur(in: number + glued), "\(number) and \(glued)")
    }
    #expect(!CardNumbers.occur(in: number.dropLastDigit + "x"), "a digit short")
  }

  @Test("are found as a whole where a value identifies something", arguments: numbers)
  func whole(_ number: String) {
    let count = number.utf8.count
    #expect(CardNumbers.isWhole(number) == [15, 16].contains(count), "\(number)")
    guard count == 15 || count == 16 else { return }
    for separator in [" ", "-", "."] {
      #expect(CardNumbers.isWhole(Self.grouped(number, separator)))
    }
    for identifier in ["order-\(number)", "\(number)x", "\(number)-1", "1-\(number)"] {
      #expect(!CardNumbers.isWhole(identifier), "\(identifier)")
    }
    let url = "https://shop.example/a?"
    #expect(CardNumbers.occur(inURL: url + "card=\(number)&x=1"))
    #expect(CardNumbers.occur(inURL: url + "card=" + Self.grouped(number, "%20")))
    #expect(CardNumbers.occur(inURL: "https://shop.example/\(number)"))
    #expect(!CardNumbers.occur(inURL: url + "order=A\(number)"))
    #expect(CardNumbers.occur(inValue: number))
    #expect(CardNumbers.occur(inValue: "paid with \(number)"))
  }

  @Test("digits that are no number of a network, or have another check digit, are none")
  func others() {
    for text in [
      "4111111111111112", "1234567812345670", "9999999999999995", "0000000000000000",
      "11030021342311520255", "646180109400135624", "684180104648910150", "+52 55 1234 5678",
      "2026-11-26T14:48:11.123456-06:00", "Pedido 20261126 0001 y 0002", "",
      "4111 1111 a 1111 1111", "4111      1111      1111      1111",
    ] {
      #expect(!CardNumbers.occur(in: text), "\(text)")
      #expect(CardNumbers.masked(text) == text)
    }
  }

  @Test("are masked digit by digit, and nothing else is")
  func masked() {
    #expect(
      CardNumbers.masked(#"{"card_number":"4111 1111-11111111","cvv2":"123","id":"tr41"}"#)
        == #"{"card_number":"**** ****-********","cvv2":"123","id":"tr41"}"#)
    #expect(CardNumbers.masked("á 4111111111111111 ñ 12") == "á **************** ñ 12")
    let answer = RawAnswer(
      status: 200,
      body: Array(String(repeating: ".", count: 4090).utf8) + Array("4111111111111111".utf8))
    #expect(answer.body.hasSuffix(".******") && answer.body.utf8.count == RawAnswer.mostBytes)
  }

  // MARK: How many identifiers are refused

  /// Of so many texts, each made of the one before by a few random hexadecimal digits.
  private static func refused(_ count: Int, seed: UInt64, hyphens: [Int], length: Int) -> Int {
    let dice = Dice(seed: seed)
    let digits = Array("0123456789abcdef".utf8)
    var text = [UInt8](repeating: UInt8(ascii: "0"), count: length)
    for place in hyphens { text[place] = UInt8(ascii: "-") }
    let places = text.indices.filter { !hyphens.contains($0) }
    for place in places { text[place] = digits[dice.below(16)] }
    return (0..<count).count { _ in
      let word = Int(truncatingIfNeeded: dice.next() >> 1)
      for (shift, step) in [(8, 0), (12, 7), (16, 13), (20, 19), (24, 26)] {
        text[places[(word + step) % places.count]] = digits[word >> shift & 15]
      }
      let value = String(decoding: text, as: UTF8.self)
      return CardNumbers.isWhole(value) || CardNumbers.occur(inValue: value)
    }
  }

  @Test("no UUID and no hash of a million is refused", arguments: 0..<8)
  func identifiers(_ block: UInt64) {
    #expect(Self.refused(62_500, seed: block, hyphens: [], length: 32) == 0)
    #expect(Self.refused(125_000, seed: block + 9, hyphens: [8, 13, 18, 23], length: 36) == 0)
  }

  @Test(
    "of references of 13 to 15 bare digits at most one in ten thousand is refused",
    arguments: [13, 14, 15])
  func references(_ length: Int) {
    let dice = Dice(seed: UInt64(length))
    let refused = (0..<100_000).count { _ in
      CardNumbers.isWhole(Self.digits(dice, length))
    }
    #expect(refused <= 10, "\(refused) of 100,000")
  }

  @Test("of references of 16 bare digits one in forty is refused; the documentation says so")
  func sixteen() {
    let dice = Dice(seed: 16)
    let refused = (0..<100_000).count { _ in CardNumbers.isWhole(Self.digits(dice, 16)) }
    #expect((2000...3000).contains(refused), "\(refused) of 100,000")
    let lettered = (0..<10_000).count { _ in
      CardNumbers.isWhole("P" + Self.digits(dice, 16))
    }
    #expect(lettered == 0)
  }

  private static func digits(_ dice: Dice, _ count: Int) -> String {
    String(decoding: (0..<count).map { _ in UInt8(48 + dice.below(10)) }, as: UTF8.self)
  }
}

extension String {
  fileprivate var dropLastDigit: String { String(unicodeScalars.dropLast()) }
}
