import Foundation

/// Texts cut to what a provider takes, never inside a character.
enum LimitedText {
  static func utf16(_ text: String, _ limit: Int) -> String {
    cut(text, limit) { $0.utf16.count }
  }

  static func utf8(_ text: String, _ limit: Int) -> String {
    cut(text, limit) { $0.utf8.count }
  }

  /// Printable ASCII: accents fall off their letters, anything else becomes a space.
  static func ascii(_ text: String, _ limit: Int) -> String {
    let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    let letters = isPlain ? text : text.decomposedStringWithCanonicalMapping
    var out: [UInt8] = []
    for scalar in letters.unicodeScalars where !(0x300...0x36F).contains(scalar.value) {
      let isPrintable = (0x21..<0x7F).contains(scalar.value)
      if isPrintable {
        out.append(UInt8(scalar.value))
      } else if let last = out.last, last != space {
        out.append(space)
      }
    }
    out = Array(out.prefix(limit))
    if out.last == space { out.removeLast() }
    return String(decoding: out, as: UTF8.self)
  }

  private static let space = UInt8(ascii: " ")

  /// The text where it is within so many UTF-8 bytes: an address cut short is another address.
  static func whole(_ text: String?, _ limit: Int) -> String? {
    text.flatMap { $0.isEmpty || $0.utf8.count > limit ? nil : $0 }
  }

  private static func cut(_ text: String, _ limit: Int, _ width: (Character) -> Int) -> String {
    var left = limit
    let kept = words(text).prefix { character in
      left -= width(character)
      return left >= 0
    }
    return words(String(kept))
  }

  /// Single spaces between words, none at the ends.
  private static func words(_ text: String) -> String {
    text.unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }
      .joined(separator: " ")
  }
}

extension String {
  /// This text, or another where nothing is left of it.
  func or(_ other: String) -> String { isEmpty ? other : self }
}
