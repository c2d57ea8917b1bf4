/// Why a source is no valid expression: told when it is loaded, never while it decides.
public struct ExpressionFault: Error, Sendable, Equatable {
  /// What was found, what was expected, and a suggestion where there is a likely one.
  public let message: String
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in code points.
  public let column: Int
  /// How many code points of that line are at fault, at least 1.
  public let length: Int

  /// Its line of the source and a line that marks the place; nil where there is no such line.
  public func excerpt(of source: String) -> String? {
    guard let text = SourceText(source).line(line) else { return nil }
    // Tabs stay tabs, so that the mark stands under its place however wide they are shown.
    let margin = text.unicodeScalars.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    return "\(text)\n\(margin)\(String(repeating: "^", count: length))"
  }
}

extension ExpressionFault: CustomStringConvertible {
  public var description: String { "\(line):\(column): \(message)" }
}
