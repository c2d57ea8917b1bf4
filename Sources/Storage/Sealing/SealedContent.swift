import Crypto

/// What a row keeps of a person or of a secret: a checksum, and either a sealed box or, behind a
/// zero, what stands unsealed.
struct SealedContent: Sendable {
  private static let checksumCount = 8

  let bytes: [UInt8]
  /// Of the key that opens it; `DataKeys.unsealed` for none.
  let key: Int64

  /// - Parameter place: what it is and of what, such as `payer/payin_1`; it opens as nothing else.
  init(_ plain: [UInt8], at place: String, under keys: DataKeys) {
    guard let current = keys.current else {
      self.init(body: [0] + plain, key: DataKeys.unsealed, at: place)
      return
    }
    let box = SealedBox(sealing: plain, under: current, bound: Array(place.utf8))
    self.init(body: box.bytes, key: box.keyID, at: place)
  }

  private init(body: [UInt8], key: Int64, at place: String) {
    let sum = UInt64(bitPattern: Self.checksum(body, place))
    bytes =
      (0..<UInt64(Self.checksumCount)).map { UInt8(truncatingIfNeeded: sum >> ($0 * 8)) } + body
    self.key = key
  }

  /// As read back.
  init(stored bytes: [UInt8], at place: String) throws(RowFault) {
    let body = Array(bytes.dropFirst(Self.checksumCount))
    let sum = bytes.prefix(Self.checksumCount).reversed().reduce(0 as UInt64) {
      $0 << 8 | UInt64($1)
    }
    guard !body.isEmpty, Int64(bitPattern: sum) == Self.checksum(body, place) else {
      throw .checksum
    }
    if body[0] == 0 {
      key = DataKeys.unsealed
    } else if let box = SealedBox(bytes: body) {
      key = box.keyID
    } else {
      throw .shape
    }
    self.bytes = bytes
  }

  private static func checksum(_ body: [UInt8], _ place: String) -> Int64 {
    var sum = Checksum()
    sum.add(place)
    sum.add(body)
    return sum.value
  }

  private var body: [UInt8] { Array(bytes.dropFirst(Self.checksumCount)) }

  func open(at place: String, under keys: DataKeys) throws(RowFault) -> [UInt8] {
    if key == DataKeys.unsealed { return Array(body.dropFirst()) }
    guard let own = keys.key(key) else { throw .otherKey }
    guard let plain = SealedBox(bytes: body)?.open(under: own, bound: Array(place.utf8)) else {
      throw .seal
    }
    return plain
  }

  /// The same under the current key. What was sealed is not opened for it.
  func renewed(at place: String, under keys: DataKeys) throws(RowFault) -> SealedContent {
    guard key != keys.currentID else { return self }
    guard key != DataKeys.unsealed, let current = keys.current else {
      return SealedContent(try open(at: place, under: keys), at: place, under: keys)
    }
    guard let old = keys.key(key) else { throw .otherKey }
    let bound = Array(place.utf8)
    guard let box = SealedBox(bytes: body)?.resealed(from: old, to: current, bound: bound) else {
      throw .seal
    }
    return SealedContent(body: box.bytes, key: box.keyID, at: place)
  }
}

extension RowFault {
  static let otherKey = RowFault(reason: "it is sealed under a key that is not given")
  static let seal = RowFault(reason: "its seal does not open")
}

/// What a pay-in's row keeps apart.
enum PayinSecret: Int, Sendable, CaseIterable {
  case payer = 1
  case answers = 2

  func place(of payin: String) -> String {
    switch self {
    case .payer: "payer/\(payin)"
    case .answers: "answers/\(payin)"
    }
  }
}
