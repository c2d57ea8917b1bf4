extension UInt8 {
  /// The ASCII letter in lower case; any other byte as it is.
  @inlinable
  var lowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }

  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

  /// A space or a tab.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

  /// The value of the hexadecimal digit; nil for any other byte.
  var hexadecimal: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

extension Collection<UInt8> {
  /// Whether these are the bytes of an ASCII text in lower case, whatever their own case.
  @inlinable
  public func isSameIgnoringCase(as lowercase: StaticString) -> Bool {
    let length = lowercase.utf8CodeUnitCount
    guard count == length else { return false }
    return lowercase.withUTF8Buffer { unsafe $0.elementsEqual(self) { $0 == $1.lowercased } }
  }
}

extension ArraySlice<UInt8> {
  /// Without the spaces and tabs around it.
  public var trimmed: ArraySlice<UInt8> {
    guard let first = firstIndex(where: { !$0.isBlank }),
      let last = lastIndex(where: { !$0.isBlank })
    else { return self[endIndex...] }
    return self[first...last]
  }

  /// The trimmed elements of a comma-separated list, empty ones included.
  var listed: [ArraySlice<UInt8>] {
    split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(\.trimmed)
  }
}
