/// Why an expression came out as it did.
public struct Explanation: Sendable {
  /// What became of a sub-expression.
  public enum Result: Sendable, Equatable {
    /// The value as a literal of the language, shortened where it is long.
    case value(String)
    case error(EvaluationError)
    /// Something before it decided.
    case notEvaluated
  }

  /// A sub-expression. Literals are left out, and so is what stands inside a macro, where it has
  /// another value for each element.
  public struct Part: Sendable, Equatable {
    /// As it stands in the source.
    public let source: String
    /// Where it begins, both counted from 1, the column in characters.
    public let line: Int
    public let column: Int
    /// How many parts it stands in; 0 for the whole expression.
    public let depth: Int
    public let result: Result

    /// The source, shortened where it is long.
    public var text: String {
      let kept = source.unicodeScalars.prefix(Explanation.textLimit)
      return kept.endIndex == source.endIndex ? source : Substring(kept) + "…"
    }
  }

  public let outcome: Outcome
  private let program: Program
  private let results: [Evaluator.NodeResult]

  init(_ outcome: Outcome, _ program: Program, _ results: [Evaluator.NodeResult]) {
    self.outcome = outcome
    self.program = program
    self.results = results
  }

  /// Each part before those it consists of, in the order of the source. Written when asked for: an
  /// explanation that nobody reads costs little more than an evaluation.
  public var parts: [Part] {
    var parts: [Part] = []
    var cursor = SourceCursor(program.source)
    var pending: [(node: NodeIndex, depth: Int)] = [(program.root, 0)]
    while let (node, depth) = pending.popLast() {
      for child in program.explainedChildren(of: node).reversed() {
        pending.append((child, depth + 1))
      }
      if program.operation(of: node) == .constant, depth > 0 { continue }
      let range = program.parts.ranges[Int(node)]
      let position = cursor.advance(to: range.start)
      parts.append(
        Part(
          source: program.source[range], line: position.line, column: position.column,
          depth: depth, result: rendered(results[Int(node)])))
    }
    return parts
  }

  /// Longest text of a part, in code points.
  private static let textLimit = 200

  private func rendered(_ result: Evaluator.NodeResult) -> Result {
    switch result {
    case .notEvaluated: .notEvaluated
    case .value(let value): .value(ValueText.render(value))
    case .failure(let failure):
      .error(EvaluationError(failure: failure, program: program))
    }
  }
}
