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
enum PaynetAPI: SimulatedAPI {
  /// The reference of S000's examples: takes any amount any number of times, and belongs to no
  /// order.
  static let standingReference = "OPENPAY00FUCDZDQ9"
  private static let instructions =
    "ESTIMADO CLIENTE PARA CUALQUIER DUDA O ACLARACION FAVOR DE COMUNICARSE AL CORREO "
    + "example@email.com O AL TELEFONO 0180012345678"

  static func call(_ request: Request) -> ProviderCall? {
    let path = request.segments
    guard path.count == 3, path[0] == "v1", path[2] == "payment" || path[2] == "reverse" else {
      return nil
    }
    let operation: Operation = path[2] == "payment" ? .create : .reverse
    return ProviderCall(.paynet, request.method == .post ? operation : .other, request)
  }

  static func reply(to call: ProviderCall, _ sandbox: inout SandboxState) -> ProviderReply {
    let request = call.request
    do throws(OpenpayError) {
      try authenticate(request, chain: request.segments[1])
      guard request.method == .post else {
        var response = OpenpayError.notPost.response(requestID: sandbox.ids.uuid())
        response.headers["Allow"] = "POST"
        return .answer(response)
      }
      var form = try request.openpayForm()
      return .answer(.json(reply(&form, call.operation, &sandbox)))
    } catch {
      return .answer(error.response(requestID: sandbox.ids.uuid()))
    }
  }

  static func answer(
    _ trouble: ProviderTrouble, to call: ProviderCall, _ sandbox: inout SandboxState
  ) -> Response {
    let error: PaynetError
    switch trouble {
    case .systemError: error = .systemError
    case .refused(let words): error = PaynetError(words)
    case .internalError, .notFound, .unauthorized:
      return OpenpayError(trouble).response(requestID: sandbox.ids.uuid())
    }
    let id = (try? JSON(parsing: call.request.body))?["chainTransactionId"] ?? .null
    return .json(refusal(error, id, &sandbox))
  }

  private static func authenticate(_ request: Request, chain: String) throws(OpenpayError) {
    let given = Secret(request.headers["Authorization"] ?? "")
    guard given == BasicAuthorization.secret(user: SandboxCredentials.paynetAPIKey),
      chain == SandboxCredentials.paynetChain
    else { throw .unauthorized }
  }

  private static func reply(
    _ reader: inout FormReader, _ operation: Operation, _ sandbox: inout SandboxState
  ) -> JSON {
    do throws(PaynetError) {
      let form = try PaynetForm(&reader)
      return operation == .reverse
        ? try reverse(form, &sandbox) : try pay(form, &sandbox)
    } catch {
      return refusal(error, reader.field("chainTransactionId") ?? .null, &sandbox)
    }
  }

  /// The answer to what is declined: without an authorization.
  private static func refusal(
    _ refusal: PaynetError, _ chainTransactionID: JSON, _ sandbox: inout SandboxState
  ) -> JSON {
    [
      "requestId": .string(sandbox.ids.letters(17)),
      "operationDate": JSON(sandbox.now.milliseconds),
      "chainTransactionId": chainTransactionID, "responseCode": JSON(refusal.code),
      "descriptionCode": .string(refusal.description),
    ]
  }

  private static func success(
    _ form: PaynetForm, _ authorization: String, _ sandbox: inout SandboxState
  ) -> JSONObject {
    [
      "requestId": .string(sandbox.ids.letters(17)),
      "operationDate": JSON(sandbox.now.milliseconds),
      "chainTransactionId": form.chainTransactionID, "authorization": .string(authorization),
      "responseCode": 0, "descriptionCode": "Success",
    ]
  }

  // MARK: Payment

  private static func pay(
    _ form: PaynetForm, _ sandbox: inout SandboxState
  ) throws(PaynetError) -> JSON {
    if let earlier = sandbox.paynet.payments[form.name] {
      guard earlier.transaction == form.transaction, earlier.reversal == nil else {
        throw .invalidTransaction
      }
      return earlier.answer
    }
    let answer: JSON
    var authorization: String?
    var key: OrderKey?
    do throws(PaynetError) {
      key = try charge(form.transaction, &sandbox)
      let number = sandbox.ids.digits(6)
      authorization = number
      var body = success(form, number, &sandbox)
      body["customerInstructions"] = .string(instructions)
      answer = .object(body)
    } catch {
      answer = refusal(error, form.chainTransactionID, &sandbox)
    }
    sandbox.paynet.payments[form.name] = PaynetState.Entry(
      name: form.name, transaction: form.transaction, answer: answer, authorization: authorization,
      order: key)
    sandbox.paynet.payments.forgetOldest()
    return answer
  }

  /// Pays the charge behind the reference; nil for the standing one.
  private static func charge(
    _ transaction: PaynetForm.Transaction, _ sandbox: inout SandboxState
  ) throws(PaynetError) -> OrderKey? {
    if transaction.reference == standingReference { return nil }
    let order = sandbox.ledger.orders(named: transaction.reference, of: .openpay).last { order in
      if case .reference(transaction.reference) = order.instrument { true } else { false }
    }
    guard let order else { throw .unknownReference }
    guard order.status == .open else { throw .invalidTransaction }
    guard order.amount == transaction.amount else { throw .badAmount }
    do throws(TransferRefusal) {
      let cash = Transfer(amount: transaction.amount, trackingKey: nil)
      _ = try OpenpayLifecycle.receive(cash, for: order, &sandbox)
    } catch {
      throw .invalidTransaction
    }
    return order.key
  }

  // MARK: Reversal

  private static func reverse(
    _ form: PaynetForm, _ sandbox: inout SandboxState
  ) throws(PaynetError) -> JSON {
    guard var entry = sandbox.paynet.payments[form.name], let authorization = entry.authorization,
      entry.transaction == form.transaction,
      form.authorization == nil || form.authorization == authorization
    else { throw .invalidTransaction }
    if let reversal = entry.reversal { return reversal }
    if let key = entry.order, let order = sandbox.ledger[key] {
      OpenpayLifecycle.reopen(order, &sandbox)
    }
    let answer = JSON.object(success(form, authorization, &sandbox))
    entry.reversal = answer
    sandbox.paynet.payments[form.name] = entry
    return answer
  }
}
