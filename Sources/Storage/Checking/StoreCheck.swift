import JSONText
import Payins

/// Looks whether what a store keeps agrees with itself. A gateway may go on beside it.
public struct StoreCheck: Sendable {
  /// What one question found.
  public struct Finding: Sendable {
    public var name: String
    /// How many rows it looked at.
    public var count: Int
    /// Sentences for the operator; none where all is well.
    public var faults: [String]
  }

  /// The most that are told of a kind.
  private static let mostFaults = 20

  private let store: any ExaminableDatabase

  public init(_ store: any ExaminableDatabase) { self.store = store }

  /// - Parameter tell: hears of each finding as it is made.
  public func run(_ tell: (Finding) -> Void) async throws(DatabaseError) {
    tell(Finding(name: "file", count: 1, faults: try await store.faultsOfFile()))
    for relation in StoreRelation.all {
      let (count, orphans) = try await store.orphans(relation)
      var faults: [String] = []
      if orphans.count > 0 {
        faults = ["\(orphans.count) belong to nothing"] + orphans.labels
      }
      tell(Finding(name: relation.name, count: count, faults: faults))
    }
    var payins = 0
    var faults: [String] = []
    let rows = try await store.examine { some throws(DatabaseError) in
      payins += some.count
      faults += try await self.faults(of: some)
    }
    let damaged = store.damage.found
    tell(
      Finding(
        name: "documents", count: rows, faults: Self.first(damaged.map(\.description))))
    tell(Finding(name: "pay-ins", count: payins, faults: Self.first(faults)))
  }

  private static func first(_ faults: [String]) -> [String] {
    guard faults.count > mostFaults else { return faults }
    return ["\(faults.count) in all, the first ones:"] + faults.prefix(mostFaults)
  }

  /// All at once: a store answers many questions in little more time than one.
  private func faults(of payins: [Payin]) async throws(DatabaseError) -> [String] {
    let results = await withTaskGroup(of: (Int, Result<[String], DatabaseError>).self) { group in
      for (index, payin) in payins.enumerated() {
        group.addTask {
          do throws(DatabaseError) {
            return (index, .success(try await faults(of: payin)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    var found: [String] = []
    for (index, payin) in payins.enumerated() {
      for fault in try results[index]?.get() ?? [] { found.append("\(payin.id): \(fault)") }
    }
    return found
  }

  /// Those that stay when it is read anew: a gateway may have changed it meanwhile.
  private func faults(of payin: Payin) async throws(DatabaseError) -> [String] {
    var payin = payin
    while true {
      let faults = try await faultsNow(of: payin)
      guard !faults.isEmpty, let again = try await store.payin(payin.id) else { return faults }
      if again.version == payin.version { return faults }
      payin = again
    }
  }

  private func faultsNow(of payin: Payin) async throws(DatabaseError) -> [String] {
    var faults: [String] = []
    let timeline = try await store.events(of: OperationID(payin.id))
    let first = timeline.first?.sequence ?? payin.eventCount + 1
    // Only of what is over the beginning is forgotten one day.
    let isWhole = timeline.map(\.sequence) == Array(first..<max(first, payin.eventCount + 1))
    if !isWhole || first > 1 && payin.status.isOpen && !payin.late {
      faults.append("its timeline is not whole up to entry \(payin.eventCount)")
    }
    // Where its beginning was kept for long enough, what came in is told there, too.
    if first == 1 {
      let told: [Int64] = timeline.filter { $0.type == "receipt.recorded" }.map {
        $0.data["amount"]?.int64 ?? 0
      }
      if told.sorted() != payin.receipts.map(\.amount).sorted() {
        faults.append(
          "its receipts are \(payin.receipts.map(\.amount)) centavos, its timeline's \(told)")
      }
    }
    if (payin.status == .succeeded) != (payin.amountReceived >= payin.request.amount) {
      faults.append(
        "it is \(payin.status.rawValue) with \(payin.amountReceived) of \(payin.request.amount) "
          + "centavos")
    }
    for attempt in payin.attempts {
      let found = try await store.attempt(
        account: attempt.target.account, number: .ours(attempt.orderNumber))
      if found != AttemptReference(payin: payin.id, attempt: attempt.id) {
        faults.append("its order \(attempt.orderNumber) is not found by its number")
      }
    }
    faults += try await unfollowed(payin)
    return faults
  }

  /// What nobody would ever do: money that comes is learnt of by these jobs alone where callbacks
  /// are lost.
  private func unfollowed(_ payin: Payin) async throws(DatabaseError) -> [String] {
    var faults: [String] = []
    var isFollowed = try await has(.endDoubt, payin.id.text)
    for attempt in payin.attempts {
      for (kind, isDue) in [
        (JobKind.sendAttempt, attempt.state == .sending),
        (.queryAttempt, attempt.nextCheckAt != nil),
      ] where isDue {
        isFollowed = true
        if try await !has(kind, attempt.id.text) {
          faults.append("its order \(attempt.orderNumber) has no job \(kind.rawValue)")
        }
      }
    }
    if payin.status.isOpen, !isFollowed {
      faults.append("it is \(payin.status.rawValue), and nothing is to be done about it")
    }
    return faults
  }

  private func has(_ kind: JobKind, _ subject: String) async throws(DatabaseError) -> Bool {
    try await store.firstJob(kind, subjectPrefix: subject) != nil
  }
}
