import Dispatch

/// Runs what may block on files, on a thread of its own kind: a disk or a share that hangs holds up
/// none of the threads that serve.
enum FileWork {
  private static let queue = DispatchQueue(label: "files")

  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
  }
}
