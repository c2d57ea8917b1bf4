import Crypto
import Gateway
import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport

@testable import Gateway

/// A gateway's books with merchants' endpoints. Pay-ins go the way that the test says, messages to
/// wherever the caller leads.
final class WebhookBench: Sendable {
  let clock = WebhookClock()
  let caller = ScriptedClient()
  let store: any Database
  let committer: Committer
  let runner: WebhookRunner
  let service: WebhookService
  private let lines: Lines

  private final class Lines: Sendable {
    let texts = Mutex<[String]>([])
  }

  init(
    _ endpoints: [WebhookEndpoint] = [WebhookBench.endpoint("w1")],
    time: (any TimeSource)? = nil, store: any Database = MemoryDatabase()
  ) {
    self.store = store
    let lines = Lines()
    self.lines = lines
    let time = time ?? clock
    let log = Log(level: .info, time: time) { line in
      lines.texts.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
    committer = Committer(
      database: store,
      environment: Environment(
        time: time, entropy: SeededEntropy(), metrics: Metrics(), log: log),
      publicURL: "https://pay.example", endpoints: WebhookEndpoints(configured: endpoints))
    runner = WebhookRunner(committer: committer, caller: caller, addresses: .publicOnly)
    service = WebhookService(committer: committer, addresses: .publicOnly)
  }

  var log: String { lines.texts.withLock { $0.joined() } }

  static func endpoint(
    _ id: String, merchant: String = "shop", events: [String] = ["*"]
  ) -> WebhookEndpoint {
    WebhookEndpoint(
      id: id, merchant: merchant, url: "https://\(merchant).example/\(id)", events: events,
      secret: WebhookSecret.make(SeededEntropy()), source: .configuration)
  }

  func made(_ url: String = "https://shop.example/made") async throws -> WebhookEndpoint {
    try await service.create(url: url, events: ["*"], merchant: "shop")
  }

  // MARK: Pay-ins

  /// One that the payer has instructions for: its first message is `payin.pending`.
  func payin(_ reference: String, merchant: String = "shop") async throws -> Payin {
    let context = committer.environment.context
    let candidate = Candidate(
      target: Target(account: "openpay-main", method: .spei), provider: "openpay",
      capability: Capability(
        amounts: 100...10_000_000, expirySeconds: 60...86_400, instrumentSeconds: 15_552_000,
        showsRepeatedPayments: true))
    let opened = Payin.open(
      PayinRequest(merchantReference: reference, amount: 15_000, description: "Two tickets"),
      id: .make(at: context.now, entropy: context.entropy), merchant: merchant,
      token: "token-\(reference)-\(merchant)", idempotencyKey: reference,
      routing: RoutingRecord(
        rulesVersion: "c0ffee", rule: "default", candidates: [candidate], retry: [],
        explanation: [:]), context)
    let calling = Committer.CallLease(lease: Lease(token: "bench"), until: context.now)
    try await committer.insert(opened, requestHash: [], calling: calling)
    return try await committer.apply(
      .sent(
        opened.payin.attempts[0].id,
        .accepted(
          Acceptance(
            providerOrderID: "order-\(reference)",
            instructions: .spei(SPEIInstructions(clabe: "646180109400135624"))))),
      to: opened.payin.id, as: Payin.self
    ).state
  }

  /// Money arrives: `payin.succeeded`, or `payin.receipt` where it had arrived before.
  @discardableResult
  func pay(_ payin: Payin, _ identity: String = "first") async throws -> Payin {
    let deposit = Deposit(
      identity: identity, amount: 15_000, receivedAt: nil, providerReference: nil)
    return try await committer.apply(
      .queried(
        payin.attempts[0].id,
        .found(
          StatusReport(status: .paid, deposits: [deposit], coveredIdentities: [identity]))),
      to: payin.id, as: Payin.self
    ).state
  }

  // MARK: Deliveries

  /// Carries out every message that is due, those that become due by it too. Returns how many jobs
  /// that took.
  @discardableResult
  func deliver() async throws -> Int {
    var count = 0
    while true {
      let jobs = try await lease()
      if jobs.isEmpty { return count }
      for job in jobs {
        try await runner.perform(job, under: job.lease ?? Lease(token: ""))
        count += 1
      }
    }
  }

  /// Messages alone: the pay-ins' providers are never asked here.
  func lease() async throws -> [Job] {
    let now = committer.environment.time.now()
    return try await store.lease(
      LeaseRequest(
        now: now, until: runner.leaseEnd(at: now), limit: 100,
        lease: Lease(token: Hex.encode(committer.environment.entropy.bytes(8))),
        limits: ["openpay-main": 0]))
  }

  /// Moves the time to the next try and makes it; false where nothing waits.
  func next(_ payin: Payin) async throws -> Bool {
    let first = try await store.firstJob(.deliverEvent, subjectPrefix: payin.id.text)
    guard let first else { return false }
    clock.advance(to: first.due)
    try await deliver()
    return true
  }

  func tries(_ payin: Payin) async throws -> [DeliveryAttempt] {
    try await store.deliveryAttempts(of: payin.operationID)
  }

  /// The announced events of a pay-in, oldest first, by state at the endpoint.
  func states(_ payin: Payin, at endpoint: String = "w1") async throws -> [String] {
    var out: [String] = []
    for event in try await published(payin) {
      let all = try await service.deliveries(of: event, merchant: payin.merchant)
      out.append(all.first { $0.endpoint == endpoint }?.state.rawValue ?? "none")
    }
    return out
  }

  func published(_ payin: Payin) async throws -> [OperationEvent] {
    try await store.events(of: payin.operationID).filter { $0.notification != nil }
  }
}

extension HTTPRequest {
  var json: JSON { (try? JSON(parsing: body)) ?? .null }
  /// What the webhook tells of.
  var type: String { json["type"]?.string ?? "" }
}

/// What a merchant asks for of an endpoint.
func update(_ set: (inout WebhookService.EndpointUpdate) -> Void) -> WebhookService.EndpointUpdate {
  var update = WebhookService.EndpointUpdate()
  set(&update)
  return update
}
