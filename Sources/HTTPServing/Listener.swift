internal import CLinux
internal import Glibc

/// The listening socket; closed when nobody holds it any more.
final class Listener: Sendable {
  enum Accepted {
    case connection(descriptor: Int32, peer: NetworkAddress)
    case none
    /// As when descriptors have run out: accepting again at once would fail again.
    case failed(HTTPServerFault)
  }

  /// What the kernel may hold of answers that a client does not take, in bytes; it doubles that
  /// for its own bookkeeping. Bounds a connection to 64 KiB a round trip.
  private static let sendBufferBytes: Int32 = 65_536
  /// Of these, bytes that are not on their way yet: more are asked for below that.
  private static let unsentBytes: Int32 = 16_384

  let descriptor: Int32
  let port: Int
  private let address: String

  /// Resolves, binds and listens. Without SO_REUSEPORT: a second server on the port must fail.
  /// - Parameter port: 0 takes a free one.
  init(host: String, port: Int) throws(HTTPServerFault) {
    let name = host.unicodeScalars.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    let resolved = try SocketAddress(host: host, port: port)
    let descriptor = socket(
      resolved.family,
      Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCall.fault("socket", address: name) }
    // Accepted sockets inherit them all.
    for (level, option, value) in [
      (SOL_SOCKET, SO_REUSEADDR, 1), (SOL_SOCKET, SO_SNDBUF, Self.sendBufferBytes),
      (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
      (Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Self.unsentBytes),
    ] {
      var value: Int32 = value
      let size = socklen_t(MemoryLayout<Int32>.size)
      _ = unsafe setsockopt(descriptor, level, option, &value, size)
    }
    guard unsafe resolved.withPointer({ unsafe bind(descriptor, $0, $1) }) == 0 else {
      let fault = SystemCall.fault("bind", address: name)
      close(descriptor)
      throw fault
    }
    guard listen(descriptor, 4_096) == 0, let bound = SocketAddress(boundTo: descriptor) else {
      let fault = SystemCall.fault("listen", address: name)
      close(descriptor)
      throw fault
    }
    self.descriptor = descriptor
    self.port = bound.port
    address = name
  }

  deinit {
    close(descriptor)
  }

  func accept() -> Accepted {
    while true {
      var peer = SocketAddress()
      let flags = Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let accepted = unsafe peer.withMutablePointer {
        unsafe pasarela_accept4(descriptor, $0, $1, flags)
      }
      guard accepted < 0 else { return .connection(descriptor: accepted, peer: peer.address) }
      switch errno {
      case EAGAIN: return .none
      case EINTR, ECONNABORTED: continue
      default: return .failed(SystemCall.fault("accept4", address: address))
      }
    }
  }
}
