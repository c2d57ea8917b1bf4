import Crypto
import Dispatch
import Foundation
import JSONText
import Payins
import Storage

/// Durable commits: many callers at once keep new pay-ins and their provider's answers.
/// Arguments: database path or PostgreSQL's address, callers, pay-ins, how many were stored before the measuring, and
/// `sealed` for a data key.
@main
struct StorageBench {
  static func main() async throws {
    let arguments = CommandLine.arguments
    let number = { (index: Int, standard: Int) in
      arguments.count > index ? Int(arguments[index]) ?? standard : standard
    }
    let path = arguments.count > 1 ? arguments[1] : "var/bench.db"
    let callers = number(2, 64)
    let count = number(3, 20_000)
    let isSealed = arguments.count > 5 && arguments[5] == "sealed"
    let keys = DataKeys(current: isSealed ? .make() : nil)
    let store: any Database =
      path.utf8.starts(with: "postgresql:".utf8)
      ? try PostgreSQLDatabase(path, keys: keys) : try SQLiteDatabase(path: path, keys: keys)
    let load = Load()
    for chunk in stride(from: 0, to: number(4, 0), by: 10_000) {
      try await run(store, (chunk..<chunk + 10_000).map(load.pair), callers: 256)
    }
    let pairs = (number(4, 0)..<number(4, 0) + count).map(load.pair)
    let before = store.statistics
    let start = DispatchTime.now().uptimeNanoseconds
    let cpu = cpuMicroseconds()
    try await run(store, pairs, callers: callers)
    let used = cpuMicroseconds() - cpu
    let nanoseconds = Int(DispatchTime.now().uptimeNanoseconds - start)
    let changes = store.statistics.changes - before.changes
    let commits = store.statistics.commits - before.commits
    write(
      """
      \(callers) callers, \(count) pay-ins: \(changes * 1_000_000_000 / nanoseconds) changes/s, \
      \(commits * 1_000_000_000 / nanoseconds) commits/s, \(changes / max(commits, 1)) a commit, \
      \(used / changes) µs CPU a change
      """)
    try await reads(store, load, count: count)
    try await leases(store, count: count)
    try await mixed(store, path, load, from: number(4, 0) + count, count: count)
    await store.close()
  }

  private static func run(
    _ store: any Database, _ pairs: [(create: Change, answer: Change)], callers: Int
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<callers {
        group.addTask {
          for index in stride(from: caller, to: pairs.count, by: callers) {
            try await store.commit(pairs[index].create)
            try await store.commit(pairs[index].answer)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func reads(_ store: any Database, _ load: Load, count: Int) async throws {
    let ids = try await store.payins(PayinQuery(merchant: "demo", limit: 1000)).map(\.id)
    let start = DispatchTime.now().uptimeNanoseconds
    let cpu = cpuMicroseconds()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<64 {
        group.addTask {
          for index in 0..<count / 64 {
            _ = try await store.payin(ids[(index * 31 + caller) % ids.count])
          }
        }
      }
      try await group.waitForAll()
    }
    let nanoseconds = Int(DispatchTime.now().uptimeNanoseconds - start)
    let done = count / 64 * 64
    let used = (cpuMicroseconds() - cpu) / done
    write("reads by id: \(done * 1_000_000_000 / nanoseconds)/s, \(used) µs CPU each")
  }

  /// Readers that never rest keep the log from starting anew, if anything does.
  private static func mixed(
    _ store: any Database, _ path: String, _ load: Load, from first: Int, count: Int
  ) async throws {
    let ids = try await store.payins(PayinQuery(merchant: "demo", limit: 1000)).map(\.id)
    let pairs = (first..<first + count).map(load.pair)
    let reads = try await withThrowingTaskGroup(of: Int.self) { group in
      for reader in 0..<32 {
        group.addTask {
          var done = 0
          while !Task.isCancelled {
            _ = try await store.payin(ids[(done * 31 + reader) % ids.count])
            done += 1
          }
          return done
        }
      }
      try await run(store, pairs, callers: 64)
      group.cancelAll()
      return try await group.reduce(0, +)
    }
    write("\(count) pay-ins among \(reads) reads")
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size]
    if let log { write("the log's size after it: \(log) bytes") }
  }

  private static func leases(_ store: any Database, count: Int) async throws {
    let now = Load.noon.adding(seconds: 1_000_000)
    let start = DispatchTime.now().uptimeNanoseconds
    var leased = 0
    while leased < count {
      let lease = Lease(token: "lease-\(leased)")
      let jobs = try await store.lease(
        LeaseRequest(now: now, until: now.adding(seconds: 60), limit: 64, lease: lease))
      if jobs.isEmpty { break }
      leased += jobs.count
    }
    let nanoseconds = Int(DispatchTime.now().uptimeNanoseconds - start)
    write("leases of 64: \(leased * 1_000_000_000 / nanoseconds) jobs/s")
  }

  private static func cpuMicroseconds() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    return seconds * 1_000_000 + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
  }

  private static func write(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }
}

/// Realistic changes.
struct Load: Sendable {
  static let noon = Instant(milliseconds: 1_780_000_000_000)

  private struct Random: Entropy {
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }
  }
  private let filler = JSON(String(repeating: "An explanation, an answer. ", count: 40))

  func pair(_ index: Int) -> (create: Change, answer: Change) {
    let now = Self.noon.adding(milliseconds: Int64(index))
    let context = Context(now: now, entropy: Random())
    let accounts = ["openpay-main", "cashypay-main", "smilepayz-main"]
    let candidates = (0..<3).map { shift in
      Candidate(
        target: Target(account: accounts[(index + shift) % 3], method: .spei), provider: "openpay",
        capability: Capability(
          amounts: 100...10_000_000, expirySeconds: 60...86_400, instrumentSeconds: 15_552_000))
    }
    let opened = Payin.open(
      PayinRequest(
        merchantReference: "order-\(index)", amount: 15_000, method: .spei,
        description: "Two tickets", payer: Payer(name: "José Ñandú", email: "j\(index)@example.mx"),
        metadata: [Metadatum(key: "channel", value: "web")]),
      id: .make(at: now, entropy: context.entropy), merchant: "demo",
      token: "\(UInt64.random(in: 0 ... .max))-\(UInt64.random(in: 0 ... .max))",
      idempotencyKey: "key",
      routing: RoutingRecord(
        rulesVersion: String(repeating: "c0ffee", count: 10), rule: "spei-split",
        candidates: candidates, retry: RetryOutcome.standard, explanation: filler),
      context)
    let lease = Lease(token: "\(UInt64.random(in: 0 ... .max))")
    let attempt = opened.payin.attempts[0]
    let key = IdempotencyKey(
      merchant: "demo", operation: "payins.create", key: "\(UInt64.random(in: 0 ... .max))")
    let account = attempt.target.account
    let send = JobKey(kind: .sendAttempt, subject: attempt.id.text)
    var create = change(opened, before: nil, now)
    create.jobs = [
      .put(
        Job(
          key: send, operation: opened.payin.operationID, account: account,
          due: now.adding(seconds: 30),
          lease: lease))
    ]
    create.key = .insert(
      IdempotencyRecord(
        key: key, requestHash: [UInt8](repeating: 7, count: 32),
        operation: opened.payin.operationID,
        createdAt: now))
    let instructions = SPEIInstructions(clabe: "646180109400135624", bank: "STP")
    let accepted = opened.payin.apply(
      .sent(
        attempt.id,
        .accepted(Acceptance(providerOrderID: "trn\(index)", instructions: .spei(instructions)))),
      context)
    var answer = change(accepted, before: opened.payin, now)
    answer.jobs = [
      .finish(send, lease),
      .put(
        Job(
          key: JobKey(kind: .queryAttempt, subject: attempt.id.text),
          operation: opened.payin.operationID,
          account: account, due: now.adding(seconds: 5))),
    ]
    answer.key = .answer(key, KeptAnswer(status: 201, body: filler.bytes))
    return (create, answer)
  }

  private func change(_ next: PayinTransition, before: Payin?, _ now: Instant) -> Change {
    var change = Change()
    change.operation = before.map { .update(next.payin, before: $0) } ?? .insert(next.payin)
    change.events = next.events.enumerated().map { index, draft in
      OperationEvent(
        id: .make(at: now, entropy: Random()), operation: next.payin.operationID,
        sequence: (before?.eventCount ?? 0) + index + 1, type: draft.type, at: now,
        data: draft.data,
        notification: draft.isPublished ? EventNotification(sequence: 1, body: filler.bytes) : nil)
    }
    return change
  }
}
