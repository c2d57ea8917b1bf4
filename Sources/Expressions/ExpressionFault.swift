/// Why a source is no valid expression: told when it is loaded, never while it decides.
public struct ExpressionFault: Error, Sendable, Equatable {
  /// What was found, what was expected, and a suggestion where there is a likely one.
  public let message: String
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in characters.
  public let column: Int
  /// How many characters of that line are at fault, at least 1.
  public let length: Int

  /// The fault above its line of the source and a line that marks the place.
  public func rendered(source: String) -> String {
    let lines = source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard line <= lines.count else { return description }
    let text = lines[line - 1]
    // Tabs stay tabs, so that the mark stands under its place however wide they are shown.
    let margin = text.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    return "\(description)\n\(text)\n\(margin)\(String(repeating: "^", count: length))"
  }
}

extension ExpressionFault: CustomStringConvertible {
  public var description: String { "\(line):\(column): \(message)" }
}
