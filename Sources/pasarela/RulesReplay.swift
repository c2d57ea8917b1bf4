import Foundation
import Gateway
import JSONText
import MerchantAPI
import Payins
import Routing
import Storage

/// `pasarela rules replay`: what another rule set would have decided otherwise on the pay-ins that
/// the store has. Accounts count as healthy, and the time is each pay-in's own.
struct RulesReplay {
  private static let page = 500
  private static let examples = 20

  private let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  private struct Change: Hashable {
    var rule: String
    var from: String
    var to: String
  }

  /// - Parameter since: an RFC 3339 time; all pay-ins where it is nil.
  func run(_ path: String, since: String?) async throws {
    let start = since.flatMap { Instant(rfc3339: $0) }
    if since != nil, start == nil {
      throw UsageFault(
        message: "--since must be an RFC 3339 time, such as 2026-01-31T00:00:00-06:00")
    }
    let set = try RuleFiles.load(RulesCommand.files(at: path), accounts: configuration.accounts)
    if case .sqlite(let file) = configuration.store,
      !FileManager.default.fileExists(atPath: file)
    {
      throw ConfigurationFault(["the store holds no pay-ins yet"])
    }
    let store = try StoreOpening(configuration).open()
    var seen = 0
    var changes: [Change: (count: Int, amount: Int64)] = [:]
    for merchant in configuration.merchants {
      try await eachPayin(of: merchant.id, since: start, in: store) { payin in
        seen += 1
        guard let change = change(payin, set) else { return }
        let sum = changes[change] ?? (0, 0)
        changes[change] = (sum.count + 1, sum.amount + payin.request.amount)
      }
    }
    await store.close()
    report(seen, changes)
  }

  private func eachPayin(
    of merchant: String, since: Instant?, in store: any Database, _ body: (Payin) -> Void
  ) async throws {
    var query = PayinQuery(merchant: merchant, limit: Self.page)
    query.createdFrom = since
    while true {
      let payins = try await store.payins(query)
      for payin in payins { body(payin) }
      guard payins.count == Self.page, let last = payins.last else { return }
      query.before = last.id
    }
  }

  /// Nil where the first choice stays what it was.
  private func change(_ payin: Payin, _ set: RuleSet) -> Change? {
    let decision = set.decide(
      RoutingQuestion(
        request: payin.request, payin: payin.id, merchant: payin.merchant, now: payin.createdAt))
    let before = payin.routing.candidates.first?.target.description ?? "nobody"
    let after = decision.order.first?.description ?? "nobody"
    return before == after ? nil : Change(rule: decision.rule, from: before, to: after)
  }

  private func report(_ seen: Int, _ changes: [Change: (count: Int, amount: Int64)]) {
    let total = changes.values.reduce(0) { $0 + $1.count }
    Output.line("\(total) of \(seen) pay-ins would have gone elsewhere first")
    let sorted = changes.sorted { left, right in
      (right.value.count, left.key.rule, left.key.from, left.key.to)
        < (left.value.count, right.key.rule, right.key.from, right.key.to)
    }
    for (change, sum) in sorted.prefix(Self.examples) {
      let pesos = "\(sum.amount / 100).\(String(sum.amount % 100 + 100).dropFirst())"
      Output.line("  \(change.rule): \(change.from) -> \(change.to): \(sum.count), $\(pesos)")
    }
  }
}
