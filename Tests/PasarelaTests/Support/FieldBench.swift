import Crypto
import Foundation
import HTTPCalling
import HTTPServing
import JSONText
import Payins
import Sandbox
import Testing

/// One gateway for many cases, each with orders of its own: a wire stands between it and the
/// simulated providers, whose own webhooks are all lost. Its host's clock stands in Tijuana.
struct FieldBench: Sendable {
  @TaskLocal static var shared: FieldBench?

  static var current: FieldBench {
    get throws { try #require(shared) }
  }

  static let publicURL = "https://PAY.Shop.Example/mx/front"

  let installation: Installation
  let wire: Wire
  let gateway: Program
  var client: Client { installation.client }

  init() async throws {
    let wire = try Wire()
    self.wire = wire
    let keys = FieldKeys.forms
    installation = try await Installation(publicURL: "\(Self.publicURL)/") { accounts in
      try Self.accounts(accounts, keys, "http://127.0.0.1:\(wire.port)")
    }
    let sandbox = installation.sandboxClient
    wire.lead(to: sandbox.baseURL)
    try installation.place.write(Self.rules(keys), to: "routing-rules/default.json5")
    gateway = try await installation.serve(zone: "America/Tijuana")
    let lost = try await sandbox.post("/_sandbox/faults", ["kind": "webhook_lost"])
    #expect(lost.status == 201)
  }

  func end() async throws {
    _ = await installation.stop(gateway)
    try await installation.end()
    await wire.end()
  }

  // MARK: Accounts and rules

  private static func accounts(
    _ given: [JSONObject], _ keys: [FieldKeys.Form], _ wire: String
  ) throws -> [JSONObject] {
    var all = given
    func add(_ id: String, like other: String, _ changes: JSONObject) throws {
      var account = try #require(given.first { $0["id"]?.string == other })
      account["id"] = .string(id)
      for (key, value) in changes.members { account[key] = value }
      all.append(account)
    }
    try add("cashypay-strict", like: "cashypay-main", ["clabe_check": "reject"])
    try add(
      "smilepayz-told", like: "smilepayz-main", ["codes": ["62": "permanent", "63": "retryable"]])
    for form in keys {
      try add(
        form.account, like: "smilepayz-main",
        ["private_key": .string(form.privateKey), "platform_public_key": .string(form.publicKey)])
    }
    return all.map {
      var account = $0
      account["base_url"] = .string(wire)
      return account
    }
  }

  /// A pay-in says in its metadata by which accounts it goes.
  private static func rules(_ keys: [FieldKeys.Form]) -> String {
    let routes = [
      ["openpay-main"], ["cashypay-main"], ["cashypay-strict"], ["smilepayz-main"],
      ["openpay-main", "cashypay-main"], ["cashypay-main", "openpay-main"],
      ["smilepayz-main", "openpay-main"], ["smilepayz-told", "openpay-main"],
    ]
    let all = routes + keys.map { [$0.account] }
    let rules = all.enumerated().map { index, accounts in
      let targets = accounts.flatMap { account in
        account == "openpay-main" ? ["\(account)/spei", "\(account)/store"] : ["\(account)/spei"]
      }
      let isHasty = accounts == ["smilepayz-main", "openpay-main"]
      return """
        { name: "r\(index)", when: "payin.metadata['via'] == '\(accounts.joined(separator: "+"))'",
          route: { priority: \(JSON.array(targets.map { .string($0) }).text) }
          \(isHasty ? ", retry: [\"never_sent\", \"declined\", \"in_doubt\"]" : "") }
        """
    }
    return """
      { rules: [ \(rules.joined(separator: ",\n")) ],
        otherwise: { priority: ["openpay-main/spei"] } }
      """
  }

  // MARK: Pay-ins

  /// Makes a pay-in. The case's name is its reference and, unless it is changed, its description,
  /// by which a script knows its orders.
  func buy(
    _ name: String, via: String, _ method: String = "spei", amount: Int64 = 15_000,
    changing changes: JSONObject = [:]
  ) async throws -> Client.Answer {
    var body: JSONObject = [
      "merchant_reference": .string(name), "amount": JSON(amount), "currency": "MXN",
      "method": .string(method), "description": .string(name), "metadata": ["via": .string(via)],
      "payer": ["name": "Ana Prueba", "email": "ana@example.mx", "phone": "+525500000000"],
    ]
    for (key, value) in changes.members { body[key] = value }
    return try await client.post("/v1/payins", .object(body), idempotencyKey: name)
  }

  /// One that is pending, with the provider's number of its order.
  func pending(
    _ name: String, via: String, _ method: String = "spei", amount: Int64 = 15_000,
    changing changes: JSONObject = [:]
  ) async throws -> Placed {
    let made = try await buy(name, via: via, method, amount: amount, changing: changes)
    #expect(made.json["status"] == "pending", "\(name): \(made.json)")
    return Placed(
      bench: self, made: made.json, id: try #require(made.json["id"]?.string),
      order: try #require(made.json["provider_order_id"]?.string))
  }

  func sync(_ id: String) async throws -> JSON {
    try await client.post("/v1/payins/\(id)/sync").json
  }

  func discrepancies(_ id: String) async throws -> [JSON] {
    var listed: [JSON] = []
    var cursor = ""
    repeat {
      let page = try await client.get("/v1/discrepancies?limit=100\(cursor)").json
      listed += page["data"]?.array ?? []
      cursor = page["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
    } while !cursor.isEmpty
    return listed.filter { $0["payin"]?.string == id }
  }

  func timeline(_ id: String) async throws -> [JSON] {
    try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
  }

  /// The orders that the simulated providers hold under one of our numbers.
  func orders(_ number: JSON?) async throws -> [JSON] {
    let number = try #require(number?.string)
    return try await installation.sandboxClient.get("/_sandbox/orders?number=\(number)")
      .json["orders"]?.array ?? []
  }

  /// What the payer's page shows.
  func page(_ payin: JSON) async throws -> String {
    let url = try #require(payin["hosted_url"]?.string)
    #expect(url.hasPrefix("\(Self.publicURL)/pay/"), "\(url)")
    let answer = try await client.get(String(url.dropFirst(Self.publicURL.count)))
    #expect(answer.status == 200)
    return String(decoding: answer.body, as: UTF8.self)
  }
}

/// A pay-in that a provider has made an order for.
struct Placed: Sendable {
  let bench: FieldBench
  let made: JSON
  let id: String
  /// The provider's number.
  let order: String

  func sync() async throws -> JSON { try await bench.sync(id) }

  func seen() async throws -> JSON { try await bench.client.get("/v1/payins/\(id)").json }

  /// What it has become once it is that, by itself.
  func becomes(_ status: String) async throws -> JSON {
    var seen = JSON.null
    for _ in 0..<15 {
      seen = try await bench.client.get("/v1/payins/\(id)?wait=2").json
      if seen["status"]?.string == status { return seen }
    }
    Issue.record("\(made["merchant_reference"]?.text ?? id) is never \(status): \(seen.text)")
    return seen
  }

  /// Moves its order at the simulated provider.
  func move(_ step: String, _ body: JSON = [:]) async throws {
    let sandbox = bench.installation.sandboxClient
    let moved = try await sandbox.post("/_sandbox/orders/\(order)/\(step)", body)
    #expect(moved.status == 200, "\(step): \(moved.json)")
  }

  /// The last message that the simulated provider would have sent about it.
  func told() async throws -> JSON {
    let sandbox = bench.installation.sandboxClient
    let all = try await sandbox.get("/_sandbox/webhooks?limit=10000").json["webhooks"]?.array
    let last = all?.first { $0["order"]?.string == order }
    return try JSON(parsing: Array(try #require(last?["body"]?.string).utf8))
  }
}

extension FieldBench {
  // MARK: Callbacks

  /// The statuses of so many equal calls at the same time.
  static func atOnce(
    _ times: Int, _ call: @escaping @Sendable () async throws -> Int
  ) async throws -> [Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<times { group.addTask { try await call() } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  private static let json = HTTPHeader("Content-Type", "application/json")

  func deliver(
    to account: String, _ body: [UInt8], _ headers: [HTTPHeader]
  ) async throws -> Client.Answer {
    var provider = client
    provider.key = nil
    return try await provider.call(
      "POST", "/callbacks/\(account)", body, [Self.json] + headers)
  }

  static let openpayPassword =
    "Basic "
    + Base64.encode(
      Array(
        "\(SandboxCredentials.openpayCallbackUser):\(SandboxCredentials.openpayCallbackPassword)"
          .utf8))

  func openpay(_ body: [UInt8]) async throws -> Client.Answer {
    try await deliver(
      to: "openpay-main", body, [HTTPHeader("Authorization", Self.openpayPassword)])
  }

  func openpay(_ type: String, _ transaction: JSON) async throws -> Client.Answer {
    let event: JSON = [
      "type": .string(type), "event_date": "2026-11-20T14:00:00-06:00",
      "transaction": transaction,
    ]
    return try await openpay(event.bytes)
  }

  static func cashypaySign(_ body: [UInt8]) -> String {
    Hex.encode(Digest.md5(body + Array(SandboxCredentials.cashypayAPIKey.utf8)))
  }

  func cashypay(_ body: [UInt8]) async throws -> Client.Answer {
    try await deliver(
      to: "cashypay-main", body, [HTTPHeader("Sign", Self.cashypaySign(body))])
  }

  /// - Parameter time: of its signature, which covers it and the provider's number only; nil: now.
  func smilepayz(
    _ tradeNo: String, _ body: [UInt8], at time: String? = nil,
    account: String = "smilepayz-main"
  ) async throws -> Client.Answer {
    let key = try RSAPrivateKey(text: SandboxCredentials.smilepayzPlatformPrivateKey)
    let time = time ?? Instant(seconds: Self.now).text(offsetMinutes: -360)
    let signature = Base64.encode(key.sign(Array("\(tradeNo)|\(time)".utf8)))
    return try await deliver(
      to: account, body,
      [HTTPHeader("X-TIMESTAMP", time), HTTPHeader("X-SIGNATURE", signature)])
  }
}

/// Gives all cases of a suite one bench.
struct SharedFieldBench: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    let bench = try await FieldBench()
    let result: Result<Void, any Error>
    do {
      result = .success(try await FieldBench.$shared.withValue(bench) { try await body() })
    } catch {
      result = .failure(error)
    }
    try await bench.end()
    try result.get()
  }
}

extension Trait where Self == SharedFieldBench {
  static var oneFieldBench: Self { Self() }
}

/// The simulated SmilePayz's keys in the forms in which such keys are handed on.
enum FieldKeys {
  struct Form: Sendable {
    let account: String
    let privateKey: String
    let publicKey: String
  }

  static let forms: [Form] = {
    let pkcs8 = Base64.decode(SandboxCredentials.smilepayzMerchantPrivateKey) ?? []
    let spki = Base64.decode(SandboxCredentials.smilepayzPlatformPublicKey) ?? []
    // The PKCS#1 form is what the other one wraps: it ends the wrapper.
    let pkcs1 = inner(pkcs8, behind: [0x02, 0x01, 0x00, 0x02, 0x82])
    let rsa = inner(spki, behind: [0x02, 0x82])
    let (one, other) = (pem(pkcs1, "RSA PRIVATE KEY"), pem(rsa, "RSA PUBLIC KEY"))
    let (lines, publicLines) = (pem(pkcs8, nil), pem(spki, nil))
    return [
      Form(account: "smilepayz-pkcs1-pem", privateKey: one, publicKey: other),
      Form(
        account: "smilepayz-pkcs8-line", privateKey: Base64.encode(pkcs8),
        publicKey: Base64.encode(spki)),
      Form(
        account: "smilepayz-pkcs1-line", privateKey: Base64.encode(pkcs1),
        publicKey: Base64.encode(rsa)),
      Form(account: "smilepayz-lines", privateKey: lines, publicKey: publicLines),
      Form(
        account: "smilepayz-crlf-pem",
        privateKey: pem(pkcs8, "PRIVATE KEY").replacing("\n", with: "\r\n"),
        publicKey: pem(spki, "PUBLIC KEY").replacing("\n", with: "\r\n")),
      Form(
        account: "smilepayz-blanks", privateKey: "  \n\(lines) \n ",
        publicKey: " \(Base64.encode(spki))\n"),
    ]
  }()

  /// From the sequence on that begins so: 30 82 and its length stand before what is looked for.
  private static func inner(_ der: [UInt8], behind mark: [UInt8]) -> [UInt8] {
    let start = (4..<der.count).last {
      der[($0 - 4)...].starts(with: [0x30, 0x82]) && der[$0...].starts(with: mark)
    }
    return start.map { Array(der[($0 - 4)...]) } ?? []
  }

  private static func pem(_ der: [UInt8], _ label: String?) -> String {
    let text = Base64.encode(der)
    let lines = stride(from: 0, to: text.count, by: 64).map {
      String(text.dropFirst($0).prefix(64))
    }
    let armour = label.map { ["-----BEGIN \($0)-----", "-----END \($0)-----", ""] }
    return ((armour?.prefix(1) ?? []) + lines + (armour?.dropFirst() ?? [])).joined(separator: "\n")
  }
}
