public import CounterPayments
public import JSONText
import Payins

/// A store payment as the merchant sees it: in answers and in webhooks alike.
public enum CounterPaymentDocument {
  public static func json(_ payment: CounterPayment) -> JSON {
    let request = payment.request
    var object: JSONObject = [
      "id": JSON(payment.id.text), "object": "store_payment", "status": JSON(payment.status.told),
      "account": JSON(request.account), "reference": JSON(request.reference),
      "amount": JSON(request.amount),
      "chain_transaction_id": JSON(request.chainTransactionID),
      "operation_date": JSON(request.operationDate.rfc3339), "group": JSON(request.group),
      "chain": JSON(request.chain), "store": JSON(request.store), "pos": JSON(request.pos),
      "employee": JSON(request.employee), "sku": JSON(request.sku),
      "payment_type": JSON(request.paymentType), "currency": "MXN",
    ]
    object["authorization"] = JSON(payment.answer?.authorization)
    object["response_code"] = JSON(payment.answer?.code)
    object["response_description"] = JSON(payment.answer?.description)
    object["customer_instructions"] = JSON(payment.answer?.customerInstructions)
    object["provider_request_id"] = JSON(payment.answer?.requestID)
    object["failure"] =
      payment.failure.map { ["code": JSON($0.code), "message": JSON($0.message)] } ?? .null
    object["reversal"] = [
      "tries": JSON(payment.reversalTries), "next_at": JSON(payment.nextReversalAt?.rfc3339),
      "response_code": JSON(payment.reversal?.code),
      "response_description": JSON(payment.reversal?.description),
      "provider_request_id": JSON(payment.reversal?.requestID),
    ]
    object["created_at"] = JSON(payment.createdAt.rfc3339)
    object["updated_at"] = JSON(payment.updatedAt.rfc3339)
    return .object(object)
  }
}
