/// Scalars from the UTF-16 units that `\u` escapes write.
enum Surrogates {
  /// The scalar of a lead and a trail surrogate; nil when they are no pair.
  static func scalar(_ lead: UInt16, _ trail: UInt16) -> Unicode.Scalar? {
    guard UTF16.isLeadSurrogate(lead), UTF16.isTrailSurrogate(trail) else { return nil }
    return Unicode.Scalar(0x10000 + (UInt32(lead) & 0x3FF) << 10 + UInt32(trail) & 0x3FF)
  }
}

extension Unicode.Scalar {
  /// The value of an ASCII hex digit.
  var hexValue: UInt8? {
    switch self {
    case "0"..."9": UInt8(value - 0x30)
    case "a"..."f": UInt8(value - 0x61 + 10)
    case "A"..."F": UInt8(value - 0x41 + 10)
    default: nil
    }
  }
}
