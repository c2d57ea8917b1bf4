import HTTPCalling
import JSONText
import Sandbox
import TestSupport
import Testing

/// The requests that the providers' own pages print, with this sandbox's credentials in place of
/// theirs.
@Suite("Requests of the providers' pages", .timeLimit(.minutes(1)))
struct SeedExampleTests {
  @Test("S001: customers and charges of 2014")
  func openpay() async throws {
    // 2014-05-14T12:00:00Z.
    try await Bench.run {
      $0.unixMilliseconds = { 1_400_068_800_000 }
    } _: { bench in
      func send(_ method: String, _ path: String, _ body: String = "") async throws -> Bench.Answer
      {
        try await bench.call(method, Bench.merchant + path, Bench.openpayHeaders, Array(body.utf8))
      }
      let customer = try await send(
        "POST", "/customers",
        """
        { "name": "customer name", "email": "customer_email@me.com", "requires_account": false }
        """)
      let id = try #require(customer.json["id"]?.string)
      #expect(customer.json["last_name"]?.isNull == true)
      let updated = try await send(
        "PUT", "/customers/\(id)",
        """
        { "name": "customer name", "email": "customer_email@me.com", "address":{ \
        "city":"Queretaro", "state":"Queretaro", "line1":"Calle 10", "postal_code":"76000", \
        "line2":"col. san pablo", "line3":"entre la calle 1 y la 2", "country_code":"MX" }, \
        "phone_number":"44209087654" }
        """)
      #expect(updated.json["phone_number"]?.string == "44209087654")
      let store = try await send(
        "POST", "/customers/\(id)/charges",
        """
        { "method" : "store", "amount" : 100, "description" : "Cargo con tienda", \
        "order_id" : "oid-00053", "due_date" : "2014-05-20T13:45:00" }
        """)
      #expect(store.status == 200, "\(store.text)")
      #expect(store.json["due_date"]?.string == "2014-05-20T13:45:00-06:00")
      let bank = try await send(
        "POST", "/customers/\(id)/charges",
        """
        { "method" : "bank_account", "amount" : 100, "description" : "Cargo con banco", \
        "order_id" : "oid-00055" }
        """)
      #expect(bank.status == 200, "\(bank.text)")
      let page = try await send(
        "POST", "/customers/\(id)/charges",
        "{ \"method\" : \"bank_account\", \"amount\" : 100, \"description\" : \"Cargo con banco\", "
          + "\"order_id\" : \"oid-00055\", \"due_date\" }")
      #expect(page.status == 400, "as printed it is no JSON")
      let list = try await send("GET", "/customers/\(id)/charges?creation[gte]=2013-11-01&limit=2")
      #expect(list.json.array?.map { $0["order_id"]?.string } == ["oid-00055", "oid-00053"])
      let customers = try await send("GET", "/customers?creation[gte]=2013-11-01&limit=2")
      #expect(customers.json.array?.count == 1)
      let refund = try await send(
        "POST", "/customers/\(id)/charges/\(store.json["id"]?.string ?? "")/refund",
        "{ \"description\" : \"devolución\" }")
      #expect(refund.json["error_code"]?.int64 == 1013)
    }
  }

  @Test("S000: a payment and its reversal")
  func paynet() async throws {
    try await Bench.run { bench in
      func body(_ authorization: String) -> [UInt8] {
        Array(
          """
          {
          "idGroup":555,
          "idChain":1,
          "idStore":1292,
          "idPos":1,
          "idEmployee":2,
          "reference":"OPENPAY00FUCDZDQ9",
          "amount":10.00,
          \(authorization)"operationDate":1509053135780,
          "chainTransactionId":170911001,
          "sku":34123412341234,
          "paymentType":1
          }
          """.utf8)
      }
      let chain = "/v1/\(SandboxCredentials.paynetChain)"
      let paid = try await bench.call("POST", "\(chain)/payment", Bench.paynetHeaders, body(""))
      #expect(paid.json["responseCode"]?.int64 == 0, "\(paid.text)")
      let authorization = try #require(paid.json["authorization"]?.string)
      let reversed = try await bench.call(
        "POST", "\(chain)/reverse", Bench.paynetHeaders,
        body("\"authorization\":\"\(authorization)\",\n"))
      #expect(reversed.json["responseCode"]?.int64 == 0, "\(reversed.text)")
      #expect(try await bench.control("GET", "/books").json["orders"]?.array == [])
    }
  }

  @Test("S003: the example request, signed anew, and the vector as it is")
  func smilepayz() async throws {
    // 2020-12-17T10:55:00-06:00.
    try await Bench.run {
      $0.unixMilliseconds = { 1_608_224_100_000 }
    } _: { bench in
      let printed = """
        {
        "merchant": {
        "merchantId": "sandbox-20001"
        },
        "money": {
        "amount": 20000,
        "currency": "MXN"
        },
        "orderNo": "200012c4c2ad5334dfwj3",
        "paymentMethod": "SPEI",
        "purpose": "Payment for online purchase"
        }
        """
      let headers = try Bench.smilepayzHeaders(
        JSON(parsing: printed).bytes, at: "2020-12-17T10:55:00-06:00")
      let answer = try await bench.call(
        "POST", "/v2.0/transaction/pay-in", headers, Array(printed.utf8))
      #expect(answer.json["code"]?.string == "00", "\(answer.text)")
      #expect(answer.json["transactionTime"]?.string == "2020-12-17T10:55:00-06:00")
    }
  }

  @Test("CashyPay's signature vectors hold")
  func cashypay() async throws {
    try await Bench.run { bench in
      let body = """
        {"currency":"MXN","payType":69,"amount":152,"reusableStatus":false,\
        "mchOrderNo":"DEMO0000000001","expireTime":3600,\
        "notifyUrl":"https://gw.example.mx/hooks/cashypay","nonceStr":"n0001",\
        "remark":"pedido 1","realName":"Ana Prueba","phone":"+525500000000",\
        "email":"ana@example.mx"}
        """
      let answer = try await bench.call(
        "POST", "/api/payIn",
        [
          Bench.jsonType, HTTPHeader("MerchantId", "1000001"),
          HTTPHeader("Sign", "665adadd961f5474469bb48f8ac6837a"),
        ], Array(body.utf8))
      #expect(answer.json["code"]?.int64 == 200, "\(answer.text)")
    }
  }
}
