internal import Foundation
internal import HTTPCalling

/// An absolute `http` or `https` URL, as far as it matters where it leads.
struct WebAddress: Sendable {
  let isSecure: Bool
  let host: String
  let port: Int
  let path: String

  init?(_ text: String) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty,
      parts.user == nil, parts.password == nil
    else { return nil }
    isSecure = scheme == "https"
    self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    port = parts.port ?? (isSecure ? 443 : 80)
    path = parts.path
  }

  var isLoopback: Bool { host == "localhost" || host == "::1" || ipv4?.first == 127 }

  /// Whether the host is an address rather than a name.
  var isNumeric: Bool { ipv4 != nil || host.unicodeScalars.contains(":") }

  /// A name, an address of the public Internet, or, since this is a sandbox, the own machine.
  var isReachable: Bool {
    guard isNumeric, !isLoopback else { return true }
    return ipv4.map(AddressPolicy.publicOnly.allows) ?? false
  }

  private var ipv4: [UInt8]? {
    let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8(Substring($0)) }
    return parts.count == 4 && bytes.count == 4 ? bytes : nil
  }
}
