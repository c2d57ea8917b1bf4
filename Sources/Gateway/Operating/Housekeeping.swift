import JSONText
import Payins
import Storage

/// For how many days what is kept stays; nil: for ever.
public struct Retention: Equatable, Sendable {
  /// The payer's data of a pay-in, from its end.
  public var payerDays: Int64?
  /// What a callback said, since it came last.
  public var callbackDays: Int64?
  /// A timeline with its notifications and their deliveries, from the pay-in's end.
  public var eventsDays: Int64?

  public init() {}
}

/// Brings rows under the current data key, and removes what is kept long enough: a few rows at a
/// time, so that nobody waits for it. Several processes may do it for one store.
public struct Housekeeping: Sendable {
  /// Rows of one step, and pay-ins that are erased in one.
  static let (rows, payins) = (500, 50)
  /// Milliseconds from one step to the next, and seconds from the end of a round to the next round.
  static let (breathMilliseconds, pauseSeconds): (Int64, Int64) = (50, 600)

  let committer: Committer
  let environment: Environment
  let retention: Retention

  public init(committer: Committer, retention: Retention) {
    self.committer = committer
    environment = committer.environment
    self.retention = retention
  }

  /// Until it is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do throws(DatabaseError) { try await round() } catch {
        if Task.isCancelled { return }
        environment.log.error("housekeeping could not go on", ["reason": "\(error)"])
      }
      await environment.time.sleep(
        until: environment.time.steady().adding(seconds: Self.pauseSeconds))
    }
  }

  /// All that there is to do now.
  func round() async throws(DatabaseError) {
    while try await committer.database.sealAnew(limit: Self.rows), !Task.isCancelled {
      await breathe()
    }
    if let days = retention.payerDays {
      try await sweep(days, Self.payins) { sweep throws(DatabaseError) in
        let swept = try await committer.database.payinsWithPayer(sweep)
        try await erase(swept.operations.compactMap { $0.typed() }, before: sweep.before)
        return swept
      }
    }
    if let days = retention.callbackDays {
      try await sweep(days, Self.rows) { sweep throws(DatabaseError) in
        try await committer.database.removeCallbacks(sweep)
      }
    }
    if let days = retention.eventsDays {
      try await sweep(days, Self.rows) { sweep throws(DatabaseError) in
        let swept = try await committer.database.operationsWithEvents(sweep)
        for id in swept.operations { try await forget(id, before: sweep.before) }
        return swept
      }
    }
  }

  private func breathe() async {
    await environment.time.sleep(
      until: environment.time.steady().adding(milliseconds: Self.breathMilliseconds))
  }

  private func sweep(
    _ days: Int64, _ limit: Int, _ step: (Sweep) async throws(DatabaseError) -> Swept
  ) async throws(DatabaseError) {
    var sweep = Sweep(before: environment.time.now().adding(seconds: -days * 86_400), limit: limit)
    while !Task.isCancelled, let next = try await step(sweep).next {
      sweep.after = next
      await breathe()
    }
  }

  /// Together, so that they share commits. One that is damaged stays, and the others go on.
  private func erase(_ ids: [PayinID], before time: Instant) async throws(DatabaseError) {
    await withTaskGroup(of: Void.self) { group in
      for id in ids {
        group.addTask {
          guard let payin = try? await committer.database.payin(id), let end = payin.overSince,
            end < time
          else { return }
          _ = try? await committer.apply(.payerErased, to: id, known: payin)
        }
      }
    }
  }

  private func forget(_ id: OperationID, before time: Instant) async throws(DatabaseError) {
    guard let end = await end(of: id), end < time,
      let last = try await committer.database.events(of: id).last
    else { return }
    var change = Change()
    change.forgotten = ForgottenHistory(id, through: last.sequence)
    try await committer.database.commit(change)
  }

  /// When the operation came to its end; nil where it has not, or cannot be read.
  private func end(of id: OperationID) async -> Instant? {
    func end<State: ServedOperation>(_ type: State.Type) async -> Instant? {
      guard let id: State.ID = id.typed() else { return nil }
      return try? await committer.database.operation(id, as: type)?.endedAt
    }
    guard let type = id.kind?.type as? any ServedOperation.Type else { return nil }
    return await end(type)
  }
}
