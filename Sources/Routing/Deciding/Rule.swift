import Expressions
import Payins

/// One rule: where pay-ins go for which its condition is true.
struct Rule: Sendable {
  let name: String
  /// The file it stands in.
  let file: String
  let condition: Expression
  let route: Route
  /// Outcomes after which the next candidate is tried.
  let retry: [RetryOutcome]

  /// The name under which the route of last resort is reported.
  static let otherwise = "otherwise"
}
