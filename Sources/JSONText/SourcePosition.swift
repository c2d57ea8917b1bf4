/// A place in a text for people: line and column from 1, columns counted in Unicode scalars.
/// Lines end with LF, CR or CRLF.
public struct SourcePosition: Sendable, Hashable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Walks over a text and keeps the position it stands at.
struct PositionCursor {
  private(set) var position = SourcePosition(line: 1, column: 1)
  private var afterReturn = false

  mutating func advance(over scalar: Unicode.Scalar) {
    switch scalar {
    case "\n" where afterReturn: break
    case "\n", "\r": position = SourcePosition(line: position.line + 1, column: 1)
    default: position.column += 1
    }
    afterReturn = scalar == "\r"
  }

  /// The position behind a text.
  static func after(_ text: some Sequence<Unicode.Scalar>) -> SourcePosition {
    var cursor = PositionCursor()
    for scalar in text { cursor.advance(over: scalar) }
    return cursor.position
  }
}
