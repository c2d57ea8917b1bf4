import JSONText
import Payins

/// How often a route by health tries another target first, so that it notices a recovery.
private let exploredPermille: Int64 = 30

extension Route {
  /// The heads that can serve in the order to be tried, as places in `heads`. Ties keep the order
  /// written.
  func ordered(_ kept: [Int], for question: RoutingQuestion, fees: [Target: Fee]) -> [Int] {
    switch strategy {
    case .priority: kept
    case .split(let weights): split(kept, weights, StableHash(question.payin))
    case .cheapest: sorted(kept) { heads[$0].fee(for: question, in: fees) }
    case .healthiest: healthiest(kept, question)
    }
  }

  /// Why a head that can serve stands where it does; nil where the rule itself says it.
  func detail(of head: Int, isFirst: Bool, for question: RoutingQuestion, fees: [Target: Fee])
    -> String?
  {
    let target = heads[head].target
    switch strategy {
    case .priority: return nil
    case .split(let weights):
      return "weight \(weights[head])" + (isFirst ? ", drawn by the pay-in's id" : "")
    case .cheapest:
      let fee = fees[target]?.rounded(for: question.request.amount) ?? 0
      return "fee $" + DecimalText.text(fee, places: 2)
    case .healthiest:
      let health = question.health(of: target.account)
      let rate = DecimalText.text(Int64(health.successPermille), places: 1)
      return "success rate \(rate) %, latency \(health.latencyMilliseconds) ms"
        + (isFirst && explores(question) ? "; tried first to notice a recovery" : "")
    }
  }

  /// The first by weighted chance; the others follow, the heaviest first. Targets that cannot
  /// serve take no part, so the weights of the rest share the whole.
  private func split(_ kept: [Int], _ weights: [Int64], _ hash: StableHash) -> [Int] {
    let total = kept.reduce(0) { $0 + weights[$1] }
    let byWeight = sorted(kept) { -weights[$0] }
    var draw = hash.draw(total, for: .split)
    guard total > 0,
      let first = kept.first(where: { head in
        draw -= weights[head]
        return draw < 0
      })
    else { return byWeight }
    return [first] + byWeight.filter { $0 != first }
  }

  private func healthiest(_ kept: [Int], _ question: RoutingQuestion) -> [Int] {
    var order = sorted(kept) { head in
      let health = question.health(of: heads[head].target.account)
      return Rank(-Int64(health.successPermille), health.latencyMilliseconds)
    }
    if order.count > 1, explores(question) {
      let others = StableHash(question.payin).draw(Int64(order.count - 1), for: .explored)
      order.insert(order.remove(at: 1 + Int(others)), at: 0)
    }
    return order
  }

  private func explores(_ question: RoutingQuestion) -> Bool {
    StableHash(question.payin).draw(1000, for: .explore) < exploredPermille
  }

  /// By rank, ties in the order given.
  private func sorted<Key: Comparable>(_ kept: [Int], by rank: (Int) -> Key) -> [Int] {
    kept.map { (head: $0, rank: rank($0)) }
      .sorted { ($0.rank, $0.head) < ($1.rank, $1.head) }
      .map(\.head)
  }
}

extension ServingTarget {
  /// In millionths of a centavo; a rule set is refused where a fee that this needs is missing.
  fileprivate func fee(for question: RoutingQuestion, in fees: [Target: Fee]) -> Int128 {
    fees[target]?.exact(for: question.request.amount) ?? 0
  }
}

/// Two numbers, compared in turn.
private struct Rank: Comparable {
  let first: Int64
  let second: Int64

  init(_ first: Int64, _ second: Int64) {
    self.first = first
    self.second = second
  }

  static func < (left: Rank, right: Rank) -> Bool {
    (left.first, left.second) < (right.first, right.second)
  }
}
