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
  private let log: Log
  private let isSecure: Bool

  init(_ parts: MerchantAPI.Parts, _ router: Router) {
    self.router = router
    metrics = parts.metrics
    limits = parts.keys.limits
    time = parts.time
    log = parts.log
    isSecure = parts.isSecure
  }

  /// Every route that is served.
  public var routes: [Route] { router.routes }

  /// Whether a path is served also where all connections are taken.
  public static func isVital(_ path: String) -> Bool {
    path == "/health" || path.utf8.starts(with: "/health/".utf8)
  }

  /// What a request gets for its head alone; nil where its body may come.
  public func judge(_ request: Request) -> Response? {
    let start = time.steady()
    do throws(Problem) {
      if !Self.isVital(request.path) { _ = try limits.call(of: request, tokens: 0) }
    } catch {
      return finished(refusal(error, request), request, start)
    }
    return router.judge(request).map { finished($0, request, start) }
  }

  public func handle(_ request: Request) async -> Response {
    let start = time.steady()
    let standing: RateStanding?
    do throws(Problem) {
      standing = Self.isVital(request.path) ? nil : try limits.call(of: request)
    } catch {
      return finished(refusal(error, request), request, start)
    }
    var response = finished(await router.answer(request), request, start)
    response.add(standing)
    return response
  }

  private func refusal(_ problem: Problem, _ request: Request) -> Router.Answer {
    Router.Answer(response: problem.response(requestID: request.id), template: nil)
  }

  private func finished(
    _ answer: Router.Answer, _ request: Request, _ start: Instant
  ) -> Response {
    let route = answer.template ?? "none"
    var response = answer.response
    // Payers' data, and secrets that are shown once.
    if route.utf8.starts(with: "/v1/".utf8) { response.headers["Cache-Control"] = "no-store" }
    if isSecure, response.headers["Content-Security-Policy"] != nil {
      response.headers["Strict-Transport-Security"] = Self.strictTransport
    }
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
      milliseconds: time.steady().milliseconds(since: start))
    return response
  }
}
