public import Crypto

/// The operator's keys to what a store keeps of persons. Both read; what is written is sealed under
/// the current one, or stands unsealed where there is none.
public struct DataKeys: Sendable {
  public var current: DataKey?
  /// The one before, while rows are still sealed under it.
  public var previous: DataKey?

  public init(current: DataKey? = nil, previous: DataKey? = nil) {
    self.current = current
    self.previous = previous
  }

  /// How rows say that nothing seals them.
  static let unsealed: Int64 = 0

  /// Under which rows are written now.
  var currentID: Int64 { current?.id ?? Self.unsealed }

  func key(_ id: Int64) -> DataKey? {
    [current, previous].compactMap { $0 }.first { $0.id == id }
  }

  /// Whether rows that say so can be read.
  func opens(_ id: Int64) -> Bool { id == Self.unsealed || key(id) != nil }
}

/// How far a store's rows are from being sealed under the current key.
public struct SealFigures: Equatable, Sendable {
  /// Whether there is a key.
  public var isSealed: Bool
  /// Rows that are still under the key before, under none, or as an earlier release kept them.
  public var remaining: Int
  /// Whether there are more than were counted.
  public var areMore: Bool

  public init(isSealed: Bool, remaining: Int, areMore: Bool) {
    self.isSealed = isSealed
    self.remaining = remaining
    self.areMore = areMore
  }
}
