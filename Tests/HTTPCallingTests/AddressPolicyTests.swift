import Glibc
import HTTPCalling
import Testing

@Suite("Address policy")
struct AddressPolicyTests {
  @Test(
    "a URL whose host is this machine or its network is known from its text",
    arguments: [
      "http://127.0.0.1:8080/x", "https://localhost", "https://a.localhost:1/", "https://127.1/",
      "https://2130706433/", "https://0x7f000001", "https://[::1]:8080/", "https://10.0.0.8",
      "https://user@192.168.1.1/", "https://printer.local", "https://db.internal/", "https://",
      "https://[fd00::1]/", "https://169.254.169.254/latest",
    ])
  func privateURL(_ url: String) {
    #expect(!AddressPolicy.publicOnly.mayReach(url: url))
    #expect(AddressPolicy.any.mayReach(url: url))
  }

  @Test(
    "a URL of a name or a public address may be reached",
    arguments: [
      "https://shop.example/hooks", "https://8.8.8.8/", "https://[2606:4700::1111]:8443/",
      "https://localhost.example", "https://10.example:99/",
    ])
  func publicURL(_ url: String) { #expect(AddressPolicy.publicOnly.mayReach(url: url)) }

  private func bytes(_ text: String) -> [UInt8] {
    var address = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &address) == 1 { return Array(address[..<4]) }
    return inet_pton(AF_INET6, text, &address) == 1 ? address : []
  }

  @Test(
    "public addresses are allowed",
    arguments: [
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
      "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
      "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:4860::8888",
      "2001:200::1", "2001:db7::1", "2003::1", "2a00::1", "3ffe::1",
    ])
  func allowed(address: String) {
    #expect(AddressPolicy.publicOnly.allows(bytes(address)))
    #expect(AddressPolicy.any.allows(bytes(address)))
  }

  @Test(
    "every other address is refused",
    arguments: [
      // this network, private, shared, loopback, link-local
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255",
      "192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
      "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255",
      // assignments, documentation, 6to4 relays, benchmarks
      "192.0.0.1", "192.0.0.255", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1",
      "198.18.0.0", "198.19.255.255",
      // multicast, reserved, broadcast
      "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
      // unspecified, loopback, mapped and compatible IPv4, NAT64, discard
      "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808",
      "64:ff9b:1::1", "100::1",
      // ULA, link-local, site-local, multicast
      "fc00::1", "fd00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
      // Teredo, ORCHID, documentation, 6to4, the edges of global unicast
      "2001::1", "2001:10::1", "2001:20::1", "2001:1ff::1", "2001:db8::1", "3fff::1",
      "3fff:fff::1", "2002:7f00:1::", "1fff::1", "4000::1",
    ])
  func refused(address: String) {
    #expect(bytes(address).count == (address.contains(":") ? 16 : 4))
    #expect(!AddressPolicy.publicOnly.allows(bytes(address)))
    #expect(AddressPolicy.any.allows(bytes(address)))
  }

  @Test("what is no address is refused by every policy", arguments: [0, 1, 3, 5, 15, 17])
  func noAddress(count: Int) {
    #expect(!AddressPolicy.publicOnly.allows([UInt8](repeating: 8, count: count)))
    #expect(!AddressPolicy.any.allows([UInt8](repeating: 8, count: count)))
  }
}
