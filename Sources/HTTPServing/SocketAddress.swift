internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address with its port.
struct SocketAddress {
  private var storage = sockaddr_storage()
  private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  /// Room for an address that the kernel fills in.
  init() {}

  /// The first address of a name. May ask the name service: not for a loop's thread.
  init(host: String, port: Int) throws(HTTPServerFault) {
    var hints = unsafe addrinfo(
      ai_flags: AI_PASSIVE | AI_NUMERICSERV, ai_family: AF_UNSPEC,
      ai_socktype: Int32(SOCK_STREAM.rawValue), ai_protocol: 0, ai_addrlen: 0, ai_addr: nil,
      ai_canonname: nil, ai_next: nil)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, String(port), &hints, &found)
    guard code == 0, let first = unsafe found else {
      throw .unknownHost(host, message: unsafe String(cString: gai_strerror(code)))
    }
    length = unsafe first.pointee.ai_addrlen
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(
        from: UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(length)))
    }
    unsafe freeaddrinfo(first)
  }

  /// The address that a socket is bound to.
  init?(boundTo descriptor: Int32) {
    guard unsafe withMutablePointer({ unsafe getsockname(descriptor, $0, $1) }) == 0 else {
      return nil
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  var port: Int {
    // The port stands at the same place in both families.
    let network = unsafe withUnsafeBytes(of: storage) {
      unsafe $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
    }
    return Int(UInt16(bigEndian: network))
  }

  /// Without the port.
  var address: NetworkAddress {
    unsafe withUnsafeBytes(of: storage) { bytes in
      switch Int32(storage.ss_family) {
      case AF_INET:
        unsafe NetworkAddress(
          v4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
      case AF_INET6: unsafe NetworkAddress(v6: bytes[8..<24])
      default: NetworkAddress.unknown
      }
    }
  }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
    }
  }

  mutating func withMutablePointer<R>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> R
  ) -> R {
    unsafe withUnsafeMutablePointer(to: &storage) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, &length)
      }
    }
  }
}
