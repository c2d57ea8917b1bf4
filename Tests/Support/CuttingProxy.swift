import Foundation
import Glibc
import Synchronization

/// Stands between a store and the cluster's socket, and breaks what it is told to break.
public final class CuttingProxy: Sendable {
  public enum Mode: Sendable {
    case forward
    /// What comes next from the store arrives; the answer does not, and the connection ends.
    case loseAnswer
    /// What comes next from the store does not arrive; its connection ends, while the server's stays
    /// open as if nothing had happened.
    case loseRequest
    /// As `loseRequest`, but it arrives when `deliver` is called.
    case delayRequest
    /// Every connection ends, and none is made.
    case refuse
    /// Every connection ends; new ones are taken, and hear nothing.
    case hang

    fileprivate var isAway: Bool { self == .refuse || self == .hang }
  }

  struct Failure: Error {}

  private struct State {
    var mode = Mode.forward
    var open: Set<Int32> = []
    var cuts = 0
    var delayed: [(to: Int32, bytes: [UInt8])] = []
    var hung: [Int32] = []
  }

  private let state = Mutex(State())
  private let server: String
  private let listener: Int32

  /// - Parameters:
  ///   - folder: where its own socket is made.
  ///   - server: the folder of the cluster's.
  public init(in folder: String, to server: String) throws {
    self.server = server
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    guard Self.with("\(folder)/.s.PGSQL.5432", { bind(listener, $0, $1) }) == 0,
      listen(listener, 64) == 0
    else { throw Failure() }
    Thread.detachNewThread { [self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        serve(client)
      }
    }
  }

  /// How many connections it has cut as told.
  public var cuts: Int { state.withLock(\.cuts) }

  public func set(_ mode: Mode) {
    state.withLock { state in
      state.mode = mode
      for descriptor in state.hung { close(descriptor) }
      state.hung = []
      guard mode.isAway else { return }
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// What was delayed arrives, where somebody still listens.
  public func deliver() {
    state.withLock { state in
      for late in state.delayed { _ = Self.write(late.bytes[...], to: late.to) }
      state.delayed = []
    }
  }

  public func stop() {
    set(.refuse)
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ client: Int32) {
    let isHung = state.withLock { state in
      if state.mode == .hang { state.hung.append(client) }
      return state.mode == .hang
    }
    if isHung { return }
    let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard state.withLock({ $0.mode }) != .refuse,
      Self.with("\(server)/.s.PGSQL.5432", { connect(upstream, $0, $1) }) == 0
    else {
      close(client)
      close(upstream)
      return
    }
    state.withLock { $0.open.formUnion([client, upstream]) }
    let lost = Lost()
    Thread.detachNewThread { [self] in
      Self.pump(client) { bytes in
        let mode = state.withLock { state in
          let mode = state.mode
          if mode == .delayRequest { state.delayed.append((upstream, Array(bytes))) }
          if mode != .forward, !mode.isAway {
            state.mode = .forward
            state.cuts += 1
          }
          return mode
        }
        if mode == .loseRequest || mode == .delayRequest {
          lost.isKept.store(true, ordering: .relaxed)
          shutdown(client, Int32(SHUT_RDWR))
          return false
        }
        if mode == .loseAnswer { lost.isLost.store(true, ordering: .relaxed) }
        return Self.write(bytes, to: upstream)
      }
      if !lost.isKept.load(ordering: .relaxed) { shutdown(upstream, Int32(SHUT_RDWR)) }
      end(lost, client, upstream)
    }
    Thread.detachNewThread { [self] in
      Self.pump(upstream) { bytes in
        guard lost.isLost.load(ordering: .relaxed) else { return Self.write(bytes, to: client) }
        shutdown(client, Int32(SHUT_RDWR))
        return false
      }
      shutdown(client, Int32(SHUT_RDWR))
      end(lost, client, upstream)
    }
  }

  /// One of the two directions is over; with the other one the connection is.
  private func end(_ lost: Lost, _ client: Int32, _ upstream: Int32) {
    guard lost.ended.add(1, ordering: .relaxed).newValue == 2 else { return }
    state.withLock { state in
      state.open.subtract([client, upstream])
      state.delayed.removeAll { $0.to == upstream }
      close(client)
      close(upstream)
    }
  }

  private final class Lost: Sendable {
    /// Whether the answers are.
    let isLost = Atomic(false)
    /// Whether the server's side stays open.
    let isKept = Atomic(false)
    /// How many of its directions are over.
    let ended = Atomic(0)
  }

  /// Until the end, or until the body has had enough.
  private static func pump(_ descriptor: Int32, _ body: (ArraySlice<UInt8>) -> Bool) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count > 0, body(buffer[..<count]) else { return }
    }
  }

  private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func with(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
