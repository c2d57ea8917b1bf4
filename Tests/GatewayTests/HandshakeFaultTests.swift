import HTTPCalling
import Synchronization
import Testing

@testable import Gateway

@Suite("what is wrong with a provider's certificate")
struct HandshakeFaultTests {
  private final class Lines: Sendable {
    let texts = Mutex<[String]>([])
  }

  @Test("is a line in the log once, and again after it was right or is another")
  func told() {
    let lines = Lines()
    let log = Log(level: .info, time: WebhookClock()) { line in
      lines.texts.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
    let faults = HandshakeFaults(log: log)
    let expired = CallOutcome.neverSent(
      CallFailure(.tls, "SSL certificate problem: certificate has expired"))
    let other = CallOutcome.neverSent(CallFailure(.tls, "no alternative certificate subject name"))
    for outcome in [expired, expired, .timeout, .status(200), expired, other, other] {
      faults.saw(outcome, of: "openpay-main")
    }
    faults.saw(other, of: "cashypay-main")
    let told = lines.texts.withLock { $0 }
    #expect(told.count == 4)
    #expect(told[0].contains("certificate has expired") && told[0].contains("openpay-main"))
    #expect(told[2].contains("subject name") && told[3].contains("cashypay-main"))
  }
}
