import HTTPServing
import Synchronization

/// How many requests of each key wait for a change: each holds a connection, and has the store
/// looked at.
final class WaitPlaces: Sendable {
  private let perKey: Int
  private let taken = Mutex<[String: Int]>([:])

  init(perKey: Int) { self.perKey = perKey }

  /// Runs `work` in a place of the key's.
  /// - Throws: `rate_limited` where all are taken.
  func taking<Value: Sendable>(
    of key: String, _ work: @Sendable () async throws -> Value
  ) async throws -> Value {
    let isTaken = taken.withLock { taken in
      guard taken[key, default: 0] < perKey else { return false }
      taken[key, default: 0] += 1
      return true
    }
    guard isTaken else {
      throw Problem(
        .tooManyRequests, code: "rate_limited",
        detail: "\(perKey) requests of this key wait already", retryAfterSeconds: 1)
    }
    defer {
      taken.withLock { taken in
        let left = taken[key, default: 1] - 1
        taken[key] = left > 0 ? left : nil
      }
    }
    return try await work()
  }
}
