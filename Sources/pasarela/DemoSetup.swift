import Crypto
import Foundation
import Gateway
import JSONText
import Payins
import Providers
import Routing
import Sandbox

/// A gateway and a sandbox on embedded defaults, in one process.
struct DemoSetup {
  /// Public and worthless: it opens nothing but a gateway on these defaults.
  static let apiKey = "pk_demo_only_for_trying_out"

  let sandbox: SandboxServer
  let sandboxURL: String
  let configuration: Configuration

  /// - Parameters:
  ///   - port: the gateway's; 0 takes a free one.
  ///   - store: as in the configuration file.
  init(port: Int, sandboxPort: Int, store: String) async throws {
    let port = port == 0 ? try FreePort.find() : port
    let gatewayURL = "http://127.0.0.1:\(port)"
    sandbox = SandboxServer(
      configuration: SandboxConfiguration(port: sandboxPort, callbacks: gatewayURL))
    sandboxURL = "http://127.0.0.1:\(try await sandbox.start())"
    let text = Self.configuration(
      port: port, gatewayURL: gatewayURL, store: store, dataKey: try Self.dataKey(of: store),
      accounts: try await DemoClient(baseURL: sandboxURL).get("/_sandbox/accounts"))
    configuration = try Configuration.read(
      text, file: "embedded defaults", folder: ".", environment: [:])
  }

  /// The rules that the executable carries, behind rules that send a pay-in to the target that
  /// its metadata names: so that every account can be shown.
  var rules: [RuleFile] {
    let targeted = targets.map { target -> JSON in
      [
        "name": JSON("demo-\(target.account)-\(target.method.rawValue)"),
        "when": JSON("'target' in payin.metadata && payin.metadata['target'] == '\(target)'"),
        "route": ["priority": [JSON(target.description)]],
      ]
    }
    let demo = JSON.object(["rules": .array(targeted)]).text
    return [
      RuleFile(name: "00-demo.json5", text: demo),
      RuleFile(name: "default.json5", text: Embedded.defaultRules),
    ]
  }

  /// Every account and method on offer.
  var targets: [Target] {
    configuration.accounts.flatMap { account in
      account.capabilities.keys.sorted { $0.rawValue < $1.rawValue }
        .map { Target(account: account.id, method: $0) }
    }
  }

  /// The account that takes cash at the counter.
  var storeAccount: String? {
    configuration.accounts.first { $0.provider is any AuthorizesCounterPayments }?.id
  }

  /// Kept beside the store, since it stays for the next demo.
  private static func dataKey(of store: String) throws -> Secret {
    let path = String(Substring(store.utf8.dropFirst("sqlite:".utf8.count))) + ".data_key"
    if let kept = FileManager.default.contents(atPath: path),
      let text = String(data: kept, encoding: .utf8), let key = DataKey(text: text)
    {
      return key.text
    }
    let key = DataKey.make()
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data(key.text.reveal().utf8), attributes: [.posixPermissions: 0o600]
      )
    else { throw ConfigurationFault(["\(path): the demo's data key cannot be written"]) }
    return key.text
  }

  private static func configuration(
    port: Int, gatewayURL: String, store: String, dataKey: Secret, accounts: JSON
  ) -> String {
    let key: JSON = [
      "id": "demo", "sha256": JSON(Hex.encode(Digest.sha256(Array(apiKey.utf8)))),
      "scopes": ["payins:write", "payins:read", "store_payments:write", "admin"],
    ]
    let document: JSON = [
      "listen": ["host": "127.0.0.1", "port": JSON(port)], "public_url": JSON(gatewayURL),
      "store": JSON(store), "log": ["level": "warn"],
      "data_key": JSON(dataKey.reveal()),
      "webhooks": ["allow_private_addresses": true],
      "merchants": [["id": "demo", "name": "Demo store", "api_keys": [key]]],
      "provider_accounts": accounts["provider_accounts"] ?? [],
    ]
    return document.text
  }
}

/// A port that nobody listens on at the moment.
enum FreePort {
  static func find() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard bound else { throw ConfigurationFault(["no free port on 127.0.0.1"]) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
