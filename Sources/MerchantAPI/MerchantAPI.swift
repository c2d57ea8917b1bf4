public import Gateway
public import HTTPServing
import JSONText
import Payins

/// The gateway's whole HTTP face: every route, its authentication, its bodies.
public struct MerchantAPI: Sendable {
  /// What the routes act on.
  public struct Parts: Sendable {
    public var service: PayinService
    public var storePayments: StorePaymentService
    public var webhooks: WebhookService
    public var callbacks: CallbackService
    public var health: Health
    public var metrics: Metrics
    public var calls: ProviderCalls
    public var rules: RuleBook
    public var keys: KeyRing
    public var time: any TimeSource
    public var log: Log
    /// The bytes of the OpenAPI document.
    public var specification: [UInt8]
    /// The bytes of the operator's page.
    public var dashboard: [UInt8]
    /// Loads the rule files anew; false where they were refused.
    public var reloadRules: @Sendable () async -> Bool

    public init(
      service: PayinService, storePayments: StorePaymentService, webhooks: WebhookService,
      callbacks: CallbackService,
      health: Health, metrics: Metrics, calls: ProviderCalls, rules: RuleBook, keys: KeyRing,
      time: any TimeSource, log: Log, specification: [UInt8], dashboard: [UInt8],
      reloadRules: @escaping @Sendable () async -> Bool
    ) {
      self.service = service
      self.storePayments = storePayments
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

  private let router: Router
  private let metrics: Metrics
  private let time: any TimeSource
  private let log: Log

  public init(_ parts: Parts) {
    var router = Router()
    PayinRoutes(
      service: parts.service, keys: parts.keys, time: parts.time
    ).register(on: &router)
    DiscrepancyRoutes(service: parts.service, keys: parts.keys).register(on: &router)
    StorePaymentRoutes(service: parts.storePayments, keys: parts.keys).register(on: &router)
    WebhookRoutes(service: parts.webhooks, keys: parts.keys).register(on: &router)
    CallbackRoutes(service: parts.callbacks).register(on: &router)
    HostedPageRoutes(service: parts.service).register(on: &router)
    DashboardRoutes(html: parts.dashboard).register(on: &router)
    OperatorRoutes(
      health: parts.health, metrics: parts.metrics, calls: parts.calls, rules: parts.rules,
      keys: parts.keys, time: parts.time, specification: parts.specification,
      reload: parts.reloadRules
    ).register(on: &router)
    self.router = router
    metrics = parts.metrics
    time = parts.time
    log = parts.log
  }

  /// Every route that is served.
  public var routes: [Route] { router.routes }

  public func handle(_ request: Request) async -> Response {
    let start = time.now()
    let answer = await router.answer(request)
    let route = answer.template ?? "none"
    var response = answer.response
    // Payers' data, and secrets that are shown once.
    if route.utf8.starts(with: "/v1/".utf8) { response.headers["Cache-Control"] = "no-store" }
    if response.status == .internalServerError || answer.fault != nil {
      log.error(
        "a request failed",
        [
          "request_id": .string(request.id), "route": .string(route),
          "http_status": JSON(response.status.code), "detail": JSON(answer.fault),
        ])
    }
    metrics.increment(
      "pasarela_http_requests_total",
      [("route", route), ("status", String(response.status.code))])
    metrics.observe(
      "pasarela_http_request_seconds", [("route", route)],
      milliseconds: time.now().milliseconds(since: start))
    return response
  }
}
