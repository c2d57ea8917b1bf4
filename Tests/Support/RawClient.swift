import Foundation
import Glibc

/// A client that sends exactly the bytes it is told. Blocking: use it within `withClient`.
public final class RawClient {
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  public struct Answer: Equatable, Sendable {
    public var status: Int
    public var headers: [String: String]
    public var body: [UInt8]
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  /// - Parameters:
  ///   - source: the client's own address, of 127.0.0.0/8.
  ///   - receiveBytes: of the socket's buffer, to be a slow reader with.
  public init(
    port: Int, host: String = "127.0.0.1", from source: String? = nil, receiveBytes: Int32? = nil
  ) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    // A test that waits for bytes which never come fails instead of hanging.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    if var receiveBytes {
      setsockopt(
        descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBytes, socklen_t(MemoryLayout<Int32>.size))
    }
    if let source {
      var own = sockaddr_in()
      own.sin_family = sa_family_t(AF_INET)
      own.sin_addr.s_addr = inet_addr(source)
      _ = withUnsafePointer(to: own) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr(host)
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure(description: "connect: errno \(errno)") }
  }

  deinit {
    close(descriptor)
  }

  public func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  public func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "send: errno \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  public func endWriting() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Closes with a reset instead of an orderly end.
  public func reset() {
    var abrupt = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
  }

  /// Further bytes; none at the end. A reset counts as the end where it is expected.
  @discardableResult
  public func receive(atMost limit: Int = 65_536) throws -> Int {
    var chunk = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &chunk, limit, 0)
    guard count >= 0 else {
      if errno == ECONNRESET { return 0 }
      throw Failure(description: "recv: errno \(errno)")
    }
    buffer += chunk[..<count]
    return count
  }

  /// Whether there is something to read, without waiting for it.
  public var hasBytes: Bool {
    var byte: UInt8 = 0
    return !buffer.isEmpty
      || recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
  }

  /// Blocks until the server has sent what it can to a client that takes nothing: until the bytes
  /// that lie here to be read have grown twice in a row by none.
  public func waitUntilFull() throws {
    var (last, still): (Int32, Int) = (0, 0)
    try waitUntil {
      usleep(10_000)
      var waiting: Int32 = 0
      guard ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 else {
        throw Failure(description: "ioctl: errno \(errno)")
      }
      still = waiting > 0 && waiting == last ? still + 1 : 0
      last = waiting
      return still == 2
    }
  }

  /// All bytes until the server closes.
  public func readToEnd() throws -> [UInt8] {
    while try receive() > 0 {}
    defer { buffer = [] }
    return buffer
  }

  /// Whether the server closes without sending anything more.
  public func isClosed() throws -> Bool {
    try buffer.isEmpty && receive() == 0
  }

  /// The bytes of the next head, its empty line included.
  public func readHead() throws -> String {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let range = buffer.firstRange(of: end) {
        let head = buffer[..<range.upperBound]
        buffer.removeSubrange(..<range.upperBound)
        return String(decoding: head, as: UTF8.self)
      }
      guard try receive() > 0 else {
        throw Failure(description: "closed within a head, after \(buffer.count) bytes")
      }
    }
  }

  /// - Parameter isHead: the answer to a HEAD request: its length tells of no body.
  public func readAnswer(isHead: Bool = false) throws -> Answer {
    let lines = try readHead().components(separatedBy: "\r\n")
    guard let status = Int(lines[0].split(separator: " ")[1]) else {
      throw Failure(description: "no status: \(lines[0])")
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() where !line.isEmpty {
      let parts = line.components(separatedBy: ": ")
      guard parts.count >= 2, headers[parts[0].lowercased()] == nil else {
        throw Failure(description: "a bad or doubled header: \(line)")
      }
      headers[parts[0].lowercased()] = parts.dropFirst().joined(separator: ": ")
    }
    let length = isHead ? 0 : Int(headers["content-length"] ?? "0") ?? 0
    while buffer.count < length {
      guard try receive() > 0 else { throw Failure(description: "closed within a body") }
    }
    let body = Array(buffer[..<length])
    buffer.removeSubrange(..<length)
    return Answer(status: status, headers: headers, body: body)
  }
}

/// Runs blocking work on a thread of its own: the cooperative pool must stay free for handlers.
public func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: Result { try work() }) }.start()
  }
}

public func withClient<T: Sendable>(
  _ port: Int, receiveBytes: Int32? = nil, _ work: @escaping @Sendable (RawClient) throws -> T
) async throws -> T {
  try await onThread { try work(RawClient(port: port, receiveBytes: receiveBytes)) }
}

/// Each scalar as one byte: for texts with bytes beyond ASCII.
public func latin1(_ text: String) -> [UInt8] {
  text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
}
