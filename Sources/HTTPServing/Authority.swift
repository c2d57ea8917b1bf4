/// `host [":" port]` as `Host` and absolute targets carry it (RFC 9110 section 7.2).
enum Authority {
  /// User information and empty hosts are refused (RFC 9110 sections 4.2.1 and 4.2.4).
  static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    let hostEnd: Int
    if bytes.first == UInt8(ascii: "[") {
      guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
      let literal = bytes[(bytes.startIndex + 1)..<close]
      guard literal.contains(UInt8(ascii: ":")), ByteSet.addressLiteral.containsAll(literal) else {
        return false
      }
      hostEnd = close + 1
    } else {
      hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
      let name = bytes[..<hostEnd]
      guard !name.isEmpty, ByteSet.registeredName.containsAll(name), PercentCoding.isValid(name)
      else { return false }
    }
    guard hostEnd < bytes.endIndex else { return true }
    let port = bytes[(hostEnd + 1)...]
    return bytes[hostEnd] == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy(\.isDigit)
  }
}
