internal import Crypto
internal import HTTPServing
internal import JSONText

/// Paynet's API for store chains (S000, Providers/Paynet/README). It takes cash for the references
/// of Openpay's store charges.
///
/// Chosen, since the pages are silent: an identical repeat of a payment is answered as the first
/// time, one with other data is declined with 12; a reversal is repeatable, needs the payment's own
/// data and opens the charge again; a payment that was reversed or never seen is 12. Before any of
/// that, HTTP 401, 405 and 400 with Openpay's error object.
enum PaynetDesk {
  /// The reference of S000's examples: takes any amount any number of times, and belongs to no
  /// order.
  static let standingReference = "OPENPAY00FUCDZDQ9"
  private static let instructions =
    "ESTIMADO CLIENTE PARA CUALQUIER DUDA O ACLARACION FAVOR DE COMUNICARSE AL CORREO "
    + "example@email.com O AL TELEFONO 0180012345678"

  static func answer(
    _ request: Request, _ call: ProviderCall, _ sandbox: inout Simulation, at now: Instant
  ) -> Response {
    do throws(OpenpayError) {
      try authenticate(request, chain: call.segments[0])
      guard request.method == .post else {
        var response = OpenpayError.notPost.response(requestID: sandbox.ids.uuid())
        response.headers["Allow"] = "POST"
        return response
      }
      var form = try OpenpayDesk.form(request)
      let body = reply(&form, call.operation, &sandbox, at: now)
      return .json(.ok, body.bytes)
    } catch {
      return error.response(requestID: sandbox.ids.uuid())
    }
  }

  private static func authenticate(
    _ request: Request, chain: String
  ) throws(OpenpayError) {
    let given = Secret(request.headers["Authorization"] ?? "")
    guard given == BasicAuthorization.secret(user: SandboxCredentials.paynetAPIKey),
      chain == SandboxCredentials.paynetChain
    else { throw .unauthorized }
  }

  private static func reply(
    _ reader: inout FormReader, _ operation: Operation, _ sandbox: inout Simulation,
    at now: Instant
  ) -> JSON {
    do throws(PaynetRefusal) {
      let form = try PaynetForm(&reader)
      return operation == .reverse
        ? try reverse(form, &sandbox, at: now) : try pay(form, &sandbox, at: now)
    } catch {
      return refusal(error, reader.field("chainTransactionId") ?? .null, &sandbox, at: now)
    }
  }

  /// The answer to what is declined: without an authorization.
  static func refusal(
    _ refusal: PaynetRefusal, _ chainTransactionID: JSON, _ sandbox: inout Simulation,
    at now: Instant
  ) -> JSON {
    [
      "requestId": .string(sandbox.ids.letters(17)), "operationDate": JSON(now.milliseconds),
      "chainTransactionId": chainTransactionID, "responseCode": JSON(refusal.code),
      "descriptionCode": .string(refusal.description),
    ]
  }

  private static func success(
    _ form: PaynetForm, _ authorization: String, _ sandbox: inout Simulation, at now: Instant
  ) -> JSONObject {
    [
      "requestId": .string(sandbox.ids.letters(17)), "operationDate": JSON(now.milliseconds),
      "chainTransactionId": form.chainTransactionID, "authorization": .string(authorization),
      "responseCode": 0, "descriptionCode": "Success",
    ]
  }

  // MARK: Payment

  private static func pay(
    _ form: PaynetForm, _ sandbox: inout Simulation, at now: Instant
  ) throws(PaynetRefusal) -> JSON {
    if let earlier = sandbox.paynet[form.name] {
      guard earlier.transaction == form.transaction, earlier.reversal == nil else {
        throw .invalidTransaction
      }
      return earlier.answer
    }
    let answer: JSON
    var authorization: String?
    var key: OrderKey?
    do throws(PaynetRefusal) {
      key = try charge(form.transaction, &sandbox, at: now)
      let number = sandbox.ids.digits(6)
      authorization = number
      var body = success(form, number, &sandbox, at: now)
      body["customerInstructions"] = .string(instructions)
      answer = .object(body)
    } catch {
      answer = refusal(error, form.chainTransactionID, &sandbox, at: now)
    }
    sandbox.paynet[form.name] = PaynetJournal.Entry(
      transaction: form.transaction, answer: answer, authorization: authorization, order: key)
    return answer
  }

  /// Pays the charge behind the reference; nil for the standing one.
  private static func charge(
    _ transaction: PaynetForm.Transaction, _ sandbox: inout Simulation, at now: Instant
  ) throws(PaynetRefusal) -> OrderKey? {
    if transaction.reference == standingReference { return nil }
    let order = sandbox.ledger.orders(named: transaction.reference, of: .openpay).last { order in
      if case .reference(transaction.reference) = order.instrument { true } else { false }
    }
    guard let order else { throw .unknownReference }
    guard order.status == .open else { throw .invalidTransaction }
    guard order.amount == transaction.amount else { throw .badAmount }
    do throws(TransferRefusal) {
      _ = try sandbox.pay(
        order, Transfer(amount: transaction.amount, trackingKey: nil), at: now)
    } catch {
      throw .invalidTransaction
    }
    return order.key
  }

  // MARK: Reversal

  private static func reverse(
    _ form: PaynetForm, _ sandbox: inout Simulation, at now: Instant
  ) throws(PaynetRefusal) -> JSON {
    guard var entry = sandbox.paynet[form.name], let authorization = entry.authorization,
      entry.transaction == form.transaction,
      form.authorization == nil || form.authorization == authorization
    else { throw .invalidTransaction }
    if let reversal = entry.reversal { return reversal }
    if let key = entry.order, let order = sandbox.ledger[key] {
      OpenpayMoney.reopen(order, &sandbox, at: now)
    }
    let answer = JSON.object(success(form, authorization, &sandbox, at: now))
    entry.reversal = answer
    sandbox.paynet[form.name] = entry
    return answer
  }
}
