/// Unicode scalars that make one `Character` together with an ASCII sign beside them: code that
/// walks characters does not see the sign then, while parsers of bytes and of scalars do.
public enum JoiningScalars {
  /// They join with what follows (Prepend).
  public static let ahead = all { "\($0)<".count == 1 }
  /// They join with what precedes (Extend, SpacingMark, zero-width joiner).
  public static let behind = all { "<\($0)".count == 1 }
  /// They join with their like, or with what most formats treat apart.
  public static let others: [Unicode.Scalar] = [
    "\r", "\n", "\u{1F1F2}", "\u{1F1FD}", "\u{1100}", "\u{1161}", "\u{1F468}", "\u{37E}",
    "\u{1FEF}", "\u{212A}",
  ]

  /// In the planes where scalars are assigned that can join.
  private static func all(_ joins: (Unicode.Scalar) -> Bool) -> [Unicode.Scalar] {
    let planes: [ClosedRange<UInt32>] = [0x80...0x1FFFF, 0xE0000...0xE0FFF]
    return planes.joined().compactMap { Unicode.Scalar($0) }.filter(joins)
  }

  /// Texts in which one of the signs stands between scalars that join with it, on either side.
  public static func texts(around signs: String) -> [String] {
    var out: [String] = []
    for sign in signs.unicodeScalars {
      for scalar in ahead { out += ["\(scalar)\(sign)b", "\(scalar)\(sign)\u{301}"] }
      for scalar in behind { out += ["a\(sign)\(scalar)", "\u{600}\(sign)\(scalar)"] }
      for scalar in others {
        out += ["\(scalar)\(sign)", "\(sign)\(scalar)"]
        out.append("\u{600}\(scalar)\(sign)\(scalar)\u{FE0F}")
      }
    }
    return out
  }
}
