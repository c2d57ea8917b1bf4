internal import Glibc

/// The HTTP/1.1 connections that libcurl keeps for reuse, so that one can be looked at before it
/// is used again. libcurl 7.88 takes a connection with unread bytes for a live one, and would hand
/// those bytes, which nobody asked for, to the next call as its answer: a stale answer, or the 408
/// that some servers send before they hang up. On the loop's thread alone.
final class KeptConnections {
  /// What tells a connection from every other.
  struct Endpoints: Hashable {
    var peer = ""
    var peerPort: Int32 = 0
    var local = ""
    var localPort: Int32 = 0
  }

  private var sockets: [Endpoints: Int32] = [:]
  private var endpoints: [Int32: Endpoints] = [:]

  func keep(_ socket: Int32, _ connection: Endpoints) {
    sockets[connection] = socket
    endpoints[socket] = connection
  }

  /// To be told of every socket before it is closed.
  func forget(_ socket: Int32) {
    guard let connection = endpoints.removeValue(forKey: socket) else { return }
    sockets[connection] = nil
  }

  /// Whether the peer has sent something since the last answer, or hung up.
  func isSpoiled(_ connection: Endpoints) -> Bool {
    guard let socket = sockets[connection] else { return false }
    var byte: UInt8 = 0
    let count = unsafe recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    return count >= 0 || errno != EAGAIN
  }
}
