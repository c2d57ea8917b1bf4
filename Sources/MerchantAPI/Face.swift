import Gateway
public import HTTPServing
import JSONText
import Payins

/// The HTTP face of a gateway at one listener.
public struct Face: Sendable {
  /// A year, in seconds.
  private static let strictTransport = "max-age=31536000"

  private let router: Router
  private let metrics: Metrics
  private let limits: RateLimits
  private let time: any TimeSource
  private let isSecure: Bool
  private let log: Log

  init(_ parts: MerchantAPI.Parts, _ router: Router) {
    self.router = router
    metrics = parts.metrics
    limits = parts.keys.limits
    time = parts.time
    isSecure = parts.isSecure
    log = parts.log
  }

  /// Every route that is served.
  public var routes: [Route] { router.routes }

  /// Whether a path is served also where all connections are taken.
  public static func isVital(_ path: String) -> Bool {
    path == "/health" || path.utf8.starts(with: "/health/".utf8)
  }

  /// What a request gets for its head alone; nil where its body may come.
  public func judge(_ request: Request) -> Response? {
    let start = time.now()
    do throws(Problem) {
      if !Self.isVital(request.path) { _ = try limits.call(of: request, tokens: 0) }
    } catch {
      return finished(error.response(requestID: request.id), of: nil, start)
    }
    return router.judge(request).map { finished($0, request, start) }
  }

  public func handle(_ request: Request) async -> Response {
    let start = time.now()
    let standing: RateStanding?
    do throws(Problem) {
      standing = Self.isVital(request.path) ? nil : try limits.call(of: request)
    } catch {
      return finished(error.response(requestID: request.id), of: nil, start)
    }
    let answer = await router.answer(request)
    var response = finished(answer, request, start)
    response.add(standing)
    return response
  }

  private func finished(
    _ answer: Router.Answer, _ request: Request, _ start: Instant
  ) -> Response {
    if answer.response.status == .internalServerError || answer.fault != nil {
      log.error(
        "a request failed",
        [
          "request_id": .string(request.id), "route": .string(answer.template ?? "none"),
          "http_status": JSON(answer.response.status.code), "detail": JSON(answer.fault),
        ])
    }
    return finished(answer.response, of: answer.template, start)
  }

  private func finished(
    _ answer: Response, of template: String?, _ start: Instant
  ) -> Response {
    let route = template ?? "none"
    var response = answer
    // Payers' data, and secrets that are shown once.
    if route.utf8.starts(with: "/v1/".utf8) { response.headers["Cache-Control"] = "no-store" }
    if isSecure, response.headers["Content-Security-Policy"] != nil {
      response.headers["Strict-Transport-Security"] = Self.strictTransport
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
