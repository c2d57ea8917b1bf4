import Crypto
public import HTTPCalling
import JSONText
import Payins
public import Providers
import Storage

/// Takes what providers report. A callback is a hint unless its signature covers everything; the
/// query is the truth.
public struct CallbackService: Sendable {
  let books: Books
  let calls: ProviderCalls
  let log: Log

  public init(books: Books, calls: ProviderCalls, log: Log) {
    self.books = books
    self.calls = calls
    self.log = log
  }

  public enum Verdict: Sendable {
    case taken(Acknowledgement)
    case unknownAccount
    /// Not proved the provider's, and why: for the log alone.
    case forged(String)
    case malformed(String)
    /// Not recorded, so not acknowledged: the provider will repeat it.
    case notRecorded
  }

  /// Returns once what the delivery changes is durable.
  public func receive(account id: String, headers: [HTTPHeader], body: [UInt8]) async -> Verdict {
    guard let account = calls.accounts[id],
      let provider = account.provider as? any ReceivesCallbacks
    else { return .unknownAccount }
    let reading = provider.read(
      CallbackDelivery(headers: headers, body: body, receivedAt: books.time.now()))
    count(account, reading)
    switch reading {
    case .forged(let reason): return .forged(reason)
    case .malformed(let reason): return .malformed(reason)
    case .ping(let note):
      log.info("a callback ping", ["account": .string(id), "note": .string(note)])
      return .taken(provider.acknowledgement)
    case .notice(let notice):
      calls.monitors[id]?.calledBack()
      do throws(StoreError) {
        return try await isRecorded(notice, account, body)
          ? .taken(provider.acknowledgement) : .notRecorded
      } catch {
        log.error(
          "a callback could not be recorded", ["account": .string(id), "reason": "\(error)"])
        return .notRecorded
      }
    }
  }

  /// Whether it has changed what it speaks of, or will be looked at again.
  private func isRecorded(
    _ notice: CallbackNotice, _ account: Account, _ body: [UInt8]
  ) async throws(StoreError) -> Bool {
    var record = CallbackRecord(
      id: .make(at: books.time.now(), entropy: books.entropy),
      key: CallbackKey(account: account.id, digest: Digest.sha256(body)), notice,
      at: books.time.now())
    if let place = try await books.place(of: notice, account: account.id) {
      record.payin = place.payin
      _ = try await books.apply(
        .reported(place.attempt, notice.report, notice.grade), to: place.payin,
        callback: record)
      return true
    }
    guard record.said != nil else {
      log.error(
        "a callback speaks of an unknown order and is too large to be kept",
        ["account": .string(account.id)])
      return false
    }
    // It may speak of an order that another system made, or of one whose number is learnt later.
    var change = Change()
    change.callback = record
    change.jobs = [.ensure(CallbackReplay.job(record))]
    try await books.store.commit(change)
    log.warn(
      "a callback speaks of an unknown order",
      ["account": .string(account.id), "order_number": JSON(record.orderNumber)])
    books.metrics.increment(
      "pasarela_callbacks_total", [("account", account.id), ("verdict", "unknown_order")])
    return true
  }

  private func count(_ account: Account, _ reading: CallbackReading) {
    let verdict =
      switch reading {
      case .forged: "forged"
      case .malformed: "malformed"
      case .ping: "ping"
      case .notice: "taken"
      }
    books.metrics.increment(
      "pasarela_callbacks_total", [("account", account.id), ("verdict", verdict)])
  }
}
