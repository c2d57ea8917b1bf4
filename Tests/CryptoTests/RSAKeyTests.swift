import Crypto
import Testing

@Suite("RSA keys as text")
struct RSAKeyTests {
  let vectors: SmilePayzVectors
  let privateText: String
  let publicText: String
  let privatePEM: String
  let publicPEM: String

  init() throws {
    vectors = try SmilePayzVectors.load()
    privateText = vectors.request.merchantPrivateKeyPkcs8B64
    publicText = vectors.request.merchantPublicKeySpkiB64
    privatePEM = Self.pem(privateText, "PRIVATE KEY")
    publicPEM = Self.pem(publicText, "PUBLIC KEY")
  }

  private static func pem(_ base64: String, _ label: String) -> String {
    let starts = stride(from: 0, to: base64.count, by: 64)
    let lines = starts.map { String(base64.dropFirst($0).prefix(64)) }
    return (["-----BEGIN \(label)-----"] + lines + ["-----END \(label)-----", ""])
      .joined(separator: "\n")
  }

  private static func inLines(_ base64: String) -> String {
    pem(base64, "X").split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
  }

  private func privateError(_ text: String) -> RSAKeyError? {
    #expect(throws: RSAKeyError.self) { try RSAPrivateKey(text: text) }
  }

  private func publicError(_ text: String) -> RSAKeyError? {
    #expect(throws: RSAKeyError.self) { try RSAPublicKey(text: text) }
  }

  /// Every way in which the same key is handed on: as PEM of either kind, as Base64 in one line or
  /// many, with line breaks of either system, spelt out or real, and blanks around.
  private static func forms(_ texts: [(pem: String, base64: String)]) -> [String] {
    texts.flatMap { pem, base64 in
      let lines = inLines(base64)
      return [pem, base64, lines, pem.replacing("\n", with: " \n\t")].flatMap { text in
        [
          text, text.replacing("\n", with: "\r\n"), text.replacing("\n", with: "\\n"),
          text.replacing("\n", with: "\\r\\n"), text.replacing("\n", with: "\\n\n"),
          "  \r\n\t\(text) \n", "\\n\(text)\\n",
        ]
      }
    }
  }

  private static func base64(_ pem: String) -> String {
    pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
  }

  @Test("the same private key is read from every form")
  func privateForms() throws {
    let pkcs1 = try Fixture.key("merchant-pkcs1")
    #expect(pkcs1.hasPrefix("-----BEGIN RSA PRIVATE KEY-----"))
    let expected = try #require(Base64.decode(vectors.request.xSignature))
    for form in Self.forms([(privatePEM, privateText), (pkcs1, Self.base64(pkcs1))]) {
      let key = try RSAPrivateKey(text: form)
      #expect(key.sign(Array(vectors.request.stringToSign.utf8)) == expected)
      #expect("\(key)" == "RSA private key, 2048 bits")
    }
  }

  @Test("the same public key is read from every form")
  func publicForms() throws {
    let pkcs1 = try Fixture.key("merchant-public-pkcs1")
    #expect(pkcs1.hasPrefix("-----BEGIN RSA PUBLIC KEY-----"))
    let signature = try #require(Base64.decode(vectors.request.xSignature))
    for form in Self.forms([(publicPEM, publicText), (pkcs1, Self.base64(pkcs1))]) {
      let key = try RSAPublicKey(text: form)
      #expect(
        key.verify(signature: signature, message: Array(vectors.request.stringToSign.utf8)))
      #expect("\(key)" == "RSA public key, 2048 bits")
    }
  }

  @Test("the wrong half is named as such")
  func wrongHalf() throws {
    let pkcs1 = try Fixture.key("merchant-pkcs1")
    #expect(privateError(publicText) == .wrongHalf(expected: .privateKey))
    #expect(privateError(publicPEM) == .wrongHalf(expected: .privateKey))
    #expect(publicError(privateText) == .wrongHalf(expected: .publicKey))
    #expect(publicError(privatePEM) == .wrongHalf(expected: .publicKey))
    #expect(publicError(pkcs1) == .wrongHalf(expected: .publicKey))
  }

  @Test("a weak key is refused with its length")
  func weak() throws {
    #expect(try privateError(Fixture.key("weak")) == .tooShort(bits: 1024))
    #expect(try publicError(Fixture.key("weak-public")) == .tooShort(bits: 1024))
  }

  @Test("keys of other kinds are refused")
  func otherKinds() throws {
    #expect(try privateError(Fixture.key("curve")) == .notRSA)
    #expect(try privateError(Fixture.key("curve-sec1")) == .notRSA)
    #expect(try publicError(Fixture.key("curve-public")) == .notRSA)
    #expect(try privateError(Fixture.key("pss")) == .notRSA)
  }

  @Test("a key under a passphrase is refused without asking for it")
  func encrypted() throws {
    #expect(try privateError(Fixture.key("encrypted-pkcs8")) == .encrypted)
    #expect(try privateError(Fixture.key("encrypted-pkcs1")) == .encrypted)
  }

  @Test("text that is no key is refused with its reason")
  func malformed() {
    #expect(privateError("") == .empty)
    #expect(privateError(" \n\t") == .empty)
    #expect(privateError("not a key") == .notBase64)
    #expect(privateError("Zm9vYmFy") == .unreadable)
    #expect(privateError("-----BEGIN PRIVATE KEY-----") == .notBase64)
    #expect(privateError(privatePEM.replacing("END PRIVATE", with: "END PUBLIC")) == .notBase64)
    #expect(privateError(privatePEM + privatePEM) == .severalBlocks)
    #expect(privateError(privatePEM.replacing("PRIVATE KEY", with: "CERTIFICATE")) == .otherContent)
    #expect(publicError("") == .empty)
    #expect(publicError("Zm9vYmFy") == .unreadable)
  }

  @Test("a key cut short anywhere, or with bytes behind it, is refused")
  func cutShort() throws {
    let privateDER = try #require(Base64.decode(privateText))
    let publicDER = try #require(Base64.decode(publicText))
    for count in privateDER.indices.dropFirst() {
      #expect(privateError(Base64.encode(Array(privateDER[..<count]))) == .unreadable)
    }
    for count in publicDER.indices.dropFirst() {
      #expect(publicError(Base64.encode(Array(publicDER[..<count]))) == .unreadable)
    }
    #expect(privateError(Base64.encode(privateDER + [0])) == .unreadable)
    #expect(publicError(Base64.encode(publicDER + [0])) == .unreadable)
  }

  @Test("a key with a wrong modulus is refused as damaged")
  func damaged() throws {
    var der = try #require(Base64.decode(privateText))
    der[100] ^= 4
    #expect(privateError(Base64.encode(der)) == .inconsistent)
  }

  @Test("a key with any byte changed is refused, or signs what its public half verifies")
  func mutated() throws {
    let der = try #require(Base64.decode(privateText))
    for position in stride(from: 0, to: der.count, by: 11) {
      var changed = der
      changed[position] ^= 0x10
      guard let key = try? RSAPrivateKey(text: Base64.encode(changed)) else { continue }
      #expect(key.publicKey.verify(signature: key.sign([1]), message: [1]))
    }
  }

  @Test("no error shows any part of the key")
  func errorsAreSilent() throws {
    let canary = "MIIEcanary"
    let texts = [
      canary, "-----BEGIN PRIVATE KEY-----\n\(canary)\n-----END PRIVATE KEY-----",
      "-----BEGIN \(canary)-----\nZm9v\n-----END \(canary)-----",
    ]
    for text in texts {
      let error = try #require(privateError(text))
      #expect(!"\(error)".contains("canary"))
      #expect(!String(reflecting: error).contains("canary"))
    }
  }
}
