import HTTPCalling
import Testing

@Suite("Calls over HTTP/2", .timeLimit(.minutes(1)))
struct HTTP2Tests {
  let server: ServerProcess

  init() throws {
    server = try ServerProcess.http2()
  }

  private func caller(http2: Bool) -> CurlClient {
    CurlClient(
      CurlClient.Configuration(
        caFile: ServerProcess.file("tls/trusted.pem"), idleSeconds: 300, http2: http2))
  }

  @Test("HTTP/2 is spoken where it is asked for, and only there")
  func versions() async {
    #expect(await caller(http2: false).post(server.url() + "a").text == "1.1 1 1")
    #expect(await caller(http2: true).post(server.url() + "b").text == "2.0 1 2")
  }

  @Test("a hundred calls at once each get an answer, over one connection once it is open")
  func concurrent() async {
    let caller = caller(http2: true)
    #expect(await caller.post(server.url() + "0").text == "2.0 1 1")
    let url = server.url()
    let answered = await withTaskGroup(of: String?.self) { group in
      for number in 1...100 { group.addTask { await caller.post(url + "\(number)").text } }
      return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    #expect(answered == ["2.0 1 1": 100])
  }

  @Test("a request is written once, even where the peer says that it did not take it")
  func writtenOnce() async {
    let caller = caller(http2: true)
    for path in ["die", "refuse"] {
      #expect(await caller.post(server.url() + "first").response?.status == 200)
      let outcome = await caller.post(server.url() + path)
      #expect(outcome.summary.hasPrefix("sent_no_answer "), "\(outcome)")
      let seen = await caller.get(server.url() + "seen/\(path)").text
      #expect(seen?.hasPrefix("2.0 1 ") == true, "\(seen ?? "")")
    }
  }
}
