import Crypto

/// How a merchant shows itself to payers.
public struct Display: Equatable, Sendable {
  public var name: String
  public var logo: Logo?
  public var colour: Colour
  /// Whom a transfer is made out to, where the provider does not say.
  public var beneficiary: String?

  public init(
    name: String, logo: Logo? = nil, colour: Colour = .standard, beneficiary: String? = nil
  ) {
    self.name = name
    self.logo = logo
    self.colour = colour
    self.beneficiary = beneficiary
  }
}

/// A colour of sRGB.
public struct Colour: Equatable, Sendable {
  /// Red, green, blue.
  let parts: [UInt8]

  public static let standard = Colour(parts: [0x1D, 0x3B, 0x5C])

  private init(parts: [UInt8]) { self.parts = parts }

  /// - Parameter text: `#` and six hexadecimal digits.
  public init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "#"),
      let parts = Hex.decode(String(Substring(text.utf8.dropFirst()))), parts.count == 3
    else { return nil }
    self.parts = parts
  }

  /// `#1d3b5c`.
  var text: String { "#" + Hex.encode(parts) }

  /// White or black, whichever is read better on it: at a contrast of at least 4.5 (WCAG 2.2,
  /// 1.4.3).
  var ink: String { luminance > 1791 ? "#000" : "#fff" }

  /// Relative luminance (WCAG 2.2) in 1/10,000. Black is read as well as white at 0.1791, where
  /// both contrasts are 4.58; the table's error of 0.002 leaves more than 4.5.
  private var luminance: Int {
    let weights = [2126, 7152, 722]
    let sum = zip(parts, weights).reduce(0) { $0 + Self.linear($1.0) * $1.1 }
    return sum / 10_000
  }

  /// Linear light in 1/10,000, between the curve's values at every sixteenth step.
  private static func linear(_ part: UInt8) -> Int {
    let step = Int(part) / 16
    let (low, high) = (curve[step], curve[step + 1])
    return low + (high - low) * (Int(part) % 16) / 16
  }

  /// ((v + 0.055) / 1.055) ^ 2.4 for v of 0, 16, … 256 of 255 (IEC 61966-2-1).
  private static let curve = [
    0, 52, 144, 296, 513, 802, 1170, 1620, 2159, 2789, 3515, 4342, 5271, 6308, 7454, 8714, 10_089,
  ]
}

/// A merchant's logo: an image file as it is.
public struct Logo: Equatable, Sendable {
  public static let mostBytes = 65_536

  let bytes: [UInt8]
  let mediaType: String

  /// Nil for what is neither a PNG nor an SVG.
  public init?(_ bytes: [UInt8]) {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    if bytes.starts(with: png), bytes.dropFirst(12).starts(with: "IHDR".utf8) {
      mediaType = "image/png"
    } else if Self.isSVG(bytes) {
      mediaType = "image/svg+xml"
    } else {
      return nil
    }
    self.bytes = bytes
  }

  /// Markup in UTF-8 that has an `svg` element.
  private static func isSVG(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    let start = text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
    return start == "<" && text.utf8.contains("<svg".utf8)
  }
}
