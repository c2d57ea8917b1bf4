public import CounterPayments
import JSONText
public import Payins
import Providers
public import Storage

/// Cash at a store chain's till: authorized through Paynet, and taken back for certain. Calls throw
/// `Refusal`, `OperationRefusal` and `DatabaseError`.
public struct CounterPaymentService: Sendable {
  let committer: Committer
  let environment: Environment
  let calls: ProviderClient
  let runner: CounterPaymentRunner
  /// How long a till waits for Paynet, in seconds; then the payment is reversed.
  let requestSeconds: Int64

  public init(committer: Committer, calls: ProviderClient, requestSeconds: Int64) {
    self.committer = committer
    environment = committer.environment
    self.calls = calls
    self.requestSeconds = requestSeconds
    runner = CounterPaymentRunner(committer: committer, calls: calls)
  }

  /// Why a call on store payments is not carried out.
  public enum Refusal: Error, Sendable {
    /// No account of that id authorizes store payments.
    case noSuchAccount
    /// Outside the account's own range, in centavos.
    case amountOutOfRange(ClosedRange<Int64>)
    /// Nothing was asked of Paynet and nothing is kept: the same call may be made again.
    case unreachable(Payins.Refusal)
    /// Nothing was authorized that could be taken back.
    case notReversible(CounterPaymentStatus)
  }

  // MARK: Authorizing

  public func create(
    _ request: CounterPaymentRequest, merchant: String, key: String, requestHash: RequestHash
  ) async throws -> Creation {
    do throws(Refusal) { try check(request, merchant: merchant) } catch {
      // A repeat of a call that was answered is not refused for today's configuration.
      let replay = try await committer.replay(
        of: CounterPayment.self, merchant: merchant, key: key, requestHash)
      if let replay { return replay }
      throw error
    }
    let context = environment.context
    let opened = CounterPayment.open(
      request, id: .make(at: context.now, entropy: context.entropy), merchant: merchant,
      idempotencyKey: key, context)
    let calling = Committer.CallLease(.new(environment.entropy), for: calls)
    if let known = try await committer.create(opened, requestHash, calling: calling) {
      return known
    }
    // Not tied to the request: what a till has asked is brought to its end.
    let done = try await committer.calls.finish { () throws(DatabaseError) in
      try await runner.authorize(
        opened.payment, withinSeconds: requestSeconds, under: calling.lease)
    }
    if done.isWithdrawn, let reason = done.state.failure { throw Refusal.unreachable(reason) }
    // To a till doubt is an answer, too, also where another process has the payment in hand.
    return Creation(
      id: done.state.operationID, body: CounterPaymentDocument.json(done.state).bytes,
      isSettled: true, isReplay: false)
  }

  private func check(_ request: CounterPaymentRequest, merchant: String) throws(Refusal) {
    // By bytes: it is recorded as the merchant wrote it.
    guard let account = calls.accounts[request.account],
      account.id.utf8.elementsEqual(request.account.utf8),
      account.provider is any AuthorizesCounterPayments,
      account.merchants?.contains(merchant) ?? true
    else { throw .noSuchAccount }
    let low = account.limits.amountMinimum ?? 1
    let range = low...max(low, account.limits.amountMaximum ?? .max)
    guard range.contains(request.amount) else { throw .amountOutOfRange(range) }
  }

  // MARK: Reading and taking back

  public func payment(_ id: CounterPaymentID, merchant: String) async throws -> CounterPayment {
    try await committer.operation(id, merchant: merchant)
  }

  public func payments(_ query: OperationQuery<CounterPayment>) async throws -> [CounterPayment] {
    try await committer.database.operations(query)
  }

  /// As `Committer.timeline`.
  public func timeline(
    of id: CounterPaymentID, merchant: String, after sequence: Int, limit: Int
  ) async throws -> TimelinePage {
    try await committer.timeline(
      of: id, as: CounterPayment.self, merchant: merchant, after: sequence, limit: limit)
  }

  /// Takes an authorized payment back, or goes on with a reversal that waits for it. Returns how it
  /// stands after the first try; the others go on by themselves.
  public func reverse(_ id: CounterPaymentID, merchant: String) async throws -> CounterPayment {
    let payment = try await payment(id, merchant: merchant)
    switch payment.status {
    case .sending: throw OperationRefusal.inProgress
    case .declined: throw Refusal.notReversible(payment.status)
    case .reversing where payment.waitsForOperator: break
    case .inDoubt, .reversing, .reversed: return payment
    case .authorized: break
    }
    let calling = Committer.CallLease(.new(environment.entropy), for: calls)
    let asked = try await committer.apply(
      .reversalAsked, to: id, as: CounterPayment.self, calling: calling)
    // Where another asked first, the reversal is under way.
    guard asked.started != nil else { return asked.state }
    return try await committer.calls.finish { () throws(DatabaseError) in
      try await runner.reverse(asked.state, withinSeconds: requestSeconds, under: calling.lease)
    }.state
  }
}
