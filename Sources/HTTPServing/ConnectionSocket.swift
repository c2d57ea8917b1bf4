internal import CLinux
internal import Glibc

/// The socket of one accepted connection; closes it and gives its seat back when it goes.
final class ConnectionSocket: Sendable {
  enum Outcome {
    case bytes(Int)
    /// The other side has closed its direction.
    case end
    case wouldBlock
    case broken
  }

  let descriptor: Int32
  /// The address of the other side.
  let peer: NetworkAddress
  let seat: ConnectionSeat
  private let registry: ConnectionRegistry

  init(
    descriptor: Int32, peer: NetworkAddress, seat: ConnectionSeat, of registry: ConnectionRegistry
  ) {
    self.descriptor = descriptor
    self.peer = peer
    self.seat = seat
    self.registry = registry
  }

  deinit {
    Self.close(descriptor)
    registry.leave(seat)
  }

  static func close(_ descriptor: Int32) { Glibc.close(descriptor) }

  func read(into buffer: inout [UInt8]) -> Outcome {
    let capacity = buffer.count
    let count = unsafe recv(descriptor, &buffer, capacity, 0)
    return count == 0 ? .end : outcome(count)
  }

  /// Sends the start of the queue, two pieces at once.
  func send(_ queue: OutputQueue) -> Outcome {
    let count = unsafe queue.first.withUnsafeBytes { first in
      unsafe queue.second.withUnsafeBytes { second in
        unsafe pasarela_send(
          descriptor, first.baseAddress.map { unsafe $0 + queue.offset },
          first.count - queue.offset, second.baseAddress, second.count)
      }
    }
    return outcome(count)
  }

  /// Tells the other side that no more bytes come.
  func endWriting() {
    _ = shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Lets the close that follows send a reset.
  func closeWithReset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }

  private func outcome(_ count: Int) -> Outcome {
    if count >= 0 { return .bytes(count) }
    return errno == EAGAIN || errno == EINTR ? .wouldBlock : .broken
  }
}
