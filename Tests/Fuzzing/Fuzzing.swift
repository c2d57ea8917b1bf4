import Crypto
import Foundation
import HTTPCalling
import JSONText
import Payins

@testable import Expressions
@testable import HTTPServing
@testable import Providers

/// What libFuzzer calls with each input: the reader that `PASARELA_FUZZ` names must not crash, and
/// must keep what it promises. `Tests/Fuzzing/run.sh` builds and drives it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  Fuzzing.target(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// libFuzzer's own main function; the package's executable enters here.
@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ one: @convention(c) (UnsafePointer<UInt8>, Int) -> Int32
) -> Int32

@_cdecl("fuzzing_main")
public func fuzzingMain(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments, fuzzOneInput)
}

/// Whatever is not as promised is a failed precondition: to crash is the one word that libFuzzer
/// understands, with the input kept that led to it.
enum Fuzzing {
  static let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "http": http, "json": json, "json5": json5, "cel": cel, "pattern": pattern,
    "answers": answers, "text": text,
  ]

  static let target: @Sendable ([UInt8]) -> Void = {
    let name = ProcessInfo.processInfo.environment["PASARELA_FUZZ"] ?? ""
    guard let target = targets[name] else {
      giveUp("PASARELA_FUZZ must be one of \(targets.keys.sorted())")
    }
    return target
  }()

  // MARK: Readers

  /// The same bytes give the same steps however they are cut.
  @Sendable static func http(_ bytes: [UInt8]) {
    let whole = steps(bytes, cut: bytes.count)
    let cut = Int(bytes.first ?? 0) % max(bytes.count, 1)
    precondition(steps(bytes, cut: cut) == whole, "cut at \(cut)")
  }

  private static func steps(_ bytes: [UInt8], cut: Int) -> [RequestParser.Step] {
    var parser = RequestParser()
    var steps: [RequestParser.Step] = []
    for part in [bytes[..<cut], bytes[cut...]] {
      parser.append(Array(part).span)
      while true {
        let step = parser.next()
        if step == .incomplete { break }
        steps.append(step)
        if case .refused = step { return steps }
      }
    }
    return steps
  }

  /// What is read writes itself so that it reads the same.
  @Sendable static func json(_ bytes: [UInt8]) {
    guard let value = try? JSON(parsing: bytes) else { return }
    let again = try? JSON(parsing: value.bytes)
    precondition(again == value && again?.bytes == value.bytes, "reads back as another")
    _ = value.pretty
  }

  @Sendable static func json5(_ bytes: [UInt8]) {
    guard let located = try? JSON5.parse(String(decoding: bytes, as: UTF8.self)) else { return }
    precondition((try? JSON(parsing: located.value.bytes)) == located.value, "is no JSON")
  }

  private static let declarations = Declarations([
    "x": .int, "u": .uint, "d": .double, "b": .bool, "s": .string, "l": .list(.int),
    "m": .map(key: .string, value: .int), "now": .timestamp,
  ])

  private static let activation = Activation(
    declarations,
    [
      "x": .int(7), "u": .uint(5), "d": .double(2.5), "b": .bool(true), "s": .string("hello ñ"),
      "l": .list([.int(1), .int(2)]), "m": .map(MapValue([("a", .int(1))])),
      "now": .timestamp(Timestamp(seconds: 1_782_919_845)!),
    ])

  /// What loads has the same outcome each time; what does not names a place.
  @Sendable static func cel(_ bytes: [UInt8]) {
    let source = String(decoding: bytes.prefix(2000), as: UTF8.self)
    do {
      let expression = try Expression(source, declarations: declarations, expecting: .dyn)
      let outcome = expression.evaluate(activation)
      let again = expression.explain(activation).outcome
      precondition(again == outcome || "\(outcome)".contains("NaN"), "\(source)")
    } catch {
      precondition(error.line >= 1 && error.column >= 1, "\(source)")
    }
  }

  /// The first line is a pattern, the rest a text.
  @Sendable static func pattern(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    let source = String(decoding: parts[0].prefix(400), as: UTF8.self)
    guard let pattern = try? Pattern(source) else { return }
    let text = String(decoding: (parts.count > 1 ? parts[1] : [])[...].prefix(2000), as: UTF8.self)
    var steps = 1_000_000
    _ = pattern.matches(text, steps: &steps)
  }

  /// What any provider may answer or call back with, under signatures that are right: money has an
  /// amount, and what is stored of it reads back.
  @Sendable static func answers(_ bytes: [UInt8]) {
    let kind = Int(bytes.first ?? 0)
    let response = HTTPResponse(
      status: [200, 200, 200, 404, 422, 500][kind % 6], body: Array(bytes.dropFirst()))
    for provider in providers {
      for order in orders {
        _ = provider.createOutcome(response, order)
        let outcome = provider.queryOutcome(response, order)
        check(outcome)
        let followUp = provider.followUp(outcome, order, at: noon)
        if let reading = followUp?.read(response) { check(reading.together) }
      }
      if let receiver = provider as? any ReceivesCallbacks {
        if case .notice(let notice) = receiver.read(delivery(response.body, provider)) {
          check(.found(notice.report))
          let kept = StatusReport(stored: notice.report.stored)
          precondition(kept == withoutInstructions(notice))
        }
      }
    }
  }

  private static func withoutInstructions(_ notice: CallbackNotice) -> StatusReport {
    var report = notice.report
    report.instructions = nil
    return report
  }

  private static func check(_ outcome: QueryOutcome) {
    guard case .found(let report) = outcome else { return }
    precondition(report.deposits.allSatisfy { $0.amount >= 0 && !$0.identity.isEmpty })
  }

  private static func delivery(_ body: [UInt8], _ provider: any Queryable) -> CallbackDelivery {
    var headers: [HTTPHeader] = []
    if let openpay = provider as? Openpay {
      headers = [HTTPHeader("Authorization", openpay.callbackCredentials.header)]
    } else if let cashyPay = provider as? CashyPay {
      headers = [HTTPHeader("Sign", cashyPay.sign(body))]
    }
    return CallbackDelivery(headers: headers, body: body, receivedAt: noon)
  }

  /// What merchants and payers write.
  @Sendable static func text(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    precondition(!CardNumbers.occur(in: CardNumbers.masked(text)), "is not masked whole")
    _ = CardNumbers.isWhole(text)
    _ = CardNumbers.occur(inURL: text)
    _ = Instant(rfc3339: text)
    _ = try? RSAPublicKey(text: text)
  }

  // MARK: What is read with

  /// What is missing is no finding: the process ends with 2 and leaves no input behind. `_exit`,
  /// since libFuzzer takes an `exit` for a crash.
  private static func giveUp(_ reason: String) -> Never {
    FileHandle.standardError.write(Data("ERROR: \(reason)\n".utf8))
    _exit(2)
  }

  private static let noon = Instant(milliseconds: 1_767_340_801_000)

  private static func file(_ path: String) -> JSON {
    guard let data = FileManager.default.contents(atPath: path),
      let json = try? JSON(parsing: Array(data))
    else { giveUp("\(path) cannot be read: run it from the project's folder") }
    return json
  }

  /// The golden cases' accounts.
  private static let providers: [any Queryable] = ["openpay", "cashypay", "smilepayz"].map { name in
    let account = file("Tests/ProvidersTests/Golden/\(name)/account.json")
    let keys = file("Tests/Fixtures/smilepayz.json")
    var settings = account["settings"]?.object ?? [:]
    for (key, value) in settings.members {
      let pointer = value.string.map { $0.unicodeScalars.split(separator: ":", maxSplits: 1) }
      guard let pointer, pointer.count == 2, String(pointer[0]) == "fixture" else { continue }
      settings[key] = keys.at(pointer: String(pointer[1]))
    }
    var reader = ObjectReader(settings)
    let identity = AccountIdentity(
      id: name, baseURL: account["base_url"]?.string ?? "", isLocal: false)
    let made = ProviderRegistry.named(name)?.init(account: identity, settings: &reader)
    guard let provider = made as? any Queryable else { giveUp("\(name): \(reader.finish())") }
    return provider
  }

  private static let orders: [Order] = [Payins.Method.store, .spei].flatMap { method in
    [nil, "trdemo00000000000001"].map { id in
      Order(
        number: "A1B2C3D4E5F6A7B8C9D0E1F2G3", providerOrderID: id, method: method, amount: 15_200,
        currency: .mxn, description: "Pedido 1", payer: Payer(name: "Ana"), createdAt: noon,
        expiresAt: noon.adding(seconds: 86_400), callbackURL: "https://gw.example.mx/callbacks/a")
    }
  }
}
