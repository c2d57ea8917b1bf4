import Synchronization

/// What one thread makes for another that waits for it.
final class Handed<Value: Sendable>: Sendable {
  private let place = Mutex<Value?>(nil)

  func put(_ value: Value) { place.withLock { $0 = value } }

  /// Throws where nothing was made.
  func take() throws(DatabaseError) -> Value {
    guard let value = place.withLock({ $0 }) else {
      throw .failed(function: "take", code: 0, message: "nothing was made")
    }
    return value
  }
}
