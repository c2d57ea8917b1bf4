import CounterPayments
import Crypto
import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Storage
import TestSupport

@testable import Gateway

/// Processes of a gateway over one store, and Paynet behind them.
final class CounterPaymentBench: Sendable {
  let clock = WebhookClock()
  let paynet = PaynetCounter()
  let store: any Database = MemoryDatabase()
  let entropy = SeededEntropy()

  /// One process; it "dies" where its calls are held and another goes on.
  struct Process: Sendable {
    let committer: Committer
    let calls: ProviderClient
    let service: CounterPaymentService
    let runner: CounterPaymentRunner
  }

  let first: Process
  let second: Process

  init(_ limits: AccountLimits = AccountLimits()) throws {
    var reader = ObjectReader(["chain_id": "pnchain0demo00000001", "api_key": "sk_paynet_bench_01"])
    let identity = AccountIdentity(
      id: "paynet-main", baseURL: "https://sandbox-api.paynet.com.mx", isLocal: false)
    guard let provider = Paynet(account: identity, settings: &reader) else {
      throw DatabaseError.damaged("the bench's settings")
    }
    let account = Account(identity: identity, provider: provider, limits: limits)
    func process(
      _ store: any Database, _ clock: WebhookClock, _ entropy: SeededEntropy,
      _ paynet: PaynetCounter
    ) -> Process {
      let metrics = Metrics()
      let log = Log(level: .error, time: clock) { _ in }
      let committer = Committer(
        database: store,
        environment: Environment(time: clock, entropy: entropy, metrics: metrics, log: log),
        publicURL: "https://pay.example")
      let calls = ProviderClient(
        accounts: [account], caller: paynet, time: clock, publicURL: "https://pay.example",
        metrics: metrics, log: log)
      return Process(
        committer: committer, calls: calls,
        service: CounterPaymentService(committer: committer, calls: calls, requestSeconds: 10),
        runner: CounterPaymentRunner(committer: committer, calls: calls))
    }
    first = process(store, clock, entropy, paynet)
    second = process(store, clock, entropy, paynet)
  }

  static func request(
    _ transaction: Int, reference: String = "OPENPAY00FUCDZDQ9", amount: Int64 = 1000
  ) -> CounterPaymentRequest {
    CounterPaymentRequest(
      account: "paynet-main", reference: reference, amount: amount,
      chainTransactionID: "\(transaction)", operationDate: WebhookClock.start, group: "555",
      chain: "1", store: "1292", pos: "1", employee: "2")
  }

  @discardableResult
  func pay(
    _ transaction: Int, by process: Process? = nil, key: String? = nil,
    reference: String = "OPENPAY00FUCDZDQ9"
  ) async throws -> JSON {
    let created = try await (process ?? first).service.create(
      Self.request(transaction, reference: reference), merchant: "chain",
      key: key ?? "k\(transaction)",
      requestHash: RequestHash(value: [UInt8(transaction & 255)]))
    return try JSON(parsing: created.body)
  }

  func payment(_ json: JSON) async throws -> CounterPayment? {
    try await store.operation(
      CounterPaymentID(unchecked: json["id"]?.string ?? ""), as: CounterPayment.self)
  }

  func all() async throws -> [CounterPayment] {
    try await store.operations(OperationQuery<CounterPayment>(merchant: "chain", limit: 1000))
  }

  func events(_ payment: CounterPayment) async throws -> [String] {
    try await store.events(of: payment.operationID).map(\.type)
  }

  /// Takes up what is due now. Returns how many jobs that were.
  @discardableResult
  func work(by process: Process? = nil) async throws -> Int {
    let process = process ?? second
    let now = clock.now()
    let lease = Lease.new(process.committer.environment.entropy)
    let jobs = try await store.lease(
      LeaseRequest(now: now, until: now.adding(seconds: 45), limit: 100, lease: lease))
    for job in jobs {
      switch job.key.kind {
      case .authorizeCounterPayment:
        try await process.runner.resumeAuthorization(job, under: lease)
      case .reverseCounterPayment: try await process.runner.resumeReversal(job, under: lease)
      default: break
      }
    }
    return jobs.count
  }

  /// Until nothing is left to do, the time going on as it is needed. Returns how many jobs.
  @discardableResult
  func settle(by process: Process? = nil) async throws -> Int {
    var count = 0
    while let due = try await store.nextDue(), count < 1000 {
      clock.advance(to: due)
      count += try await work(by: process)
    }
    return count
  }
}
