/// A stretch of the source, in UTF-8 offsets.
struct SourceRange: Sendable, Equatable {
  var start: Int
  var end: Int

  func joined(with other: SourceRange) -> SourceRange {
    SourceRange(start: min(start, other.start), end: max(end, other.end))
  }
}

/// A place in the source, as an editor counts: both from 1, columns in characters.
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

  /// A fault that marks `range`, or its first line where it has several.
  func fault(_ message: String, at range: SourceRange) -> ExpressionFault {
    let position = position(of: range.start)
    let firstLine = self[range].prefix { !$0.isNewline }
    return ExpressionFault(
      message: message, line: position.line, column: position.column,
      length: max(1, firstLine.count))
  }
}

/// Finds the positions of growing offsets in one pass. Lines end with `\n`, `\r\n` or `\r`.
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
      if endsLine(at: offset - 1) {
        line += 1
        column = 1
        counted = offset
      }
    }
    column += source[SourceRange(start: counted, end: offset)].count
    return SourcePosition(line: line, column: column)
  }

  private func endsLine(at index: Int) -> Bool {
    let bytes = source.bytes
    if bytes[index] == UInt8(ascii: "\n") { return true }
    guard bytes[index] == UInt8(ascii: "\r") else { return false }
    return index + 1 == bytes.count || bytes[index + 1] != UInt8(ascii: "\n")
  }
}
