import JSONText
public import Payins
import Providers
public import Storage
public import StorePayments

/// Cash at a store chain's till: authorized through Paynet, and taken back for certain. Calls throw
/// `Refusal`, `OperationRefusal` and `StoreError`.
public struct StorePaymentService: Sendable {
  let committer: Committer
  let environment: Environment
  let calls: ProviderCalls
  let runner: StorePaymentRunner
  let leases: AttemptRunner
  /// How long a till waits for Paynet, in seconds; then the payment is reversed.
  let requestSeconds: Int64

  public init(committer: Committer, calls: ProviderCalls, requestSeconds: Int64) {
    self.committer = committer
    environment = committer.environment
    self.calls = calls
    self.requestSeconds = requestSeconds
    runner = StorePaymentRunner(committer: committer, calls: calls)
    leases = AttemptRunner(committer: committer, calls: calls)
  }

  /// Why a call on store payments is not carried out.
  public enum Refusal: Error, Sendable {
    /// No account of that id authorizes store payments.
    case noSuchAccount
    /// Outside the account's own range, in centavos.
    case amountOutOfRange(ClosedRange<Int64>)
    /// Nothing was asked of Paynet and nothing is kept: the same call may be made again.
    case unreachable(Payins.Refusal)
    case duplicateTransaction(OperationID)
    /// Nothing was authorized that could be taken back.
    case notReversible(StorePaymentStatus)
  }

  // MARK: Authorizing

  public func create(
    _ request: StorePaymentRequest, merchant: String, key: String, requestHash: RequestHash
  ) async throws -> Creation {
    do throws(Refusal) { try check(request, merchant: merchant) } catch {
      // A repeat of a call that was answered is not refused for today's configuration.
      let replay = try await committer.replay(
        of: StorePayment.self, merchant: merchant, key: key, requestHash)
      if let replay { return replay }
      throw error
    }
    let context = environment.context
    let opened = StorePayment.open(
      request, id: .make(at: context.now, entropy: context.entropy), merchant: merchant,
      idempotencyKey: key, context)
    let calling = leases.newCall(at: context.now)
    do throws(StoreError) {
      try await committer.insert(
        opened, requestHash: requestHash.kept(in: committer.store), calling: calling)
    } catch .duplicateKey {
      return try await committer.known(
        of: StorePayment.self, merchant: merchant, key: key, requestHash)
    } catch .duplicateReference(let existing) {
      throw Refusal.duplicateTransaction(existing)
    }
    // Not tied to the request: what a till has asked is brought to its end.
    let done = try await finish { () throws(StoreError) in
      try await runner.authorize(
        opened.payment, withinSeconds: requestSeconds, under: calling.lease)
    }
    if done.isWithdrawn, let reason = done.state.failure { throw Refusal.unreachable(reason) }
    return Creation(
      id: done.state.operationID, body: StorePaymentDocument.json(done.state).bytes,
      isSettled: true, isReplay: false)
  }

  private func finish(
    _ work: @escaping @Sendable () async throws(StoreError) -> Committer.Applied<StorePayment>
  ) async throws(StoreError) -> Committer.Applied<StorePayment> {
    let result = await committer.calls.finish {
      () -> Result<Committer.Applied<StorePayment>, StoreError> in
      do throws(StoreError) { return .success(try await work()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func check(_ request: StorePaymentRequest, merchant: String) throws(Refusal) {
    // By bytes: it is recorded as the merchant wrote it.
    guard let account = calls.accounts[request.account],
      account.id.utf8.elementsEqual(request.account.utf8),
      account.provider is any AuthorizesStorePayments,
      account.merchants?.contains(merchant) ?? true
    else { throw .noSuchAccount }
    let low = account.limits.amountMinimum ?? 1
    let range = low...max(low, account.limits.amountMaximum ?? .max)
    guard range.contains(request.amount) else { throw .amountOutOfRange(range) }
  }

  // MARK: Reading and taking back

  public func payment(_ id: StorePaymentID, merchant: String) async throws -> StorePayment {
    try await committer.operation(id, merchant: merchant)
  }

  public func payments(_ query: OperationQuery<StorePayment>) async throws -> [StorePayment] {
    try await committer.store.operations(query)
  }

  /// As `Committer.timeline`.
  public func timeline(
    of id: StorePaymentID, merchant: String, after sequence: Int, limit: Int
  ) async throws -> TimelinePage {
    try await committer.timeline(
      of: id, as: StorePayment.self, merchant: merchant, after: sequence, limit: limit)
  }

  /// Takes an authorized payment back, or goes on with a reversal that waits for it. Returns how it
  /// stands after the first try; the others go on by themselves.
  public func reverse(_ id: StorePaymentID, merchant: String) async throws -> StorePayment {
    let payment = try await payment(id, merchant: merchant)
    switch payment.status {
    case .sending: throw OperationRefusal.inProgress
    case .declined: throw Refusal.notReversible(payment.status)
    case .reversing where payment.waitsForOperator: break
    case .inDoubt, .reversing, .reversed: return payment
    case .authorized: break
    }
    let calling = leases.newCall(at: environment.time.now())
    let asked = try await committer.apply(
      .reversalAsked, to: id, as: StorePayment.self, calling: calling)
    // Where another asked first, the reversal is under way.
    guard asked.started != nil else { return asked.state }
    return try await finish { () throws(StoreError) in
      try await runner.reverse(asked.state, withinSeconds: requestSeconds, under: calling.lease)
    }.state
  }
}
