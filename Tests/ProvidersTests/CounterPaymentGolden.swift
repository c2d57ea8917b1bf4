import Foundation
import HTTPCalling
import JSONText
import Payins
import TestSupport
import Testing

@testable import CounterPayments
@testable import Providers

/// Golden cases of providers that take cash at tills: `authorize` and `reverse`.
extension GoldenCase {
  /// The account's payment with the case's own changes.
  func payment() throws -> CounterPaymentRequest {
    let account = try GoldenAccount.named(provider).json
    let members = (account["payment"]?.object ?? [:]).merged(with: json["payment"]?.object ?? [:])
    guard let payment = CounterPaymentRequest(stored: .object(members)) else {
      throw GoldenFault("\(testDescription): the payment is not complete")
    }
    return payment
  }

  func outcome(of provider: any AuthorizesCounterPayments) throws -> JSON {
    let (response, payment) = (try response(), try payment())
    return operation == "authorize"
      ? GoldenOutcome.json(provider.authorizationOutcome(response, payment))
      : GoldenOutcome.json(provider.reversalOutcome(response, payment))
  }

  func request(of provider: any AuthorizesCounterPayments) -> HTTPRequest? {
    guard let payment = try? payment() else { return nil }
    switch operation {
    case "authorize": return provider.authorizationRequest(payment)
    case "reverse":
      return provider.reversalRequest(payment, authorization: json["authorization"]?.string)
    default: return nil
    }
  }
}

extension GoldenOutcome {
  static func json(_ outcome: AuthorizationOutcome) -> JSON {
    switch outcome {
    case .authorized(let answer), .declined(let answer): json(answer, outcome.label)
    case .neverSent(let refusal), .inDoubt(let refusal):
      ["outcome": .string(outcome.label), "code": .string(refusal.code)]
    }
  }

  static func json(_ outcome: ReversalOutcome) -> JSON {
    switch outcome {
    case .acknowledged(let answer), .unknown(let answer), .rejected(let answer):
      json(answer, outcome.label)
    case .unsettled(let refusal):
      ["outcome": .string(outcome.label), "code": .string(refusal.code)]
    }
  }

  private static func json(_ answer: CounterPaymentAnswer, _ outcome: String) -> JSON {
    [
      "outcome": .string(outcome), "code": JSON(answer.code),
      "description": JSON(answer.description), "request_id": JSON(answer.requestID),
      "authorization": JSON(answer.authorization),
      "customer_instructions": JSON(answer.customerInstructions),
    ]
  }
}

extension RequiredCases {
  static let counterPayments: [(String, Check)] =
    ["0": "authorized", "12": "declined", "30": "declined", "88": "declined", "93": "declined"]
    .map { (code: String, outcome: String) -> (String, Check) in
      ("code/\(code)", shows("authorize", outcome, code))
    }
    + [
      ("code/96", shows("authorize", "in_doubt")),
      ("code/unknown", shows("authorize", "in_doubt")),
      ("authorize_server_error", shows("authorize", "in_doubt")),
      ("authorize_unreadable", shows("authorize", "in_doubt")),
      ("authorize_unauthorized", shows("authorize", "never_sent")),
      ("reversal/0", shows("reverse", "acknowledged", "0")),
      ("reversal/12", shows("reverse", "unknown", "12")),
      ("reversal/30", shows("reverse", "rejected", "30")),
      ("reversal/88", shows("reverse", "rejected", "88")),
      ("reversal/96", shows("reverse", "unsettled")),
      ("reverse_server_error", shows("reverse", "unsettled")),
      ("reverse_unreadable", shows("reverse", "unsettled")),
    ]

  private static func shows(_ operation: String, _ outcome: String, _ code: String? = nil) -> Check
  {
    { golden in
      golden.operation == operation && golden.expected["outcome"]?.string == outcome
        && (code == nil || golden.expected["code"]?.number?.text == code)
    }
  }
}

@Suite("store payments on the wire")
struct CounterPaymentWireTests {
  static let cases = GoldenTests.cases.filter { ["authorize", "reverse"].contains($0.operation) }

  @Test("a request has the members of the page's example, as they are", arguments: cases)
  func page(_ golden: GoldenCase) throws {
    let file = golden.folder.appending(path: "page.json")
    guard let bytes = try? Data(contentsOf: file) else { return }
    let provider = try #require(
      golden.settings.provider(golden.provider) as? any AuthorizesCounterPayments)
    let request = try #require(golden.request(of: provider))
    let page = try #require(JSON(parsing: Array(bytes)).object)
    let sent = try #require(JSON(parsing: request.body).object)
    #expect(Set(sent.keys) == Set(page.keys))
    for key in page.keys { #expect(sent[key] == page[key], "\(key)") }
  }

  @Test("the page's two requests are held")
  func pages() {
    let held = Self.cases.filter {
      FileManager.default.fileExists(atPath: $0.folder.appending(path: "page.json").path)
    }
    #expect(Set(held.map(\.operation)) == ["authorize", "reverse"])
  }

  @Test(
    "a reversal has all that the authorization had, and at most its number more", arguments: cases)
  func sameData(_ golden: GoldenCase) throws {
    let provider = try #require(
      golden.settings.provider(golden.provider) as? any AuthorizesCounterPayments)
    let payment = try golden.payment()
    let asked = try #require(JSON(parsing: provider.authorizationRequest(payment).body).object)
    for number in [nil, "9882347"] {
      let request = provider.reversalRequest(payment, authorization: number)
      var reversed = try #require(JSON(parsing: request.body).object)
      #expect(reversed["authorization"]?.string == number)
      reversed["authorization"] = nil
      #expect(Set(reversed.keys) == Set(asked.keys))
      for key in asked.keys { #expect(reversed[key] == asked[key], "\(key)") }
      #expect(provider.reversalRequest(payment, authorization: number) == request)
    }
  }

  @Test("every number is sent as a number of the documented length", arguments: cases)
  func numbers(_ golden: GoldenCase) throws {
    let provider = try #require(
      golden.settings.provider(golden.provider) as? any AuthorizesCounterPayments)
    let request = provider.authorizationRequest(try golden.payment())
    let sent = try #require(JSON(parsing: request.body).object)
    let limits = [
      "idGroup": 11, "idChain": 11, "idStore": 11, "idPos": 11, "idEmployee": 11,
      "chainTransactionId": 45, "amount": 15, "operationDate": 13, "sku": 250, "paymentType": 3,
    ]
    for (key, value) in sent.members where key != "reference" {
      let most = try #require(limits[key], "\(key)")
      let text = try #require(value.number?.text, "\(key) is a number")
      #expect((1...most).contains(text.utf8.count), "\(key)")
    }
    #expect((1...40).contains(sent["reference"]?.string?.utf8.count ?? 0))
  }

  @Test(
    "a damaged answer crashes nothing, and authorizes nothing without a number", arguments: cases)
  func damaged(_ golden: GoldenCase) throws {
    let provider = try #require(
      golden.settings.provider(golden.provider) as? any AuthorizesCounterPayments)
    let (response, payment) = (try golden.response(), try golden.payment())
    var random = SeededRandom(seed: 8)
    for _ in 0..<MutationTests.rounds {
      var damaged = response
      damaged.body = Damage.make(response.body, with: &random)
      if case .authorized(let answer) = provider.authorizationOutcome(damaged, payment) {
        #expect(answer.authorization?.isEmpty == false)
      }
      if response.status >= 500 {
        #expect(provider.authorizationOutcome(damaged, payment).label == "in_doubt")
        #expect(provider.reversalOutcome(damaged, payment).label == "unsettled")
      }
    }
  }

  @Test("a request prints no secret", arguments: cases)
  func redaction(_ golden: GoldenCase) throws {
    let provider = try #require(
      golden.settings.provider(golden.provider) as? any AuthorizesCounterPayments)
    let request = try #require(golden.request(of: provider))
    var printed = "\(request) \(String(reflecting: request))"
    dump(request, to: &printed)
    let authorization = try #require(request.headers.first { $0.name == "Authorization" })
    #expect(!printed.contains(authorization.value))
  }
}
