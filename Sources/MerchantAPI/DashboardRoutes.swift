import HTTPServing

/// The operator's page: one file without data. What it shows it asks of the API, with the key that
/// the operator types.
struct DashboardRoutes: Sendable {
  private let page: StaticDocument

  /// - Parameter html: with one `<style>` and one `<script>`; nothing else in it may run.
  init(html: [UInt8]) {
    let text = String(decoding: html, as: UTF8.self)
    let policy = ContentSecurityPolicy(
      styles: Self.contents(of: "style", in: text), scripts: Self.contents(of: "script", in: text),
      sources: ["connect-src": "'self'"])
    page = StaticDocument(
      .page(text, type: "text/html; charset=utf-8", caching: "no-cache", policy))
  }

  func register(on router: inout Router) {
    router.serve(.get, "/dashboard") { [page] request, _ in page.response(to: request) }
  }

  /// The text of the first element of that name, if any.
  private static func contents(of element: String, in text: String) -> [String] {
    guard let start = text.utf8.firstRange(of: "<\(element)>".utf8)?.upperBound,
      let end = text.utf8[start...].firstRange(of: "</\(element)>".utf8)?.lowerBound
    else { return [] }
    return [String(text[start..<end])]
  }
}
