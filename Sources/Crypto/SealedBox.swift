/// Data sealed under a data key of its own, which is sealed under the operator's: who drops the box
/// has dropped the only key to it, and another operator's key costs no second look at the data.
///
/// A version, the id of the operator's key, a nonce and the data's key sealed with it, a nonce and
/// the data sealed with that: `1 | 8 | 12 | 32 + 16 | 12 | n + 16` bytes.
public struct SealedBox: Sendable {
  private static let version: UInt8 = 1
  private static let nonceCount = AuthenticatedCipher.nonceCount
  private static let headCount = 9
  private static let wrappedCount = DataKey.byteCount + AuthenticatedCipher.tagCount
  private static let wholeHeadCount = headCount + nonceCount + wrappedCount + nonceCount

  public let bytes: [UInt8]
  /// Of the operator's key that opens it.
  public let keyID: Int64

  /// - Parameter bound: says what it is, such as whose data; opening it as something else fails.
  public init(sealing plain: [UInt8], under key: DataKey, bound: [UInt8]) {
    let random = SecureRandom.bytes(DataKey.byteCount + Self.nonceCount * 2)
    let own = Array(random.prefix(DataKey.byteCount))
    let nonce = Array(random.suffix(Self.nonceCount))
    self.init(
      key, wrapping: own, with: Array(random.dropFirst(own.count).prefix(Self.nonceCount)),
      before: nonce
        + AuthenticatedCipher.seal(plain, key: own, nonce: nonce, bound: bound), bound: bound)
  }

  /// Nil for bytes of another form.
  public init?(bytes: [UInt8]) {
    guard bytes.count >= Self.wholeHeadCount + AuthenticatedCipher.tagCount,
      bytes[0] == Self.version
    else { return nil }
    self.bytes = bytes
    keyID = Int64(
      bitPattern: bytes[1..<Self.headCount].reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
  }

  private init(
    _ key: DataKey, wrapping own: [UInt8], with nonce: [UInt8], before rest: [UInt8],
    bound: [UInt8]
  ) {
    let id = UInt64(bitPattern: key.id)
    var bytes = [Self.version]
    bytes += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: id >> $0) }
    bytes += nonce
    bytes += AuthenticatedCipher.seal(own, key: key.bytes, nonce: nonce, bound: bound)
    bytes += rest
    self.bytes = bytes
    keyID = key.id
  }

  /// What was sealed; nil where the key or what it is bound to is another, or a byte was changed.
  public func open(under key: DataKey, bound: [UInt8]) -> [UInt8]? {
    guard let own = ownKey(under: key, bound) else { return nil }
    let rest = bytes.dropFirst(Self.wholeHeadCount - Self.nonceCount)
    return AuthenticatedCipher.open(
      Array(rest.dropFirst(Self.nonceCount)), key: own,
      nonce: Array(rest.prefix(Self.nonceCount)), bound: bound)
  }

  /// The same data under another of the operator's keys; nil as for `open`.
  public func resealed(from old: DataKey, to new: DataKey, bound: [UInt8]) -> SealedBox? {
    guard let own = ownKey(under: old, bound) else { return nil }
    return SealedBox(
      new, wrapping: own, with: SecureRandom.bytes(Self.nonceCount),
      before: Array(bytes.dropFirst(Self.wholeHeadCount - Self.nonceCount)), bound: bound)
  }

  private func ownKey(under key: DataKey, _ bound: [UInt8]) -> [UInt8]? {
    guard key.id == keyID else { return nil }
    let wrapped = bytes.dropFirst(Self.headCount)
    return AuthenticatedCipher.open(
      Array(wrapped.dropFirst(Self.nonceCount).prefix(Self.wrappedCount)), key: key.bytes,
      nonce: Array(wrapped.prefix(Self.nonceCount)), bound: bound)
  }
}
