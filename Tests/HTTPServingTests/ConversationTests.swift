import Foundation
import Testing

@testable import HTTPServing

@Suite("a conversation")
struct ConversationTests {
  @Test("answers pipelined requests in their order, whoever is done first")
  func order() throws {
    var talk = Talk()
    talk.get("/0", "/1", "/2")
    #expect(talk.taken == ["0 /0", "1 /1", "2 /2"])
    try talk.answer(2, "two")
    try talk.answer(1, "one")
    #expect(talk.send() == "")
    try talk.answer(0, "zero")
    let sent = talk.send()
    let bodies = sent.components(separatedBy: "\r\n\r\n").dropFirst()
    #expect(bodies.map { $0.components(separatedBy: "HTTP/1.1")[0] } == ["zero", "one", "two"])
  }

  @Test("takes a bounded number of pipelined requests and stops reading beyond it")
  func pipelineBound() throws {
    var talk = Talk { limits, _ in limits.pipelinedRequests = 2 }
    talk.get("/0", "/1", "/2", "/3", "/4")
    #expect(talk.taken.count == 2)
    #expect(!talk.conversation.wantsBytes)
    try talk.answer(1)
    #expect(talk.taken.count == 2, "the first is still being handled")
    try talk.answer(0)
    #expect(talk.taken.count == 4)
    try talk.answer(2)
    try talk.answer(3)
    #expect(talk.taken.count == 5)
    #expect(talk.conversation.wantsBytes)
  }

  @Test("stops taking requests while a client does not take its answers")
  func writeBackPressure() throws {
    var talk = Talk()
    talk.get("/0")
    try talk.answer(0, String(repeating: "x", count: 200_000))
    #expect(!talk.conversation.wantsBytes)
    talk.get("/1")
    #expect(talk.taken == ["0 /0"])
    _ = talk.send(190_000)
    #expect(talk.taken == ["0 /0", "1 /1"])
    #expect(talk.conversation.wantsBytes)
  }

  @Test("takes no further request while a large answer waits for its turn")
  func largeAnswerWaits() throws {
    var talk = Talk { limits, _ in limits.pipelinedRequests = 3 }
    talk.get("/0", "/1")
    try talk.answer(1, String(repeating: "x", count: 200_000))
    talk.get("/2")
    #expect(talk.taken == ["0 /0", "1 /1"])
  }

  @Test("refuses after the answers that come before, and takes nothing more")
  func refusal() throws {
    var talk = Talk()
    talk.get("/0")
    talk.receive("BAD\r\n\r\n")
    talk.get("/1")
    #expect(talk.taken == ["0 /0"])
    #expect(talk.send() == "")
    #expect(!talk.conversation.wantsBytes)
    try talk.answer(0, "first")
    let sent = talk.send()
    #expect(sent.contains("first" + "HTTP/1.1 400 Bad Request\r\n"))
    #expect(sent.contains("Connection: close\r\n"))
    #expect(talk.conversation.phase == .lingering)
  }

  @Test("ignores an answer to a request that it does not know")
  func strayAnswer() throws {
    var talk = Talk()
    try talk.answer(0)
    try talk.answer(-1)
    #expect(talk.send() == "")
    talk.get("/0")
    try talk.answer(0, "a")
    #expect(talk.send().hasSuffix("\r\n\r\na"))
  }

  // MARK: Deadlines

  @Test("closes a silent client without a word")
  func idle() {
    var talk = Talk()
    talk.pass(999)
    #expect(talk.conversation.phase == .open)
    talk.pass(1)
    #expect(talk.conversation.phase == .finished)
    #expect(talk.send() == "")
  }

  @Test("counts idleness anew from the answer")
  func idleAfterAnswer() throws {
    var talk = Talk()
    talk.pass(900)
    talk.get("/")
    talk.pass(5_000)
    #expect(talk.conversation.phase == .open, "a handler may take its time")
    try talk.answer(0)
    _ = talk.send()
    talk.pass(999)
    #expect(talk.conversation.phase == .open)
    talk.pass(1)
    #expect(talk.conversation.phase == .finished)
  }

  @Test("gives the head of a request a time that further bytes do not lengthen")
  func headDeadline() {
    var talk = Talk()
    talk.pass(900)
    for character in "GET / HTTP" {
      talk.receive(String(character))
      talk.pass(9)
    }
    #expect(talk.conversation.phase == .open && talk.send() == "")
    talk.pass(9)
    talk.pass(1)
    #expect(talk.send().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    #expect(talk.conversation.phase == .lingering)
  }

  @Test("gives an empty line no more time than a head")
  func emptyLineDeadline() {
    var talk = Talk()
    talk.receive("\r\n")
    talk.pass(100)
    #expect(talk.send().hasPrefix("HTTP/1.1 408 "))
  }

  @Test("gives the body a time of its own, from the end of the head")
  func bodyDeadline() {
    var talk = Talk()
    talk.receive("POST / HTTP/1.1\r\nHost: a\r\n")
    talk.pass(90)
    talk.receive("Content-Length: 9\r\n\r\n")
    for _ in 0..<8 {
      talk.pass(37)
      talk.receive("x")
    }
    #expect(talk.send() == "")
    talk.pass(4)
    #expect(talk.send().hasPrefix("HTTP/1.1 408 "))
  }

  @Test("gives each pipelined head its own time")
  func nextHead() throws {
    var talk = Talk()
    talk.receive("GET / HTTP/1.1\r\n")
    talk.pass(90)
    talk.receive("Host: a\r\n\r\nGET / HT")
    talk.pass(90)
    #expect(talk.taken.count == 1)
    #expect(talk.conversation.deadline == 190)
    talk.pass(10)
    #expect(talk.send() == "", "the first request is answered first")
    try talk.answer(0, "ok")
    #expect(talk.send().contains("okHTTP/1.1 408 "))
  }

  @Test("does not count the time in which it does not read itself")
  func pausedDeadline() throws {
    var talk = Talk { limits, _ in limits.pipelinedRequests = 1 }
    talk.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT")
    talk.pass(10_000)
    try talk.answer(0)
    _ = talk.send()
    #expect(talk.conversation.deadline == 10_100)
    talk.receive("TP/1.1\r\nHost: a\r\n\r\n")
    #expect(talk.taken.count == 2)
  }

  @Test("cuts a client that takes nothing, and one that takes too little")
  func writeDeadline() throws {
    var talk = Talk()
    talk.get("/")
    try talk.answer(0, String(repeating: "x", count: 300_000))
    for _ in 0..<4 {
      talk.pass(100)
      _ = talk.send(1_000)
    }
    #expect(talk.conversation.phase == .open)
    talk.pass(100)
    #expect(talk.conversation.phase == .finished)
  }

  @Test("lets a client go on that takes 64 KiB in its time")
  func slowEnough() throws {
    var talk = Talk()
    talk.get("/")
    try talk.answer(0, String(repeating: "x", count: 300_000))
    for _ in 0..<5 {
      talk.pass(499)
      _ = talk.send(65_536)
    }
    #expect(talk.conversation.phase == .open)
    #expect(talk.conversation.output.isEmpty)
  }

  @Test("waits only so long for the client's end")
  func linger() throws {
    var talk = Talk()
    talk.receive("GET / HTTP/1.0\r\n\r\n")
    talk.pass(7_000)
    try talk.answer(0)
    #expect(talk.send().contains("Connection: close\r\n"))
    #expect(talk.conversation.phase == .lingering && talk.conversation.wantsBytes)
    talk.receive("GET /more HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(talk.taken.count == 1)
    talk.pass(49)
    #expect(talk.conversation.phase == .lingering)
    talk.pass(1)
    #expect(talk.conversation.phase == .finished)
  }

  // MARK: Ends

  @Test("answers a client that has closed its side")
  func halfClose() throws {
    var talk = Talk()
    talk.get("/0", "/1")
    talk.end()
    #expect(!talk.conversation.wantsBytes && talk.conversation.phase == .open)
    try talk.answer(1, "b")
    try talk.answer(0, "a")
    #expect(talk.send().hasSuffix("b"))
    #expect(talk.conversation.phase == .finished)
  }

  @Test("still takes what had come before the client closed its side")
  func halfCloseWithBacklog() throws {
    var talk = Talk { limits, _ in limits.pipelinedRequests = 1 }
    talk.get("/0", "/1")
    talk.end()
    try talk.answer(0)
    _ = talk.send()
    #expect(talk.taken.count == 2)
    try talk.answer(1)
    _ = talk.send()
    #expect(talk.conversation.phase == .finished)
  }

  @Test("is over at once when a client closes between requests")
  func endIdle() throws {
    var talk = Talk()
    talk.end()
    #expect(talk.conversation.phase == .finished)
    var later = Talk()
    later.get("/")
    try later.answer(0)
    _ = later.send()
    later.end()
    #expect(later.conversation.phase == .finished)
  }

  @Test(
    "refuses a request that ends before its end",
    arguments: [
      "G", "\r\n", "GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
    ])
  func endWithin(_ text: String) {
    var talk = Talk()
    talk.receive(text)
    talk.end()
    #expect(talk.taken.isEmpty)
    #expect(talk.send().hasPrefix("HTTP/1.1 400 "))
    #expect(talk.conversation.phase == .finished)
  }

  // MARK: 100 Continue

  @Test("tells a client to continue, once, after the answers before")
  func hundredContinue() throws {
    var talk = Talk()
    talk.get("/0")
    talk.receive("POST /1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    #expect(talk.send() == "")
    try talk.answer(0, "first")
    #expect(talk.send().hasSuffix("\r\n\r\nfirstHTTP/1.1 100 Continue\r\n\r\n"))
    talk.receive("x")
    #expect(talk.send() == "")
    talk.receive("y")
    #expect(talk.taken == ["0 /0", "1 /1"])
  }

  @Test("does not ask for a body that it would refuse")
  func refusedContinue() {
    var talk = Talk { limits, _ in limits.bodyBytes = 1 }
    talk.receive("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    #expect(talk.send().hasPrefix("HTTP/1.1 413 "))
  }

  // MARK: Draining

  @Test("closes an idle connection when it is drained")
  func drainIdle() throws {
    var talk = Talk()
    talk.drain()
    #expect(talk.conversation.phase == .finished)
    var used = Talk()
    used.get("/")
    try used.answer(0)
    _ = used.send()
    used.drain()
    #expect(used.conversation.phase == .lingering)
  }

  @Test("finishes what is in flight when it is drained, and says that it closes")
  func drainBusy() throws {
    var talk = Talk()
    talk.get("/0", "/1")
    talk.drain()
    talk.get("/2")
    try talk.answer(0, "a")
    #expect(!talk.send().contains("close"))
    try talk.answer(1, "b")
    #expect(talk.send().contains("Connection: close\r\n"))
    #expect(talk.taken == ["0 /0", "1 /1"])
    #expect(talk.conversation.phase == .lingering)
  }

  @Test("finishes a request that has begun to come when it is drained")
  func drainWithinRequest() throws {
    var talk = Talk()
    talk.receive("GET /0 HTTP/1.1\r\nHo")
    talk.drain()
    #expect(talk.conversation.phase == .open && talk.conversation.wantsBytes)
    talk.receive("st: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(talk.taken == ["0 /0"])
    try talk.answer(0)
    #expect(talk.send().contains("Connection: close\r\n"))
    #expect(talk.conversation.phase == .lingering)
  }

  @Test("tells an HTTP/1.0 client that the connection stays open")
  func keepAliveLegacy() throws {
    var talk = Talk()
    talk.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    try talk.answer(0)
    #expect(talk.send().contains("Connection: keep-alive\r\n"))
    #expect(talk.conversation.phase == .open && talk.conversation.wantsBytes)
  }
}
