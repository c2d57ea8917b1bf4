/// Which addresses a call may connect to. Judged on the address itself, after the name is resolved,
/// so that no name, redirect of a name or odd spelling of an address gets round it.
public enum AddressPolicy: Sendable, Equatable {
  case any
  /// Only addresses of the public Internet: for URLs that somebody else chose.
  case publicOnly

  /// - Parameter address: 4 bytes of IPv4 or 16 of IPv6, in network order. Anything else is no
  ///   address and never allowed.
  public func allows(_ address: [UInt8]) -> Bool {
    switch (self, address.count) {
    case (.any, 4), (.any, 16): true
    case (.publicOnly, 4): !Self.contains(Self.specialIPv4, address)
    case (.publicOnly, 16):
      Self.contains(Self.globalUnicastIPv6, address) && !Self.contains(Self.specialIPv6, address)
    default: false
    }
  }

  /// A network: its first bytes, and how many bits of them count.
  private typealias Block = (bytes: [UInt8], bits: Int)

  /// IANA's special-purpose registry for IPv4 (RFC 6890), with multicast and reserved space.
  private static let specialIPv4: [Block] = [
    ([0], 8),  // this network, unspecified
    ([10], 8), ([172, 16], 12), ([192, 168], 16),  // private
    ([100, 64], 10),  // carrier-grade NAT
    ([127], 8),  // loopback
    ([169, 254], 16),  // link-local, cloud metadata
    ([192, 0, 0], 24),  // protocol assignments
    ([192, 0, 2], 24), ([198, 51, 100], 24), ([203, 0, 113], 24),  // documentation
    ([192, 88, 99], 24),  // 6to4 relays
    ([198, 18], 15),  // benchmarks
    ([224], 4), ([240], 4),  // multicast, reserved, broadcast
  ]

  /// Everything public lies in here, so unspecified, loopback, IPv4-mapped, NAT64, ULA, link-local
  /// and multicast addresses are outside.
  private static let globalUnicastIPv6: [Block] = [([0x20], 3)]

  /// IANA's special-purpose registry for IPv6, as far as it lies within global unicast.
  private static let specialIPv6: [Block] = [
    ([0x20, 0x01, 0x00], 23),  // protocol assignments: Teredo, ORCHID, benchmarks
    ([0x20, 0x01, 0x0d, 0xb8], 32), ([0x3f, 0xff, 0x00], 20),  // documentation
    ([0x20, 0x02], 16),  // 6to4, which hides an IPv4 address
  ]

  private static func contains(_ blocks: [Block], _ address: [UInt8]) -> Bool {
    blocks.contains { block in
      (0..<block.bits).allSatisfy { bit in
        let mask = UInt8(0x80) >> UInt8(bit % 8)
        return (address[bit / 8] ^ block.bytes[bit / 8]) & mask == 0
      }
    }
  }
}
