import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

/// Money beside a CashyPay order, whose webhook may be lost: found by asking for the order's number
/// and a serial number, one after another.
@Suite("CashyPay: money beside an order")
struct FollowUpTests {
  private let provider: CashyPay
  private let order: Order
  private let now = Instant(milliseconds: 1_767_340_000_000)

  init() throws {
    let golden: GoldenCase
    (golden, provider) = try GoldenTests.one("cashypay", "query-paying", as: CashyPay.self)
    order = golden.order
  }

  private func answer(_ data: JSON) -> HTTPResponse {
    HTTPResponse(
      status: 200, body: JSON.object(["msg": "SUCCESS", "code": 200, "data": data]).bytes)
  }

  private func patch(_ id: String, amount: Int64, of owner: String? = nil) -> HTTPResponse {
    answer([
      "orderNo": JSON(id), "mchOrderNo": JSON(order.number + "00001"), "orderType": "PATCH",
      "patchMchOrderNo": JSON(owner ?? order.number), "amount": JSON(amount),
      "orderStatus": "SUCCESS",
    ])
  }

  private let absent = HTTPResponse(
    status: 200, body: Array(#"{"msg":"Order_not_exist","code":500,"data":null}"#.utf8))

  private let known = StatusReport(
    status: .paid,
    deposits: [
      Deposit(identity: "P0", amount: 15_200, receivedAt: nil, providerReference: nil)
    ], coveredIdentities: ["P0"])

  /// Our numbers that were asked for, and what is known in the end.
  private func ask(_ answers: [HTTPResponse]) throws -> (asked: [String], last: QueryOutcome) {
    var next = provider.followUp(.found(known), order, at: now)
    var last = QueryOutcome.found(known)
    var asked: [String] = []
    var answers = answers[...]
    while let question = next, let answer = answers.popFirst() {
      asked.append(try JSON(parsing: question.request.body)["mchOrderNo"]?.string ?? "")
      let reading = question.read(answer)
      last = reading.together
      next = reading.next
    }
    #expect(next?.request == nil || answers.isEmpty)
    return (asked, last)
  }

  @Test("is asked for until one is absent, and counts beside what is known")
  func found() throws {
    let (asked, last) = try ask([
      patch("P1", amount: 50), patch("P2", amount: 20), absent, patch("P3", amount: 1),
    ])
    #expect(asked == ["00001", "00002", "00003"].map { order.number + $0 })
    guard case .found(let report) = last else {
      Issue.record("\(last)")
      return
    }
    #expect(report.status == .paid && report.providerOrderID == known.providerOrderID)
    #expect(report.deposits.map(\.identity) == ["P0", "P1", "P2"])
    #expect(report.deposits.map(\.amount) == [15_200, 5_000, 2_000])
    #expect(report.coveredIdentities == ["P0", "P1", "P2"])
  }

  @Test("of another order, or an answer that cannot be read, changes nothing of what is known")
  func others() throws {
    let unreadable = HTTPResponse(status: 200, body: Array("<html>".utf8))
    for answer in [patch("P1", amount: 50, of: "SOMEONEELSES"), unreadable, absent] {
      let (asked, last) = try ask([answer])
      #expect(asked.count == 1 && last == .found(known))
    }
    // The order itself under a number that it does not have is no further money.
    let itself = answer([
      "orderNo": "P0", "mchOrderNo": JSON(order.number), "amount": 152, "orderStatus": "SUCCESS",
    ])
    #expect(try ask([itself]).last == .found(known))
  }

  @Test("is not asked for where the order itself is not found")
  func nothing() {
    #expect(provider.followUp(.absent, order, at: now)?.request == nil)
  }
}
