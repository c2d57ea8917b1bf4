import CounterPayments
public import Payins
public import Storage
import Synchronization

/// Whether to send traffic here: a check for the store and its damaged rows, the reconciler's
/// backlog, what waits for a person, the rule set and each account.
public final class Health: Sendable {
  public typealias Status = HealthStatus

  /// A due job that waits longer than this is a backlog, in seconds.
  static let backlogWarnSeconds: Int64 = 60

  private let committer: Committer
  private let environment: Environment
  private let calls: ProviderClient
  private let rules: RuleBook
  private let jobs: JobRunner
  private let version: String
  private let fleet: Fleet?
  private let further: @Sendable () -> [Check]
  private let last = Mutex(Last())
  private let listed = Mutex<Listed?>(nil)

  /// Milliseconds for which a report holds: anybody may ask, and asking writes to the store.
  static let freshMilliseconds: Int64 = 500
  /// The same while a new one is being made: a store that hangs is not hidden by an old report.
  static let patientMilliseconds: Int64 = 3000

  /// For which the lists of what waits for a person hold: they change seldom.
  static let listedMilliseconds: Int64 = 5000
  /// The most ids that a check names.
  private static let named = 5

  private struct Listed {
    var disputed: Tally<OperationID>
    var held: Tally<OperationID>
    var seal: SealFigures
    var at: Instant
  }

  private struct Last {
    var report: Report?
    var at: Instant?
    var making: Task<Report, Never>?
  }

  /// - Parameters:
  ///   - fleet: the gateways of the store.
  ///   - further: what is checked besides, such as the server's connections.
  public init(
    committer: Committer, calls: ProviderClient, rules: RuleBook, jobs: JobRunner, version: String,
    fleet: Fleet? = nil, further: @escaping @Sendable () -> [Check] = { [] }
  ) {
    self.fleet = fleet
    self.further = further
    self.committer = committer
    environment = committer.environment
    self.calls = calls
    self.rules = rules
    self.jobs = jobs
    self.version = version
  }

  /// What a check has found, where it is more than its status.
  public enum Observed: Equatable, Sendable {
    case number(Int64)
    case word(String)
  }

  public struct Check: Equatable, Sendable {
    /// `component:measurement`.
    public let name: String
    public let component: String
    public fileprivate(set) var status: Status
    public fileprivate(set) var value: Observed?
    /// One sentence, where something is wrong.
    public fileprivate(set) var output: String?
    /// Which one it is of, where several have the same check.
    public fileprivate(set) var gateway: GatewayPresence?

    public init(
      name: String, component: String, status: Status, value: Observed? = nil,
      output: String? = nil
    ) {
      self.name = name
      self.component = component
      self.status = status
      self.value = value
      self.output = output
    }

    /// Warns while there are any.
    /// - Parameters:
    ///   - ids: some of them.
    ///   - what: what is with them, after their number.
    init(name: String, component: String, count: Int, _ ids: [String], _ what: String) {
      self.init(
        name: name, component: component, status: count == 0 ? .pass : .warn,
        value: .number(Int64(count)))
      guard count > 0 else { return }
      let others = count > ids.count ? " and \(count - ids.count) more" : ""
      output = "\(count) \(what): \(ids.joined(separator: ", "))\(others)"
    }
  }

  public struct Report: Sendable {
    /// The worst of the checks that decide whether to serve.
    public let status: Status
    public let checks: [Check]
    /// The release that reports.
    public let version: String
    public let at: Instant
  }

  /// The last one while it is fresh; else it is made anew, once for all who ask meanwhile. While
  /// that takes long the last one is told for some more seconds.
  public func report() async -> Report {
    let now = environment.time.steady()
    let answer = last.withLock { last -> Answer in
      let patience = last.making == nil ? Self.freshMilliseconds : Self.patientMilliseconds
      if let report = last.report, let at = last.at, now.milliseconds(since: at) < patience {
        return .made(report)
      }
      let making = last.making ?? Task { await made(at: now) }
      last.making = making
      return .making(making)
    }
    return switch answer {
    case .made(let report): report
    case .making(let task): await task.value
    }
  }

  private enum Answer {
    case made(Report)
    case making(Task<Report, Never>)
  }

  private func made(at now: Instant) async -> Report {
    let report = await look(at: environment.time.now())
    last.withLock { $0 = Last(report: report, at: now) }
    return report
  }

  private func look(at now: Instant) async -> Report {
    let store = await storeCheck()
    let listed = await lists(environment.time.steady())
    var checks = [
      store, damageCheck(), await backlogCheck(now), disputeCheck(listed),
      await reversalCheck(now), heldCheck(listed), webhookCheck(), rulesCheck(),
      clockCheck(), sealCheck(listed),
    ]
    checks += fleetChecks()
    checks += further()
    checks += calls.accounts.keys.sorted().compactMap { accountCheck($0) }
    let status: Status =
      store.status == .fail ? .fail : checks.allSatisfy { $0.status == .pass } ? .pass : .warn
    return Report(status: status, checks: checks, version: version, at: now)
  }

  private func storeCheck() async -> Check {
    do throws(DatabaseError) {
      try await committer.database.probe()
      let committed = committer.database.statistics
      environment.metrics.count("pasarela_store_changes_total", to: Int64(committed.changes))
      environment.metrics.count("pasarela_store_commits_total", to: Int64(committed.commits))
      return Check(name: "store:writable", component: "datastore", status: .pass)
    } catch {
      return Check(
        name: "store:writable", component: "datastore", status: .fail,
        output: "the store cannot be written to")
    }
  }

  private func backlogCheck(_ now: Instant) async -> Check {
    var check = Check(name: "reconciler:backlog", component: "system", status: .pass)
    guard let backlog = try? await committer.database.backlog(at: now) else {
      check.status = .fail
      check.output = "the backlog cannot be read"
      return check
    }
    let waited = backlog.oldestDue.map { max(0, now.milliseconds(since: $0)) / 1000 } ?? 0
    environment.metrics.set("pasarela_jobs_due", to: Int64(backlog.dueCount))
    environment.metrics.set("pasarela_jobs_oldest_seconds", to: waited)
    check.value = .number(Int64(backlog.dueCount))
    if waited > Self.backlogWarnSeconds {
      check.status = .warn
      check.output = "the oldest due job has waited \(waited) s"
    }
    if jobs.lastFault != nil {
      check.status = .fail
      check.output = "jobs cannot be taken up"
    }
    return check
  }

  /// Store payments that Paynet has not settled: a till's customer waits for each.
  private func reversalCheck(_ now: Instant) async -> Check {
    var check = Check(name: "store_payments:unresolved", component: "component", status: .pass)
    guard let open = try? await committer.database.unresolved(.counterPayment) else {
      check.status = .fail
      check.output = "store payments cannot be read"
      return check
    }
    environment.metrics.set("pasarela_store_payments_unresolved", to: Int64(open.dueCount))
    check.value = .number(Int64(open.dueCount))
    if let oldest = open.oldestDue, oldest < now.adding(seconds: -Self.backlogWarnSeconds) {
      check.status = .warn
      check.output = "the oldest is unresolved since \(oldest.rfc3339)"
    }
    return check
  }

  /// Nil where they cannot be read.
  private func lists(_ now: Instant) async -> Listed? {
    if let kept = listed.withLock({ $0 }),
      now.milliseconds(since: kept.at) < Self.listedMilliseconds
    {
      return kept
    }
    guard let disputed = try? await committer.database.waitingForPerson(.payin, limit: Self.named),
      let held = try? await committer.database.waitingForPerson(
        .counterPayment, limit: Self.named),
      let seal = try? await committer.database.sealFigures()
    else { return nil }
    let made = Listed(disputed: disputed, held: held, seal: seal, at: now)
    listed.withLock { $0 = made }
    return made
  }

  /// Rows that reads have met since the start and that cannot be believed.
  private func damageCheck() -> Check {
    let found = committer.database.damage.found
    environment.metrics.set("pasarela_store_damaged_rows", to: Int64(found.count))
    return Check(
      name: "store:damage", component: "datastore", count: found.count,
      found.prefix(Self.named).map { "\($0.kind.label) \($0.id)" },
      "cannot be read, and are left out of lists")
  }

  private func disputeCheck(_ listed: Listed?) -> Check {
    listCheck(
      "payins:disputed", "pasarela_payins_disputed",
      listed.map { ($0.disputed.count, $0.disputed.first.map(\.text)) },
      "have money recorded that their provider no longer shows")
  }

  private func heldCheck(_ listed: Listed?) -> Check {
    listCheck(
      "store_payments:held", "pasarela_store_payments_held",
      listed.map { ($0.held.count, $0.held.first.map(\.text)) },
      "have a reversal that Paynet rejected for a day: an operator has to look, and to ask for it "
        + "again")
  }

  /// - Parameter found: how many there are, and the ids of some; nil where they cannot be read.
  private func listCheck(
    _ name: String, _ metric: String, _ found: (count: Int, ids: [String])?, _ what: String
  ) -> Check {
    guard let found else { return Self.unread(name) }
    environment.metrics.set(metric, to: Int64(found.count))
    return Check(name: name, component: "component", count: found.count, found.ids, what)
  }

  private static func unread(_ name: String) -> Check {
    Check(name: name, component: "component", status: .fail, output: "it cannot be read")
  }

  private func webhookCheck() -> Check {
    var check = Check(name: "webhooks:endpoints", component: "component", status: .pass)
    let gone = committer.endpoints.gone
    environment.metrics.set("pasarela_webhook_endpoints_gone", to: Int64(gone.count))
    if !gone.isEmpty {
      check.status = .warn
      check.output = "\(gone.count) answered 410 and are disabled"
    }
    return check
  }

  private func rulesCheck() -> Check {
    let status = rules.status
    var check = Check(
      name: "rules:set", component: "component", status: .pass, value: .word(status.version))
    if let rejection = status.rejection {
      check.status = .warn
      check.output = "a newer rule set was refused: \(rejection.faults.first ?? "")"
    }
    return check
  }

  private func clockCheck() -> Check {
    var check = Check(name: "clock:wall", component: "system", status: .pass)
    if let setBack = jobs.setBack {
      check.status = .warn
      check.value = .number(setBack.milliseconds)
      check.output = "it was set back by \(setBack.milliseconds) ms within the last hour"
    }
    return check
  }

  /// No fault where there is no key: that is the operator's choice.
  private func sealCheck(_ listed: Listed?) -> Check {
    let name = "store:sealing"
    guard let seal = listed?.seal else { return Self.unread(name) }
    environment.metrics.set("pasarela_store_sealed", to: seal.isSealed ? 1 : 0)
    environment.metrics.set("pasarela_store_rows_to_seal", to: Int64(seal.remaining))
    var check = Check(
      name: name, component: "datastore", status: .pass, value: .number(Int64(seal.remaining)))
    if !seal.isSealed {
      check.output = "no data_key is set: payers' data and webhook secrets stand unsealed"
    } else if seal.remaining > 0 {
      let more = seal.areMore ? " or more" : ""
      check.output = "\(seal.remaining)\(more) rows are not yet under the current data_key"
    }
    return check
  }

  /// One for each gateway that serves the store.
  private func fleetChecks() -> [Check] {
    let alive = fleet?.alive ?? []
    environment.metrics.set("pasarela_gateways_alive", to: Int64(alive.count))
    func differs(_ what: (GatewayPresence) -> String) -> Bool { Set(alive.map(what)).count > 1 }
    var different: [String] = []
    if differs(\.rules) { different.append("rules") }
    if differs(\.configuration) { different.append("configuration") }
    if differs(\.version) { different.append("release") }
    var wrong: String?
    if !different.isEmpty {
      wrong = "the gateways of this store differ in their \(different.joined(separator: " and "))"
    }
    if let fleet, fleet.parts(at: environment.time.steady()) == nil {
      wrong = "this gateway has no part in the accounts' limits: the store does not take its word"
    }
    return alive.map { gateway in
      var check = Check(
        name: "gateways:alive", component: "system", status: wrong == nil ? .pass : .warn,
        output: wrong)
      check.gateway = gateway
      return check
    }
  }

  private func accountCheck(_ id: String) -> Check? {
    guard let snapshot = calls.monitors[id]?.snapshot(at: environment.time.steady()) else {
      return nil
    }
    environment.metrics.set(
      "pasarela_account_accepts_creates", [("account", id)],
      to: snapshot.breaker == .open ? 0 : 1)
    for state in Breaker.State.allCases {
      environment.metrics.set(
        "pasarela_account_breaker", [("account", id), ("state", state.rawValue)],
        to: snapshot.breaker == state ? 1 : 0)
    }
    environment.metrics.set(
      "pasarela_account_silent_payments", [("account", id)], to: Int64(snapshot.silentPayments))
    environment.metrics.set(
      "pasarela_account_unanswered_queries", [("account", id)],
      to: Int64(snapshot.unansweredQueries))
    environment.metrics.set(
      "pasarela_account_unauthorized_calls", [("account", id)],
      to: Int64(snapshot.unauthorizedCalls))
    return Check(
      name: "account:\(id)", component: "component", status: snapshot.condition.status,
      value: .word(snapshot.breaker.rawValue), output: snapshot.condition.detail)
  }
}
