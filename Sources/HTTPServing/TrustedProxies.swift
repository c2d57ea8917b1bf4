/// Whose word about the client's address is taken. Nobody's by default: then the client is the
/// other end of the connection, whatever its header fields say.
struct TrustedProxies: Sendable {
  let ranges: [AddressRange]

  func contains(_ address: NetworkAddress) -> Bool {
    !ranges.isEmpty && ranges.contains { $0.contains(address) }
  }

  /// The last hop that no trusted proxy is. Where `X-Forwarded-For` and `Forwarded` (RFC 7239)
  /// disagree, the proxy wrote one of them and the client the other: neither is believed.
  func client(of peer: NetworkAddress, _ headers: Headers) -> NetworkAddress {
    guard contains(peer) else { return peer }
    let legacy = headers.values(of: "X-Forwarded-For").flatMap { Array($0.utf8)[...].listed }
      .map { NetworkAddress(String(decoding: $0, as: UTF8.self)) }
    let standard = headers.values(of: "Forwarded").flatMap { Array($0.utf8)[...].listed }
      .map(Self.forwardedFor)
    if legacy.isEmpty { return last(standard, before: peer) }
    let found = last(legacy, before: peer)
    return standard.isEmpty || last(standard, before: peer) == found ? found : peer
  }

  /// A hop that cannot be read ends the chain: what stands before it was written by nobody known.
  private func last(_ hops: [NetworkAddress?], before peer: NetworkAddress) -> NetworkAddress {
    var client = peer
    for hop in hops.reversed() {
      guard let hop else { return client }
      client = hop
      if !contains(hop) { return client }
    }
    return client
  }

  /// `for=` of one element: an address, an IPv6 one in brackets and quotes, either with a port.
  private static func forwardedFor(_ element: ArraySlice<UInt8>) -> NetworkAddress? {
    for pair in element.split(separator: UInt8(ascii: ";")) {
      let pair = pair.trimmed
      guard pair.prefix(4).isSameIgnoringCase(as: "for=") else { continue }
      var node = pair.dropFirst(4)
      if node.first == UInt8(ascii: "\""), node.last == UInt8(ascii: "\""), node.count > 1 {
        node = node.dropFirst().dropLast()
      }
      if node.first == UInt8(ascii: "[") {
        node = node.dropFirst().prefix { $0 != UInt8(ascii: "]") }
      } else {
        node = node.prefix { $0 != UInt8(ascii: ":") }
      }
      return NetworkAddress(String(decoding: node, as: UTF8.self))
    }
    return nil
  }
}
