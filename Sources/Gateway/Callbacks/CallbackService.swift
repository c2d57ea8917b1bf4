import Crypto
public import HTTPCalling
import JSONText
import Payins
public import Providers
import Storage

/// Takes what providers report. A callback is a hint unless its signature covers everything; the
/// query is the truth.
public struct CallbackService: Sendable {
  let committer: Committer
  let environment: Environment
  let calls: ProviderClient

  public init(committer: Committer, calls: ProviderClient) {
    self.committer = committer
    environment = committer.environment
    self.calls = calls
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
      CallbackDelivery(headers: headers, body: body, receivedAt: environment.time.now()))
    count(account, reading)
    switch reading {
    case .forged(let reason): return .forged(reason)
    case .malformed(let reason): return .malformed(reason)
    case .ping(let note):
      environment.log.info("a callback ping", ["account": .string(id), "note": .string(note)])
      return .taken(provider.acknowledgement)
    case .notice(let notice):
      calls.monitors[id]?.calledBack()
      do throws(DatabaseError) {
        return try await isRecorded(notice, account, body)
          ? .taken(provider.acknowledgement) : .notRecorded
      } catch {
        environment.log.error(
          "a callback could not be recorded", ["account": .string(id), "reason": "\(error)"])
        return .notRecorded
      }
    }
  }

  /// Whether it has changed what it speaks of, or will be looked at again.
  private func isRecorded(
    _ notice: CallbackNotice, _ account: Account, _ body: [UInt8]
  ) async throws(DatabaseError) -> Bool {
    var record = CallbackRecord(
      id: .make(at: environment.time.now(), entropy: environment.entropy),
      key: CallbackKey(account: account.id, digest: Digest.sha256(body)), notice,
      at: environment.time.now())
    if let place = try await committer.place(of: notice, account: account.id) {
      record.payin = place.payin
      _ = try await committer.apply(
        .reported(place.attempt, notice.report, notice.grade), to: place.payin, as: Payin.self,
        callback: record)
      return true
    }
    guard record.said != nil else {
      environment.log.error(
        "a callback speaks of an unknown order and is too large to be kept",
        ["account": .string(account.id)])
      return false
    }
    // It may speak of an order that another system made, or of one whose number is learnt later.
    var change = Change()
    change.callback = record
    change.jobs = [.ensure(CallbackReplay.job(record))]
    try await committer.database.commit(change)
    environment.log.warn(
      "a callback speaks of an unknown order",
      ["account": .string(account.id), "order_number": JSON(record.orderNumber)])
    environment.metrics.increment(
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
    environment.metrics.increment(
      "pasarela_callbacks_total", [("account", account.id), ("verdict", verdict)])
  }
}
