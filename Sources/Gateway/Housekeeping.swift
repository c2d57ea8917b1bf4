import JSONText
import Payins
import Storage
import StorePayments

/// For how many days what is kept stays; nil: for ever.
public struct Retention: Equatable, Sendable {
  /// The payer's data of a pay-in, from its end.
  public var payerDays: Int64?
  /// What a callback said, since it came last.
  public var callbackDays: Int64?
  /// A timeline with its announcements and their deliveries, from the pay-in's end.
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

  let books: Books
  let retention: Retention
  let log: Log

  public init(books: Books, retention: Retention, log: Log) {
    self.books = books
    self.retention = retention
    self.log = log
  }

  /// Until it is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do throws(StoreError) { try await round() } catch {
        if Task.isCancelled { return }
        log.error("housekeeping could not go on", ["reason": "\(error)"])
      }
      await books.time.sleep(until: books.time.steady().adding(seconds: Self.pauseSeconds))
    }
  }

  /// All that there is to do now.
  func round() async throws(StoreError) {
    while try await books.store.sealAnew(limit: Self.rows), !Task.isCancelled { await breathe() }
    if let days = retention.payerDays {
      try await sweep(days, Self.payins) { sweep throws(StoreError) in
        let swept = try await books.store.payinsWithPayer(sweep)
        try await erase(swept.payins, before: sweep.before)
        return swept
      }
    }
    if let days = retention.callbackDays {
      try await sweep(days, Self.rows) { sweep throws(StoreError) in
        try await books.store.removeCallbacks(sweep)
      }
    }
    if let days = retention.eventsDays {
      try await sweep(days, Self.rows) { sweep throws(StoreError) in
        let swept = try await books.store.payinsWithEvents(sweep)
        for id in swept.payins { try await forget(id, before: sweep.before) }
        return swept
      }
    }
  }

  private func breathe() async {
    await books.time.sleep(
      until: books.time.steady().adding(milliseconds: Self.breathMilliseconds))
  }

  private func sweep(
    _ days: Int64, _ limit: Int, _ step: (Sweep) async throws(StoreError) -> Swept
  ) async throws(StoreError) {
    var sweep = Sweep(before: books.time.now().adding(seconds: -days * 86_400), limit: limit)
    while !Task.isCancelled, let next = try await step(sweep).next {
      sweep.after = next
      await breathe()
    }
  }

  /// Together, so that they share commits. One that is damaged stays, and the others go on.
  private func erase(_ ids: [PayinID], before time: Instant) async throws(StoreError) {
    await withTaskGroup(of: Void.self) { group in
      for id in ids {
        group.addTask {
          guard let payin = try? await books.store.payin(id), let end = payin.overSince, end < time
          else { return }
          _ = try? await books.apply(.payerErased, to: id, known: payin)
        }
      }
    }
  }

  private func forget(_ id: PayinID, before time: Instant) async throws(StoreError) {
    guard let end = await end(of: id), end < time,
      let last = try await books.store.events(of: id).last
    else { return }
    var change = Change()
    change.forgotten = ForgottenHistory(id, through: last.sequence)
    try await books.store.commit(change)
  }

  /// When the pay-in or store payment came to its end; nil where it has not, or cannot be read.
  private func end(of id: PayinID) async -> Instant? {
    if let payin = try? await books.store.payin(id) { return payin.overSince }
    let payment = try? await books.store.storePayment(StorePaymentID(unchecked: id.text))
    guard let payment, payment.unresolvedSince == nil else { return nil }
    return payment.updatedAt
  }
}
