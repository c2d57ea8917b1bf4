import HTTPCalling
import JSONText
import Payins
import Providers
import Synchronization

/// A provider without a language of its own: what its answers mean is what the test says.
struct OutcomeProvider: Queryable {
  static let name = "outcomes"
  static let statuses: [String: ReportedStatus] = [:]

  /// What accounts answer from now on, by the account.
  final class Script: Sendable {
    private let creates = Mutex<[String: CreateOutcome]>([:])
    private let queries = Mutex<[String: QueryOutcome]>([:])

    func creates(at account: String, _ outcome: CreateOutcome) {
      creates.withLock { $0[account] = outcome }
    }

    func queries(at account: String, _ outcome: QueryOutcome) {
      queries.withLock { $0[account] = outcome }
    }

    fileprivate func created(_ account: String, _ order: Order) -> CreateOutcome {
      creates.withLock { $0[account] } ?? .accepted(.shown("\(account)-\(order.number)"))
    }

    fileprivate func queried(_ account: String) -> QueryOutcome {
      queries.withLock { $0[account] } ?? .found(StatusReport(status: .pending))
    }
  }

  let account: String
  let script: Script

  init(account: String, script: Script) {
    self.account = account
    self.script = script
  }

  init?(account: AccountIdentity, settings: inout ObjectReader) {
    self.init(account: account.id, script: Script())
  }

  static let capability = Capability(
    amounts: 100...10_000_000, expirySeconds: 60...86_400, instrumentSeconds: 15_552_000)

  var capabilities: [Payins.Method: Capability] { [.spei: Self.capability] }

  func createRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    HTTPRequest(method: "POST", url: account, headers: [], body: [])
  }

  func createOutcome(_ response: HTTPResponse, _ order: Order) -> CreateOutcome {
    script.created(account, order)
  }

  func queryRequest(_ order: Order, at now: Instant) -> HTTPRequest {
    HTTPRequest(method: "GET", url: account, headers: [], body: [])
  }

  func queryOutcome(_ response: HTTPResponse, _ order: Order) -> QueryOutcome {
    script.queried(account)
  }
}

extension Acceptance {
  static func shown(_ order: String) -> Acceptance {
    Acceptance(
      providerOrderID: order, instructions: .spei(SPEIInstructions(clabe: "646180109400135624")))
  }
}
