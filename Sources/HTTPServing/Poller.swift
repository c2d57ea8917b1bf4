internal import CLinux
internal import Glibc

/// What became of a descriptor.
struct Readiness: OptionSet, Sendable {
  let rawValue: UInt32

  static let readable = Readiness(rawValue: EPOLLIN.rawValue)
  static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
  /// The client has shut its direction: told also of one that is not read from.
  static let hungUp = Readiness(rawValue: EPOLLRDHUP.rawValue)
  /// Reported unasked: an error, or both directions are shut.
  static let broken = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
  /// To be told once per change and not until it is dealt with.
  static let edgeTriggered = Readiness(rawValue: EPOLLET.rawValue)
}

/// One epoll instance. Descriptors are known by tokens of the owner's.
final class Poller: Sendable {
  struct Event {
    let token: UInt64
    let readiness: Readiness
  }

  /// Room for the events of one wait.
  struct Events {
    fileprivate var ready = [pasarela_ready](repeating: pasarela_ready(), count: 128)
    fileprivate(set) var count = 0

    subscript(index: Int) -> Event {
      Event(token: ready[index].token, readiness: Readiness(rawValue: ready[index].events))
    }
  }

  private let descriptor: Int32

  init() throws(HTTPServerFault) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else { throw SystemCall.fault("epoll_create1", address: "a loop") }
  }

  deinit {
    close(descriptor)
  }

  /// Fails for want of memory or watches.
  func add(_ watched: Int32, token: UInt64, for interest: Readiness) throws(HTTPServerFault) {
    guard
      pasarela_epoll_control(descriptor, EPOLL_CTL_ADD, watched, interest.rawValue, token) == 0
    else { throw SystemCall.fault("epoll_ctl", address: "a socket") }
  }

  func change(_ watched: Int32, token: UInt64, to interest: Readiness) {
    _ = pasarela_epoll_control(descriptor, EPOLL_CTL_MOD, watched, interest.rawValue, token)
  }

  /// - Parameter timeoutMilliseconds: nil waits for ever. An interrupted wait gives no events.
  func wait(timeoutMilliseconds: Int64?, into events: inout Events) {
    let timeout = timeoutMilliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
    let capacity = Int32(events.ready.count)
    let count = unsafe pasarela_epoll_wait(descriptor, &events.ready, capacity, timeout)
    events.count = max(0, Int(count))
  }
}
