import MemoryStorage
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

/// Questions about Openpay's charges, and how they are asked.
protocol ListBench {
  var bench: JobBench { get }
  var books: OpenpayBooks { get }
}

extension OpenpayBooks {
  /// One account of so many calls a second, which these books answer.
  func bench(rate: Int64 = 2000) throws -> JobBench {
    let bench = try JobBench(
      ["a"], limits: AccountLimits(rate: rate), provider: Self.provider)
    bench.caller.answers { [self] in answer($0) }
    return bench
  }
}

extension ListBench {
  /// So many that are shown to their payers and asked about soon; the oldest first.
  func made(_ count: Int, after earlier: Int = 0) async throws -> [Payin] {
    var payins: [Payin] = []
    for number in earlier..<earlier + count {
      let payin = try await bench.made(
        [.accepted(.shown("tr\(number)"))], "order\(number)", at: ["a"])
      books.add(payin)
      payins.append(payin)
    }
    return payins
  }

  /// The same at an account of few calls a second.
  func slowly(_ count: Int) async throws -> [Payin] {
    var payins: [Payin] = []
    for number in 0..<count {
      payins += try await made(1, after: number)
      bench.clock.advance(milliseconds: 200)
    }
    return payins
  }

  /// Which calls were made since the last look, in their order: a page by its offset.
  func asked() -> [String] {
    bench.called().map { call in
      let last = String(call.split { $0 == "/" || $0 == "=" }.last ?? "")
      return call.contains("creation") ? "\(last) (page)" : last
    }
  }

  /// Lets everything fall due, and gives the calls that are made of it.
  func round(_ count: Int, afterSeconds seconds: Int64 = 60) async throws -> [String] {
    bench.clock.advance(seconds: seconds)
    var calls: [String] = []
    _ = try await eventually {
      calls += asked()
      let isDone = bench.store.jobs.allSatisfy { $0.lease == nil && $0.due > bench.clock.now() }
      return isDone && bench.store.jobs.count <= count
    }
    return calls + asked()
  }

  /// The same after a minute with the runner at work, which has nothing due when it starts.
  func after(_ payins: [Payin]) async throws -> [String] {
    var calls: [String] = []
    try await bench.running { () async throws in
      #expect(try await bench.sleeps(500))
      calls = try await round(payins.count)
    }
    return calls
  }

  func kept(_ payin: Payin) async throws -> Payin {
    try #require(try await bench.payin(payin.id))
  }

  /// Everything that is due after a minute, held by this process.
  func leased() async throws -> [Job] {
    bench.clock.advance(seconds: 60)
    let now = bench.clock.now()
    return try await bench.store.lease(
      LeaseRequest(
        now: now, until: bench.calls.leaseEnd(at: now), limit: 500, lease: JobBench.lease))
  }
}
