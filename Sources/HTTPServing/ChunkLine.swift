/// The line before the data of a chunk (RFC 9112 section 7.1).
struct ChunkLine: Equatable {
  /// Bytes of data that follow; zero for the last chunk.
  let size: Int
  /// Bytes of the extensions, which are dropped.
  let extensionBytes: Int

  init(_ line: ArraySlice<UInt8>) throws(Problem) {
    let digits = line.prefix { $0.hexadecimal != nil }
    guard !digits.isEmpty, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .invalidRequest("a chunk size is not a hexadecimal number") }
    let rest = line[digits.endIndex...]
    guard rest.isEmpty || rest.trimmed.first == UInt8(ascii: ";") else {
      throw .invalidRequest("a chunk size is followed by something else than an extension")
    }
    self.size = size
    extensionBytes = rest.count
  }
}
