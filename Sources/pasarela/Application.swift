import CEmbedded
import Crypto
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
  private let store: any Database
  private let service: PayinService
  /// To providers, and to merchants' endpoints: those are let go sooner.
  private let caller: CurlClient
  private let deliveries: CurlClient
  private let endpoints: WebhookEndpoints
  private let jobs: JobRunner
  private let housekeeping: Housekeeping
  private let listeners: Listeners
  private let watch: ServingWatch
  private let fleet: Fleet
  private let time = SystemTime()
  private let reload: @Sendable () async -> Bool

  /// - Parameters:
  ///   - rules: in place of the configured folder's files.
  ///   - isStrict: whether bad rule files keep it from starting, though a good set is kept.
  ///   - storeSeconds: for how long a store that is away is waited for.
  /// - Throws: `ConfigurationFault` for rules that are refused and for a store that does not open
  ///   to who comes as configured, `DatabaseError` for a store that cannot be opened.
  init(
    _ configuration: Configuration, log: Log, metrics: Metrics = Metrics(),
    rules given: [RuleFile]? = nil, isStrict: Bool = false,
    storeSeconds: Int64 = StoreOpening.standardWait
  ) async throws {
    let time = self.time
    let accounts = configuration.accounts
    let source = RuleSource(configuration, given: given)
    let rules = try source.start(isStrict: isStrict)
    let store = try await Self.store(configuration, log, storeSeconds)
    let book = Self.rules(rules, of: source, metrics, log)
    let (caller, deliveries) = (CurlClient(), CurlClient())
    if case .postgresql = configuration.store { metrics.name(gateway: configuration.gatewayName) }
    let fleet = Self.fleet(store, configuration, book, log)
    await fleet.beat()
    let calls = ProviderClient(
      accounts: accounts, caller: caller, time: time, publicURL: configuration.publicURL,
      metrics: metrics, log: log, fleet: fleet)
    let endpoints = WebhookEndpoints(configured: configuration.endpoints)
    try await endpoints.load(from: store)
    let committer = Committer(
      database: store,
      environment: Environment(
        time: time, entropy: SystemEntropy(), metrics: metrics, log: log, listing: calls.listing),
      publicURL: configuration.publicURL, endpoints: endpoints)
    let addresses: AddressPolicy = configuration.allowsPrivateWebhooks ? .any : .publicOnly
    let messages = WebhookRunner(
      committer: committer, caller: deliveries, addresses: addresses)
    let jobs = JobRunner(committer: committer, calls: calls, webhooks: messages)
    let reload = Self.reload(source, into: book, log)
    let limits = RateLimits(key: configuration.keyRate, address: configuration.addressRate)
    let watch = ServingWatch(limits: limits, metrics: metrics, log: log, time: time)
    let service = PayinService(
      committer: committer, calls: calls, rules: book, requestSeconds: configuration.requestSeconds)
    var parts = MerchantAPI.Parts(
      service: service,
      counterPayments: CounterPaymentService(
        committer: committer, calls: calls, requestSeconds: configuration.requestSeconds),
      webhooks: WebhookService(committer: committer, addresses: addresses),
      callbacks: CallbackService(committer: committer, calls: calls),
      health: Health(
        committer: committer, calls: calls, rules: book, jobs: jobs, version: Self.version,
        fleet: fleet, further: { watch.checks }),
      metrics: metrics, calls: calls, rules: book,
      keys: KeyRing(configuration.keys, limits: limits),
      time: time, log: log, specification: Embedded.openAPI,
      dashboard: Embedded.dashboard, reloadRules: reload)
    parts.hostedPage = HostedPageParts(
      style: Embedded.payerStyle, script: Embedded.payerScript, displays: configuration.displays)
    Self.setListening(of: &parts, configuration)
    api = MerchantAPI(parts)
    listeners = Listeners(configuration, api, watch, log: log)
    housekeeping = Housekeeping(committer: committer, retention: configuration.retention)
    (self.configuration, self.log, self.watch, self.reload) = (configuration, log, watch, reload)
    (self.store, self.service, self.endpoints, self.jobs) = (store, service, endpoints, jobs)
    (self.caller, self.deliveries, self.fleet) = (caller, deliveries, fleet)
    committer.hearOthers()
  }

  private static func fleet(
    _ store: any Database, _ configuration: Configuration, _ rules: RuleBook, _ log: Log
  ) -> Fleet {
    let time = SystemTime()
    let presence = GatewayPresence(
      id: Hex.encode(SystemEntropy().bytes(8)),
      name: configuration.gatewayName, version: version,
      since: time.now(), rules: "",
      configuration: Hex.encode(Array(store.fingerprint(configuration.common).prefix(8))))
    return Fleet(store, time: time, log: log) {
      var presence = presence
      presence.rules = rules.version
      return presence
    }
  }

  private static func store(
    _ configuration: Configuration, _ log: Log, _ seconds: Int64
  ) async throws -> any Database {
    let store = try await StoreOpening(configuration).open(waiting: seconds, log)
    _ = try await store.releaseAbandonedLeases(at: SystemTime().now())
    return store
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
    _ source: RuleSource, into book: RuleBook, _ log: Log
  ) -> @Sendable () async -> Bool {
    let time = SystemTime()
    return {
      await FileWork.run {
        do throws(ConfigurationFault) {
          let files = try source.files()
          guard RuleFiles.version(of: files) != book.version else {
            book.dropRejection()
            return true
          }
          book.replace(with: try source.load(files), at: time.now())
          source.keep(files)
          log.info("a new rule set is in force", ["version": .string(book.version)])
          return true
        } catch {
          refuse(error.faults, book, at: time.now(), log)
          return false
        }
      }
    }
  }

  private static func rules(
    _ start: RuleSource.Start, of source: RuleSource, _ metrics: Metrics, _ log: Log
  ) -> RuleBook {
    source.keep(start.files)
    let now = SystemTime().now()
    let book = RuleBook(start.set, at: now, metrics: metrics)
    if let refusal = start.refusal { refuse(refusal, book, at: now, log) }
    return book
  }

  private static func refuse(_ faults: [String], _ book: RuleBook, at now: Instant, _ log: Log) {
    book.reject(RuleBook.Rejection(at: now, faults: faults))
    log.error("a rule set was refused", ["faults": .array(faults.map { .string($0) })])
  }

  /// Serves until `stopped` returns, then drains: whoever only waits is answered with how it
  /// stands, orders that are being made are finished, deliveries and queries are let go after a few
  /// seconds.
  func run(
    started: (Int) -> Void = { _ in }, until stopped: @Sendable () async -> Void
  ) async throws {
    let telling = Task { await fleet.run() }
    // Who asks it meanwhile would be refused.
    await fleet.settle()
    started(try listeners.start())
    let watching = Task { await watch.run() }
    let watchingFiles = Task { await listeners.watchCertificate() }
    let running = Task { await jobs.run() }
    let keeping = Task { await housekeeping.run() }
    let following = Task { await endpoints.follow(store, time) }
    await stopped()
    for task in [following, watching, watchingFiles, keeping] { task.cancel() }
    log.info("draining")
    let start = time.steady()
    let patience = configuration.requestSeconds + 5
    jobs.stop()
    service.letPollsGo()
    let letting = Task { await letGo(from: start) }
    await listeners.drain(withinSeconds: Int(patience))
    await service.creationsEnded(by: start.adding(seconds: patience))
    await jobs.allButDeliveriesEnded(by: start.adding(seconds: Self.jobSeconds))
    caller.close()
    // What the closing cut off is recorded.
    await service.creationsEnded(by: time.steady().adding(seconds: Self.creationSeconds))
    await running.value
    letting.cancel()
    deliveries.close()
    telling.cancel()
    await telling.value
    await store.close()
    log.info("stopped")
  }

  /// Seconds that creations still wait for their provider's answer, and jobs for theirs.
  private static let (creationSeconds, jobSeconds): (Int64, Int64) = (1, 3)

  private func letGo(from start: Instant) async {
    await time.sleep(until: start.adding(seconds: Self.creationSeconds))
    service.letCreationsGo()
    await time.sleep(until: start.adding(seconds: Self.jobSeconds))
    deliveries.close()
  }

  func reloadRules() async { _ = await reload() }

  func reloadCertificate() async {
    await FileWork.run { [listeners] in listeners.reloadCertificate() }
  }
}

extension Configuration {
  /// For people: which of a store's gateways this one is.
  fileprivate var gatewayName: String { "\(SystemHost.name):\(port)" }
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

  static func bytes(of file: (UnsafePointer<UInt8>, Int)) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.0, count: file.1))
  }
}
