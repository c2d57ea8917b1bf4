internal import CCurl
internal import CLinux
internal import Glibc

/// The sockets that libcurl waits for, in an epoll instance. On the loop's thread alone, except
/// ``wake()``, which is for any.
///
/// A connection that lies idle stays watched until something comes on it: most of them are used
/// again for the same, and then nothing has to be told to the system.
@safe final class WatchedSockets: @unchecked Sendable {  // others touch nothing but a descriptor
  /// What is watched for on a socket, and what libcurl asked for, as epoll's bits.
  private struct Watch {
    var registered: UInt32 = 0
    var wanted: UInt32 = 0
  }

  /// What came on a socket, as libcurl's bits.
  struct Event {
    let socket: Int32
    let bits: Int32
  }

  let kept = KeptConnections()
  private let poller = epoll_create1(Int32(EPOLL_CLOEXEC))
  private let bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
  /// Of the sockets that this module opened and has not closed. libcurl has others of its own.
  private var watches: [Int32: Watch] = [:]
  private var ready = [pasarela_ready](repeating: pasarela_ready(), count: 128)

  init() {
    // No input reaches a failure here: the process has no descriptors left when it starts.
    precondition(poller >= 0 && bell >= 0, "no descriptors for outgoing calls")
    // Told once for each ring, so that nobody has to read it empty.
    let interest = EPOLLIN.rawValue | EPOLLET.rawValue
    precondition(register(bell, EPOLL_CTL_ADD, interest), "no epoll watch for outgoing calls")
  }

  deinit {
    close(bell)
    close(poller)
  }

  /// Ends the wait under way, or the next one.
  func wake() {
    eventfd_write(bell, 1)
  }

  /// To be told of every socket that is new. What was watched under its number is closed.
  func opened(_ socket: Int32) {
    watches[socket] = Watch()
  }

  /// To be told of every such socket before it is closed, which also ends its being watched.
  func closing(_ socket: Int32) {
    watches[socket] = nil
    kept.forget(socket)
  }

  /// - Parameter poll: CURL_POLL_IN, OUT, INOUT or REMOVE.
  func want(_ poll: Int32, of socket: Int32) {
    let interest =
      switch poll {
      case CURL_POLL_IN: EPOLLIN.rawValue
      case CURL_POLL_OUT: EPOLLOUT.rawValue
      case CURL_POLL_INOUT: EPOLLIN.rawValue | EPOLLOUT.rawValue
      default: UInt32(0)
      }
    guard var watch = watches[socket] else { return wantUnknown(interest, of: socket) }
    watch.wanted = interest
    if interest != 0, interest != watch.registered {
      let operation = watch.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
      watch.registered = register(socket, operation, interest) ? interest : 0
    }
    watches[socket] = watch
  }

  /// Of a socket whose closing nobody tells, nothing is remembered.
  private func wantUnknown(_ interest: UInt32, of socket: Int32) {
    guard interest != 0 else { return _ = register(socket, EPOLL_CTL_DEL, 0) }
    if !register(socket, EPOLL_CTL_MOD, interest) {
      _ = register(socket, EPOLL_CTL_ADD, interest)
    }
  }

  private func register(_ socket: Int32, _ operation: Int32, _ interest: UInt32) -> Bool {
    pasarela_epoll_control(poller, operation, socket, interest, UInt64(socket)) == 0
  }

  /// Waits until something comes, somebody rings, or the time is over. Nil waits for ever.
  func wait(milliseconds: Int32?) -> [Event] {
    let count = unsafe pasarela_epoll_wait(
      poller, &ready, Int32(ready.count), milliseconds ?? -1)
    return (0..<max(0, Int(count))).compactMap { event(ready[$0]) }
  }

  private func event(_ ready: pasarela_ready) -> Event? {
    let socket = Int32(truncatingIfNeeded: ready.token)
    guard socket != bell else { return nil }
    if let watch = watches[socket], watch.wanted == 0 {
      // Something came on an idle connection. Whoever uses it next looks at it first.
      _ = register(socket, EPOLL_CTL_DEL, 0)
      watches[socket] = Watch()
      return nil
    }
    // An end or an error is read, or written, to be seen: as libcurl does after its own poll.
    let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
    var bits: Int32 = 0
    if ready.events & (EPOLLIN.rawValue | broken) != 0 { bits |= CURL_CSELECT_IN }
    if ready.events & (EPOLLOUT.rawValue | EPOLLERR.rawValue) != 0 { bits |= CURL_CSELECT_OUT }
    return Event(socket: socket, bits: bits)
  }
}
