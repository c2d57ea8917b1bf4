import HTTPServing

/// The languages of the payer's page: Mexico's first.
enum PageLanguage: String, CaseIterable, Sendable {
  case spanish = "es"
  case english = "en"

  /// `?lang=` decides, then `Accept-Language`; Spanish where neither names a language of the page.
  init(_ request: Request) {
    let accepted = request.headers.values(of: "Accept-Language").joined(separator: ",")
    self =
      request.query["lang"].flatMap(Self.init(rawValue:)) ?? Self.preferred(accepted) ?? .spanish
  }

  /// One text in the language.
  func callAsFunction(_ spanish: HTML, _ english: HTML) -> HTML {
    self == .spanish ? spanish : english
  }

  var other: PageLanguage { self == .spanish ? .english : .spanish }

  /// RFC 9110 section 12.5.4: the greatest weight, and of equal ones the first.
  private static func preferred(_ field: String) -> PageLanguage? {
    var best: (language: PageLanguage, weight: Int)?
    for element in field.utf8.split(separator: UInt8(ascii: ",")) {
      let parts = element.split(separator: UInt8(ascii: ";")).map(trimmed)
      guard let tag = parts.first?.split(separator: UInt8(ascii: "-")).first,
        let language = Self(rawValue: String(decoding: tag, as: UTF8.self).lowercased())
      else { continue }
      let weight = parts.dropFirst().first.map(permille) ?? 1000
      if weight > best?.weight ?? 0 { best = (language, weight) }
    }
    return best?.language
  }

  private static func trimmed(_ bytes: Substring.UTF8View) -> Substring.UTF8View {
    let blank = UInt8(ascii: " ")
    let rest = bytes.drop { $0 == blank }
    guard let last = rest.lastIndex(where: { $0 != blank }) else { return rest }
    return rest[...last]
  }

  /// `q=0.8` as 800; nothing for what cannot be read.
  private static func permille(_ parameter: Substring.UTF8View) -> Int {
    guard parameter.starts(with: "q=".utf8) || parameter.starts(with: "Q=".utf8) else { return 0 }
    let digits = parameter.dropFirst(2).filter { $0 != UInt8(ascii: ".") }.prefix(4)
    let value = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    return (digits.count..<4).reduce(value) { value, _ in value * 10 }
  }
}
