import Gateway
import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Routing
import Storage
import Synchronization
import TestSupport

/// The virtual clock.
struct VirtualTime: TimeSource {
  let scheduler: Scheduler

  func now() -> Instant { Instant(milliseconds: scheduler.now) }
  func steady() -> Instant { now() }
  func sleep(until instant: Instant) async {
    await scheduler.sleep(until: instant.milliseconds)
  }
}

/// One process of the gateway: the real services over the simulated outside. It dies at once and
/// for ever; a restart is a new one.
final class Replica: HTTPClient {
  let name: String
  private let world: World
  private let state = Mutex(State())

  private struct State {
    var isAlive = true
    var parts: Parts?
  }

  private struct Parts {
    var service: PayinService
    var counterPayments: CounterPaymentService
    var callbacks: CallbackService
    var jobs: JobRunner
    var calls: ProviderClient
    var store: MemoryDatabase
  }

  let startedAt: Int64

  var isAlive: Bool { state.withLock(\.isAlive) }
  private var parts: Parts? { state.withLock(\.parts) }

  init(_ name: String, _ world: World) {
    self.name = name
    self.world = world
    startedAt = world.scheduler.now
  }

  /// - Parameter isAlone: no other process has the store open.
  func start(_ setup: Setup, isAlone: Bool) async throws {
    let store = CrashingDatabase(setup.store, of: self, world)
    let time = VirtualTime(scheduler: world.scheduler)
    let metrics = Metrics()
    let log = Log(level: .error, time: time) { _ in }
    if isAlone { _ = try await store.releaseAbandonedLeases(at: time.now()) }
    let endpoints = WebhookEndpoints(configured: setup.endpoints)
    try await endpoints.load(from: store)
    let accounts = setup.accounts
    let calls = ProviderClient(
      accounts: accounts, caller: self, time: time, publicURL: "https://gateway.example",
      metrics: metrics, log: log)
    let committer = Committer(
      database: store,
      environment: Environment(
        time: time, entropy: world.dice, metrics: metrics, log: log, listing: calls.listing),
      publicURL: "https://gateway.example", endpoints: endpoints)
    let rules = RuleBook(setup.rules, at: time.now(), metrics: metrics)
    let jobs = JobRunner(
      committer: committer, calls: calls,
      webhooks: WebhookRunner(committer: committer, caller: self, addresses: .any),
      pauseMilliseconds: 60_000, lists: world.lists)
    let parts = Parts(
      service: PayinService(committer: committer, calls: calls, rules: rules, requestSeconds: 10),
      counterPayments: CounterPaymentService(
        committer: committer, calls: calls, requestSeconds: 10),
      callbacks: CallbackService(committer: committer, calls: calls), jobs: jobs, calls: calls,
      store: setup.store)
    state.withLock { $0.parts = parts }
    Task { await jobs.run() }
  }

  func die() {
    state.withLock { $0.isAlive = false }
    parts?.jobs.stop()
  }

  // MARK: Outbound

  func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome {
    guard isAlive else { return .neverSent(CallFailure(.shutdown, "dead")) }
    let outcome = await world.carry(request, limits, from: self)
    return world.variant?.tampered(outcome) ?? outcome
  }

  // MARK: What it knows

  func condition(of account: String) -> AccountCondition? {
    parts?.calls.monitors[account]?.snapshot(at: Instant(milliseconds: world.scheduler.now))
      .condition
  }

  /// By our order number or the provider's.
  func attempt(_ order: String) async -> Attempt? {
    guard let store = parts?.store else { return nil }
    for account in SimulatedProviders.accountIDs {
      for number in [OrderReference.ours(order), .theirs(order)] {
        guard let place = try? await store.attempt(account: account, number: number) else {
          continue
        }
        return try? await store.payin(place.payin)?.attempt(place.attempt)
      }
    }
    return nil
  }

  // MARK: Inbound

  /// Nil where the process dies before it answers.
  func takeCallback(_ account: String, _ headers: [HTTPHeader], _ body: [UInt8]) async
    -> HTTPResponse?
  {
    guard let parts else { return nil }
    let verdict = await parts.callbacks.receive(account: account, headers: headers, body: body)
    guard isAlive else { return nil }
    switch verdict {
    case .taken(let acknowledgement):
      return HTTPResponse(status: acknowledgement.status, body: Array(acknowledgement.body.utf8))
    case .forged: return HTTPResponse(status: 401)
    case .malformed: return HTTPResponse(status: 400)
    case .unknownAccount: return HTTPResponse(status: 404)
    case .notRecorded: return HTTPResponse(status: 503)
    }
  }

  /// What a merchant's call came to; nil where no answer came.
  func merchant<Value>(
    _ body: (PayinService) async throws -> Value
  ) async -> Result<Value, any Error>? {
    guard let parts else { return nil }
    return await called { try await body(parts.service) }
  }

  /// What a till's call came to; nil where no answer came.
  func till<Value>(
    _ body: (CounterPaymentService) async throws -> Value
  ) async -> Result<Value, any Error>? {
    guard let parts else { return nil }
    return await called { try await body(parts.counterPayments) }
  }

  private func called<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error>? {
    guard isAlive else { return nil }
    let result: Result<Value, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    return isAlive ? result : nil
  }
}

/// What every process of a run is started with.
struct Setup {
  let store = MemoryDatabase()
  let accounts: [Account]
  let rules: RuleSet
  let endpoints: [WebhookEndpoint]

  static let merchant = "shop"

  struct Faulty: Error {}

  init(_ world: World) throws {
    var entries = SimulatedProviders.accounts()
    let second = entries.first { $0["id"] == "cashypay-main" }?.object
    guard var second else { throw Faulty() }
    second["id"] = "cashypay-two"
    entries.append(.object(second))
    accounts = try entries.map { entry in
      guard var settings = entry.object, let id = settings["id"]?.string,
        let kind = settings["provider"]?.string.flatMap(ProviderRegistry.named)
      else { throw Faulty() }
      for key in ["id", "provider", "base_url"] { settings[key] = nil }
      var reader = ObjectReader(settings)
      let identity = AccountIdentity(
        id: id,
        baseURL: id == "cashypay-two" ? SimulatedProviders.secondURL : "https://providers.example",
        isLocal: true)
      guard let provider = kind.init(account: identity, settings: &reader),
        reader.finish().isEmpty
      else { throw Faulty() }
      return Account(
        identity: identity, provider: world.variant?.tampered(provider) ?? provider,
        limits: AccountLimits(timeoutSeconds: 20))
    }
    rules = try RuleSet(
      files: [RuleFile(name: "simulation.json5", text: Self.rules)],
      offers: accounts.map(\.offer), version: "simulation")
    guard let secret = WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=") else {
      throw Faulty()
    }
    endpoints = [
      WebhookEndpoint(
        id: "w1", merchant: Self.merchant, url: "https://shop.example/hooks", events: ["*"],
        secret: secret, source: .configuration)
    ]
  }

  private static let rules = """
    {
      rules: [
        { name: "patient", when: "'bold' in payin.metadata && payin.method == 'spei'",
          route: { priority: ["cashypay-main/spei", "openpay-main/spei", "cashypay-two/spei",
                              "smilepayz-main/spei"] },
          retry: ["never_sent", "declined", "in_doubt"] },
        { name: "store", when: "payin.method == 'store'",
          route: { split: { "openpay-main/store": 50, "cashypay-main/store": 50 } } },
        { name: "spei", when: "payin.method == 'spei'",
          route: { split: { "cashypay-main/spei": 30, "cashypay-two/spei": 15,
                            "openpay-main/spei": 45, "smilepayz-main/spei": 10 } } },
      ],
      otherwise: { priority: ["openpay-main/spei", "openpay-main/store"] },
    }
    """
}
