internal import Glibc

extension AddressPolicy {
  /// Whether the URL's host may be of an allowed address, as far as its text tells: a name is
  /// judged where it is resolved, but for those that always mean this machine or its network.
  public func mayReach(url: String) -> Bool {
    guard self == .publicOnly else { return true }
    let host = Self.host(of: url)
    let address = Self.address(host)
    if !address.isEmpty { return allows(address) }
    let labels = host.utf8.split(separator: UInt8(ascii: "."))
    let last = labels.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    return !host.isEmpty && !["localhost", "local", "internal", "localdomain"].contains(last)
  }

  /// Whether the text is an IPv6 address, without brackets.
  public static func isIPv6(_ text: String) -> Bool { SocketAddress.bytes(text: text).count == 16 }

  /// In lower case, without user, port and brackets; empty where there is none.
  private static func host(of url: String) -> String {
    var rest = Array(url.lowercased().utf8)[...]
    guard let slashes = firstIndex(of: "//", in: rest) else { return "" }
    rest = rest[(slashes + 2)...].prefix { !"/?#\\".utf8.contains($0) }
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
    if rest.first == UInt8(ascii: "[") {
      rest = rest.dropFirst().prefix { $0 != UInt8(ascii: "]") }
    } else {
      rest = rest.prefix { $0 != UInt8(ascii: ":") }
    }
    return String(decoding: rest, as: UTF8.self)
  }

  private static func firstIndex(of two: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let pair = Array(two.utf8)
    return bytes.indices.dropLast().first { bytes[$0] == pair[0] && bytes[$0 + 1] == pair[1] }
  }

  /// Also the spellings that resolvers take: `127.1`, `0x7f000001`, `2130706433`.
  private static func address(_ host: String) -> [UInt8] {
    var four = in_addr()
    if unsafe inet_aton(host, &four) == 1 {
      return unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
    }
    return SocketAddress.bytes(text: host)
  }
}
