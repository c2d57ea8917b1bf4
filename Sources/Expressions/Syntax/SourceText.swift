/// A stretch of the source, in UTF-8 offsets.
struct SourceRange: Sendable, Equatable {
  var start: Int
  var end: Int

  func joined(with other: SourceRange) -> SourceRange {
    SourceRange(start: min(start, other.start), end: max(end, other.end))
  }
}

/// A place in the source, as an editor counts: both from 1, columns in code points.
struct SourcePosition: Sendable, Equatable {
  let line: Int
  let column: Int
}

/// The source of one expression.
struct SourceText: Sendable {
  let text: String
  let bytes: [UInt8]

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
  }

  subscript(range: SourceRange) -> String {
    String(decoding: bytes[range.start..<range.end], as: UTF8.self)
  }

  func position(of offset: Int) -> SourcePosition {
    var cursor = SourceCursor(self)
    return cursor.advance(to: offset)
  }

  /// A line without its end, counted from 1; nil where there are not so many.
  func line(_ number: Int) -> String? {
    var start = 0
    for _ in 1..<max(number, 1) {
      guard let end = (start..<bytes.count).first(where: endsLine) else { return nil }
      start = end + 1
    }
    let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return String(decoding: line, as: UTF8.self)
  }

  /// Whether a line ends with that byte. Lines end with `\n`, `\r\n` or `\r`.
  func endsLine(at index: Int) -> Bool {
    if bytes[index] == UInt8(ascii: "\n") { return true }
    guard bytes[index] == UInt8(ascii: "\r") else { return false }
    return index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n")
  }

  /// A fault that marks `range`, or its first line where it has several.
  func fault(_ message: String, at range: SourceRange) -> ExpressionFault {
    let position = position(of: range.start)
    let firstLine = self[range].unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
    return ExpressionFault(
      message: message, line: position.line, column: position.column,
      length: max(1, firstLine.count))
  }
}

/// Finds the positions of growing offsets in one pass.
struct SourceCursor {
  private let source: SourceText
  private var offset = 0
  private var line = 1
  private var column = 1

  init(_ source: SourceText) {
    self.source = source
  }

  mutating func advance(to target: Int) -> SourcePosition {
    var counted = offset
    while offset < target {
      offset += 1
      if source.endsLine(at: offset - 1) {
        line += 1
        column = 1
        counted = offset
      }
    }
    column += source[SourceRange(start: counted, end: offset)].unicodeScalars.count
    return SourcePosition(line: line, column: column)
  }
}
