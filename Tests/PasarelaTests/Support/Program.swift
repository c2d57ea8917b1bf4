import Foundation
import Glibc
import Synchronization
import TestSupport

/// The executable under test, as a process of its own.
final class Program: Sendable {
  struct Ended: Sendable {
    /// The exit status; 128 and the signal's number where a signal ended it.
    let status: Int32
    let output: String
    let errors: String
  }

  private static let path = OtherProgram.beside("pasarela")

  let process: pid_t
  /// Whether its end was waited for: its number may be another's then.
  private let isOver = Mutex(false)
  private let outputFile: String
  private let errorFile: String

  /// - Parameters:
  ///   - folder: the working directory; what is printed is kept there as well.
  ///   - output: where it prints to instead.
  ///   - openFiles: how many files it may have open.
  init(
    _ arguments: [String], in folder: String, environment: [String: String] = [:],
    output: String? = nil, openFiles: Int? = nil
  ) throws {
    let name = "\(folder)/.\(UUID().uuidString)"
    (outputFile, errorFile) = (output ?? "\(name).out", "\(name).err")
    let limit = openFiles.map { ["prlimit", "--nofile=\($0):\($0)"] } ?? []
    process = try Spawning.start(
      ["/usr/bin/env", "-C", folder] + limit + [Self.path] + arguments,
      [.read("/dev/null", as: 0), .write(outputFile, as: 1), .write(errorFile, as: 2)],
      environment: environment)
  }

  static func run(
    _ arguments: [String], in folder: String, environment: [String: String] = [:]
  ) async throws -> Ended {
    try await Program(arguments, in: folder, environment: environment).ended()
  }

  func signal(_ number: Int32) { kill(process, number) }

  /// Ends it by a signal, where nobody has waited for its end yet.
  func end(by number: Int32) async {
    guard !isOver.withLock({ $0 }) else { return }
    signal(number)
    _ = await status()
  }

  /// Waits for its end; once.
  func ended() async -> Ended {
    let status = await status()
    return Ended(status: status, output: output, errors: text(errorFile))
  }

  /// Waits for its end; once.
  func status() async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread { [self] in
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        isOver.withLock { $0 = true }
        let signal = status & 0x7F
        continuation.resume(returning: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
      }.start()
    }
  }

  /// What was printed until now.
  var output: String { text(outputFile) }

  private func text(_ file: String) -> String {
    (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
  }
}
