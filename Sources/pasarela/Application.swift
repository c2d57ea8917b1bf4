import CEmbedded
import Foundation
import Gateway
import HTTPCalling
import HTTPServing
import JSONText
import MerchantAPI
import Payins
import Routing
import Storage

/// A gateway put together from its configuration.
final class Application: Sendable {
  static let version = "0.1.0"

  let configuration: Configuration
  let log: Log
  let api: MerchantAPI
  private let store: any Store
  private let caller: CurlCaller
  private let endpoints: WebhookEndpoints
  private let jobs: JobRunner
  private let listeners: Listeners
  private let watch: ServingWatch
  private let time = SystemTime()
  private let reload: @Sendable () async -> Bool

  /// - Parameter rules: in place of the configured folder's files.
  /// - Throws: `ConfigurationFault` for rules that are refused, `StoreError` for a store that
  ///   cannot be opened.
  init(
    _ configuration: Configuration, log: Log, rules given: [RuleFile]? = nil
  ) async throws {
    let time = self.time
    let metrics = Metrics()
    let accounts = configuration.accounts
    let book = RuleBook(
      try RuleFiles.load(given ?? RuleFiles.read(folder: configuration.rules), accounts: accounts),
      at: time.now(), metrics: metrics)
    let store: any Store =
      switch configuration.store {
      case .sqlite(let path): try SQLiteStore(path: path, damage: Self.damage(log))
      }
    _ = try await store.releaseAbandonedLeases(at: time.now())
    let caller = CurlCaller()
    let calls = ProviderCalls(
      accounts: accounts, caller: caller, time: time, publicURL: configuration.publicURL,
      metrics: metrics, log: log)
    let endpoints = WebhookEndpoints(configured: configuration.endpoints)
    try await endpoints.load(from: store)
    let books = Books(
      store: store, time: time, entropy: SystemEntropy(),
      document: PayinDocument(publicURL: configuration.publicURL), changes: PayinChanges(),
      metrics: metrics, endpoints: endpoints)
    let addresses: AddressPolicy = configuration.allowsPrivateWebhooks ? .any : .publicOnly
    let jobs = JobRunner(
      books: books, calls: calls,
      webhooks: WebhookRunner(books: books, caller: caller, addresses: addresses, log: log),
      log: log)
    let reload = Self.reload(configuration, rules: given, into: book, log)
    let limits = RateLimits(key: configuration.keyRate, address: configuration.addressRate)
    let watch = ServingWatch(limits: limits, metrics: metrics, log: log, time: time)
    var parts = MerchantAPI.Parts(
      service: PayinService(
        books: books, calls: calls, rules: book, requestSeconds: configuration.requestSeconds),
      storePayments: StorePaymentService(
        books: books, calls: calls, requestSeconds: configuration.requestSeconds),
      webhooks: WebhookService(books: books, addresses: addresses),
      callbacks: CallbackService(books: books, calls: calls, log: log),
      health: Health(
        books: books, calls: calls, rules: book, jobs: jobs, version: Self.version,
        further: { watch.checks }),
      metrics: metrics, calls: calls, rules: book,
      keys: KeyRing(configuration.keys, limits: limits),
      time: time, log: log, specification: Embedded.openAPI,
      dashboard: Embedded.dashboard, reloadRules: reload)
    parts.hostedPage = HostedPageParts(
      style: Embedded.payerStyle, script: Embedded.payerScript, displays: configuration.displays)
    Self.setListening(of: &parts, configuration)
    api = MerchantAPI(parts)
    listeners = Listeners(configuration, api, watch, log: log)
    self.watch = watch
    self.configuration = configuration
    self.log = log
    self.store = store
    self.caller = caller
    self.endpoints = endpoints
    self.jobs = jobs
    self.reload = reload
  }

  /// A line for each damaged row, once.
  private static func damage(_ log: Log) -> DamageRegister {
    DamageRegister { row in
      var fields: JSONObject = ["kind": .string(row.kind.rawValue), "id": .string(row.id)]
      if row.kind == .payin { fields["payin"] = .string(row.id) }
      fields["detail"] = .string(row.reason)
      log.error("a stored row is damaged", fields)
    }
  }

  private static func setListening(
    of parts: inout MerchantAPI.Parts, _ configuration: Configuration
  ) {
    parts.hasOperatorListener = configuration.operatorListener != nil
    parts.isSecure = configuration.tls != nil
    // Waiting requests leave connections to everybody else.
    parts.waitsPerKey = max(1, min(configuration.waitsPerKey, configuration.connections / 4))
  }

  /// Loads the rule files anew where they changed; false where they were refused.
  private static func reload(
    _ configuration: Configuration, rules given: [RuleFile]?, into book: RuleBook, _ log: Log
  ) -> @Sendable () async -> Bool {
    let time = SystemTime()
    return {
      do {
        let files = try given ?? RuleFiles.read(folder: configuration.rules)
        guard RuleFiles.version(of: files) != book.version else {
          book.dropRejection()
          return true
        }
        book.replace(
          with: try RuleFiles.load(files, accounts: configuration.accounts), at: time.now())
        log.info("a new rule set is in force", ["version": .string(book.version)])
        return true
      } catch {
        let faults = (error as? ConfigurationFault)?.faults ?? ["\(error)"]
        book.reject(RuleBook.Rejection(at: time.now(), faults: faults))
        log.error("a rule set was refused", ["faults": .array(faults.map { .string($0) })])
        return false
      }
    }
  }

  /// Serves until `stopped` returns, then drains: requests under way are answered, leases end.
  func run(
    started: (Int) -> Void = { _ in }, until stopped: @Sendable () async -> Void
  ) async throws {
    started(try listeners.start())
    let watching = Task { await watch.run() }
    let watchingFiles = Task { await listeners.watchCertificate(time) }
    let running = Task { await jobs.run() }
    let following = Task { await endpoints.follow(store, time) }
    await stopped()
    for task in [following, watching, watchingFiles] { task.cancel() }
    log.info("draining")
    jobs.stop()
    await listeners.drain(withinSeconds: Int(configuration.requestSeconds) + 5)
    await running.value
    caller.close()
    await store.close()
    log.info("stopped")
  }

  func reloadRules() async { _ = await reload() }

  func reloadCertificate() { listeners.reloadCertificate() }
}

/// What the executable carries of the project's files.
enum Embedded {
  static let openAPI = bytes(of: (pasarela_openapi_bytes(), pasarela_openapi_size))
  static let dashboard = bytes(of: (pasarela_dashboard_bytes(), pasarela_dashboard_size))
  static let payerStyle = String(
    decoding: bytes(of: (pasarela_payer_style_bytes(), pasarela_payer_style_size)), as: UTF8.self)
  static let payerScript = String(
    decoding: bytes(of: (pasarela_payer_script_bytes(), pasarela_payer_script_size)),
    as: UTF8.self)
  static let defaultRules = String(
    decoding: bytes(of: (pasarela_default_rules_bytes(), pasarela_default_rules_size)),
    as: UTF8.self)

  private static func bytes(of file: (UnsafePointer<UInt8>, Int)) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.0, count: file.1))
  }
}
