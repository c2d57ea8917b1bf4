import Foundation
import Glibc
import Synchronization

/// A server on a loopback port that does with each connection whatever the test wants, one thread
/// a connection, plain sockets.
final class TestServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let accepted = Mutex(0)

  init(_ handle: @escaping @Sendable (TestConnection) -> Void) throws {
    (listener, port) = try Self.listen(backlog: 512)
    Thread.detachNewThread { [listener] in
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        // Or a TLS server's process would hold the connection open.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.accepted.withLock { $0 += 1 }
        let thread = Thread { handle(TestConnection(descriptor)) }
        thread.start()
      }
    }
  }

  /// A server that answers every request of every connection.
  convenience init(answering answer: @escaping @Sendable (TestRequest) -> String) throws {
    try self.init { connection in
      while let request = connection.readRequest() { connection.send(answer(request)) }
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  /// Connections accepted so far.
  var connections: Int { accepted.withLock { $0 } }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  static func listen(backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
    let (descriptor, port) = try bound()
    guard Glibc.listen(descriptor, backlog) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
    return (descriptor, port)
  }

  /// On a port that the system picks.
  static func bound() throws -> (descriptor: Int32, port: UInt16) {
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue
    let descriptor = socket(AF_INET, Int32(kind), 0)
    var address = loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }
}

/// A loopback port that nobody can listen on while this lives: calls to it are refused.
final class RefusingPort {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    (descriptor, port) = try TestServer.bound()
  }

  deinit { close(descriptor) }
}

/// One accepted connection; closed when let go.
final class TestConnection: Sendable {
  private let descriptor: Int32
  private let unread = Mutex([UInt8]())

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// The next request with its whole body, or nil where the peer hung up.
  func readRequest() -> TestRequest? {
    guard let head = read(until: Array("\r\n\r\n".utf8)) else { return nil }
    let request = TestRequest(head: String(decoding: head, as: UTF8.self), body: [])
    guard let count = request.header("content-length").flatMap({ Int($0) }) else { return request }
    guard let body = read(count: count) else { return nil }
    return TestRequest(head: request.head, body: body)
  }

  func send(_ text: String) {
    send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  /// Ends the connection with RST.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    // Connects the socket to nobody, which sends the RST at once; deinit closes.
    var nobody = sockaddr()
    nobody.sa_family = sa_family_t(AF_UNSPEC)
    connect(descriptor, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
  }

  /// Says that no more will come.
  func finish() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Waits until the peer hangs up.
  func readToEnd() {
    while read(count: 1) != nil {}
  }

  func read(count: Int) -> [UInt8]? {
    unread.withLock { unread in
      while unread.count < count {
        guard receive(&unread) else { return nil }
      }
      defer { unread.removeFirst(count) }
      return Array(unread[..<count])
    }
  }

  private func read(until end: [UInt8]) -> [UInt8]? {
    unread.withLock { unread in
      while true {
        if let range = unread.firstRange(of: end) {
          defer { unread.removeSubrange(..<range.upperBound) }
          return Array(unread[..<range.upperBound])
        }
        guard receive(&unread) else { return nil }
      }
    }
  }

  private func receive(_ unread: inout [UInt8]) -> Bool {
    var part = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &part, part.count, 0)
    guard count > 0 else { return false }
    unread += part[..<count]
    return true
  }
}

struct TestRequest: Sendable {
  /// The request line and the header lines, as they came.
  let head: String
  let body: [UInt8]

  var lines: [String] { head.split(separator: "\r\n").map(String.init) }
  var path: String { String(lines[0].split(separator: " ")[1]) }

  func header(_ name: String) -> String? {
    lines.dropFirst().first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
      .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }
}
