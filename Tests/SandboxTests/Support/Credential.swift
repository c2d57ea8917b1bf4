import Crypto
import HTTPCalling
import HTTPServing
import JSONText
import Sandbox
import TestSupport

/// What a webhook shows to be believed, whichever provider it comes from.
struct Credential: Equatable {
  private let headers: [String?]
  let isRight: Bool

  init(_ request: Request) {
    let basic = request.headers["Authorization"]
    let sign = request.headers["Sign"]
    let signature = request.headers["X-SIGNATURE"]
    headers = [basic, sign, signature]
    if let basic {
      isRight =
        basic
        == Bench.basic(
          SandboxCredentials.openpayCallbackUser, SandboxCredentials.openpayCallbackPassword
        ).value
    } else if let sign {
      let key = Array(SandboxCredentials.cashypayAPIKey.utf8)
      isRight = sign == Hex.encode(Digest.md5(request.body + key))
    } else {
      let signed =
        "\(request.json["tradeNo"]?.string ?? "")|\(request.headers["X-TIMESTAMP"] ?? "")"
      let key = try? RSAPublicKey(text: SandboxCredentials.smilepayzPlatformPublicKey)
      isRight =
        key?.verify(
          signature: signature.flatMap(Base64.decode) ?? [], message: Array(signed.utf8)) ?? false
    }
  }
}
