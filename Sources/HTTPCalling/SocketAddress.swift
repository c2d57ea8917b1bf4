internal import CCurl
internal import Glibc

/// The bytes of an IP address, in network order: 4 of IPv4, 16 of IPv6, none of anything else.
enum SocketAddress {
  /// - Parameter address: from libcurl, with `addrlen` bytes of a sockaddr at its end.
  static func bytes(_ address: UnsafePointer<curl_sockaddr>) -> [UInt8] {
    let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
    let raw = unsafe UnsafeRawPointer(address) + start
    let length = unsafe Int(address.pointee.addrlen)
    switch unsafe address.pointee.family {
    case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
      let ip = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr
      return unsafe withUnsafeBytes(of: ip) { unsafe Array($0) }
    case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
      let ip = unsafe raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      return unsafe withUnsafeBytes(of: ip) { unsafe Array($0) }
    default:
      return []
    }
  }

  /// - Parameter text: as `inet_ntop` writes it.
  static func bytes(text: String) -> [UInt8] {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
      return unsafe withUnsafeBytes(of: four) { unsafe Array($0) }
    }
    var six = in6_addr()
    guard unsafe inet_pton(AF_INET6, text, &six) == 1 else { return [] }
    return unsafe withUnsafeBytes(of: six) { unsafe Array($0) }
  }
}
