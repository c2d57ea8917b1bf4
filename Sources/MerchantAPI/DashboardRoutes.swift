import Crypto
import HTTPServing

/// The operator's page: one file without data. What it shows it asks of the API, with the key that
/// the operator types.
struct DashboardRoutes: Sendable {
  private let response: Response

  /// - Parameter html: with one `<style>` and one `<script>`; nothing else in it may run.
  init(html: [UInt8]) {
    let text = String(decoding: html, as: UTF8.self)
    var response = Response.text(.ok, text, type: "text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] =
      "default-src 'none'; script-src \(Self.source(of: "script", in: text)); "
      + "style-src \(Self.source(of: "style", in: text)); connect-src 'self'; base-uri 'none'; "
      + "form-action 'none'; frame-ancestors 'none'"
    self.response = response
  }

  func register(on router: inout Router) {
    router.serve(.get, "/dashboard") { [response] _, _ in response }
  }

  /// The element's content by its hash (Content Security Policy Level 3).
  private static func source(of element: String, in text: String) -> String {
    guard let start = text.firstRange(of: "<\(element)>")?.upperBound,
      let end = text[start...].firstRange(of: "</\(element)>")?.lowerBound
    else { return "'none'" }
    return "'sha256-\(Base64.encode(Digest.sha256(Array(text[start..<end].utf8))))'"
  }
}
