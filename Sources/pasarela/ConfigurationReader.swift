import Crypto
import Gateway
import HTTPCalling
import HTTPServing
import JSONText
import MerchantAPI
import Payins
import Storage

/// Reads the configuration's object; faults are collected with their pointers.
struct ConfigurationReader {
  private var root: ObjectReader
  private let folder: String
  private(set) var problems: [JSONProblem] = []

  /// - Parameter folder: what relative paths are read from.
  init(_ object: JSONObject, folder: String) {
    root = ObjectReader(object)
    self.folder = folder
  }

  mutating func read() -> Configuration {
    var out = Configuration()
    section("listen") { ListenReader.read(&$0, &out) }
    if let url = root.optionalString("public_url") {
      out.publicURL = publicURL(url)
    } else {
      out.publicURL = "http://\(out.host):\(out.port)"
    }
    if let store = root.optionalString("store") { out.store = storeAddress(store) }
    if let rules = root.optionalString("rules") { out.rules = rules }
    section("log") { reader in
      guard let level = reader.optionalString("level") else { return }
      if let known = Log.Level(rawValue: level) {
        out.logLevel = known
      } else {
        reader.report("level", "must be debug, info, warn or error")
      }
    }
    dataKeys(&out)
    section("retention") { reader in
      out.retention.payerDays = reader.integer("payer_days", 1...36_500)
      out.retention.callbackDays = reader.integer("callback_days", 1...36_500)
      // Deliveries are tried for three days, and looked into after that.
      out.retention.eventsDays = reader.integer("events_days", 7...36_500)
    }
    section("limits") { ListenReader.readLimits(&$0, &out) }
    section("webhooks") { reader in
      out.allowsPrivateWebhooks = reader.optionalBool("allow_private_addresses") ?? false
    }
    merchants(&out)
    accounts(&out)
    problems += root.finish()
    return out
  }

  private mutating func section(_ key: String, _ read: (inout ObjectReader) -> Void) {
    guard let object = root.optionalObject(key) else { return }
    var reader = ObjectReader(object, pointer: root.pointer(to: key))
    read(&reader)
    problems += reader.finish()
  }

  private mutating func dataKeys(_ out: inout Configuration) {
    out.dataKeys.current = dataKey("data_key")
    out.dataKeys.previous = dataKey("data_key_previous")
    if out.dataKeys.previous != nil, out.dataKeys.current == nil {
      root.report("data_key_previous", "stands beside data_key, and there is none")
    }
  }

  private mutating func dataKey(_ name: String) -> DataKey? {
    guard let text = root.optionalString(name) else { return nil }
    if let key = DataKey(text: text) { return key }
    root.report(name, "must be the Base64 of 32 bytes, as `pasarela keys data` prints it")
    return nil
  }

  private mutating func publicURL(_ text: String) -> String {
    if !text.utf8.starts(with: "http://".utf8) && !text.utf8.starts(with: "https://".utf8) {
      root.report("public_url", "must begin with http:// or https://")
    }
    return text.withoutSlashAtEnd
  }

  private mutating func storeAddress(_ text: String) -> StoreAddress {
    if let address = StoreAddress(text) { return address }
    root.report("store", "must be \(StoreAddress.form)")
    return .sqlite("")
  }

  private mutating func objects(
    _ key: String, _ read: (inout ObjectReader) -> Void
  ) {
    guard let items = root.optionalArray(key) else { return }
    for (index, item) in items.enumerated() {
      let pointer = JSONPointer.appending(index, to: root.pointer(to: key))
      guard let object = item.object else {
        problems.append(
          JSONProblem(pointer: pointer, detail: "expected an object, found \(item.kind)"))
        continue
      }
      var reader = ObjectReader(object, pointer: pointer)
      read(&reader)
      problems += reader.finish()
    }
  }

  private mutating func merchants(_ out: inout Configuration) {
    var ids: Set<String> = []
    let folder = folder
    objects("merchants") { reader in
      guard let id = reader.identifier("id", &ids) else { return }
      let name = reader.optionalString("name") ?? id
      out.merchants.append(Merchant(id: id, name: name))
      out.displays[id] = DisplayReader(merchant: name, folder: folder).read(&reader)
      for item in reader.items("api_keys") {
        if let key = Self.key(item.object, item.pointer, id, &reader) { out.keys.append(key) }
      }
      out.endpoints += EndpointReader(
        merchant: id, addresses: out.allowsPrivateWebhooks ? .any : .publicOnly
      ).read(&reader)
    }
  }

  private static func key(
    _ object: JSONObject, _ pointer: String, _ merchant: String, _ outer: inout ObjectReader
  ) -> APIKey? {
    var reader = ObjectReader(object, pointer: pointer)
    let id = reader.string("id")
    var digest: [UInt8]?
    if let text = reader.string("sha256") {
      digest = Hex.decode(text)
      if digest?.count != 32 { reader.report("sha256", "must be 64 hexadecimal digits") }
    }
    var scopes: Set<Scope> = []
    for (index, item) in (reader.array("scopes") ?? []).enumerated() {
      if let scope = item.string.flatMap(Scope.init(rawValue:)) {
        scopes.insert(scope)
      } else {
        let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
        reader.report("scopes", index, "must be one of \(known)")
      }
    }
    outer.report(reader.finish())
    guard let id, let digest else { return nil }
    return APIKey(id: id, merchant: merchant, sha256: digest, scopes: scopes)
  }

  private mutating func accounts(_ out: inout Configuration) {
    var ids: Set<String> = []
    objects("provider_accounts") { reader in
      guard let id = reader.identifier("id", &ids) else { return }
      guard let account = AccountReader.read(id, &reader) else { return }
      out.accounts.append(account)
      if account.callbackCertificate != nil, out.tls?.clientAuthorities == nil {
        reader.report("callback_certificate", "needs listen.tls.client_authorities")
      }
      // A provider that cannot be told where to report would be sent orders without that field.
      let address = ProviderClient.callbackURL(account: id, publicURL: out.publicURL)
      let most = account.capabilities.values.compactMap(\.callbackURLBytes).min() ?? .max
      if address.utf8.count > most {
        reader.report(
          "id",
          "\(account.providerName) takes a callback address of at most \(most) bytes, and"
            + " public_url makes \(address) of \(address.utf8.count)")
      }
    }
  }
}

extension String {
  /// An address to which paths are appended.
  var withoutSlashAtEnd: String {
    utf8.last == UInt8(ascii: "/") ? String(Substring(utf8.dropLast())) : self
  }
}

extension ObjectReader {
  mutating func integer(_ key: String, _ range: ClosedRange<Int64>) -> Int64? {
    guard let value = optionalInt64(key) else { return nil }
    if range.contains(value) { return value }
    report(key, "must be \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  /// 1 to 64 of letters, digits, `.`, `_` and `-`, and not in `taken` before.
  mutating func identifier(_ key: String, _ taken: inout Set<String>) -> String? {
    guard let id = string(key) else { return nil }
    let isPlain = id.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
        || $0 == 46 || $0 == 95
    }
    guard isPlain, (1...64).contains(id.utf8.count) else {
      report(key, "must be 1 to 64 of A-Z a-z 0-9 . _ -")
      return nil
    }
    if !taken.insert(id).inserted { report(key, "another has the id \(id)") }
    return id
  }

  /// The objects of an optional array, with their pointers.
  mutating func items(_ key: String) -> [(object: JSONObject, pointer: String)] {
    (optionalArray(key) ?? []).enumerated().compactMap { index, item in
      guard let object = item.object else {
        report(key, index, "expected an object, found \(item.kind)")
        return nil
      }
      return (object, JSONPointer.appending(index, to: pointer(to: key)))
    }
  }
}
