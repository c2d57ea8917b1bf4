import CounterPayments
import HTTPCalling
import JSONText
import Payins
import Testing

@testable import Providers

/// The examples of Paynet's own page (S000), verbatim.
@Suite("Paynet")
struct PaynetTests {
  static let payment = CounterPaymentRequest(
    account: "paynet-main", reference: "OPENPAY00FUCDZDQ9", amount: 1000,
    chainTransactionID: "170911001", operationDate: Instant(milliseconds: 1_509_053_135_780),
    group: "555", chain: "1", store: "1292", pos: "1", employee: "2", sku: "34123412341234",
    paymentType: 1)

  private let paynet: Paynet

  init() throws {
    var settings = ObjectReader(["chain_id": "mzdtln0bmtms6o3kck8f", "api_key": "sk_paynet"])
    paynet = try #require(
      Paynet(
        account: AccountIdentity(
          id: "paynet-main", baseURL: "https://sandbox-api.paynet.com.mx", isLocal: false),
        settings: &settings))
  }

  @Test("asks for an authorization as the page does")
  func authorization() throws {
    let request = paynet.authorizationRequest(Self.payment)
    #expect(request.method == "POST")
    #expect(
      request.url == "https://sandbox-api.paynet.com.mx/v1/mzdtln0bmtms6o3kck8f/payment")
    // `sk_paynet:` in Base64: the key as user and a blank password.
    #expect(
      request.headers == [
        HTTPHeader("Content-Type", "application/json"),
        HTTPHeader("Authorization", "Basic c2tfcGF5bmV0Og=="),
      ])
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"idGroup":555,"idChain":1,"idStore":1292,"idPos":1,"idEmployee":2,"#
        + #""reference":"OPENPAY00FUCDZDQ9","amount":10.00,"operationDate":1509053135780,"#
        + #""chainTransactionId":170911001,"sku":34123412341234,"paymentType":1}"#)
  }

  @Test("takes a payment back with its own data and its authorization")
  func reversal() throws {
    let request = paynet.reversalRequest(Self.payment, authorization: "9882347")
    #expect(request.url.hasSuffix("/v1/mzdtln0bmtms6o3kck8f/reverse"))
    var expected = try JSON(parsing: paynet.authorizationRequest(Self.payment).body).object
    expected?["authorization"] = "9882347"
    #expect(try JSON(parsing: request.body).object == expected)
    let unknown = paynet.reversalRequest(Self.payment, authorization: nil)
    #expect(unknown.body == paynet.authorizationRequest(Self.payment).body)
  }

  @Test("writes numbers, also beyond 64 bits; zeros in front say nothing")
  func digits() throws {
    var payment = Self.payment
    payment.employee = "002"
    payment.chainTransactionID = String(repeating: "9", count: 45)
    let json = try JSON(parsing: paynet.authorizationRequest(payment).body)
    #expect(json["idEmployee"] == 2)
    #expect(json["chainTransactionId"]?.number?.text == payment.chainTransactionID)
  }

  private func outcome(_ body: String, status: Int = 200) -> AuthorizationOutcome {
    paynet.authorizationOutcome(
      HTTPResponse(status: status, body: Array(body.utf8)), Self.payment)
  }

  private static let success = """
    {
    "requestId":"kuysdtcaygs67asd6",
    "operationDate":1505171988,
    "chainTransactionId":170911001,
    "authorization":"124242",
    "responseCode":0,
    "descriptionCode":"Success",
    "customerInstructions":"ESTIMADO CLIENTE PARA CUALQUIER DUDA O ACLARACION FAVOR DE COMUNICARSE A \
    AL CORREO example@email.com O AL TELEFONO 0180012345678 "
    }
    """

  @Test("reads the page's answers")
  func answers() throws {
    let instructions =
      "ESTIMADO CLIENTE PARA CUALQUIER DUDA O ACLARACION FAVOR DE COMUNICARSE A AL CORREO "
      + "example@email.com O AL TELEFONO 0180012345678 "
    #expect(
      outcome(Self.success)
        == .authorized(
          CounterPaymentAnswer(
            code: 0, description: "Success", requestID: "kuysdtcaygs67asd6",
            authorization: "124242", customerInstructions: instructions)))
    let failed = """
      {
      "requestId":"kuysdtcaygs67asd6",
      "operationDate":1505171988,
      "chainTransactionId":170911001,
      "responseCode":12,
      "descriptionCode":"Transacción inválida."
      }
      """
    #expect(
      outcome(failed)
        == .declined(
          CounterPaymentAnswer(
            code: 12, description: "Transacción inválida.", requestID: "kuysdtcaygs67asd6")))
  }

  @Test("classes every response code, and what is none")
  func codes() {
    func label(_ code: String) -> String {
      outcome(#"{"chainTransactionId":"170911001","responseCode":\#(code),"authorization":"1"}"#)
        .label
    }
    for code in ["0", "\"0\""] { #expect(label(code) == "authorized") }
    for code in ["12", "30", "88", "93", "\"12\""] { #expect(label(code) == "declined") }
    for code in ["96", "1", "0.0", "\"00\"", "\"0.0\"", "\" 0\"", "\"+0\"", "1.2e1", "null", "[]"] {
      #expect(label(code) == "in_doubt", "\(code)")
    }
    #expect(outcome("<html>").label == "in_doubt")
    #expect(outcome(Self.success.replacing("170911001", with: "170911002")).label == "in_doubt")
    #expect(outcome(Self.success.replacing("124242", with: "")).label == "in_doubt")
    for status in [500, 502, 301, 400] { #expect(outcome("", status: status).label == "in_doubt") }
    for status in [401, 403, 404, 429] {
      #expect(outcome("", status: status).label == "never_sent")
    }
  }

  @Test("a reversal is acknowledged, finds no such payment, is rejected, or is to be repeated")
  func settled() {
    func label(_ code: Int, status: Int = 200) -> String {
      paynet.reversalOutcome(
        HTTPResponse(
          status: status,
          body: Array(#"{"chainTransactionId":170911001,"responseCode":\#(code)}"#.utf8)),
        Self.payment
      ).label
    }
    #expect(label(0) == "acknowledged")
    for code in [12, 93] { #expect(label(code) == "unknown") }
    for code in [30, 88] { #expect(label(code) == "rejected") }
    for code in [96, 7] { #expect(label(code) == "unsettled") }
    for status in [401, 404, 500] { #expect(label(0, status: status) == "unsettled") }
  }
}
