import Foundation
import HTTPCalling
import JSONText
import Sandbox
import Testing

/// Who may do what: each operation of the OpenAPI document is asked as it should not be.
@Suite("access")
struct AccessTests {
  /// A documented operation, with a path that could be and the scope that it names.
  private struct Operation {
    var method: String
    var path: String
    var scope: String?
    var takesBody: Bool
  }

  /// Path parameters are those that the document gives as examples.
  private static var operations: [Operation] {
    let check = SchemaCheck(document: Contract.standing.document)
    return Contract.standing.operations.map { place, operation in
      var path = place.template
      for parameter in operation["parameters"]?.array?.compactMap(check.resolved) ?? []
      where parameter["in"] == "path" {
        let name = parameter["name"]?.string ?? ""
        path = path.replacing("{\(name)}", with: parameter["example"]?.string ?? "")
      }
      return Operation(
        method: place.method, path: path,
        scope: operation["security"]?.array?.first?["key"]?.array?.first?.string,
        takesBody: operation["requestBody"] != nil)
    }
  }

  @Test("every operation of a merchant asks for exactly the scope that the document names")
  func scopes() async throws {
    let installation = try await Installation(listen: ["trusted_proxies": ["127.0.0.1"]])
    let gateway = try await installation.serve()
    var client = installation.client
    var asked = 0
    for operation in Self.operations {
      guard let scope = operation.scope else {
        #expect(!operation.path.hasPrefix("/v1/"), "\(operation)")
        continue
      }
      client.key = nil
      // Each from an address of its own: a stranger may not fail as often as this.
      let nobody = try await client.call(
        operation.method, operation.path, [],
        [HTTPHeader("X-Forwarded-For", "192.0.2.\(asked)")])
      #expect(nobody.status == 401, "\(operation)")
      for other in Installation.scopes where other != scope {
        client.key = Installation.key(with: other)
        let answer = try await client.call(operation.method, operation.path)
        #expect(answer.status == 403, "\(operation) with \(other)")
        #expect(answer.json["detail"]?.string?.contains(scope) == true, "\(operation)")
      }
      client.key = Installation.key(with: scope)
      let answer = try await client.call(operation.method, operation.path)
      #expect(![401, 403].contains(answer.status), "\(operation)")
      #expect(answer.header("Cache-Control") == "no-store", "\(operation)")
      asked += 1
    }
    #expect(asked > 15)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("query parameters, members and methods that an operation does not know are refused")
  func unknown() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for operation in Self.operations where operation.scope != nil {
      let query = try await client.call(operation.method, operation.path + "?colour=red")
      #expect(query.status == 400, "\(operation)")
      #expect(query.json["detail"]?.string?.contains("colour") == true, "\(operation)")
      guard operation.takesBody else { continue }
      let body = try await client.call(
        operation.method, operation.path, Array("{\"colour\":1}".utf8),
        [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Idempotency-Key", "k")])
      #expect(body.status == 400, "\(operation)")
      #expect(body.pointers.contains("/colour"), "\(operation)")
    }
    let served = Dictionary(grouping: Self.operations, by: \.path)
    for (path, operations) in served {
      for method in ["GET", "POST", "PUT", "PATCH", "DELETE"]
      where !operations.contains(where: { $0.method == method }) {
        let answer = try await client.call(method, path)
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.code == "method_not_allowed")
        let allowed = answer.header("Allow")?.split(separator: ", ").map(String.init) ?? []
        let expected = Set(operations.map(\.method)).union(["OPTIONS"])
        #expect(Set(allowed).subtracting(["HEAD"]) == expected, "\(method) \(path)")
      }
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("HEAD is answered as GET is, without the body")
  func heads() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    for path in ["/v1/payins", "/health/live", "/openapi.json", "/v1/payins/payin_x"] {
      let get = try await client.get(path)
      let head = try await client.call("HEAD", path)
      #expect(head.status == get.status)
      #expect(head.body.isEmpty)
      #expect(head.header("Content-Type") == get.header("Content-Type"))
      #expect(head.header("Content-Length") == get.header("Content-Length"))
    }
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a merchant finds nothing of another's, and uses keys and references of its own")
  func merchants() async throws {
    let installation = try await Installation()
    let gateway = try await installation.serve()
    let client = installation.client
    let body = ServeTests.payin("shared", method: "spei")
    let made = try await client.post("/v1/payins", body, idempotencyKey: "same").json
    let id = try #require(made["id"]?.string)
    let till = try await client.post(
      "/v1/store_payments", CounterPaymentTests.payment("1"), idempotencyKey: "same"
    ).json
    let hook = try await client.post("/v1/webhook_endpoints", ["url": "https://shop.example/"])
    let event = try await client.get("/v1/events").json["data"]?.array?.first?["id"]?.string
    var other = client
    other.key = Installation.otherMerchantKey
    for (method, path) in [
      ("GET", "/v1/payins/\(id)"), ("GET", "/v1/payins/\(id)/events"),
      ("POST", "/v1/payins/\(id)/cancel"), ("POST", "/v1/payins/\(id)/sync"),
      ("POST", "/v1/events/\(event ?? "")/redeliver"),
      ("GET", "/v1/store_payments/\(till["id"]?.string ?? "")"),
      ("POST", "/v1/store_payments/\(till["id"]?.string ?? "")/reversal"),
      ("GET", "/v1/webhook_endpoints/\(hook.json["id"]?.string ?? "")"),
      ("DELETE", "/v1/webhook_endpoints/\(hook.json["id"]?.string ?? "")"),
    ] {
      let answer = try await other.call(method, path)
      #expect(answer.status == 404, "\(method) \(path)")
      #expect(try await client.call("GET", "/v1/payins/\(id)").json["status"] == "pending")
    }
    for path in [
      "/v1/payins", "/v1/payins?cursor=\(id)", "/v1/payins?merchant_reference=shared",
      "/v1/events", "/v1/events?payin=\(id)", "/v1/store_payments", "/v1/webhook_endpoints",
      "/v1/discrepancies",
    ] {
      #expect(try await other.get(path).json["data"] == [], "\(path)")
    }
    let own = try await other.post("/v1/payins", body, idempotencyKey: "same")
    #expect(own.status == 201)
    #expect(own.header("Idempotent-Replayed") == nil)
    #expect(own.json["id"]?.string != id)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  @Test("a merchant sees the accounts that serve it, an operator all; a timeline has pages")
  func ownAccounts() async throws {
    let installation = try await Installation(accounts: { accounts in
      accounts.map { account in
        guard account["id"] == "smilepayz-main" else { return account }
        var account = account
        account["merchants"] = ["another"]
        return account
      }
    })
    let gateway = try await installation.serve()
    let client = installation.client
    let reader = Client(port: installation.port, key: Installation.key(with: "payins:read"))
    func accounts(_ client: Client) async throws -> [String] {
      let listed = try await client.get("/v1/providers").json["data"]?.array ?? []
      return listed.compactMap { $0["id"]?.string }
    }
    let ids = SandboxAccount.all.map(\.id).sorted()
    #expect(try await accounts(client) == ids)
    #expect(try await accounts(reader) == ids.filter { $0 != "smilepayz-main" })
    let made = try await client.post(
      "/v1/payins", ServeTests.payin("pages", method: "spei"), idempotencyKey: "pages")
    let path = "/v1/payins/\(made.json["id"]?.string ?? "")/events"
    let whole = try await client.get(path).json
    let all = (whole["data"]?.array ?? []).filter { $0["object"] == "event" }
    #expect(all.count > 3 && whole["next_cursor"] == .null)
    var read: [JSON] = []
    var cursor: String? = "0"
    while let place = cursor {
      let page = try await client.get("\(path)?limit=2&cursor=\(place)").json
      read += (page["data"]?.array ?? []).filter { $0["object"] == "event" }
      cursor = page["next_cursor"]?.string
    }
    // Callbacks may have come meanwhile.
    #expect(Array(read.prefix(all.count)) == all)
    #expect(try await client.get("\(path)?limit=1001").status == 400)
    #expect(try await client.get("\(path)?cursor=x").status == 400)
    _ = await installation.stop(gateway)
    try await installation.end()
  }
}
