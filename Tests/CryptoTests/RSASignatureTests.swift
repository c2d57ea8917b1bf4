import Crypto
import Testing

@Suite("RSA signatures")
struct RSASignatureTests {
  let vectors: SmilePayzVectors

  init() throws {
    vectors = try SmilePayzVectors.load()
  }

  @Test("a SmilePayz request is signed byte for byte as in the vector")
  func request() throws {
    let key = try RSAPrivateKey(text: vectors.request.merchantPrivateKeyPkcs8B64)
    let message = Array(vectors.request.stringToSign.utf8)
    #expect(Hex.encode(Digest.sha256(message)) == vectors.request.stringToSignSha256)
    #expect(Base64.encode(key.sign(message)) == vectors.request.xSignature)

    let signature = try #require(Base64.decode(vectors.request.xSignature))
    let published = try RSAPublicKey(text: vectors.request.merchantPublicKeySpkiB64)
    #expect(published.verify(signature: signature, message: message))
    #expect(key.publicKey.verify(signature: signature, message: message))
  }

  @Test("a SmilePayz callback verifies, and no longer after any change to what is signed")
  func callback() throws {
    let callback = vectors.callback
    let key = try RSAPublicKey(text: callback.platformPublicKeySpkiB64)
    let signature = try #require(Base64.decode(callback.xSignature))
    func verifies(_ text: String) -> Bool {
      key.verify(signature: signature, message: Array(text.utf8))
    }
    #expect(verifies(callback.stringToVerify))
    #expect(!verifies(callback.stringToVerify.replacing("03:05:01", with: "03:05:02")))
    #expect(!verifies(callback.stringToVerify.replacing("0001|", with: "0002|")))
    #expect(!verifies(""))

    let platform = try RSAPrivateKey(text: callback.platformPrivateKeyPkcs8B64ForSimulatorOnly)
    #expect(platform.sign(Array(callback.stringToVerify.utf8)) == signature)
  }

  @Test("the vendor's own samples verify")
  func vendorSamples() throws {
    let request = vectors.vendorRequestSample
    let signature = try #require(Base64.decode(request.xSignatureComputedHere))
    #expect(
      try RSAPublicKey(text: request.publicKeySpkiB64)
        .verify(signature: signature, message: Array(request.stringToSign.utf8)))
    #expect(vectors.vendorCallbackSamples.count == 2)
    for sample in vectors.vendorCallbackSamples {
      let signature = try #require(Base64.decode(sample.xSignature))
      #expect(
        try RSAPublicKey(text: sample.platformPublicKeySpkiB64)
          .verify(signature: signature, message: Array(sample.stringToVerify.utf8)))
    }
  }

  @Test("a signature changed, cut, lengthened, empty or of another key does not verify")
  func forgedSignatures() throws {
    let key = try RSAPublicKey(text: vectors.request.merchantPublicKeySpkiB64)
    let other = try RSAPublicKey(text: vectors.callback.platformPublicKeySpkiB64)
    let message = Array(vectors.request.stringToSign.utf8)
    let signature = try #require(Base64.decode(vectors.request.xSignature))
    #expect(key.verify(signature: signature, message: message))
    #expect(!other.verify(signature: signature, message: message))
    for position in signature.indices {
      var changed = signature
      changed[position] ^= 1
      #expect(!key.verify(signature: changed, message: message))
    }
    let wrongLengths = [
      [], Array(signature.dropLast()), signature + [0], [0] + signature, signature + signature,
    ]
    for wrong in wrongLengths {
      #expect(!key.verify(signature: wrong, message: message))
    }
    #expect(!key.verify(signature: [UInt8](repeating: 0, count: 256), message: message))
  }

  @Test("one key signs and verifies from many threads at once")
  func threads() async throws {
    let key = try RSAPrivateKey(text: vectors.request.merchantPrivateKeyPkcs8B64)
    let correct = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<200 {
        group.addTask {
          let message = Array("message \(number)".utf8)
          return key.publicKey.verify(signature: key.sign(message), message: message)
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(correct == 200)
  }
}
