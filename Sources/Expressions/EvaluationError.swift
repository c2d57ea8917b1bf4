/// Why an expression has no value.
public struct EvaluationError: Error, Sendable {
  let failure: Failure
  let program: Program

  private var range: SourceRange { program.parts.ranges[Int(failure.node)] }

  /// The sub-expression that failed, as it stands in the source.
  public var text: String { program.source[range] }
  /// Where it begins, both counted from 1, the column in characters.
  public var line: Int { program.source.position(of: range.start).line }
  public var column: Int { program.source.position(of: range.start).column }

  public var message: String {
    switch failure.reason {
    case .unbound, .absent: "\(text) is absent"
    case .noSuchKey(let key): "no such key: \(ValueText.render(key)) in \(text)"
    case .indexOutOfRange(let index, let count):
      "index \(index) is out of range: the list has \(counted(count, "element"))"
    case .positionOutOfRange(let position, let count):
      "position \(position) is out of range: the text has \(counted(count, "code point"))"
    case .reversedRange(let start, let end): "the range from \(start) to \(end) runs backwards"
    case .noValue: "\(text) asks for the value of an optional that has none"
    case .overflow(let type): "the result is outside the range of \(type)"
    case .divisionByZero: "division by zero"
    case .noOverload(let types): "not applicable to \(types)"
    case .unreadable(let text, let type): "\(text) is no \(type)"
    case .duplicateKey(let key): "the key \(ValueText.render(key)) stands twice"
    case .badPattern(let message): "in the pattern: \(message)"
    case .wrongResult(let expected, let found): "the result must be \(expected), but is \(found)"
    case .tooManySteps: "stopped after \(ExpressionLimits.steps) steps"
    case .tooMuchMemory: "stopped after making \(ExpressionLimits.producedBytes) bytes of values"
    }
  }
}

extension EvaluationError {
  /// The message without what the values are, of which some may be nobody's business.
  public var messageWithoutValues: String {
    switch failure.reason {
    case .noSuchKey: "no such key in \(text)"
    case .indexOutOfRange, .positionOutOfRange: "out of range: \(text)"
    case .reversedRange: "a range that runs backwards: \(text)"
    case .unreadable(_, let type): "not to be read as \(type): \(text)"
    case .duplicateKey: "a key stands twice in \(text)"
    case .badPattern: "no good pattern in \(text)"
    case .unbound, .absent, .overflow, .divisionByZero, .noOverload, .noValue, .wrongResult,
      .tooManySteps, .tooMuchMemory:
      message
    }
  }
}

extension EvaluationError: Equatable {
  public static func == (left: EvaluationError, right: EvaluationError) -> Bool {
    left.failure == right.failure && left.program === right.program
  }
}

extension EvaluationError: CustomStringConvertible {
  public var description: String { message }
}

/// What an evaluation ends in.
public enum Outcome: Sendable, Equatable {
  case value(Value)
  case error(EvaluationError)

  /// Whether a condition holds; an error does not.
  public var isTrue: Bool {
    if case .value(.bool(true)) = self { return true }
    return false
  }
}
