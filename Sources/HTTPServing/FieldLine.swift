/// One `name: value` line (RFC 9112 section 5).
struct FieldLine {
  let name: ArraySlice<UInt8>
  let value: ArraySlice<UInt8>

  /// Refuses whitespace before the colon and folded lines with it: neither is a token.
  init(_ line: ArraySlice<UInt8>) throws(Problem) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
      throw .invalidRequest("a header line has no colon")
    }
    name = line[..<colon]
    guard !name.isEmpty, ByteSet.token.containsAll(name) else {
      throw .invalidRequest("a header name is not a token directly before its colon")
    }
    value = line[(colon + 1)...].trimmed
  }
}
