import Crypto
import Foundation
import JSONText
import Testing

@testable import Providers

/// Vectors (Providers/CashyPay/README 2.3, Providers/SmilePayz/README 1.4) that no request of ours
/// can repeat; the others are golden cases.
@Suite("signature vectors")
struct SignatureVectorTests {
  @Test("CashyPay's Sign of the vector's payIn body")
  func cashyPay() throws {
    let provider = try #require(try GoldenAccount.named("cashypay").provider() as? CashyPay)
    let body = """
      {"currency":"MXN","payType":69,"amount":152,"reusableStatus":false,\
      "mchOrderNo":"DEMO0000000001","expireTime":3600,\
      "notifyUrl":"https://gw.example.mx/hooks/cashypay","nonceStr":"n0001","remark":"pedido 1",\
      "realName":"Ana Prueba","phone":"+525500000000","email":"ana@example.mx"}
      """
    #expect(body.utf8.count == 278)
    #expect(provider.sign(Array(body.utf8)) == "665adadd961f5474469bb48f8ac6837a")
  }

  @Test("a created CashyPay body has the fields of the vector's, in its order")
  func cashyPayFields() throws {
    let account = try GoldenAccount.named("cashypay")
    let golden = try #require(account.cases.first { $0.name == "create-own-clabe" })
    let message = try #require(try golden.message("request.http"))
    let fields = try JSON(parsing: message.body).object?.keys
    #expect(
      fields == [
        "currency", "payType", "amount", "reusableStatus", "mchOrderNo", "expireTime",
        "notifyUrl", "nonceStr", "remark", "realName", "phone", "email",
      ])
  }

  @Test("SmilePayz: the vendor's published sample signature verifies")
  func smilePayz() throws {
    let file = GoldenAccount.root.appending(path: "../../Fixtures/smilepayz.json")
    let sample = try #require(
      JSON(parsing: Array(Data(contentsOf: file)))["vendor_request_sample"])
    let key = try RSAPublicKey(text: try #require(sample["public_key_spki_b64"]?.string))
    let signature = try #require(
      sample["x_signature_computed_here"]?.string.flatMap(Base64.decode))
    let text = try #require(sample["string_to_sign"]?.string)
    #expect(key.verify(signature: signature, message: Array(text.utf8)))
  }
}
