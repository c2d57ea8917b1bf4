import Foundation

/// Tests/Fixtures/smilepayz.json: signatures published by the vendor, and our own.
struct SmilePayzVectors: Decodable {
  struct Request: Decodable {
    let stringToSign: String
    let stringToSignSha256: String
    let merchantPrivateKeyPkcs8B64: String
    let merchantPublicKeySpkiB64: String
    let xSignature: String
  }
  struct Callback: Decodable {
    let xTimestamp: String
    let stringToVerify: String
    let platformPrivateKeyPkcs8B64ForSimulatorOnly: String
    let platformPublicKeySpkiB64: String
    let xSignature: String
  }
  struct VendorRequest: Decodable {
    let stringToSign: String
    let publicKeySpkiB64: String
    let xSignatureComputedHere: String
  }
  struct VendorCallback: Decodable {
    let source: String
    let stringToVerify: String
    let platformPublicKeySpkiB64: String
    let xSignature: String
  }

  let request: Request
  let callback: Callback
  let vendorRequestSample: VendorRequest
  let vendorCallbackSamples: [VendorCallback]

  static func load() throws -> SmilePayzVectors {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(SmilePayzVectors.self, from: Fixture.data("smilepayz.json"))
  }
}
