import Glibc
import Testing

@testable import HTTPCalling

/// The bits are libcurl's: CURL_POLL_IN, OUT, INOUT and REMOVE are 1 to 4; CURL_CSELECT_IN and OUT
/// are 1 and 2.
@Suite("Sockets that libcurl waits for")
struct WatchedSocketsTests {
  /// Two connected ends. The first is watched; the second is the peer's.
  final class Pair {
    let own: Int32
    let peer: Int32

    init(on sockets: WatchedSockets, isTold: Bool = true) {
      var ends: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      (own, peer) = (ends[0], ends[1])
      if isTold { sockets.opened(own) }
    }

    deinit {
      close(own)
      close(peer)
    }

    func send() { _ = write(peer, "x", 1) }
    func hangUp() { shutdown(peer, Int32(SHUT_RDWR)) }
  }

  let sockets = WatchedSockets()

  private func events(within milliseconds: Int32 = 0) -> [Int32: Int32] {
    sockets.wait(milliseconds: milliseconds).reduce(into: [:]) { $0[$1.socket] = $1.bits }
  }

  @Test("what comes is told as often as it is there, for what is wanted", arguments: [true, false])
  func told(isTold: Bool) {
    let pair = Pair(on: sockets, isTold: isTold)
    sockets.want(1, of: pair.own)
    #expect(events() == [:])
    pair.send()
    #expect(events() == [pair.own: 1])
    #expect(events() == [pair.own: 1])
    sockets.want(2, of: pair.own)
    #expect(events() == [pair.own: 2])
    sockets.want(3, of: pair.own)
    #expect(events() == [pair.own: 3])
    sockets.want(4, of: pair.own)
    #expect(events() == [:])
    sockets.want(1, of: pair.own)
    #expect(events() == [pair.own: 1])
  }

  @Test("an end is something to read, whatever was wanted")
  func hangUp() {
    let pair = Pair(on: sockets)
    sockets.want(2, of: pair.own)
    #expect(events() == [pair.own: 2])
    pair.hangUp()
    #expect(events() == [pair.own: 3])
  }

  @Test("what comes on an idle connection ends no wait but one, and is told when it is wanted")
  func idle() {
    let pair = Pair(on: sockets)
    sockets.want(1, of: pair.own)
    sockets.want(4, of: pair.own)
    pair.send()
    #expect(events(within: 60_000) == [:])
    let start = ContinuousClock.now
    #expect(events(within: 200) == [:])
    #expect(ContinuousClock.now - start >= .milliseconds(190))
    sockets.want(1, of: pair.own)
    #expect(events() == [pair.own: 1])
  }

  @Test("a new socket under an old one's number is watched", arguments: [true, false])
  func reused(closingIsTold: Bool) {
    let first = Pair(on: sockets)
    sockets.want(1, of: first.own)
    if closingIsTold { sockets.closing(first.own) }
    let second = Pair(on: sockets)
    dup2(second.own, first.own)  // closes what was there
    sockets.opened(first.own)
    sockets.want(1, of: first.own)
    second.send()
    #expect(events() == [first.own: 1])
  }

  @Test("waking ends one wait, the one under way or the next")
  func wake() {
    sockets.wake()
    sockets.wake()
    #expect(events(within: 60_000) == [:])
    let start = ContinuousClock.now
    #expect(events(within: 200) == [:])
    #expect(ContinuousClock.now - start >= .milliseconds(190))
    sockets.wake()
    #expect(events(within: 60_000) == [:])
  }
}
