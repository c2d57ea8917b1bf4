import Crypto
import Foundation
import Glibc
import JSONText
import Synchronization
import TestSupport
import Testing

/// A gateway and a sandbox as two processes in one folder, put together as README.md says.
struct Installation {
  static let key = "pk_test_installation"
  static let scopes = ["payins:write", "payins:read", "store_payments:write", "admin"]
  /// Of another merchant, with every scope.
  static let otherMerchantKey = "pk_test_other"

  /// A key that has this scope only.
  static func key(with scope: String) -> String { "pk_test_\(scope)" }

  let place: Workplace
  let sandbox: Program
  private let gateways = Started()
  let sandboxClient: Client

  struct DidNotStart: Error {
    var errors: String
  }

  /// - Parameters:
  ///   - limits: of every provider account.
  ///   - listen: further members of `listen`.
  ///   - serving: further members of `limits`.
  ///   - members: further members of the configuration.
  ///   - publicURL: where it says that it is found; nil: where it is.
  ///   - store: where the books are.
  ///   - isWhole: whether they are to agree with themselves in the end.
  ///   - change: what becomes of the sandbox's accounts.
  init(
    webhooks: JSON = [], allowsPrivateWebhooks: Bool = true, requestSeconds: Int = 10,
    limits: JSONObject = [:], listen: JSONObject = [:], serving: JSONObject = [:],
    members: JSONObject = [:], publicURL: String? = nil, store: String = "sqlite:books/pasarela.db",
    isWhole: Bool = true, accounts change: ([JSONObject]) throws -> [JSONObject] = { $0 }
  ) async throws {
    place = try Workplace()
    self.isWhole = isWhole
    // The gateway's port is fixed before it starts: providers call it there.
    let port = try TakenPort().port
    let sandboxPort = try TakenPort().port
    sandbox = try Program(
      ["sandbox", "--port", "\(sandboxPort)", "--callbacks", "http://127.0.0.1:\(port)"],
      in: place.path)
    sandboxClient = Client(port: sandboxPort, isHeldToContract: false)
    let client = sandboxClient
    let accounts = try await eventualValue { try? await client.get("/_sandbox/accounts").json }
    let all = JSON.array(Self.scopes.map { JSON($0) })
    let merchant: JSON = [
      "id": "shop",
      "api_keys": .array(
        [["id": "k1", "sha256": "${KEY_SHA256}", "scopes": all]]
          + Self.scopes.map {
            ["id": JSON($0), "sha256": JSON(Self.hash(Self.key(with: $0))), "scopes": [JSON($0)]]
          }), "webhooks": webhooks,
    ]
    let other: JSON = [
      "id": "other",
      "api_keys": [["id": "k", "sha256": JSON(Self.hash(Self.otherMerchantKey)), "scopes": all]],
    ]
    let own: JSONObject = [
      "webhooks": ["allow_private_addresses": JSON(allowsPrivateWebhooks)],
      "limits": .object(Self.merged(["request_seconds": JSON(requestSeconds)], serving)),
      "listen": .object(Self.merged(["port": JSON(port)], listen)),
      "public_url": JSON(publicURL ?? "http://127.0.0.1:\(port)"),
      "store": JSON(store), "merchants": [merchant, other],
      "provider_accounts": .array(
        try change(
          (accounts?["provider_accounts"]?.array ?? []).map { account in
            Self.merged(account.object ?? [:], limits)
          }
        ).map(JSON.object)),
    ]
    let configuration = JSON.object(Self.merged(own, members))
    try place.write(configuration.text, to: "pasarela.json5")
    twinPort = try TakenPort().port
    var twin = configuration.object ?? [:]
    twin["listen"] = ["port": JSON(twinPort)]
    try place.write(JSON.object(twin).text, to: "twin.json5")
    try place.write(Self.rules, to: "routing-rules/default.json5")
    self.port = port
  }

  /// Puts another store into the configuration.
  func change(store: String) throws {
    let text = try String(contentsOfFile: "\(place.path)/pasarela.json5", encoding: .utf8)
    var configuration = try JSON(parsing: Array(text.utf8)).object ?? [:]
    configuration["store"] = JSON(store)
    try place.write(JSON.object(configuration).text, to: "pasarela.json5")
  }

  private let isWhole: Bool
  let port: Int
  /// Of a second gateway over the same store.
  let twinPort: Int

  static let rules = """
    { rules: [ { name: "store", when: "has(payin.method) && payin.method == 'store'",
                 route: { priority: ["openpay-main/store"] } } ],
      otherwise: { priority: ["cashypay-main/spei", "openpay-main/spei"] } }
    """

  var client: Client { Client(port: port, key: Self.key) }
  var twinClient: Client { Client(port: twinPort, key: Self.key) }

  private static func merged(_ first: JSONObject, _ second: JSONObject) -> JSONObject {
    JSONObject((first.members + second.members).map { ($0, $1) })
  }

  private static func hash(_ key: String) -> String {
    Hex.encode(Digest.sha256(Array(key.utf8)))
  }

  /// Starts the gateway and waits until it is ready.
  /// - Parameters:
  ///   - output: where its log goes.
  ///   - openFiles: how many files it may have open.
  ///   - isTwin: whether it is the second gateway over the same store.
  ///   - zone: of the host's clock.
  func serve(
    output: String? = nil, openFiles: Int? = nil, isTwin: Bool = false, zone: String = "UTC"
  ) async throws -> Program {
    try await serve(
      isTwin ? "twin.json5" : "pasarela.json5", at: isTwin ? twinPort : port, output: output,
      openFiles: openFiles, zone: zone)
  }

  /// As above, for a gateway with a configuration and a port of its own.
  func serve(
    _ configuration: String, at port: Int, output: String? = nil, openFiles: Int? = nil,
    zone: String = "UTC"
  ) async throws -> Program {
    let gateway = try Program(
      ["serve", "--config", configuration], in: place.path,
      environment: try Self.environment(zone: zone), output: output, openFiles: openFiles)
    gateways.add(gateway)
    let client = Client(port: port)
    let isReady = try await eventually {
      try? await client.get("/health/ready").status == 200
    }
    guard isReady == true else {
      gateway.signal(SIGKILL)
      throw DidNotStart(errors: await gateway.ended().errors)
    }
    return gateway
  }

  /// Starts a gateway without waiting for it.
  func start() throws -> Program {
    let gateway = try Program(["serve"], in: place.path, environment: try Self.environment())
    gateways.add(gateway)
    return gateway
  }

  /// Serves; then, or where the body throws, every process that was started ends.
  /// - Parameter output: where the gateway's log goes.
  func run(
    output: String? = nil,
    _ body: (_ installation: Installation, _ gateway: Program, _ client: Client) async throws
      -> Void
  ) async throws {
    try await run { installation in
      try await body(installation, installation.serve(output: output), installation.client)
    }
  }

  /// As above, for a body that serves by itself.
  func run(_ body: (Installation) async throws -> Void) async throws {
    do {
      try await body(self)
    } catch {
      await end(by: SIGKILL)
      throw error
    }
    await end(by: SIGTERM)
    try await checkBooks()
  }

  /// Whatever happened, what is kept agrees with itself.
  private func checkBooks() async throws {
    guard isWhole, !gateways.all.isEmpty else { return }
    let checked = try await command(["store", "check"])
    #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
  }

  /// Runs another command over the same configuration.
  func command(_ words: [String]) async throws -> Program.Ended {
    try await Program.run(words, in: place.path, environment: Self.environment())
  }

  private func end(by signal: Int32) async {
    for program in gateways.all + [sandbox] { await program.end(by: signal) }
  }

  private static func environment(zone: String = "UTC") throws -> [String: String] {
    [
      "KEY_SHA256": hash(key), "HOOK_SECRET": WebhookTests.secret, "TZ": zone,
      // Nothing is taken from it but what the configuration names: this one answers nobody.
      "http_proxy": "http://127.0.0.1:\(try TakenPort().port)",
    ]
  }

  /// A start that ends by itself.
  func refusedStart(_ options: [String]) async throws -> Program.Ended {
    try await command(["serve"] + options)
  }

  /// A pipe for a gateway's log, with its read end, which the caller closes. The end is open for
  /// writing, too, so that neither side waits for the other to open.
  func logPipe() throws -> (path: String, reader: Int32) {
    let path = "\(place.path)/log"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDWR | O_NONBLOCK)
    try #require(reader >= 0)
    return (path, reader)
  }

  func stop(_ gateway: Program) async -> Program.Ended {
    gateway.signal(SIGTERM)
    return await gateway.ended()
  }

  func end() async throws {
    sandbox.signal(SIGTERM)
    _ = await sandbox.ended()
    try await checkBooks()
  }
}

/// The gateways that were started over an installation.
private final class Started: Sendable {
  private let programs = Mutex<[Program]>([])
  var all: [Program] { programs.withLock { $0 } }
  func add(_ program: Program) { programs.withLock { $0.append(program) } }
}
