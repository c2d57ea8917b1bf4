public import Gateway
import HTTPServing
import JSONText
import Payins

/// The gateway's whole HTTP face: every route, its authentication, its bodies.
public struct MerchantAPI: Sendable {
  /// What the routes act on.
  public struct Parts: Sendable {
    public var service: PayinService
    public var counterPayments: CounterPaymentService
    public var webhooks: WebhookService
    public var callbacks: CallbackService
    public var health: Health
    public var metrics: Metrics
    public var calls: ProviderClient
    public var rules: RuleBook
    public var keys: KeyRing
    public var time: any TimeSource
    public var log: Log
    /// The bytes of the OpenAPI document.
    public var specification: [UInt8]
    /// The bytes of the operator's page.
    public var dashboard: [UInt8]
    /// What payers' pages are made of.
    public var hostedPage = HostedPageParts()
    /// Whether what operators need is served by `operators` only.
    public var hasOperatorListener = false
    /// Whether it is spoken to over TLS.
    public var isSecure = false
    /// Requests of one key that may wait for a change at the same time.
    public var waitsPerKey = 500
    /// Loads the rule files anew; false where they were refused.
    public var reloadRules: @Sendable () async -> Bool

    public init(
      service: PayinService, counterPayments: CounterPaymentService, webhooks: WebhookService,
      callbacks: CallbackService,
      health: Health, metrics: Metrics, calls: ProviderClient, rules: RuleBook, keys: KeyRing,
      time: any TimeSource, log: Log, specification: [UInt8], dashboard: [UInt8],
      reloadRules: @escaping @Sendable () async -> Bool
    ) {
      self.service = service
      self.counterPayments = counterPayments
      self.webhooks = webhooks
      self.callbacks = callbacks
      self.health = health
      self.metrics = metrics
      self.calls = calls
      self.rules = rules
      self.keys = keys
      self.time = time
      self.log = log
      self.specification = specification
      self.dashboard = dashboard
      self.reloadRules = reloadRules
    }
  }

  /// What the public listener serves.
  public let everybody: Face
  /// What the operators' own listener serves, where there is one.
  public let operators: Face?

  public init(_ parts: Parts) {
    let shared = SharedRoutes(parts)
    guard parts.hasOperatorListener else {
      everybody = Face(parts, shared.router(.everything))
      operators = nil
      return
    }
    everybody = Face(parts, shared.router(.withoutOperators))
    operators = Face(parts, shared.router(.operators))
  }
}

/// What is served at one listener.
enum Audience {
  case everything
  /// Without pages, figures and routes that only operators need.
  case withoutOperators
  /// What an operator's page and programs need.
  case operators
}

/// What the routes of all listeners share.
private struct SharedRoutes {
  let parts: MerchantAPI.Parts
  let waits: WaitPlaces
  let dashboard: DashboardRoutes
  let specification: StaticDocument

  init(_ parts: MerchantAPI.Parts) {
    self.parts = parts
    waits = WaitPlaces(perKey: parts.waitsPerKey)
    dashboard = DashboardRoutes(html: parts.dashboard)
    specification = StaticDocument(.json(.ok, parts.specification))
  }

  func router(_ audience: Audience) -> Router {
    let keys = audience == .withoutOperators ? parts.keys.withoutOperators : parts.keys
    var router = Router()
    PayinRoutes(
      service: parts.service, keys: keys, time: parts.time, waits: waits
    ).register(on: &router)
    DiscrepancyRoutes(service: parts.service, keys: keys).register(on: &router)
    CounterPaymentRoutes(service: parts.counterPayments, keys: keys).register(on: &router)
    WebhookRoutes(service: parts.webhooks, keys: keys).register(on: &router)
    if audience != .operators {
      CallbackRoutes(
        service: parts.callbacks, calls: parts.calls, limits: keys.limits, log: parts.log
      ).register(on: &router)
      HostedPageRoutes(
        service: parts.service, time: parts.time, parts: parts.hostedPage
      ).register(on: &router)
    }
    if audience != .withoutOperators { dashboard.register(on: &router) }
    OperatorRoutes(
      health: parts.health, metrics: parts.metrics, service: parts.service, calls: parts.calls,
      rules: parts.rules, keys: keys, time: parts.time, specification: specification,
      isForOperators: audience != .withoutOperators, reload: parts.reloadRules
    ).register(on: &router)
    return router
  }
}
