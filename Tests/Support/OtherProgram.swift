import Foundation
import Glibc

/// Runs another program to its end.
public enum OtherProgram {
  /// The path of the tests' own executable.
  public static var itself: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
  }

  /// The path of one of the package's own executables.
  public static func beside(_ name: String) -> String {
    URL(filePath: itself).deletingLastPathComponent().appending(path: name).path
  }

  /// - Parameter input: the file that it reads.
  /// - Returns: the exit status (127 where there is no such program, 128 or more after a signal),
  ///   and all that was printed.
  public static func run(
    _ name: String, _ arguments: [String], input: String = "/dev/null"
  ) async throws -> (status: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "pasarela-\(UUID().uuidString).txt").path
    defer { unlink(file) }
    let child = try Spawning.start(
      [name] + arguments,
      [.read(input, as: 0), .write(file, as: 1), .duplicate(of: 1, as: 2)])
    let status = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: wait(for: child)) }.start()
    }
    return (status, (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
  }

  /// What a server of this machine shows who it is with; nil where none is served.
  public static func servedCertificate(port: Int) async throws -> String? {
    let text = try await run("openssl", ["s_client", "-connect", "127.0.0.1:\(port)"]).output
    let lines = text.split(separator: "\n").drop { !$0.contains("BEGIN CERTIFICATE") }
    return lines.isEmpty
      ? nil : lines.prefix { !$0.contains("END CERTIFICATE") }.joined(separator: "\n")
  }

  private static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
