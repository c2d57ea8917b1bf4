import Crypto
import Foundation
import Gateway
import HTTPServing
import JSONText
import MerchantAPI
import Storage

/// Everything that `pasarela.json5` says (the README, "Configuration").
struct Configuration: Sendable {
  var host = "127.0.0.1"
  var port = 8080
  var tls: TLSFiles?
  /// Whose word about a client's address is taken.
  var trustedProxies: [AddressRange] = []
  /// Where health's details, metrics, the page and admin's calls are served instead.
  var operatorListener: Address?
  /// Without a slash at its end.
  var publicURL = ""
  var store = StoreAddress.sqlite("var/pasarela.db")
  /// The folder of rule files.
  var rules = "routing-rules"
  var logLevel = Log.Level.info
  /// What is of persons is sealed under.
  var dataKeys = DataKeys()
  var retention = Retention()
  /// How long a create call waits for a provider, in seconds.
  var requestSeconds: Int64 = 10
  var bodyBytes = 65_536
  var connections = 10_000
  /// Of one address; nil for a quarter of all.
  var addressConnections: Int?
  /// Bytes of all requests that have begun and are not complete.
  var heldBytes = 64 << 20
  /// Requests of one key that wait for a change at the same time.
  var waitsPerKey = 500
  /// Calls a second by one key, and by one address; nil for as many as come.
  var keyRate: Int64?
  var addressRate: Int64?
  var merchants: [Merchant] = []
  /// How each merchant shows itself to payers, by its id.
  var displays: [String: Display] = [:]
  var keys: [APIKey] = []
  var accounts: [Account] = []
  /// Merchants' endpoints, as the operator wrote them.
  var endpoints: [WebhookEndpoint] = []
  /// Whether webhooks may go to loopback and private addresses, and over plain http.
  var allowsPrivateWebhooks = false
  /// What gateways of one store should have in common, in canonical form, secrets too: all but
  /// where they listen, write to and log.
  var common: [UInt8] = []

  struct Address: Equatable, Sendable {
    var host: String
    var port: Int
  }

  /// - Throws: every fault of the file at once.
  static func load(
    path: String, environment: [String: String]
  ) throws(ConfigurationFault) -> Configuration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationFault(["\(path): the configuration file cannot be read"])
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw ConfigurationFault(["\(path): the configuration file is not UTF-8"])
    }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(path[..<$0]) } ?? "."
    return try read(text, file: path, folder: folder, environment: environment)
  }

  /// - Parameter folder: what relative paths of `${file:…}` and of logos are read from.
  static func read(
    _ text: String, file: String, folder: String, environment: [String: String]
  ) throws(ConfigurationFault) -> Configuration {
    let document: LocatedJSON
    do { document = try JSON5.parse(text) } catch {
      throw ConfigurationFault(["\(file):\(error.line):\(error.column): \(error.message)"])
    }
    var substitution = Substitution(environment: environment, folder: folder)
    let json = substitution.apply(document.value)
    guard let object = json.object else {
      throw ConfigurationFault(["\(file): the configuration must be an object"])
    }
    var reader = ConfigurationReader(object, folder: folder)
    var configuration = reader.read()
    let own: Set = ["listen", "log", "store", "rules", "public_url"]
    let common = object.members.filter { !own.contains($0.key) }
    configuration.common =
      JSON.object(JSONObject(common.map { ($0.key, $0.value) }))
      .canonicalBytes
    // A text that could not be made is not judged as well.
    let unmade = Set(substitution.problems.map(\.pointer))
    let problems =
      substitution.problems + reader.problems.filter { !unmade.contains($0.pointer) }
    guard problems.isEmpty else {
      throw ConfigurationFault(problems, in: document, file: file)
    }
    return configuration
  }
}
