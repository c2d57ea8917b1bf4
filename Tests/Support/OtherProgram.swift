import Foundation
import Glibc

/// Runs another program to its end.
///
/// Not Foundation's `Process`: its `run` walks the open descriptors and, with many of them, copies
/// a directory entry beyond the end of its page (a crash seen with Swift 6.3 on Linux).
public enum OtherProgram {
  public struct Unstartable: Error { let name: String }

  /// The path of one of the package's own executables.
  public static func beside(_ name: String) -> String {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: tests).deletingLastPathComponent().appending(path: name).path
  }

  /// - Parameter input: the file that it reads.
  /// - Returns: the exit status, 128 or more after a signal, and all that was printed.
  public static func run(
    _ name: String, _ arguments: [String], input: String = "/dev/null"
  ) async throws -> (status: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "pasarela-\(UUID().uuidString).txt").path
    defer { unlink(file) }
    let child = try start(name, arguments, input: input, output: file)
    let status = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: wait(for: child)) }.start()
    }
    return (status, (try? String(contentsOfFile: file, encoding: .utf8)) ?? "")
  }

  private static func start(
    _ name: String, _ arguments: [String], input: String, output: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    inheritNothing()
    var words = ([name] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, name, &actions, nil, &words, environ) == 0 else {
      throw Unstartable(name: name)
    }
    return child
  }

  /// The files and sockets that other tests have open are not for programs that are started.
  public static func inheritNothing() {
    for descriptor in 3..<4096 as Range<Int32> { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
  }

  private static func wait(for child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }
}
