import Synchronization

/// Carries a value that is not `Sendable` to the one thread that will use it.
final class Handover<Value>: Sendable {
  private let place: Mutex<Value?>

  init(_ value: sending Value) { place = Mutex(value) }

  /// The value, for the first who asks.
  func take() -> sending Value? {
    place.withLock { value in
      let taken = value
      value = nil
      return taken
    }
  }
}
