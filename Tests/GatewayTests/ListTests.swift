import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Providers
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// Many due questions of an account whose provider has a list.
@Suite("questions that are asked together", .timeLimit(.minutes(2)))
struct ListTests: ListBench {
  let bench: JobBench
  let books = OpenpayBooks()

  init() throws { try self.init(rate: 2000) }

  private init(rate: Int64) throws { bench = try books.bench(rate: rate) }

  @Test("eight are one call, as is a hundred; seven are seven", arguments: [7, 8, 100])
  func one(_ count: Int) async throws {
    let payins = try await made(count)
    let calls = try await after(payins)
    #expect(
      calls.sorted() == (count < 8 ? (0..<count).map { "tr\($0)" } : ["0 (page)"]))
    for payin in payins {
      let kept = try await kept(payin)
      // As after a question about it: the silence, and the next question.
      #expect(kept.silence?.word == "pending" && kept.silence?.count == 1)
      #expect(kept.attempts[0].polls == 1 && kept.lastEvidence?.grade == .query)
      #expect(try #require(kept.nextCheckAt) > bench.clock.now())
    }
    let monitor = try #require(bench.calls.monitors["a"])
    #expect(monitor.snapshot(at: bench.clock.steady()).openCalls == 0)
  }

  @Test("asks for the days of the orders and the days beside them, by Mexico City's dates")
  func request() async throws {
    let payins = try await made(1)
    bench.clock.advance(seconds: 86_400)
    let later = try await made(8, after: 1)
    let urls = Mutex<[String]>([])
    bench.caller.answers { [books] request in
      urls.withLock { $0.append(request.url) }
      return books.answer(request)
    }
    _ = try await after(payins + later)
    func date(_ instant: Instant, _ days: Int64) -> String {
      String(
        instant.adding(seconds: days * 86_400).localText(
          offsetMinutes: Instant.mexicoCityOffset
        ).prefix(10))
    }
    let oldest = date(later[0].createdAt, -1)
    #expect(
      urls.withLock { $0.first { $0.contains("creation") } }
        == "https://a.example/v1/m/charges?creation%5Bgte%5D=\(oldest)&creation%5Blte%5D="
        + "\(date(later[7].createdAt, 1))&limit=100&offset=0")
  }

  @Test("more than a page holds are asked by further pages")
  func pages() async throws {
    let calls = try await after(try await made(230))
    #expect(calls == ["0 (page)", "100 (page)", "200 (page)"])
  }

  @Test("of urgent ones no more are asked than may be, and the others are due as they were")
  func urgent() async throws {
    let busy = try ListTests(rate: 10)
    let payins = try await busy.slowly(30)
    busy.bench.clock.advance(seconds: 60)
    for payin in payins.suffix(15) {
      _ = try await busy.bench.committer.apply(
        .reported(payin.attempts[0].id, StatusReport(status: .paid), .unsignedCallback),
        to: payin.id, as: Payin.self)
    }
    let told = Set(payins.suffix(15).map { $0.attempts[0].id.text })
    let gate = Gate()
    busy.bench.caller.answers { [books = busy.books] request in
      await gate.pass()
      return books.answer(request)
    }
    defer { gate.open() }
    try await busy.bench.running { () async throws in
      #expect(try await eventually { gate.waitingCount == 10 })
      #expect(try await busy.bench.sleeps(JobRunner.breathMilliseconds))
      // None of the calls is for what may wait.
      let free = busy.bench.store.jobs.filter { $0.lease == nil }
      #expect(free.count { told.contains($0.key.subject) } == 5)
      #expect(free.allSatisfy { $0.due <= busy.bench.clock.now() })
      busy.bench.clock.advance(seconds: 1)
      gate.open()
      let now = busy.bench.clock.now()
      #expect(try await eventually { busy.bench.store.jobs.allSatisfy { $0.due > now } })
    }
  }

  @Test("what a page does not answer is asked about singly, at once")
  func singly() async throws {
    let payins = try await made(20)
    books.remove(payins[0])
    books.add("tr1", number: payins[1].attempts[0].orderNumber, at: bench.clock.now())
    books.change(payins[2], ["status": "failed"])
    books.change(payins[3], ["status": "cancelled"])
    books.change(payins[4], ["status": "completed", "amount": 149])
    books.change(payins[5], ["id": "trsomeoneelses"])
    books.change(payins[6], ["status": .null])
    let calls = try await after(payins)
    #expect(calls.first == "0 (page)")
    // Two of them, of another id and absent, are then looked for by their numbers.
    #expect(Set(calls.dropFirst().filter { $0.hasPrefix("tr") }) == Set((0...6).map { "tr\($0)" }))
    #expect(calls.count { $0.contains("page") } == 1)
    // The others' silence is there; of these, what their own answers said.
    #expect(try await kept(payins[7]).silence?.count == 1)
    #expect(try await kept(payins[3]).attempts[0].state == .cancelled)
    #expect(try await kept(payins[4]).receipts.isEmpty)
  }

  @Test("many that a page does not show are no reason for another: each is asked about singly")
  func missing() async throws {
    let payins = try await made(40)
    for payin in payins.prefix(20) { books.remove(payin) }
    let calls = try await after(payins)
    // A short page may be all that is given at once: the next one is the list's end.
    #expect(calls.filter { $0.contains("page") } == ["0 (page)", "20 (page)"])
    #expect(Set(calls.filter { $0.hasPrefix("tr") }) == Set((0..<20).map { "tr\($0)" }))
  }

  @Test("an order that a page shows completed is paid, once, as its own answer would have it")
  func paid() async throws {
    let payins = try await made(20)
    books.change(
      payins[3],
      ["status": "completed", "authorization": "801585", "operation_date": "2026-05-28T15:00:00Z"])
    let calls = try await after(payins)
    #expect(calls == ["0 (page)"])
    let kept = try await kept(payins[3])
    #expect(kept.status == .succeeded && kept.attempts[0].state == .paid)
    #expect(kept.receipts.map(\.amount) == [15_000] && kept.receipts.map(\.identity) == ["tr3"])
    #expect(kept.receipts.map(\.providerReference) == ["801585"])
    let monitor = try #require(bench.calls.monitors["a"])
    #expect(monitor.snapshot(at: bench.clock.steady()).silentPayments == 1)
  }

  @Test("a list of strangers is left after two pages, and is not asked for ten minutes")
  func strangers() async throws {
    let payins = try await made(20)
    for number in 0..<300 {
      books.add("trother\(number)", number: "OTHER\(number)", at: bench.clock.now())
    }
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(500))
      let first = try await round(20)
      // As far as it may be that the first page holds what was made later.
      #expect(first.prefix(2) == ["0 (page)", "100 (page)"] && Set(first).count == 22)
      #expect(first.count == 22)
      let second = try await round(20)
      #expect(second.count == 20 && !second.contains { $0.contains("page") })
      bench.clock.advance(seconds: ListTurns.pauseSeconds)
      let third = try await round(20)
      #expect(third.count { $0.contains("page") } == 2)
    }
    #expect(try await kept(payins[0]).silence?.count ?? 0 >= 3)
  }

  @Test("a page that fails is one failed call; all of it is asked singly then")
  func fault() async throws {
    let payins = try await made(20)
    bench.caller.answers { [books] request in
      request.url.contains("creation") ? .status(500) : books.answer(request)
    }
    let calls = try await after(payins)
    #expect(calls.first == "0 (page)" && Set(calls).count == 21 && calls.count == 21)
    for payin in payins {
      let kept = try await kept(payin)
      #expect(kept.silence?.count == 1 && kept.attempts[0].unanswered == 0)
    }
    let monitor = try #require(bench.calls.monitors["a"])
    #expect(monitor.snapshot(at: bench.clock.steady()).lastFailure == "provider_error")
  }

  @Test("while a list hangs its questions are held, what is urgent is asked, and little else")
  func hanging() async throws {
    let payins = try await made(20)
    let told = try await made(1, after: 20)[0]
    _ = try await bench.committer.apply(
      .reported(told.attempts[0].id, StatusReport(status: .paid), .unsignedCallback), to: told.id,
      as: Payin.self)
    let gate = Gate()
    bench.caller.answers { [books] request in
      if request.url.contains("creation") { await gate.pass() }
      return books.answer(request)
    }
    defer { gate.open() }
    try await bench.running { () async throws in
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == 1 })
      #expect(try await eventually { asked().contains("tr20") })
      let until = bench.store.jobs.filter { $0.lease != nil }.map(\.due)
      #expect(until.count == 20 && Set(until).count == 1)
      #expect(try #require(until.first).milliseconds(since: bench.clock.now()) == 45_000)
      gate.open()
      #expect(try await eventually { bench.store.jobs.allSatisfy { $0.lease == nil } })
    }
    #expect(try await kept(payins[0]).silence?.count == 1)
  }

  @Test("of what falls due while a list is read a few are asked, and the rest together later")
  func meanwhile() async throws {
    let payins = try await made(20)
    let gate = Gate()
    bench.caller.answers { [books] request in
      await gate.pass()
      return books.answer(request)
    }
    defer { gate.open() }
    try await bench.running { () async throws in
      bench.clock.advance(seconds: 60)
      #expect(try await eventually { gate.waitingCount == 1 })
      let later = try await made(30, after: 20)
      bench.clock.advance(seconds: 10)
      // With the list itself eight calls.
      #expect(try await eventually { gate.waitingCount == 8 })
      #expect(try await bench.sleeps(JobRunner.breathMilliseconds))
      #expect(gate.waitingCount == 8)
      gate.open()
      #expect(
        try await eventually {
          bench.clock.advance(milliseconds: JobRunner.breathMilliseconds)
          return bench.store.jobs.allSatisfy { $0.lease == nil && $0.due > bench.clock.now() }
        })
      for payin in payins + later { #expect(try await kept(payin).silence?.count == 1) }
      #expect(asked().count { $0.contains("page") } == 2)
    }
  }

  @Test("a page that is not turned ends the list, and what it answered stands")
  func notTurned() async throws {
    let payins = try await made(150)
    bench.caller.answers { [books] request in
      var request = request
      request.url = request.url.replacing("offset=100", with: "offset=0")
      return books.answer(request)
    }
    let calls = try await after(payins)
    #expect(calls.prefix(2) == ["0 (page)", "100 (page)"])
    // The page holds the newest.
    #expect(Set(calls.dropFirst(2)) == Set((0..<50).map { "tr\($0)" }) && calls.count == 52)
  }

  @Test("an account of two calls a second, that would be late for ever, keeps up by its list")
  func rate() async throws {
    let test = try ListTests(rate: 2)
    let payins = try await test.made(100)
    try await test.bench.running { () async throws in
      #expect(try await test.bench.sleeps(500))
      test.bench.clock.advance(seconds: 60)
      #expect(
        try await eventually {
          test.bench.clock.advance(milliseconds: 100)
          return test.bench.store.jobs.allSatisfy { $0.due > test.bench.clock.now() }
        })
    }
    // Before it is seen that there are more than there is room for, some are asked singly.
    let calls = test.asked()
    #expect(calls.count { $0.contains("page") } >= 1 && calls.count < 30, "\(calls)")
    for payin in payins { #expect(try await test.kept(payin).attempts[0].polls > 0) }
  }

  @Test("orders of all ages fall due together, so that a call answers many an hour")
  func ages() async throws {
    let count = 240
    var payins: [Payin] = []
    for number in 0..<count {
      let payin = try await bench.made(
        [.accepted(.shown("tr\(number)"))], "order\(number)", at: ["a"], expiresIn: 86_400)
      books.add(payin)
      payins.append(payin)
      bench.clock.advance(seconds: 90)
    }
    var calls = 0
    try await bench.running { () async throws in
      calls = try await round(count, afterSeconds: 0).count
      let end = bench.clock.now().adding(seconds: 3600)
      while bench.clock.now() < end {
        let next = try await bench.store.nextDue() ?? end
        bench.clock.advance(to: max(next, bench.clock.now().adding(seconds: 1)))
        calls += try await round(count, afterSeconds: 0).count
      }
    }
    var questions = 0
    for payin in payins { questions += try await kept(payin).attempts[0].polls }
    // The youngest are asked about by themselves, as often as ever.
    #expect(questions > 2 * count && calls * 3 < questions)
  }
}
