import Foundation
import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

/// An Openpay charge that is not found where it should be: looked for by its order's number, then on
/// the pages of the list.
@Suite("Openpay: looking for a charge")
struct OpenpaySearchTests {
  private let provider: Openpay
  private let order: Order
  private let charge: JSONObject
  private let now = Instant(milliseconds: 1_767_340_801_000)

  init() throws {
    let golden: GoldenCase
    (golden, provider) = try GoldenTests.one("openpay", "query-by-id", as: Openpay.self)
    order = golden.order
    charge = try #require(try JSON(parsing: golden.response().body).object)
  }

  private func charge(_ id: String, number: String? = nil, status: String = "completed") -> JSON {
    var charge = charge
    charge["id"] = .string(id)
    charge["order_id"] = .string(number ?? order.number)
    charge["status"] = .string(status)
    return .object(charge)
  }

  private func others(_ ids: ClosedRange<Int>) -> [JSON] {
    ids.map { charge("trother\($0)", number: "SOMEONEELSES\($0)") }
  }

  private func list(_ charges: [JSON]) -> HTTPResponse {
    HTTPResponse(status: 200, body: JSON.array(charges).bytes)
  }

  private let refused = HTTPResponse(
    status: 400, body: Array(#"{"error_code": 1003, "description": "creation"}"#.utf8))

  /// What is asked after that outcome, behind `/charges`, and what is known in the end.
  private func ask(
    _ first: QueryOutcome, byID: Bool = true, _ answers: [HTTPResponse]
  ) throws -> (asked: [String], last: QueryOutcome) {
    var order = order
    if !byID { order.providerOrderID = nil }
    var next = provider.followUp(first, order, at: now)
    var last = first
    var asked: [String] = []
    var answers = answers[...]
    while let question = next, let answer = answers.popFirst() {
      asked.append(question.request.url.components(separatedBy: "/charges")[1])
      let reading = question.read(answer)
      last = reading.together
      next = reading.next
    }
    #expect(next?.request == nil && answers.isEmpty)
    return (asked, last)
  }

  private static let mismatch = QueryOutcome.mismatch(.contradiction("order number"))

  private func page(_ offset: Int) -> String {
    "?creation%5Bgte%5D=2026-01-01&amount=152.00&limit=100&offset=\(offset)"
  }

  @Test("not found by its id, or another's: by the order's number")
  func byNumber() throws {
    for first in [QueryOutcome.absent, Self.mismatch] {
      let (asked, last) = try ask(first, [list([charge("trreal")])])
      #expect(asked == ["?order_id=\(order.number)"])
      guard case .found(let report) = last else {
        Issue.record("\(last)")
        continue
      }
      #expect(report.status == .paid && report.deposits.map(\.identity) == ["trreal"])
      #expect(try ask(first, [list([])]).last == .absent)
      // Nobody knows whether it is there.
      guard case .undetermined = try ask(first, [HTTPResponse(status: 502)]).last else {
        Issue.record("a proxy's 502 is no absence")
        continue
      }
    }
  }

  @Test("a charge under its id that names no order, or another, is not taken for it")
  func withoutNumber() throws {
    func asked(_ charge: JSON) -> QueryOutcome {
      provider.queryOutcome(HTTPResponse(status: 200, body: charge.bytes), order)
    }
    let id = try #require(order.providerOrderID)
    guard case .found = asked(charge(id)) else {
      Issue.record("the order's own charge is not found")
      return
    }
    var nameless = try #require(charge(id).object)
    nameless["order_id"] = nil
    #expect(asked(.object(nameless)) == Self.mismatch)
    nameless["order_id"] = .null
    #expect(asked(.object(nameless)) == Self.mismatch)
    #expect(asked(charge(id, number: "SOMEONEELSES")) == Self.mismatch)
  }

  @Test("failed: whether another of the same number stands")
  func failed() throws {
    let failed = QueryOutcome.found(StatusReport(status: .failed, providerOrderID: "trfailed"))
    guard case .found(let report) = try ask(failed, [list([charge("trreal")])]).last else {
      Issue.record("the charge that was paid is not found")
      return
    }
    #expect(report.status == .paid)
    #expect(try ask(failed, [list([])]).last == failed)
    // Nobody knows whether another stands.
    for answer in [HTTPResponse(status: 502), refused] {
      let (_, last) = try ask(failed, [answer])
      #expect(last.unclassed != failed && last != .absent)
    }
    let another = list(others(1...100))
    #expect(try ask(failed, [another, another, list([])]).last == failed)
    #expect(try ask(failed, [another, another, another]).last == Self.mismatch)
  }

  @Test("found by its id: nothing further is asked")
  func found() throws {
    for status in [ReportedStatus.pending, .paid, .cancelled] {
      #expect(try ask(.found(StatusReport(status: status)), []).asked == [])
    }
    #expect(try ask(.undetermined(.unreadable), []).asked == [])
    #expect(try ask(.absent, byID: false, []).last == .absent)
  }

  @Test("where the number is not heeded: on the pages of what was made since, with that amount")
  func pages() throws {
    let (asked, last) = try ask(
      Self.mismatch, byID: false,
      [list(others(1...100)), list(others(101...110) + [charge("trreal")] + others(111...120))])
    #expect(asked == [page(0), page(100)])
    guard case .found(let report) = last else {
      Issue.record("\(last)")
      return
    }
    #expect(report.deposits.map(\.identity) == ["trreal"])
    // A shorter page than was asked for may be all that the provider gives at once.
    let (short, absent) = try ask(
      Self.mismatch, byID: false, [list(others(1...10)), list(others(11...13)), list([])])
    #expect(short == [page(0), page(10), page(13)] && absent == .absent)
    // By its id, then by its number, then page by page.
    let (all, _) = try ask(
      .absent, [list(others(1...10)), list(others(1...100)), list([charge("trreal")])])
    #expect(all == ["?order_id=\(order.number)", page(0), page(100)])
  }

  @Test("is no absence where pages are not turned, cannot be read, or do not end")
  func noAbsence() throws {
    let same = list(others(1...10))
    #expect(try ask(Self.mismatch, byID: false, [same, same]).last == Self.mismatch)
    guard case .refused = try ask(Self.mismatch, byID: false, [refused]).last.unclassed else {
      Issue.record("a refused filter is no absence")
      return
    }
    let endless = (0..<20).map { list(others($0 * 100...$0 * 100 + 99)) }
    #expect(try ask(Self.mismatch, byID: false, endless).last == Self.mismatch)
  }
}

extension QueryOutcome {
  /// A refusal of the question, whether its word is classed or not.
  fileprivate var unclassed: Self {
    if case .undetermined(let refusal) = self { return .refused(refusal, word: "") }
    return self
  }
}
