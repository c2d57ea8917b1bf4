import Crypto
import Testing

@Suite("Secrets")
struct SecretTests {
  struct Account {
    let name = "main"
    let key = Secret("canary-7391")
    let old: Secret? = Secret("canary-7391")
    let all = ["a": Secret("canary-7391")]
  }

  @Test("a secret shows as redacted however it is printed")
  func printing() {
    let account = Account()
    var dumped = ""
    dump(account, to: &dumped)
    dump(account.key, to: &dumped)
    let shown = [
      "\(account.key)", "\(account)", String(describing: account), String(reflecting: account.key),
      String(reflecting: account), "\(Mirror(reflecting: account.key).children.map(\.value))",
      "\([account.key])", account.key.description, account.key.debugDescription, dumped,
    ]
    for text in shown {
      #expect(!text.contains("canary"))
    }
    #expect(account.key.description == "‹redacted›")
    #expect(dumped.contains("‹redacted›"))
  }

  @Test("a secret is revealed to those who ask, and compares by its text")
  func use() {
    #expect(Secret("s").reveal() == "s")
    #expect(Secret("s") == Secret("s"))
    #expect(Secret("s") != Secret("t"))
    #expect(Secret("s") != Secret("ss"))
  }

  @Test("a secret cannot be encoded")
  func encoding() {
    #expect(!((Secret("s") as Any) is any Encodable))
  }
}
