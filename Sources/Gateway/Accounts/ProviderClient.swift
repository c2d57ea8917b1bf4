import CounterPayments
public import HTTPCalling
import JSONText
import Payins
import Providers

/// Sends what providers ask for, times and counts it, and tells the outcome: done here once for
/// all providers.
public struct ProviderClient: Sendable {
  public let accounts: [String: Account]
  public let monitors: [String: AccountMonitor]
  /// Accounts whose providers have lists.
  public let listing: Set<String>
  let caller: any HTTPClient
  let time: any TimeSource
  let publicURL: String
  let metrics: Metrics
  let log: Log
  private let handshakes: HandshakeFaults
  /// Milliseconds that a create waits for room, and from one look to the next.
  private static let (roomPatience, roomLook): (Int64, Int64) = (2000, 50)
  /// For which a provider may ask to be left alone, at most, in seconds.
  static let longestQuiet: Int64 = 300

  /// - Parameters:
  ///   - publicURL: without a slash at its end; callbacks come to it.
  ///   - fleet: with whom the accounts' limits are shared; nil: with nobody.
  public init(
    accounts: [Account], caller: any HTTPClient, time: any TimeSource, publicURL: String,
    metrics: Metrics, log: Log, fleet: Fleet? = nil
  ) {
    self.accounts = Dictionary(uniqueKeysWithValues: accounts.map { ($0.id, $0) })
    monitors = Dictionary(
      uniqueKeysWithValues: accounts.map { account in
        let monitor = AccountMonitor(limits: account.limits) { now in
          fleet.map { $0.parts(at: now) } ?? 1
        }
        return (account.id, monitor)
      })
    listing = Set(accounts.filter { $0.provider is any ListsOrders }.map(\.id))
    self.caller = caller
    self.time = time
    self.publicURL = publicURL
    self.metrics = metrics
    self.log = log
    handshakes = HandshakeFaults(log: log)
  }

  /// Where the account's provider reports.
  /// - Parameter publicURL: without a slash at its end.
  public static func callbackURL(account: String, publicURL: String) -> String {
    "\(publicURL)/callbacks/\(account)"
  }

  /// A place for a create call at the account, taken before anything is kept of the pay-in. Nil
  /// where there is none: the breaker or the account's limits say so.
  func permit(_ account: String) -> CallPermit? {
    guard let monitor = monitors[account],
      case .admitted(let permit) = monitor.admit(.create, at: time.steady())
    else { return nil }
    return permit
  }

  /// - Parameter permit: the call's, where it was taken before.
  func create(
    _ payin: Payin, _ attempt: Attempt, permit: CallPermit? = nil
  ) async -> CreateOutcome {
    guard let account = accounts[attempt.target.account],
      let provider = account.provider as? any CreatesPayins
    else { return .neverSent(.removed(attempt.target.account)) }
    let order = order(payin, attempt)
    do throws(NotMade) {
      return try await call(account, .create, permit: permit) {
        provider.createRequest(order, at: $0)
      } read: {
        provider.createOutcome($0, order)
      }
    } catch {
      return .neverSent(error.refusal)
    }
  }

  /// Nil where the account's limits leave no room now: ask later. The answer itself is handed on
  /// where it could not be used.
  func query(_ payin: Payin, _ attempt: Attempt) async -> (QueryOutcome, RawAnswer?)? {
    guard let account = accounts[attempt.target.account],
      let provider = account.provider as? any Queryable
    else { return (.undetermined(.removed(attempt.target.account)), nil) }
    let order = order(payin, attempt)
    let end = time.steady().adding(seconds: account.limits.timeoutSeconds)
    var answer: RawAnswer?
    let first = try? await call(account, .query) {
      provider.queryRequest(order, at: $0)
    } read: { response in
      let outcome = provider.queryOutcome(response, order)
      if outcome.verdict != .answered {
        answer = RawAnswer(status: response.status, body: response.body)
      }
      return outcome
    }
    guard let first else { return nil }
    let outcome = await followed(first, order, provider, account, by: end)
    // What the gateway's own end cuts off says nothing of the order, nor of its provider.
    guard let outcome, !outcome.isCutOff else { return nil }
    return (outcome, answer)
  }

  /// With what further questions show, as far as there is room for them and time until `end`, the
  /// end of a single call: a job's lease is made for one. Nil where what is known stands for
  /// nothing without a question that there was no room for.
  private func followed(
    _ first: QueryOutcome, _ order: Order, _ provider: any Queryable, _ account: Account,
    by end: Instant
  ) async -> QueryOutcome? {
    var outcome = first
    var followUp = provider.followUp(first, order, at: time.now())
    while let question = followUp {
      let left = end.milliseconds(since: time.steady()) / 1000
      guard left > 0 else { return question.isDecisive ? .undetermined(.timeOver) : outcome }
      var reading: FollowUp.Reading?
      let answer = try? await call(account, .query, withinSeconds: left) { _ in
        question.request
      } read: {
        let read = question.read($0)
        reading = read
        return read.answer
      }
      // Without a reading `answer` tells why there is none.
      guard let reading else { return question.isDecisive ? answer : outcome }
      outcome = reading.together
      followUp = reading.next
    }
    return outcome
  }

  /// - Parameter withinSeconds: how long the till waits, at most.
  func authorize(
    _ payment: CounterPayment, withinSeconds seconds: Int64
  ) async -> AuthorizationOutcome {
    guard let account = accounts[payment.request.account],
      let provider = account.provider as? any AuthorizesCounterPayments
    else { return .neverSent(.removed(payment.request.account)) }
    do throws(NotMade) {
      return try await call(account, .create, withinSeconds: seconds) { _ in
        provider.authorizationRequest(payment.request)
      } read: {
        provider.authorizationOutcome($0, payment.request)
      }
    } catch {
      return .neverSent(error.refusal)
    }
  }

  /// - Parameter withinSeconds: how long somebody waits for it, at most.
  func reverse(
    _ payment: CounterPayment, withinSeconds seconds: Int64
  ) async -> ReversalOutcome {
    guard let account = accounts[payment.request.account],
      let provider = account.provider as? any AuthorizesCounterPayments
    else { return .unsettled(.removed(payment.request.account)) }
    do throws(NotMade) {
      // Not held up by the breaker: it undoes what may have been done.
      return try await call(account, .query, withinSeconds: seconds) { _ in
        provider.reversalRequest(
          payment.request, authorization: payment.answer?.authorization)
      } read: {
        provider.reversalOutcome($0, payment.request)
      }
    } catch {
      return .unsettled(error.refusal)
    }
  }

  /// The account's breaker or limits did not let the call go.
  struct NotMade: Error {
    var refusal: Refusal
  }

  /// Makes the call once there is room for it, and counts what came of it.
  func call<Outcome: ProviderOutcome>(
    _ account: Account, _ operation: AccountMonitor.Operation, withinSeconds most: Int64 = .max,
    permit given: CallPermit? = nil, request: (Instant) -> HTTPRequest,
    read: (HTTPResponse) -> Outcome
  ) async throws(NotMade) -> Outcome {
    guard let monitor = monitors[account.id] else {
      throw NotMade(refusal: .removed(account.id))
    }
    let asked = time.steady()
    let permit = if let given { given } else { try await self.permit(monitor, operation) }
    let start = time.steady()
    let left = max(1, most - start.milliseconds(since: asked) / 1000)
    let seconds = min(account.limits.timeoutSeconds, left)
    let limits = CallLimits(
      connectMilliseconds: Int(min(seconds, 10) * 1000), totalMilliseconds: Int(seconds * 1000),
      responseBytes: 1 << 20)
    let answer = await caller.call(request(time.now()), limits: limits)
    handshakes.saw(answer, of: account.id)
    let outcome: Outcome =
      switch answer {
      case .neverSent(let failure): .unsent(Refusal(failure))
      case .sentNoAnswer(let failure): .unanswered(Refusal(failure))
      case .answered(let response): read(response)
      }
    let end = time.steady()
    heed(answer, monitor, at: end)
    let milliseconds = end.milliseconds(since: start)
    let condition = monitor.finished(
      permit, milliseconds: milliseconds, verdict: outcome.verdict, at: end)
    if let condition { tell(condition, of: account.id) }
    let labels = [("account", account.id), ("operation", operation.rawValue)]
    metrics.increment("pasarela_provider_calls_total", labels + [("outcome", outcome.label)])
    metrics.observe("pasarela_provider_call_seconds", labels, milliseconds: milliseconds)
    return outcome
  }

  /// A provider that says for how long is asked nothing meanwhile.
  private func heed(_ answer: CallOutcome, _ monitor: AccountMonitor, at now: Instant) {
    guard case .answered(let response) = answer, [429, 503].contains(response.status),
      let seconds = RetryAfter.seconds(in: response, at: time.now(), cap: Self.longestQuiet)
    else { return }
    monitor.quieten(forSeconds: seconds, at: now)
  }

  private func tell(_ condition: AccountCondition, of account: String) {
    let fields: JSONObject = [
      "account": JSON(account), "reason": JSON(condition.reason.rawValue),
      "detail": JSON(condition.detail),
    ]
    let message = "an account's condition changed"
    switch condition.status {
    case .fail: log.error(message, fields)
    case .warn: log.warn(message, fields)
    case .pass: log.info(message, fields)
    }
  }

  private func permit(
    _ monitor: AccountMonitor, _ operation: AccountMonitor.Operation
  ) async throws(NotMade) -> CallPermit {
    switch await admission(monitor, operation) {
    case .admitted(let permit): return permit
    case .breakerOpen: throw NotMade(refusal: .breakerOpen)
    case .tooManyCalls: throw NotMade(refusal: .rateLimited)
    }
  }

  /// A create waits a little for room: a merchant's pay-in or a till's customer is behind it. The
  /// reconciler comes back later.
  private func admission(
    _ monitor: AccountMonitor, _ operation: AccountMonitor.Operation
  ) async -> AccountMonitor.Admission {
    let deadline = time.steady().adding(milliseconds: Self.roomPatience)
    while true {
      let now = time.steady()
      let admission = monitor.admit(operation, at: now)
      guard case .tooManyCalls = admission, operation == .create, now < deadline else {
        return admission
      }
      await time.sleep(until: now.adding(milliseconds: Self.roomLook))
    }
  }

  func order(_ payin: Payin, _ attempt: Attempt) -> Order {
    let request = payin.request
    return Order(
      number: attempt.orderNumber, providerOrderID: attempt.providerOrderID,
      method: attempt.target.method, amount: request.amount, currency: request.currency,
      description: request.description, payer: request.payer, createdAt: attempt.createdAt,
      expiresAt: request.expiry(for: attempt.target.method, from: payin.createdAt),
      callbackURL: Self.callbackURL(account: attempt.target.account, publicURL: publicURL),
      returnURL: request.returnURL)
  }
}

extension Refusal {
  init(_ failure: CallFailure) {
    // The transport's own sentence names hosts and ports, which are not the merchant's business.
    self.init(
      code: failure.label.rawValue,
      message: "the call to the provider failed: \(failure.label.rawValue)")
  }

  /// Of a call that the gateway's own end cut off.
  static let shutdownCode = CallFailure.Label.shutdown.rawValue

  static let breakerOpen = Refusal(
    code: "breaker_open", message: "the account has failed of late")
  static let timeOver = Refusal(
    code: "timeout", message: "the provider's list could not be read to its end in time")
  static let rateLimited = Refusal(
    code: "rate_limited", message: "the account's limit is reached")

  static func removed(_ account: String) -> Refusal {
    Refusal(
      code: "account_removed", message: "the configuration has no account \(account) any more")
  }
}
