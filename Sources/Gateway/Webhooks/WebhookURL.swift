public import HTTPCalling
import JSONText

/// Where a merchant may want to be told, as far as a URL's text can say.
public enum WebhookURL {
  static let mostBytes = 2000

  /// Why no delivery could ever go there, in words that follow "url"; nil where one might.
  /// - Parameter addresses: `.any` allows plain http, too.
  public static func fault(_ url: String, _ addresses: AddressPolicy) -> String? {
    let schemes = addresses == .any ? ["https://", "http://"] : ["https://"]
    guard let scheme = schemes.first(where: { url.utf8.starts(with: $0.utf8) }),
      url.utf8.count <= mostBytes, url.utf8.allSatisfy({ (33...126).contains($0) })
    else {
      return
        "must be an https URL of at most \(mostBytes) ASCII characters"
        + (addresses == .any ? "" : " (http needs webhooks.allow_private_addresses)")
    }
    let authority = Array(url.utf8.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) })
    guard !authority.contains(UInt8(ascii: "@")) else { return "must not hold a user or password" }
    guard let (host, port) = parted(authority), isHost(host) else {
      return "must name a host"
    }
    if let port, !isPort(port) { return "must have a port of 1 to 65535" }
    return addresses.mayReach(url: url)
      ? nil : "must not lead to a loopback, link-local or private address"
  }

  /// Host and port; nil where the brackets of an IPv6 address are not whole.
  private static func parted(_ authority: [UInt8]) -> (host: [UInt8], port: [UInt8]?)? {
    var host = authority[...]
    var rest: ArraySlice<UInt8> = []
    if host.first == UInt8(ascii: "[") {
      guard let end = host.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      rest = host[(end + 1)...]
      host = host[...end]
    } else if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
      rest = host[colon...]
      host = host[..<colon]
    }
    guard !rest.isEmpty else { return (Array(host), nil) }
    return rest.first == UInt8(ascii: ":") ? (Array(host), Array(rest.dropFirst())) : nil
  }

  private static func isPort(_ digits: [UInt8]) -> Bool {
    digits.count <= 5 && digits.allSatisfy { (48...57).contains($0) }
      && (1...65_535).contains(Int(String(decoding: digits, as: UTF8.self)) ?? 0)
  }

  /// An address in brackets, or labels of a name (RFC 1123), of which the last may be followed by
  /// a dot.
  private static func isHost(_ host: [UInt8]) -> Bool {
    if host.first == UInt8(ascii: "[") {
      return AddressPolicy.isIPv6(String(decoding: host.dropFirst().dropLast(), as: UTF8.self))
    }
    var labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
    return host.count <= 253
      && labels.allSatisfy { label in
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
          && label.last != UInt8(ascii: "-")
          && label.allSatisfy { $0.isAlphanumeric || "-_".utf8.contains($0) }
      }
  }
}
