import Crypto
import JSONText
import Payins

/// The notification (S003; README 1.12). Its signature covers neither status nor amount, so it is
/// never more than a reason to ask.
extension SmilePayz {
  public var acknowledgement: Acknowledgement { Acknowledgement(body: "SUCCESS") }

  /// Milliseconds. Deliveries are repeated for hours, with their first stamp.
  private static let mostStampAge: Int64 = 86_400_000

  public func read(_ delivery: CallbackDelivery) -> CallbackReading {
    guard let time = delivery.header("X-TIMESTAMP"),
      let signature = delivery.header("X-SIGNATURE").flatMap(Base64.decode)
    else { return .forged("X-TIMESTAMP or X-SIGNATURE is missing") }
    let body = SmilePayzAnswer(delivery.body, amountDecimals: amountDecimals)
    let signed: [[UInt8]]
    switch callbackString {
    case .tradeNoAndTime:
      // What is signed stands in the body: where that cannot be read, nothing is disproved.
      guard let body else { return .malformed("the body cannot be read") }
      guard let tradeNo = body.tradeNo else {
        return body.isDamaged
          ? .malformed("tradeNo cannot be read") : .forged("tradeNo is missing")
      }
      signed = [Array("\(tradeNo)|\(time)".utf8)]
    case .timeAndBody:
      signed = delivery.signedBodies.map { Array("\(time)|".utf8) + Self.minified($0) }
    }
    guard signed.contains(where: { platformKey.verify(signature: signature, message: $0) }) else {
      return .forged("X-SIGNATURE is wrong")
    }
    // The signature covers the stamp: an old delivery proves nothing about today.
    if let stamp = WireDate(.string(time)).instant,
      abs(stamp.milliseconds(since: delivery.receivedAt)) > Self.mostStampAge
    {
      return .forged("X-TIMESTAMP is more than a day off")
    }
    guard let body, !body.isDamaged, let tradeNo = body.tradeNo, let status = body.status else {
      return .malformed("tradeNo or status is missing or cannot be read")
    }
    // The signed field first.
    let lookups = [.theirs(tradeNo)] + (body.orderNo.map { [OrderReference.ours($0)] } ?? [])
    return .notice(
      CallbackNotice(
        lookups: lookups, grade: .partlySignedCallback, report: body.report(tradeNo, status)))
  }

  /// JSON without the white space between its tokens; nothing else changes (README 1.3).
  private static func minified(_ json: [UInt8]) -> [UInt8] {
    var isInString = false
    var isEscaped = false
    return json.filter { byte in
      defer {
        if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
        isEscaped = isInString && byte == UInt8(ascii: "\\") && !isEscaped
      }
      return isInString || ![0x20, 0x09, 0x0A, 0x0D].contains(byte)
    }
  }
}
