import Foundation
import JSONText
import Payins

@testable import Providers

/// What a provider's golden cases share: `Golden/<provider>/account.json`.
struct GoldenAccount {
  let name: String
  let json: JSON
  let cases: [GoldenCase]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  /// Of all registered providers.
  static let names = ProviderRegistry.all.map { $0.name }

  private static let read = Dictionary(
    uniqueKeysWithValues: names.map { name in (name, Result { try GoldenAccount(name) }) })

  static func named(_ name: String) throws -> GoldenAccount {
    guard let account = read[name] else { throw GoldenFault("no provider \(name)") }
    return try account.get()
  }

  private init(_ name: String) throws {
    self.name = name
    let folder = Self.root.appending(path: name)
    let json = try Self.read(folder.appending(path: "account.json"))
    self.json = json
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    // Folders are cases; the files beside them are the account's.
    cases = try names.filter { !$0.contains(".") }.map {
      try GoldenCase(provider: name, folder: folder.appending(path: $0), account: json)
    }
  }

  static func read(_ file: URL) throws -> JSON {
    let json = try JSON(parsing: Array(Data(contentsOf: file)))
    return try resolved(json, try JSON(parsing: Array(Data(contentsOf: fixture))))
  }

  func file(_ name: String) throws -> JSON {
    try Self.read(Self.root.appending(path: "\(self.name)/\(name).json"))
  }

  /// The provider with the account's settings, some of them changed.
  func provider(changing changes: JSON? = nil) -> any Provider {
    GoldenSettings(account: json, changing: changes).provider(name)
  }

  private static let fixture = root.appending(path: "../../Fixtures/smilepayz.json")

  /// Texts `fixture:/a/b` stand for that value of Tests/Fixtures/smilepayz.json: keys are kept
  /// in one place.
  private static func resolved(_ json: JSON, _ fixture: JSON) throws -> JSON {
    switch json {
    case .string(let text) where text.hasPrefix("fixture:"):
      guard let value = fixture.at(pointer: String(text.dropFirst(8))) else {
        throw GoldenFault("no fixture \(text)")
      }
      return value
    case .array(let items): return .array(try items.map { try resolved($0, fixture) })
    case .object(let object):
      return .object(
        JSONObject(try object.members.map { ($0.key, try resolved($0.value, fixture)) }))
    default: return json
    }
  }
}

struct GoldenFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// An account's settings for a test.
struct GoldenSettings {
  var identity: AccountIdentity
  var settings: JSONObject

  init(account: JSON, changing changes: JSON? = nil, case json: JSON = .null) {
    identity = AccountIdentity(
      id: "main",
      baseURL: json["base_url"]?.string ?? account["base_url"]?.string ?? "",
      isLocal: json["local"]?.bool ?? account["local"]?.bool ?? false)
    settings = (account["settings"]?.object ?? [:]).merged(with: changes?.object ?? [:])
  }

  /// The provider as read, with every fault found.
  func read(_ name: String) -> (provider: (any Provider)?, problems: [JSONProblem]) {
    var reader = ObjectReader(settings)
    let provider = ProviderRegistry.named(name)?.init(account: identity, settings: &reader)
    return (provider, reader.finish())
  }

  func provider(_ name: String) -> any Provider {
    let (provider, problems) = read(name)
    guard let provider, problems.isEmpty else {
      preconditionFailure("\(name): the golden settings are faulty: \(problems)")
    }
    return provider
  }
}

extension JSONObject {
  /// Null removes a member.
  func merged(with changes: JSONObject) -> JSONObject {
    var merged = self
    for (key, value) in changes.members { merged[key] = value.isNull ? nil : value }
    return merged
  }
}
