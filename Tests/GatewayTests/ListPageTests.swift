import HTTPCalling
import MemoryStorage
import Payins
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// How the pages of a list are gone through, and what becomes of what they do not answer.
@Suite("pages of a list", .timeLimit(.minutes(2)))
struct ListPageTests: ListBench {
  let bench: JobBench
  let books = OpenpayBooks()

  init() throws { bench = try books.bench() }

  @Test("what is not for a list is given back before a page is asked for")
  func others() async throws {
    let payins = try await made(20)
    let doubted = try await bench.made(
      [.inDoubt(Refusal(code: "x", message: "y"))], "doubted", at: ["a"])
    let jobs = try await leased()
    let gate = Gate()
    bench.caller.answers { [books] request in
      await gate.pass()
      return books.answer(request)
    }
    defer { gate.open() }
    let left = Mutex<[JobKey]>([])
    let run = JobBench.Aside { [bench] in
      _ = await bench.runner.ask(
        jobs, of: "a", ListPolicy(), under: JobBench.lease
      ) { keys in left.withLock { $0 += keys } }
    }
    #expect(try await eventually { gate.waitingCount == 1 })
    let key = JobKey(kind: .queryAttempt, subject: doubted.attempts[0].id.text)
    #expect(left.withLock { $0.contains(key) })
    let given = try #require(bench.store.jobs.first { $0.key == key })
    #expect(given.lease == nil && given.due <= bench.clock.now())
    gate.open()
    #expect(try await eventually { run.hasEnded })
    #expect(try await kept(payins[0]).silence?.count == 1)
  }

  @Test("what was made after the orders is leapt over, by the look of the first page")
  func leap() async throws {
    let payins = try await made(60)
    for number in 0..<600 {
      bench.clock.advance(seconds: 1)
      books.add("trother\(number)", number: "OTHER\(number)", at: bench.clock.now())
    }
    let left = Mutex<[JobKey]>([])
    _ = await bench.runner.ask(
      try await leased(), of: "a", ListPolicy(), under: JobBench.lease
    ) { keys in left.withLock { $0 += keys } }
    #expect(asked() == ["0 (page)", "551 (page)", "651 (page)"])
    #expect(left.withLock { $0.isEmpty })
    #expect(try await kept(payins[0]).silence?.count == 1)
  }

  @Test("pages are read within the time of a single call")
  func time() async throws {
    _ = try await made(150)
    let jobs = try await leased()
    bench.caller.answers { [books, bench] request in
      bench.clock.advance(seconds: 30)
      return books.answer(request)
    }
    let left = Mutex<[JobKey]>([])
    _ = await bench.runner.ask(jobs, of: "a", ListPolicy(), under: JobBench.lease) { keys in
      left.withLock { $0 += keys }
    }
    #expect(asked() == ["0 (page)"] && left.withLock { $0.count } == 50)
    #expect(bench.store.jobs.count { $0.lease == nil && $0.due <= bench.clock.now() } == 50)
  }

  @Test("without room at the account they are put off for a second or two, and asked together then")
  func room() async throws {
    let payins = try await made(20)
    let monitor = try #require(bench.calls.monitors["a"])
    let jobs = try await leased()
    monitor.quieten(forSeconds: 30, at: bench.clock.steady())
    let left = Mutex<[JobKey]>([])
    let isWorthwhile = await bench.runner.ask(
      jobs, of: "a", ListPolicy(), under: JobBench.lease
    ) { keys in left.withLock { $0 += keys } }
    #expect(isWorthwhile == nil && asked().isEmpty && left.withLock { $0.isEmpty })
    for job in bench.store.jobs {
      #expect(job.lease == nil)
      #expect((1000...2020).contains(job.due.milliseconds(since: bench.clock.now())))
    }
    #expect(try await kept(payins[0]).silence == nil)
  }

  @Test("one that somebody else changed meanwhile is judged anew, and asked singly")
  func changed() async throws {
    let payins = try await made(10)
    let jobs = try await leased()
    bench.caller.answers { [books, bench] request in
      // While the page is under way the order is found paid by another process.
      _ = try? await bench.committer.apply(
        .queried(
          payins[2].attempts[0].id,
          .found(
            StatusReport(
              status: .paid,
              deposits: [
                Deposit(identity: "tr2", amount: 15_000, receivedAt: nil, providerReference: nil)
              ]))), to: payins[2].id, as: Payin.self)
      return books.answer(request)
    }
    let left = Mutex<[JobKey]>([])
    _ = await bench.runner.ask(jobs, of: "a", ListPolicy(), under: JobBench.lease) { keys in
      left.withLock { $0 += keys }
    }
    let kept = try await kept(payins[2])
    #expect(kept.status == .succeeded && kept.attempts[0].discrepancies.isEmpty)
    #expect(left.withLock { $0.map(\.subject) } == [payins[2].attempts[0].id.text])
  }
}
