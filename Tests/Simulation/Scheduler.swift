import Glibc
import TestSupport

/// Runs every task of the process on one thread, in an order that the seed decides, over a clock
/// that jumps to whatever is due next: thereby a run is a pure function of its seed.
final class Scheduler: @unchecked Sendable {  // the simulation runs on one thread
  private struct Timer {
    var id: Int
    var at: Int64
    var continuation: UnsafeContinuation<Void, Never>
  }

  /// Milliseconds since 1970.
  private(set) var now: Int64
  private let dice: Dice
  private var ready: [UnownedJob] = []
  private var timers: [Timer] = []
  private var cancelled: Set<Int> = []
  private var lastTimer = 0
  private(set) var steps = 0

  init(startingAt now: Int64, _ dice: Dice) {
    self.now = now
    self.dice = dice
  }

  // MARK: Waiting

  /// Returns at `instant`, or when the task is cancelled.
  func sleep(until instant: Int64) async {
    lastTimer += 1
    let id = lastTimer
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        if cancelled.remove(id) != nil || instant <= now && Task.isCancelled {
          return continuation.resume()
        }
        timers.append(Timer(id: id, at: max(instant, now), continuation: continuation))
      }
    } onCancel: {
      cancel(id)
    }
  }

  func sleep(milliseconds: Int64) async { await sleep(until: now + milliseconds) }

  private func cancel(_ id: Int) {
    guard let index = timers.firstIndex(where: { $0.id == id }) else {
      cancelled.insert(id)
      return
    }
    timers.remove(at: index).continuation.resume()
  }

  // MARK: Running

  func enqueue(_ job: UnownedJob) { ready.append(job) }

  /// Runs until nothing is left to do before `end`, and sets the clock there.
  func run(until end: Int64) {
    while step(before: end) {}
    now = max(now, end)
  }

  private func step(before end: Int64) -> Bool {
    if !ready.isEmpty {
      steps += 1
      let job = ready.remove(at: dice.below(ready.count))
      job.runSynchronously(on: SimulationExecutor.shared.asUnownedSerialExecutor())
      return true
    }
    let next = timers.indices.min {
      (timers[$0].at, timers[$0].id) < (timers[$1].at, timers[$1].id)
    }
    guard let next, timers[next].at <= end else { return false }
    let timer = timers.remove(at: next)
    now = max(now, timer.at)
    timer.continuation.resume()
    return true
  }
}

/// Stands for the thread that the simulation runs on.
final class SimulationExecutor: SerialExecutor {
  static let shared = SimulationExecutor()

  func enqueue(_ job: UnownedJob) { Takeover.scheduler?.enqueue(job) }
  func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// Takes the process's tasks from Swift's own thread pool, by the hook that its runtime has for it.
enum Takeover {
  private typealias Original = @convention(thin) (UnownedJob) -> Void
  private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

  nonisolated(unsafe) static var scheduler: Scheduler?

  /// False where this runtime has no such hook.
  static func begin() -> Bool {
    guard let place = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
      return false
    }
    place.assumingMemoryBound(to: Hook?.self).pointee = { job, _ in
      Takeover.scheduler?.enqueue(job)
    }
    return true
  }
}
