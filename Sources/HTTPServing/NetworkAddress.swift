internal import Glibc

/// An IPv4 or IPv6 address without its port; IPv4 in its mapped form, so that it is one address
/// whichever socket it came over.
public struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
  private var high: UInt64
  private var low: UInt64

  private static let mappedPrefix: UInt64 = 0xFFFF << 32

  public static let unknown = NetworkAddress(high: 0, low: 0)

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(v4 address: UInt32) {
    self.init(high: 0, low: Self.mappedPrefix | UInt64(address))
  }

  /// - Parameter bytes: 16 of them, as they stand in a packet.
  init(v6 bytes: some Sequence<UInt8>) {
    self.init(high: 0, low: 0)
    for (index, byte) in bytes.prefix(16).enumerated() {
      if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
    }
  }

  /// Reads digits, such as `192.0.2.1` or `2001:db8::1`; nil for anything else.
  public init?(_ text: String) {
    var v4 = in_addr()
    if unsafe inet_pton(AF_INET, text, &v4) == 1 {
      self.init(v4: UInt32(bigEndian: v4.s_addr))
      return
    }
    var v6 = [UInt8](repeating: 0, count: 16)
    guard unsafe inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
    self.init(v6: v6)
  }

  var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

  /// Whom limits count together: an IPv6 host has a whole /64 to itself.
  public var counted: NetworkAddress {
    isV4 ? self : NetworkAddress(high: high, low: 0)
  }

  /// The first `bits` of its 128, the others zero.
  func prefix(_ bits: Int) -> NetworkAddress {
    NetworkAddress(
      high: bits >= 64 ? high : bits == 0 ? 0 : high & ~0 << UInt64(64 - bits),
      low: bits >= 128 ? low : bits <= 64 ? 0 : low & ~0 << UInt64(128 - bits))
  }

  public var description: String {
    if isV4 {
      return [24, 16, 8, 0].map { String(low >> UInt64($0) & 0xFF) }.joined(separator: ".")
    }
    let bytes = [high, low].flatMap { word in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = unsafe inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Addresses with a common prefix, as `10.0.0.0/8`; one address where no length is given.
public struct AddressRange: Hashable, Sendable {
  private let base: NetworkAddress
  private let bits: Int

  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = NetworkAddress(String(Substring(parts[0]))) else {
      return nil
    }
    let whole = address.isV4 ? 32 : 128
    var length = whole
    if parts.count == 2 {
      guard parts[1].count <= 3, parts[1].allSatisfy(\.isDigit),
        let given = Int(Substring(parts[1])), given <= whole
      else { return nil }
      length = given
    }
    bits = 128 - whole + length
    base = address.prefix(bits)
  }

  public func contains(_ address: NetworkAddress) -> Bool { address.prefix(bits) == base }
}
