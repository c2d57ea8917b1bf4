/// An AES-256 key of the operator's, under which what is kept of persons is sealed.
public struct DataKey: Sendable, Equatable {
  static let byteCount = 32

  let bytes: [UInt8]
  /// Tells it from other keys and tells nothing of it: the first bytes of its SHA-256. Never 0.
  public let id: Int64

  /// Nil unless there are 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
    let digest = Digest.sha256(bytes).prefix(8)
    let id = Int64(bitPattern: digest.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    self.id = id == 0 ? 1 : id
  }

  /// Nil unless the text is the Base64 of 32 bytes.
  public init?(text: String) {
    guard let bytes = Base64.decode(text) else { return nil }
    self.init(bytes: bytes)
  }

  public static func make() -> DataKey {
    DataKey(random: SecureRandom.bytes(byteCount))
  }

  private init(random bytes: [UInt8]) {
    guard let key = DataKey(bytes: bytes) else { preconditionFailure("it has 32 bytes") }
    self = key
  }

  /// As the configuration takes it.
  public var text: Secret { Secret(Base64.encode(bytes)) }

  public static func == (left: DataKey, right: DataKey) -> Bool {
    ConstantTime.equal(left.bytes, right.bytes)
  }
}

extension DataKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "‹redacted›" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
