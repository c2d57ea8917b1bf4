import Crypto
import JSONText
public import Payins
public import Routing
import Storage

/// What merchants do with pay-ins. A merchant sees its own only. Calls throw `PayinRefusal`,
/// `OperationRefusal` and `DatabaseError`.
public struct PayinService: Sendable {
  public let committer: Committer
  let environment: Environment
  let runner: AttemptRunner
  let calls: ProviderClient
  let rules: RuleBook
  /// How long a create call waits for a provider, in seconds.
  let requestSeconds: Int64

  public init(committer: Committer, calls: ProviderClient, rules: RuleBook, requestSeconds: Int64) {
    self.committer = committer
    environment = committer.environment
    self.calls = calls
    self.rules = rules
    self.requestSeconds = requestSeconds
    runner = AttemptRunner(committer: committer, calls: calls)
  }

  public var document: PayinDocument { PayinDocument(publicURL: committer.publicURL) }

  // MARK: Stopping

  /// Whoever waits for news of a pay-in is answered with the pay-in as it stands, from now on.
  public func letPollsGo() { committer.polls.letGo() }

  /// As above, of those who wait for the provider's answer to their own creation.
  public func letCreationsGo() { committer.calls.letGo() }

  /// Returns once no order is being made any more, or at `instant` of the steady clock.
  public func creationsEnded(by instant: Instant) async {
    await committer.calls.allEnded(by: instant, environment.time)
  }

  // MARK: Creating

  public func create(
    _ request: PayinRequest, merchant: String, key: String, requestHash: RequestHash
  ) async throws -> Creation {
    let context = environment.context
    let id = PayinID.make(at: context.now, entropy: context.entropy)
    let (decision, permit) = decide(request, id, merchant)
    guard let permit else {
      // A repeat of a call that was answered is not refused for today's health.
      let replay = try await replay(merchant: merchant, key: key, requestHash: requestHash)
      if let replay { return replay }
      throw unserved(decision)
    }
    let opened = Payin.open(
      request, id: id, merchant: merchant, token: Self.token(context), idempotencyKey: key,
      routing: decision.record, context)
    let calling = Committer.CallLease(.new(environment.entropy), for: calls)
    let known = try await committer.create(
      opened, requestHash, calling: calling, patience: requestSeconds)
    if let known { return known }
    return await settled(opened, calling.lease, permit)
  }

  /// What the key's first call answered; nil where the key is new.
  public func replay(
    merchant: String, key: String, requestHash: RequestHash
  ) async throws -> Creation? {
    try await committer.replay(
      of: Payin.self, merchant: merchant, key: key, requestHash, patience: requestSeconds)
  }

  /// Decides, and takes a place at the first candidate: a limit that is reached costs a pay-in
  /// nothing but another candidate, or a refusal that leaves nothing behind.
  private func decide(
    _ request: PayinRequest, _ id: PayinID, _ merchant: String
  ) -> (Decision, CallPermit?) {
    while true {
      let decision = rules.decide(
        request, payin: id, merchant: merchant, now: environment.time.now(), calls: calls)
      // Where another took the place meanwhile, the account has fallen out by the next look.
      guard let first = decision.candidates.first else { return (decision, nil) }
      if let permit = calls.permit(first.target.account) { return (decision, permit) }
    }
  }

  /// A repeat may go through where a candidate fell out for a reason that passes.
  private func unserved(_ decision: Decision) -> PayinRefusal {
    let now = environment.time.steady()
    let waits = decision.dropped.filter(\.reason.isPassing).map { dropped in
      calls.monitors[dropped.target.account]?.secondsUntilOpen(at: now) ?? 1
    }
    guard let soonest = waits.min() else { return .noEligibleProvider(decision) }
    return .noProviderNow(decision, retryAfterSeconds: soonest)
  }

  /// Opens the payer's page: 128 random bits, after the time, so that tokens made together stand
  /// together in the store's index.
  private static func token(_ context: Context) -> String {
    let time = UInt64(clamping: context.now.milliseconds)
    let bytes = stride(from: 40, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> $0) }
    return Hex.encode(bytes + context.entropy.bytes(16))
  }

  /// Sends, and answers when a provider has answered or the time is over; the work goes on.
  private func settled(
    _ opened: PayinTransition, _ lease: Lease, _ permit: CallPermit
  ) async -> Creation {
    let payin = opened.payin
    let deadline = environment.time.steady().adding(seconds: requestSeconds)
    // Not tied to the request: a payment is not given up half way. A failing store leaves the job
    // to its lease: it is taken up again.
    let answer = await committer.calls.settling(
      payin.operationID, by: deadline, environment.time
    ) { [runner] in
      _ = try? await runner.send(
        Committer.Applied(state: payin, started: opened.started), under: lease, permit: permit)
    }
    // Another process may have settled it.
    if let answer { return answer }
    return (try? await committer.creation(of: payin))
      ?? Creation(
        id: payin.operationID, body: document.bytes(payin), isSettled: false, isReplay: false)
  }
}

/// Why a call on pay-ins is not carried out.
public enum PayinRefusal: Error, Sendable {
  /// The reason stands beside each account.
  case noEligibleProvider(Decision)
  /// As above, for reasons of which one at least passes.
  case noProviderNow(Decision, retryAfterSeconds: Int64)
  /// It is over already.
  case notCancellable(PayinStatus)
  /// The account's limits leave no room to ask the provider now.
  case accountBusy
}
