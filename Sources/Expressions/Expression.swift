/// A checked expression of the Common Expression Language (github.com/google/cel-spec), ready to be
/// evaluated any number of times, from any thread.
public struct Expression: Sendable {
  let program: Program

  /// Parses and checks a source.
  ///
  /// - Parameters:
  ///   - declarations: the variables it may use; activations have their values in the same order.
  ///   - expected: the type of its result, `.bool` for a condition.
  /// - Throws: the first fault, with its place.
  public init(
    _ source: String, declarations: Declarations, expecting expected: ExpressionType
  ) throws(ExpressionFault) {
    program = try Checker.compile(
      SourceText(source), declarations: declarations, expecting: expected)
  }

  public var source: String { program.source.text }

  /// The value over an activation, or the error that it ends in.
  ///
  /// Pure: the same activation gives the same outcome. Bounded by `ExpressionLimits`.
  public func evaluate(_ activation: Activation) -> Outcome {
    var evaluator = Evaluator(program, activation)
    return outcome(of: &evaluator)
  }

  /// The outcome with that of every sub-expression, so that an operator sees why.
  public func explain(_ activation: Activation) -> Explanation {
    var evaluator = Evaluator(program, activation, recordsResults: true)
    let outcome = outcome(of: &evaluator)
    return Explanation(outcome, program, evaluator.results ?? [])
  }

  private func outcome(of evaluator: inout Evaluator) -> Outcome {
    do {
      return .value(try evaluator.run())
    } catch {
      return .error(EvaluationError(failure: error, program: program))
    }
  }
}
