/// Walks the bytes of a source.
struct SourceReader {
  let source: SourceText
  var index = 0

  init(_ source: SourceText) {
    self.source = source
  }

  /// The next byte, nil at the end.
  var byte: UInt8? { peek(0) }

  func peek(_ distance: Int) -> UInt8? {
    index + distance < source.bytes.count ? source.bytes[index + distance] : nil
  }

  /// Passes `mark` if it is next.
  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard byte == UInt8(ascii: mark) else { return false }
    index += 1
    return true
  }

  mutating func skip(while condition: (UInt8) -> Bool) {
    while let byte, condition(byte) { index += 1 }
  }

  /// What was read since `start`.
  func text(from start: Int) -> String {
    source[SourceRange(start: start, end: index)]
  }

  /// A fault that marks what was read since `start`.
  func fault(_ message: String, from start: Int) -> ExpressionFault {
    source.fault(message, at: SourceRange(start: start, end: index))
  }
}

func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
