import Crypto
import HTTPServing

/// What a page of ours may load and run, and nothing besides (Content Security Policy Level 3).
struct ContentSecurityPolicy: Sendable {
  let text: String

  /// - Parameters:
  ///   - styles: the text of each inline `<style>`, allowed by its hash.
  ///   - scripts: of each inline `<script>`.
  ///   - sources: further directives, such as `img-src`.
  init(styles: [String] = [], scripts: [String] = [], sources: KeyValuePairs<String, String> = [:])
  {
    var directives = ["default-src 'none'"]
    for (name, elements) in [("script-src", scripts), ("style-src", styles)] where !elements.isEmpty
    {
      directives.append("\(name) \(elements.map(Self.hash).joined(separator: " "))")
    }
    directives += sources.map { "\($0.key) \($0.value)" }
    directives += ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    text = directives.joined(separator: "; ")
  }

  private static func hash(_ element: String) -> String {
    "'sha256-\(Base64.encode(Digest.sha256(Array(element.utf8))))'"
  }
}

extension Response {
  /// A page or picture for a browser.
  static func page(
    _ text: String, type: String, caching: String, _ policy: ContentSecurityPolicy
  ) -> Response {
    var response = Response.text(.ok, text, type: type)
    response.headers["Cache-Control"] = caching
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = policy.text
    return response
  }
}
