internal import CPostgres
import Glibc

/// How soon a server that is gone without a word is noticed, where the settings do not say.
@safe struct SocketLimits {
  private let connection: OpaquePointer

  init(_ connection: OpaquePointer) { unsafe self.connection = connection }

  func apply() {
    let socket = unsafe PQsocket(connection)
    // Milliseconds until what was sent must be acknowledged; seconds until a silent one is asked.
    for (name, level, value) in [
      ("tcp_user_timeout", TCP_USER_TIMEOUT, 15_000), ("keepalives_idle", TCP_KEEPIDLE, 20),
      ("keepalives_interval", TCP_KEEPINTVL, 5), ("keepalives_count", TCP_KEEPCNT, 3),
    ] as [(String, Int32, Int32)] where !isGiven(name) {
      var value = value
      // A Unix socket has none of them, and needs none.
      _ = unsafe setsockopt(
        socket, Int32(IPPROTO_TCP), level, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  /// Whether the address, the service file or the environment says something of it.
  private func isGiven(_ name: String) -> Bool {
    guard let options = unsafe PQconninfo(connection) else { return false }
    defer { unsafe PQconninfoFree(options) }
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if unsafe strcmp(keyword, name) == 0 {
        return unsafe option.pointee.val.map { unsafe $0[0] != 0 } ?? false
      }
      unsafe option += 1
    }
    return false
  }
}
