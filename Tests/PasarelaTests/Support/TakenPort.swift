import Glibc
import Synchronization

/// A port of 127.0.0.1 that is listened on while this lives, and is given to nobody else until this
/// process ends: a test may have a program listen on it.
final class TakenPort {
  let port: Int
  private let socket: Int32

  struct Unavailable: Error {}

  /// Below the ports that the system gives to those who ask for any.
  private static let last = Mutex(10_000 + Int(getpid()) % 200 * 100)

  init() throws {
    for _ in 0..<1000 {
      let port = Self.last.withLock { last in
        last = last >= 31_999 ? 10_000 : last + 1
        return last
      }
      // The UDP port of the same number, never given back, keeps other test processes away.
      guard let claim = Self.bound(to: port, SOCK_DGRAM) else { continue }
      if let socket = Self.bound(to: port, SOCK_STREAM), listen(socket, 1) == 0 {
        self.port = port
        self.socket = socket
        return
      }
      close(claim)
    }
    throw Unavailable()
  }

  private static func bound(to port: Int, _ kind: __socket_type) -> Int32? {
    let socket = Glibc.socket(AF_INET, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    if !isBound { close(socket) }
    return isBound ? socket : nil
  }

  deinit { close(socket) }
}
