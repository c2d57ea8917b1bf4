import Foundation
public import Glibc
import Synchronization

/// Starts programs that end with the test process, also where that or what runs it is killed, and
/// that inherit none of its files.
///
/// Not Foundation's `Process`: its `run` walks the open descriptors and, with many of them, copies
/// a directory entry beyond the end of its page (a crash seen with Swift 6.3 on Linux).
public enum Spawning {
  public struct Failure: Error {
    let number: Int32
  }

  /// A file of the program that is started.
  public enum File: Sendable {
    case read(String, as: Int32)
    case write(String, as: Int32)
    case duplicate(of: Int32, as: Int32)
  }

  /// - Parameters:
  ///   - command: the program, searched in the path, and its arguments.
  ///   - environment: instead of this process's own.
  public static func start(
    _ command: [String], _ files: [File], environment: [String: String]? = nil
  ) throws -> pid_t {
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<Result<pid_t, Failure>>(.failure(Failure(number: 0)))
    work.withLock {
      $0.append {
        result.withLock { $0 = spawn(command, files, environment) }
        done.signal()
      }
    }
    _ = thread
    arrived.signal()
    done.wait()
    return try result.withLock { try $0.get() }
  }

  // Linux ends a child with its parent when the thread that started it ends, not the process:
  // all are started by one thread that never does.
  private static let work = Mutex<[@Sendable () -> Void]>([])
  private static let arrived = DispatchSemaphore(value: 0)
  private static let thread: Void = Thread.detachNewThread {
    let parent = getppid()
    while true {
      if arrived.wait(timeout: .now() + .seconds(1)) == .success {
        work.withLock { $0.removeFirst() }()
      }
      // `swift test` was killed: what it began ends too.
      if getppid() != parent { kill(getpid(), SIGKILL) }
    }
  }

  private static func spawn(
    _ command: [String], _ files: [File], _ environment: [String: String]?
  ) -> Result<pid_t, Failure> {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for file in files {
      switch file {
      case .read(let path, let number):
        posix_spawn_file_actions_addopen(&actions, number, path, O_RDONLY, 0)
      case .write(let path, let number):
        posix_spawn_file_actions_addopen(&actions, number, path, O_WRONLY | O_CREAT, 0o600)
      case .duplicate(let other, let number):
        posix_spawn_file_actions_adddup2(&actions, other, number)
      }
    }
    for descriptor in 3..<4096 as Range<Int32> { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    let whole = ["/usr/bin/setpriv", "--pdeathsig", "KILL"] + command
    var words = whole.map { strdup($0) } + [nil]
    var variables = (environment ?? [:]).map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let number =
      environment == nil
      ? posix_spawn(&process, whole[0], &actions, nil, &words, environ)
      : posix_spawn(&process, whole[0], &actions, nil, &words, &variables)
    return number == 0 ? .success(process) : .failure(Failure(number: number))
  }
}
