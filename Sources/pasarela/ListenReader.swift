import HTTPServing
import JSONText

/// Reads `listen` and `limits`: where calls come in, and how many.
enum ListenReader {
  static func read(_ reader: inout ObjectReader, _ out: inout Configuration) {
    if let host = reader.optionalString("host") { out.host = host }
    if let port = reader.integer("port", 0...65_535) { out.port = Int(port) }
    out.trustedProxies = proxies(&reader)
    out.tls = reader.optionalObject("tls") { files in
      guard let certificate = files.string("certificate"), let key = files.string("key") else {
        return nil
      }
      return TLSFiles(
        certificate: certificate, key: key,
        clientAuthorities: files.optionalString("client_authorities"))
    }
    out.operatorListener = reader.optionalObject("operator") { inner in
      let host = inner.optionalString("host") ?? "127.0.0.1"
      guard inner.int64("port") != nil, let port = inner.integer("port", 0...65_535) else {
        return nil
      }
      return Configuration.Address(host: host, port: Int(port))
    }
  }

  private static func proxies(_ reader: inout ObjectReader) -> [AddressRange] {
    let items = reader.optionalArray("trusted_proxies") ?? []
    return items.enumerated().compactMap { index, item in
      if let range = item.string.flatMap(AddressRange.init) { return range }
      reader.report(
        "trusted_proxies", index, "must be an address, or a network such as 10.0.0.0/8")
      return nil
    }
  }

  static func readLimits(_ reader: inout ObjectReader, _ out: inout Configuration) {
    if let seconds = reader.integer("request_seconds", 1...300) { out.requestSeconds = seconds }
    if let bytes = reader.integer("body_bytes", 1024...16_777_216) { out.bodyBytes = Int(bytes) }
    if let count = reader.integer("connections", 1...1_000_000) { out.connections = Int(count) }
    out.addressConnections = reader.integer("address_connections", 1...1_000_000).map { Int($0) }
    if let bytes = reader.integer("held_bytes", 1_048_576...17_179_869_184) {
      out.heldBytes = Int(bytes)
    }
    if let count = reader.integer("key_waits", 1...1_000_000) { out.waitsPerKey = Int(count) }
    out.keyRate = reader.integer("key_rate", 1...1_000_000)
    out.addressRate = reader.integer("address_rate", 1...1_000_000)
  }
}
