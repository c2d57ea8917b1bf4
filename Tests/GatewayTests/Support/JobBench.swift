import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Routing
import Storage
import Synchronization
import TestSupport

@testable import Gateway

/// A gateway's jobs, over a store in memory, a clock that stands until it is moved, and providers
/// whose answers are values.
final class JobBench: Sendable {
  let clock = SteppedClock()
  let script = OutcomeProvider.Script()
  let caller = ScriptedClient()
  let store = MemoryDatabase()
  let committer: Committer
  let calls: ProviderClient
  let rules: RuleBook
  let webhooks: WebhookRunner
  let jobs: JobRunner
  private let lines = Lines()

  private final class Lines: Sendable {
    let texts = Mutex<[String]>([])
  }

  /// What the process writes, a line each.
  var log: [String] { lines.texts.withLock { $0 } }

  var runner: AttemptRunner { AttemptRunner(committer: committer, calls: calls) }

  init(
    _ accounts: [String] = ["a", "b"], limits: AccountLimits = AccountLimits(),
    endpoints: [WebhookEndpoint] = [],
    provider: ((AccountIdentity) throws -> any Provider)? = nil
  ) throws {
    let script = script
    let accounts = try accounts.map { id in
      let identity = AccountIdentity(id: id, baseURL: "https://\(id).example", isLocal: false)
      return Account(
        identity: identity,
        provider: try provider?(identity) ?? OutcomeProvider(account: id, script: script),
        limits: limits)
    }
    let metrics = Metrics()
    let lines = lines
    let log = Log(level: .error, time: clock) { line in
      lines.texts.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
    calls = ProviderClient(
      accounts: accounts, caller: caller, time: clock, publicURL: "https://pay.example",
      metrics: metrics, log: log)
    committer = Committer(
      database: store,
      environment: Environment(
        time: clock, entropy: SeededEntropy(), metrics: metrics, log: log, listing: calls.listing),
      publicURL: "https://pay.example", endpoints: WebhookEndpoints(configured: endpoints))
    webhooks = WebhookRunner(committer: committer, caller: caller, addresses: .publicOnly)
    jobs = JobRunner(committer: committer, calls: calls, webhooks: webhooks)
    let file = RuleFile(
      name: "rules.json5", text: "{ rules: [], otherwise: { priority: ['a/spei'] } }")
    rules = RuleBook(
      try RuleSet(files: [file], offers: accounts.map(\.offer), version: "v1"), at: clock.now(),
      metrics: metrics)
  }

  // MARK: Pay-ins

  static let lease = Lease(token: "held")

  /// As its commit leaves it: the first attempt's send is held by the process that made it.
  func opened(
    _ reference: String = "order", at accounts: [String] = ["a", "b"],
    retry: [RetryOutcome] = RetryOutcome.standard, showsRepeatedPayments: Bool = false,
    expiresIn: Int64 = 3600
  ) async throws -> Payin {
    let context = committer.environment.context
    var capability = OutcomeProvider.capability
    capability.showsRepeatedPayments = showsRepeatedPayments
    let opened = Payin.open(
      PayinRequest(
        merchantReference: reference, amount: 15_000, method: .spei, description: "Two tickets",
        expiresIn: expiresIn),
      id: .make(at: context.now, entropy: context.entropy), merchant: "shop", token: reference,
      idempotencyKey: reference,
      routing: RoutingRecord(
        rulesVersion: "v1", rule: "r",
        candidates: accounts.map { account in
          Candidate(
            target: Target(account: account, method: .spei), provider: OutcomeProvider.name,
            capability: capability)
        }, retry: retry, explanation: [:]), context)
    try await committer.insert(
      opened, requestHash: [],
      calling: Committer.CallLease(lease: Self.lease, until: calls.leaseEnd(at: clock.now())))
    return opened.payin
  }

  /// One whose attempts were answered so, each the next candidate's.
  func made(
    _ outcomes: [CreateOutcome], _ reference: String = "order", at accounts: [String] = ["a", "b"],
    retry: [RetryOutcome] = RetryOutcome.standard, showsRepeatedPayments: Bool = false,
    expiresIn: Int64 = 3600
  ) async throws -> Payin {
    var payin = try await opened(
      reference, at: accounts, retry: retry, showsRepeatedPayments: showsRepeatedPayments,
      expiresIn: expiresIn)
    for outcome in outcomes {
      guard let attempt = payin.attempts.last else { break }
      let key = JobKey(kind: .sendAttempt, subject: attempt.id.text)
      payin = try await committer.apply(
        .sent(attempt.id, outcome), to: payin.id, known: payin,
        holding: Committer.HeldJob(key: key, lease: Self.lease),
        calling: Committer.CallLease(
          lease: Self.lease, until: calls.leaseEnd(at: clock.now()))
      ).state
    }
    return payin
  }

  func payin(_ id: PayinID) async throws -> Payin? { try await store.payin(id) }

  // MARK: Jobs

  /// Makes the job, or takes it over, as one who has just leased it for the given time.
  func held(_ kind: JobKind, _ subject: String, of payin: Payin, tries: Int = 1) async throws -> Job
  {
    let key = JobKey(kind: kind, subject: subject)
    let job = Job(
      key: key, operation: payin.operationID, account: payin.account(of: key),
      due: calls.leaseEnd(at: clock.now()), tries: tries, lease: Self.lease)
    try await put([job])
    var given = job
    given.tries = tries
    return given
  }

  func put(_ jobs: [Job]) async throws {
    var change = Change()
    change.jobs = jobs.map { .put($0) }
    try await store.commit(change)
  }

  /// Jobs in words: the kind, the account, and whether somebody holds it or it is due.
  func plan() -> [String] {
    let now = clock.now()
    return store.jobs.map { job in
      let state = job.lease != nil ? " held" : job.due <= now ? " now" : ""
      return "\(job.key.kind.rawValue)\(job.account.isEmpty ? "" : " \(job.account)")\(state)"
    }.sorted()
  }

  /// The calls since the last look, in words.
  func called() -> [String] {
    caller.taken().map { "\($0.method == "POST" ? "create" : "query") \($0.url)" }
  }
}

/// Holds up whoever comes, until it is opened.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  var waitingCount: Int { state.withLock(\.waiting.count) }

  func pass() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  /// Who has waited longest.
  func letOne() {
    let one = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    one?.resume()
  }

  func open() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      state.isOpen = true
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

// MARK: Accounts

extension JobBench {
  /// Why an account takes no query now.
  enum Closed: CaseIterable {
    /// All calls that may be open at a time are.
    case full
    /// The calls of this second are used up.
    case rate
    /// The provider asked to be left alone, for a minute.
    case quiet
  }

  static let limits = AccountLimits(rate: 20, concurrency: 40)

  /// Returns what has to be kept for as long as it lasts.
  func close(_ account: String, _ how: Closed) -> [CallPermit] {
    guard let monitor = calls.monitors[account] else { return [] }
    let now = clock.steady()
    switch how {
    case .quiet: monitor.quieten(forSeconds: 60, at: now)
    case .full:
      var permits: [CallPermit] = []
      // By the rate, two seconds' worth.
      for step in 0..<2 as Range<Int64> {
        while case .admitted(let permit) = monitor.admit(.query, at: now.adding(seconds: step)) {
          permits.append(permit)
        }
      }
      return permits
    case .rate:
      while case .admitted(let permit) = monitor.admit(.query, at: now) {
        _ = monitor.finished(permit, milliseconds: 1, verdict: .answered, at: now)
      }
    }
    return []
  }

  /// So many calls in a row came to this.
  func hears(
    _ account: String, _ verdict: CallVerdict, of operation: AccountMonitor.Operation, _ count: Int
  ) {
    guard let monitor = calls.monitors[account] else { return }
    let now = clock.steady()
    for _ in 0..<count {
      guard case .admitted(let permit) = monitor.admit(operation, at: now) else { continue }
      _ = monitor.finished(permit, milliseconds: 1, verdict: verdict, at: now)
    }
  }
}
