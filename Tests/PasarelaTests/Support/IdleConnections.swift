import Glibc

/// Connections that are opened and never used, as an attacker's.
final class IdleConnections {
  private var sockets: [Int32] = []

  init(_ count: Int, to port: Int) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    for _ in 0..<count {
      let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      sockets.append(made)
    }
  }

  deinit { for socket in sockets { close(socket) } }
}
