import JSONText
import Synchronization

/// What merchants and tills were told.
final class CrashLedger: Sendable {
  /// What one of them knows of one payment.
  struct Told: Sendable {
    var reference: String
    var body: [UInt8]
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    var id: String { json["id"]?.string ?? "none" }
  }

  /// One call of a merchant's; no status: it was not answered.
  struct Heard: Sendable {
    var at: ContinuousClock.Instant
    var status: Int?
    /// Of a problem.
    var code: String?
  }

  private struct State {
    var payins: [Told] = []
    var doubtful: [Told] = []
    var tills: [Told] = []
    var longestAtTill = Duration.zero
    var heard: [Heard] = []
    var isOver = false
  }

  private let state = Mutex(State())

  /// Those that were told for good.
  var payins: [Told] { state.withLock { $0.payins } }
  /// Those of which merchants were told that they are kept, and not yet how to pay them.
  var doubtful: [Told] { state.withLock { $0.doubtful } }
  var tills: [Told] { state.withLock { $0.tills } }
  /// How long the till waited that waited longest.
  var longestAtTill: Duration { state.withLock { $0.longestAtTill } }
  /// Every call for a pay-in, in order.
  var heard: [Heard] { state.withLock { $0.heard } }
  var isOver: Bool { state.withLock { $0.isOver } }

  func add(payin told: Told) { state.withLock { $0.payins.append(told) } }
  func add(doubtful told: Told) { state.withLock { $0.doubtful.append(told) } }
  func add(till told: Told, after waited: Duration) {
    state.withLock { state in
      state.tills.append(told)
      state.longestAtTill = max(state.longestAtTill, waited)
    }
  }
  func note(_ answer: Client.Answer?) {
    let isProblem = answer.map { $0.status >= 400 } ?? false
    let heard = Heard(at: .now, status: answer?.status, code: isProblem ? answer?.code : nil)
    state.withLock { $0.heard.append(heard) }
  }
  func finish() { state.withLock { $0.isOver = true } }
}
