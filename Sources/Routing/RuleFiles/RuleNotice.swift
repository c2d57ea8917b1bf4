public import JSONText

/// Something to tell the author of a rule file, with its place: a fault or a warning.
public struct RuleNotice: Hashable, Sendable {
  public let file: String
  /// Line and column of the file, both from 1; columns in Unicode scalars.
  public let position: SourcePosition
  /// For the author of the file.
  public let message: String
  /// For an expression: its line with a caret line below; nil for anything else.
  public let excerpt: String?

  init(file: String, position: SourcePosition, message: String, excerpt: String? = nil) {
    self.file = file
    self.position = position
    self.message = message
    self.excerpt = excerpt
  }
}

extension RuleNotice: CustomStringConvertible {
  /// `file:line:column: message`, with the excerpt on the lines below where there is one.
  public var description: String {
    let line = "\(file):\(position.line):\(position.column): \(message)"
    return excerpt.map { "\(line)\n\($0)" } ?? line
  }
}

extension RuleNotice: Comparable {
  /// By file, line and column.
  public static func < (left: RuleNotice, right: RuleNotice) -> Bool {
    (left.file, left.position.line, left.position.column)
      < (right.file, right.position.line, right.position.column)
  }
}

/// Why a rule set was refused: everything that is wrong with it, so that it is mended in one go.
public struct RuleSetFaults: Error, Equatable, Sendable {
  /// By file and place; never empty.
  public let faults: [RuleNotice]

  init(_ faults: [RuleNotice]) { self.faults = faults.sorted() }
}

extension RuleSetFaults: CustomStringConvertible {
  /// One `file:line:column: message` for each fault.
  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
