import Payins

/// A configured target with what deciding needs of its account, looked up once at load.
struct ServingTarget: Equatable, Sendable {
  let candidate: Candidate
  let capability: Capability
  /// Nil: all.
  let merchants: Set<String>?

  var target: Target { candidate.target }
}

/// Where a rule leads: targets put in order by a strategy, then a tail in the order written. No
/// target stands in it twice.
struct Route: Equatable, Sendable {
  let strategy: Strategy
  let heads: [ServingTarget]
  let tail: [ServingTarget]

  /// In the order written.
  var targets: [ServingTarget] { heads + tail }
}

/// How the targets of a route are put in order.
enum Strategy: Equatable, Sendable {
  /// As written.
  case priority
  /// By chance, in proportion to the weights; one for each target, in its order.
  case split(weights: [Int64])
  /// The lowest fee for the amount first.
  case cheapest
  /// The highest success rate first, then the lowest latency.
  case healthiest

  /// As rule files name it.
  enum Name: String, CaseIterable {
    case priority, split, cheapest, healthiest
  }

  var name: Name {
    switch self {
    case .priority: .priority
    case .split: .split
    case .cheapest: .cheapest
    case .healthiest: .healthiest
    }
  }
}
