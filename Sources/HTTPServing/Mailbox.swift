internal import CLinux
internal import Glibc
internal import Synchronization

/// Messages to a loop from other threads. The loop is woken once however many come, and not at all
/// while it is awake.
final class Mailbox: Sendable {
  enum Message: Sendable {
    /// The loop is to accept for all; the message hands the listener over.
    case accept(Acceptor)
    case adopt(ConnectionSocket)
    /// The connection of that number is to be closed, if its client is still waited for.
    case giveWay(UInt64)
    case answer(connection: UInt64, sequence: Int, PreparedAnswer)
    /// Finish what is in flight; after so many milliseconds cut what is left.
    case drain(withinMilliseconds: Int64)
  }

  private struct State {
    var messages: [Message] = []
    var isAwake = true
    var isClosed = false
  }

  private let state = Mutex(State())
  /// An eventfd, to be watched edge-triggered: it is never read.
  let descriptor: Int32

  init() throws(HTTPServerFault) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard descriptor >= 0 else { throw SystemCall.fault("eventfd", address: "a loop") }
  }

  deinit {
    Glibc.close(descriptor)
  }

  func post(_ message: Message) {
    let mustWake = state.withLock { state in
      guard !state.isClosed else { return false }
      state.messages.append(message)
      defer { state.isAwake = true }
      return !state.isAwake
    }
    if mustWake { _ = eventfd_write(descriptor, 1) }
  }

  /// Said by the loop before it waits: gives false when messages are here, and it must not.
  func fallAsleep() -> Bool {
    state.withLock { state in
      state.isAwake = !state.messages.isEmpty
      return !state.isAwake
    }
  }

  /// Said by the loop after it has waited.
  func take() -> [Message] {
    state.withLock { state in
      state.isAwake = true
      let messages = state.messages
      state.messages = []
      return messages
    }
  }

  /// Said by the loop at its end: messages are dropped from now on, the waiting ones too.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.messages = []
    }
  }
}
