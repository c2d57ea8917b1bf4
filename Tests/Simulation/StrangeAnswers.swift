import Gateway
import HTTPCalling
import JSONText
import MemoryStorage
import Payins
import Storage
import TestSupport

/// Answers that no page of a provider names, or that speak of us.
enum StrangeAnswers {
  static let unreadable = HTTPResponse(status: 200, body: Array("<html>Mantenimiento".utf8))

  static func unauthorized(_ account: String) -> HTTPResponse {
    switch account {
    case "cashypay-main", "cashypay-two":
      json(200, ["code": 500, "msg": "Sign_verify_error", "data": nil])
    case "smilepayz-main":
      json(200, ["code": "02", "message": "Signature verification failed"])
    default:
      json(401, ["error_code": 1002, "http_code": 401, "description": "no", "category": "request"])
    }
  }

  /// Nil for Paynet, whose codes are all published.
  static func refused(_ account: String) -> HTTPResponse? {
    switch account {
    case "cashypay-main", "cashypay-two":
      json(200, ["code": 500, "msg": "PayType_channel_closed", "data": nil])
    case "smilepayz-main": json(200, ["code": "62", "message": "Channel closed"])
    case "openpay-main":
      json(422, ["error_code": 9999, "http_code": 422, "description": "no", "category": "request"])
    default: nil
    }
  }

  /// A page of Openpay's list on which one order is missing, stands twice, or is another than it is.
  static func wrong(_ page: HTTPResponse?, _ dice: Dice) -> HTTPResponse? {
    guard let page, var entries = (try? JSON(parsing: page.body))?.array, !entries.isEmpty else {
      return page
    }
    let index = Int(dice.within(0...Int64(entries.count - 1)))
    var entry = entries[index].object ?? [:]
    switch dice.within(0...6) {
    case 0: return json(200, .array(entries.filter { $0 != entries[index] }))
    case 1: return json(200, .array(entries + [entries[index]]))
    case 2: entry["status"] = "failed"
    case 3: entry["status"] = "cancelled"
    case 4: (entry["status"], entry["amount"]) = ("completed", 1)
    case 5: (entry["status"], entry["id"]) = ("completed", "trsomeoneelses")
    default: entry["status"] = nil
    }
    entries[index] = .object(entry)
    return json(200, .array(entries))
  }

  private static func json(_ status: Int, _ json: JSON) -> HTTPResponse {
    HTTPResponse(status: status, body: json.bytes)
  }
}

/// Holds replicas to it that they notice what they were told in a row: credentials that are refused,
/// and queries that cannot be read.
final class Witness: @unchecked Sendable {  // the simulation runs on one thread
  private(set) var faults: [String] = []
  private var refusals: [String: Int] = [:]
  private var unreadable: [String: Int] = [:]

  /// As many in a row must be noticed; the machine's own count may be fewer where a commit failed.
  private static let (mostRefusals, mostUnreadable) = (3, 7)

  func saw(_ request: HTTPRequest, _ response: HTTPResponse, _ replica: Replica, _ world: World) {
    let name = SimulatedProviders.operation(request)
    guard name.account != "paynet-main" else { return }
    let operation = name.created == nil ? "query" : "create"
    let place = "\(replica.name) \(name.account) \(operation)"
    let isRefusal = response == StrangeAnswers.unauthorized(name.account)
    refusals[place] = isRefusal ? refusals[place, default: 0] + 1 : 0
    if isRefusal, refusals[place, default: 0] >= Self.mostRefusals {
      Task { await self.expectRefusalNoticed(place, name.account, replica, world) }
    }
    guard operation == "query", let order = Self.order(request) else { return }
    let isUnreadable = response == StrangeAnswers.unreadable
    unreadable[order] = isUnreadable ? unreadable[order, default: 0] + 1 : 0
    if isUnreadable, unreadable[order, default: 0] >= Self.mostUnreadable {
      Task { await self.expectSilenceNoticed(order, replica, world) }
    }
  }

  /// Looks every few minutes whether a pay-in outlives its own time without instructions.
  func watchEnds(_ store: MemoryDatabase, _ world: World) async {
    let grace: Int64 = 300_000
    while !world.isOver {
      await world.scheduler.sleep(milliseconds: grace)
      let now = world.scheduler.now
      let isServed = world.replicas.contains { $0.isAlive && now - $0.startedAt >= grace }
      var query = PayinQuery(merchant: Setup.merchant, limit: 100)
      query.status = .processing
      for payin in (try? await store.payins(query)) ?? []
      where isServed && now >= payin.expiresAt.milliseconds + grace {
        faults.append("\(payin.request.merchantReference): processing beyond its own time")
      }
      for status in [PayinStatus.pending, .partiallyPaid] {
        query.status = status
        for payin in (try? await store.payins(query)) ?? [] where isServed {
          await expectQuestion(payin, store)
        }
      }
    }
  }

  /// Of an open pay-in somebody is to be asked.
  private func expectQuestion(_ payin: Payin, _ store: MemoryDatabase) async {
    for attempt in payin.attempts {
      let job = try? await store.firstJob(.queryAttempt, subjectPrefix: attempt.id.text)
      if job != nil { return }
    }
    faults.append("\(payin.request.merchantReference): open, and nobody will be asked")
  }

  private func expectRefusalNoticed(
    _ place: String, _ account: String, _ replica: Replica, _ world: World
  ) async {
    await world.scheduler.sleep(milliseconds: 1)
    guard replica.isAlive, refusals[place, default: 0] >= Self.mostRefusals,
      let condition = replica.condition(of: account)
    else { return }
    if condition.reason != .unauthorized {
      faults.append("\(account) refused its key to \(replica.name), which is \(condition.reason)")
    }
  }

  private func expectSilenceNoticed(
    _ order: String, _ replica: Replica, _ world: World
  ) async {
    await world.scheduler.sleep(milliseconds: 1000)
    guard replica.isAlive, unreadable[order, default: 0] >= Self.mostUnreadable,
      let attempt = await replica.attempt(order), attempt.state.isLive
    else { return }
    if !attempt.isUnfollowed || attempt.discrepancies.isEmpty {
      faults.append("\(order) cannot be read, and that is not told")
    }
  }

  /// Our number or the provider's.
  private static func order(_ request: HTTPRequest) -> String? {
    let body = (try? JSON(parsing: request.body)) ?? .null
    if let number = body["mchOrderNo"]?.string ?? body["orderNo"]?.string { return number }
    return request.url.split { $0 == "=" || $0 == "/" }.last.map(String.init)
  }
}
