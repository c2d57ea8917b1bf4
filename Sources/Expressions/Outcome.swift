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
