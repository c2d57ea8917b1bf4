import Crypto
import HTTPCalling
import JSONText
import Sandbox
import TestSupport
import Testing

/// A sandbox on a port of its own, called over real connections. Its clock stands still at noon,
/// 2 January 2026 in Mexico City, unless a test moves it.
struct Bench: Sendable {
  /// 2026-01-02T12:00:00-06:00.
  static let noon: Int64 = 1_767_376_800_000

  let port: Int
  private let caller: CurlClient

  var base: String { "http://127.0.0.1:\(port)" }

  /// Starts a sandbox, and stops it when the body is done.
  static func run(
    _ configure: (inout SandboxConfiguration) -> Void = { _ in },
    _ body: (Bench) async throws -> Void
  ) async throws {
    var configuration = SandboxConfiguration()
    configuration.unixMilliseconds = { noon }
    configuration.seed = 7
    configuration.callbackTimeoutMilliseconds = 5_000
    configure(&configuration)
    let sandbox = SandboxServer(configuration: configuration)
    let bench = Bench(port: try await sandbox.start(), caller: CurlClient())
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(bench))
    } catch {
      result = .failure(error)
    }
    bench.caller.close()
    await sandbox.stop()
    try result.get()
  }

  /// The same, with a merchant's server beside it.
  /// - Parameter registered: whether Openpay's events go there.
  static func runWithReceiver(
    registered: Bool = false,
    _ body: (_ bench: Bench, _ receiver: Receiver, _ url: String) async throws -> Void
  ) async throws {
    try await Receiver.run { receiver, url in
      try await run {
        if registered { $0.callbacks = url }
      } _: { bench in
        try await body(bench, receiver, url)
      }
    }
  }

  // MARK: Calls

  struct Answer {
    let status: Int
    let headers: [HTTPHeader]
    let bytes: [UInt8]

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSON { (try? JSON(parsing: bytes)) ?? .null }

    func header(_ name: String) -> String? {
      headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
  }

  /// For a call, in milliseconds; short only where none is answered.
  @TaskLocal static var limit = 20_000

  func call(
    _ method: String, _ path: String, _ headers: [HTTPHeader] = [], _ body: [UInt8] = []
  ) async throws -> Answer {
    let outcome = await caller.call(
      HTTPRequest(method: method, url: base + path, headers: headers, body: body),
      limits: CallLimits(totalMilliseconds: Self.limit, responseBytes: 50_000_000))
    guard case .answered(let response) = outcome else { throw Unanswered(outcome: outcome) }
    return Answer(status: response.status, headers: response.headers, bytes: response.body)
  }

  struct Unanswered: Error {
    let outcome: CallOutcome

    /// Nil where the call may not have been sent.
    var label: CallFailure.Label? {
      if case .sentNoAnswer(let failure) = outcome { failure.label } else { nil }
    }
  }

  static let jsonType = HTTPHeader("Content-Type", "application/json")

  // MARK: Providers

  static let merchant = "/v1/\(SandboxCredentials.openpayMerchant)"

  static func basic(_ user: String, _ password: String = "") -> HTTPHeader {
    HTTPHeader("Authorization", "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))")
  }

  static let openpayHeaders = [basic(SandboxCredentials.openpayPrivateKey), jsonType]

  /// - Parameter path: behind `/v1/{merchant}`.
  func openpay(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
    try await call(method, Self.merchant + path, Self.openpayHeaders, body?.bytes ?? [])
  }

  /// Makes the provider's example order.
  func create(
    _ provider: String, _ url: String = "https://gw.example.mx/hooks"
  ) async throws -> Answer {
    try await #require(Example.all[provider]).create(self, url)
  }

  /// Asks for the provider's example order.
  func query(_ provider: String) async throws -> Answer {
    try await #require(Example.all[provider]).query(self)
  }

  static func cashypayHeaders(_ body: [UInt8]) -> [HTTPHeader] {
    let sign = Hex.encode(Digest.md5(body + Array(SandboxCredentials.cashypayAPIKey.utf8)))
    return [
      jsonType, HTTPHeader("MerchantId", SandboxCredentials.cashypayMerchant),
      HTTPHeader("Sign", sign),
    ]
  }

  func cashypay(_ path: String, _ body: JSON) async throws -> Answer {
    try await call("POST", path, Self.cashypayHeaders(body.bytes), body.bytes)
  }

  static func smilepayzHeaders(
    _ body: [UInt8], at timestamp: String, partner: String = SandboxCredentials.smilepayzMerchant
  ) throws -> [HTTPHeader] {
    let key = try RSAPrivateKey(text: SandboxCredentials.smilepayzMerchantPrivateKey)
    let head = "\(timestamp)|\(SandboxCredentials.smilepayzMerchantSecret)|"
    return [
      jsonType, HTTPHeader("X-TIMESTAMP", timestamp), HTTPHeader("X-PARTNER-ID", partner),
      HTTPHeader("X-SIGNATURE", Base64.encode(key.sign(Array(head.utf8) + body))),
    ]
  }

  func smilepayz(_ path: String, _ body: JSON) async throws -> Answer {
    let now = try await control("GET", "/clock").json["now"]?.string ?? ""
    let headers = try Self.smilepayzHeaders(body.bytes, at: now)
    return try await call("POST", path, headers, body.bytes)
  }

  static let paynetHeaders = [basic(SandboxCredentials.paynetAPIKey), jsonType]

  /// - Parameter path: `payment` or `reverse`.
  func paynet(_ path: String, _ body: JSON) async throws -> Answer {
    try await call(
      "POST", "/v1/\(SandboxCredentials.paynetChain)/\(path)", Self.paynetHeaders, body.bytes)
  }

  // MARK: Controls

  /// - Parameter path: behind `/_sandbox`.
  func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
    try await call(
      method, "/_sandbox\(path)", body == nil ? [] : [Self.jsonType], body?.bytes ?? [])
  }

  /// Pays an order in full, or as the body says.
  @discardableResult
  func pay(_ order: String, _ body: JSON = [:]) async throws -> Answer {
    try await control("POST", "/orders/\(order)/pay", body)
  }

  /// Lets so many seconds pass; what falls due is done when this returns.
  func pass(seconds: Int64) async throws {
    let answer = try await control("POST", "/clock", ["advance_seconds": JSON(seconds)])
    try #require(answer.status == 200)
  }

  /// Returns when every webhook that is due was sent.
  func settle() async throws { try await pass(seconds: 0) }

  func fault(_ fault: JSON) async throws {
    let answer = try await control("POST", "/faults", fault)
    try #require(answer.status == 201, "\(answer.text)")
  }

  func set(_ settings: JSON) async throws {
    let answer = try await control("POST", "/settings", settings)
    try #require(answer.status == 200, "\(answer.text)")
  }
}
