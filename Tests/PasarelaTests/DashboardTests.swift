import Crypto
import Foundation
import Testing

/// The operator's page, which holds no data of its own.
@Suite("the dashboard")
struct DashboardTests {
  @Test("lets nothing run but its own script, which makes no markup of what it is told")
  func policy() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let page = try await Client(port: installation.port).get("/dashboard")
    #expect(page.status == 200)
    #expect(page.header("Content-Type") == "text/html; charset=utf-8")
    #expect(page.header("X-Content-Type-Options") == "nosniff")
    let html = String(decoding: page.body, as: UTF8.self)
    let parts = html.components(separatedBy: "<script>")
    let script = parts.last?.components(separatedBy: "</script>").first ?? ""
    #expect(parts.count == 2 && script.count > 1000)
    let policy = page.header("Content-Security-Policy") ?? ""
    let hash = Base64.encode(Digest.sha256(Array(script.utf8)))
    #expect(policy.contains("default-src 'none'; script-src 'sha256-\(hash)';"))
    #expect(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"))
    #expect(!policy.contains("unsafe"))
    for word in ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "localSt"] {
      #expect(!script.contains(word), "\(word)")
    }
    #expect(html.range(of: " on[a-z]+=", options: .regularExpression) == nil)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("asks only for what the API serves")
  func paths() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let html = String(
      decoding: try await installation.client.get("/dashboard").body, as: UTF8.self)
    let call = #/call\('GET', ['`](/[^'`?$]*)/#
    let paths = Set(html.matches(of: call).map { String($0.1) })
    #expect(paths.isSuperset(of: ["/health", "/v1/providers", "/v1/payins", "/v1/discrepancies"]))
    for path in paths where !path.hasSuffix("/") {
      #expect(try await installation.client.get(path).status == 200, "\(path)")
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
