/// A scalar in all its cases.
struct CaseForms {
  let own: Unicode.Scalar
  let uppercase: Unicode.Scalar
  let lowercase: Unicode.Scalar
  /// One form for all cases of a letter: 'K', 'k' and the Kelvin sign fold to 'k'.
  let folded: Unicode.Scalar

  init(_ scalar: Unicode.Scalar) {
    own = scalar
    guard !scalar.isASCII else {
      uppercase = ("a"..."z").contains(scalar) ? Self.ascii(scalar.value - 0x20) : scalar
      lowercase = ("A"..."Z").contains(scalar) ? Self.ascii(scalar.value + 0x20) : scalar
      folded = lowercase
      return
    }
    uppercase = Self.only(scalar.properties.uppercaseMapping) ?? scalar
    lowercase = Self.only(scalar.properties.lowercaseMapping) ?? scalar
    folded = Self.only(uppercase.properties.lowercaseMapping) ?? uppercase
  }

  private static func ascii(_ value: UInt32) -> Unicode.Scalar {
    Unicode.Scalar(UInt8(truncatingIfNeeded: value))
  }

  /// The scalar that a mapping consists of, nil where there are several.
  private static func only(_ mapping: String) -> Unicode.Scalar? {
    let scalars = mapping.unicodeScalars
    guard let first = scalars.first, scalars.count == 1 else { return nil }
    return first
  }
}
