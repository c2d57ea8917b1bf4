import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Routing
import Storage
import TestSupport

@testable import Gateway

/// A gateway with two Openpay accounts, `first` and `second` in this order, whose calls are
/// answered as the test writes it.
final class PayinBench: Sendable {
  let clock = WebhookClock()
  let caller = ScriptedClient()
  let store = MemoryDatabase()
  let committer: Committer
  let calls: ProviderClient
  let service: PayinService
  let callbacks: CallbackService

  var runner: AttemptRunner { service.runner }

  init(_ limits: AccountLimits = AccountLimits()) throws {
    let accounts = try ["first", "second"].map { id in
      var settings = ObjectReader([
        "merchant_id": "mzdtln0bmtms6o3kck8f", "private_key": "sk_bench_key_0001",
        "callback": ["user": "openpay", "password": "hook"],
      ])
      let identity = AccountIdentity(
        id: id, baseURL: "https://sandbox-api.openpay.mx", isLocal: false)
      guard let provider = Openpay(account: identity, settings: &settings) else {
        throw DatabaseError.damaged("the bench's settings")
      }
      return Account(identity: identity, provider: provider, limits: limits)
    }
    let rules = try RuleSet(
      files: [
        RuleFile(
          name: "rules.json5", text: "{ otherwise: { priority: ['first/spei', 'second/spei'] } }")
      ], offers: accounts.map(\.offer), version: "v1")
    let metrics = Metrics()
    let log = Log(level: .error, time: clock) { _ in }
    committer = Committer(
      database: store,
      environment: Environment(
        time: clock, entropy: SeededEntropy(), metrics: metrics, log: log),
      publicURL: "https://pay.example")
    calls = ProviderClient(
      accounts: accounts, caller: caller, time: clock, publicURL: "https://pay.example",
      metrics: metrics, log: log)
    service = PayinService(
      committer: committer, calls: calls, rules: RuleBook(rules, at: clock.now(), metrics: metrics),
      requestSeconds: 60)
    callbacks = CallbackService(committer: committer, calls: calls)
    caller.answers { .charge(for: $0) }
  }

  // MARK: Pay-ins

  static func request(_ reference: String) -> PayinRequest {
    PayinRequest(
      merchantReference: reference, amount: 15_000, method: .spei, description: "Two tickets",
      expiresIn: 3600)
  }

  func create(
    _ reference: String, key: String? = nil, hash: [UInt8] = [1]
  ) async throws -> Creation {
    try await service.create(
      Self.request(reference), merchant: "shop", key: key ?? reference,
      requestHash: RequestHash(value: hash))
  }

  /// As `create` leaves it.
  func made(_ reference: String) async throws -> Payin {
    let created = try await create(reference)
    return try await service.payin(PayinID(unchecked: created.id.text), merchant: "shop")
  }

  /// One whose process dies between its commit and its first call.
  func abandoned(_ reference: String) async throws -> Payin {
    let context = committer.environment.context
    let id = PayinID.make(at: context.now, entropy: context.entropy)
    let decision = service.rules.decide(
      Self.request(reference), payin: id, merchant: "shop", now: context.now, calls: calls)
    let opened = Payin.open(
      Self.request(reference), id: id, merchant: "shop", token: reference,
      idempotencyKey: reference, routing: decision.record, context)
    try await committer.insert(
      opened, requestHash: [], calling: Committer.CallLease(.new(context.entropy), for: calls))
    return opened.payin
  }

  /// The jobs that are due, as one who takes them up gets them.
  func lease() async throws -> [Job] {
    let now = clock.now()
    return try await store.lease(
      LeaseRequest(
        now: now, until: calls.leaseEnd(at: now), limit: 100,
        lease: .new(committer.environment.entropy)))
  }

  // MARK: Callbacks

  func hears(
    _ type: String, of order: String, status: String, at account: String = "first"
  ) async -> CallbackService.Verdict {
    let event: JSON = [
      "type": JSON(type), "transaction": .charge(order, status),
    ]
    return await callbacks.receive(
      account: account, headers: [HTTPHeader("Authorization", "Basic b3BlbnBheTpob29r")],
      body: event.bytes)
  }
}

extension CallOutcome {
  /// The charge that is made or asked for by the request, as Openpay shows it.
  static func charge(for request: HTTPRequest, _ status: String = "in_progress") -> CallOutcome {
    if request.method == "POST" {
      let order = (try? JSON(parsing: request.body))?["order_id"]?.string ?? ""
      return .answered(HTTPResponse(status: 200, body: JSON.charge(order, status).bytes))
    }
    // By the charge's id, or by the order's number.
    if let id = request.url.split(separator: "/").last, id.utf8.starts(with: "tr".utf8) {
      let order = String(id.unicodeScalars.dropFirst(2))
      return .answered(HTTPResponse(status: 200, body: JSON.charge(order, status).bytes))
    }
    let order = String(request.url.split(separator: "=").last ?? "")
    return .answered(HTTPResponse(status: 200, body: JSON.array([.charge(order, status)]).bytes))
  }

  static let declined = CallOutcome.answered(
    HTTPResponse(
      status: 422,
      body: Array(
        #"{"category":"request","description":"no","http_code":422,"error_code":1003}"#.utf8)))
}

extension JSON {
  static func charge(_ order: String, _ status: String) -> JSON {
    [
      "id": JSON("tr\(order)"), "order_id": JSON(order), "status": JSON(status), "amount": 150,
      "currency": "MXN", "method": "bank_account",
      "payment_method": [
        "type": "bank_transfer", "bank": "BBVA Bancomer", "clabe": "012914002014112176",
        "name": "11030021342311520255", "agreement": "1411217",
      ],
    ]
  }
}
