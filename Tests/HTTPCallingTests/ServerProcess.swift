import Foundation
import Glibc
import TestSupport

/// A server that is a process of its own, on a free port of 127.0.0.1, with a certificate of
/// Tests/Fixtures/tls.
final class ServerProcess {
  struct DidNotStart: Error {}

  let port: Int
  private let process: pid_t
  private let pipe: Int32  // held open: at its input's end the server stops

  /// - Parameter arguments: a command that prints "ACCEPT 127.0.0.1:40321" once it listens.
  init(_ arguments: [String]) throws {
    (process, pipe) = try Self.spawn(arguments)
    var printed = ""
    var byte: UInt8 = 0
    while printed.firstMatch(of: /ACCEPT .*\n/) == nil, read(pipe, &byte, 1) == 1 {
      printed.append(Character(UnicodeScalar(byte)))
    }
    guard let match = printed.firstMatch(of: /ACCEPT .*:(\d+)\n/), let port = Int(match.1) else {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
      throw DidNotStart()
    }
    self.port = port
  }

  /// `openssl s_server`.
  /// - Parameter answers: a status page to every GET; without, requests are read and never answered.
  static func tls(
    _ certificate: String = "trusted", answers: Bool = true, options: [String] = []
  ) throws -> ServerProcess {
    let arguments = [
      "openssl", "s_server", "-accept", "127.0.0.1:0",
      "-cert", file("tls/\(certificate).pem"), "-key", file("tls/\(certificate)-key.pem"),
    ]
    return try ServerProcess(arguments + (answers ? ["-www"] : []) + options)
  }

  /// Tests/Fixtures/http2-server.js under Node.js.
  static func http2() throws -> ServerProcess {
    try ServerProcess([
      "node", file("http2-server.js"), file("tls/trusted.pem"), file("tls/trusted-key.pem"),
    ])
  }

  deinit {
    kill(process, SIGKILL)
    waitpid(process, nil, 0)
    close(pipe)
  }

  func url(_ host: String = "127.0.0.1") -> String { "https://\(host):\(port)/" }

  static func file(_ path: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/\(path)").standardizedFileURL.path
  }

  /// Starts a command whose standard input and output are the other end of `pipe`.
  private static func spawn(_ arguments: [String]) throws -> (process: pid_t, pipe: Int32) {
    var ends: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
    defer { close(ends[1]) }
    do {
      let process = try Spawning.start(
        arguments,
        [
          .duplicate(of: ends[1], as: 0), .duplicate(of: ends[1], as: 1),
          .write("/dev/null", as: 2),
        ])
      return (process, ends[0])
    } catch {
      close(ends[0])
      throw error
    }
  }
}
