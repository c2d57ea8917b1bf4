internal import JSONText

/// What `GET /_sandbox/` says: the controls, and what was chosen where providers' pages are silent.
enum ControlGuide {
  static let json: JSON = [
    "about": """
    Simulated Openpay, CashyPay, SmilePayz and Paynet. Amounts are centavos. An order is addressed \
    by the merchant's number, the provider's id, its own CLABE, the concept of a shared one, or a \
    store's reference; ?provider= tells equal numbers apart.
    """,
    "providers": .array(providers.map(JSON.string)),
    "controls": .object(JSONObject(controls.map { ($0.0, .string($0.1)) })),
    "faults": .object(JSONObject(faults.map { ($0.0, .string($0.1)) })),
    "settings": .object(JSONObject(settings.map { ($0.0, .string($0.1)) })),
    "choices": .object(
      JSONObject(choices.map { ($0.0, .array($0.1.map(JSON.string))) })),
  ]

  private static let providers = [
    "openpay: /v1/{merchant}, …/charges, …/customers, …/customers/{id}/charges, …/webhooks;"
      + " /barcode/{reference}",
    "cashypay: POST /api/payIn, POST /api/payInQuery",
    "smilepayz: POST /v2.0/transaction/pay-in, /v2.0/inquiry-status, /v2.0/inquiry-balance",
    "paynet: POST /v1/{chain}/payment, POST /v1/{chain}/reverse; a GET is 401 or 405",
  ]

  private static let controls = [
    ("GET /_sandbox/accounts", "provider_accounts for a gateway's configuration"),
    ("GET /_sandbox/orders", "newest first; ?provider=, ?number=, ?status=, ?limit="),
    ("GET /_sandbox/orders/{order}", "one order"),
    (
      "POST /_sandbox/orders/{order}/pay",
      "{amount?: all of it, times?: 1, late?: true lets it expire first, tracking_key?}"
    ),
    ("POST /_sandbox/orders/{order}/expire", "its time is over now; also /fail and /cancel"),
    (
      "POST /_sandbox/orders/{order}/take-back",
      "{as: cancelled, failed, pending, refunded or charged_back}: a paid order's money goes"
        + " back, which queries and a webhook show"
    ),
    (
      "POST /_sandbox/orders/{order}/vanish",
      "queries say that there is no such order, until /reappear"
    ),
    ("GET /_sandbox/books", "every order with its payments, and what was paid at the counter"),
    (
      "POST /_sandbox/faults",
      "{kind, provider?: any, operation?: any, count?: until deleted, after_seconds?: 0,"
        + " for_seconds?: until deleted} and what the kind needs; times by the sandbox's clock"
    ),
    ("GET /_sandbox/faults", "those that wait; DELETE removes all, or /{id} one"),
    ("GET /_sandbox/clock", "the sandbox's time, and when something is due next"),
    (
      "POST /_sandbox/clock",
      "{advance_seconds}: expiries and webhook tries on the way happen, each at its time,"
        + " before this answers; 0 sends what is due"
    ),
    ("GET /_sandbox/settings", "see settings; POST changes those that it names"),
    ("GET /_sandbox/webhooks", "every message with its tries, newest first; ?provider=, ?limit="),
    ("GET /_sandbox/requests", "the last 500 that the providers saw, secrets redacted"),
    ("POST /_sandbox/reset", "forgets everything, clock, faults and settings too"),
  ]

  private static let faults = [
    ("timeout_before", "does nothing, never answers"),
    ("timeout_after", "does the work, never answers"),
    ("reset_before, reset_after", "the same, and resets the connection"),
    ("error_500, error_500_after", "the same, and answers HTTP 500"),
    ("garbage, garbage_after", "the same, and answers HTTP 200 with a broken page of HTML"),
    (
      "system_error",
      "does nothing and answers as the provider does in trouble: Openpay 1004, CashyPay"
        + " System_busy, SmilePayz 99, Paynet 96"
    ),
    ("slow", "answers after milliseconds"),
    ("not_found", "a query finds nothing"),
    (
      "refused",
      "create, reverse: does nothing and refuses with word (CashyPay's msg, SmilePayz's code,"
        + " Openpay's error_code, Paynet's responseCode), status? (Openpay's HTTP, CashyPay's"
        + " code), message?"
    ),
    (
      "unauthorized",
      "answers as to wrong credentials: Openpay and Paynet 401/1002, CashyPay"
        + " Sign_verify_error, SmilePayz 02; or with word, as for refused"
    ),
    ("filter_ignored", "Openpay's list: is not narrowed by order_id"),
    ("latin1", "answers and webhooks: written in ISO 8859-1, a payer's ñ as one byte"),
    ("byte_order_mark", "answers and webhooks: EF BB BF stands in front of the body"),
    ("gzip", "answers: gzip-encoded, whatever was asked for"),
    (
      "odd_dates",
      "answers and webhooks: dates in form no_colon (-0600), lower_case (t and z), fraction"
        + " (digits?: 3, of 1 to 9), date_only or unreadable"
    ),
    (
      "float_noise",
      "answers and webhooks: 152.10 as 152.09999999999999, or 152.10000000000002 in form above"
    ),
    ("other_amount", "answers and webhooks: tell amount (centavos), whatever the order's own"),
    ("bad_signature", "webhook: the first try has a wrong signature or password"),
    ("webhook_lost", "webhook: is never sent; without count, none is"),
    ("webhook_doubled", "webhook: is sent twice"),
    ("webhook_delayed", "webhook: the first try is sent after seconds"),
    ("operations", "create, query, reverse (Paynet's), webhook, other"),
  ]

  private static let settings = [
    ("openpay_shape", "current (BBVA's shared CLABE) or seed (STP's CLABE for each charge)"),
    ("openpay_reference", "digits, openpay (OPENPAY…) or transaction (000020TR…)"),
    ("openpay_verification", "automatic: by a 2xx at creation; manual: by …/verify/{code}"),
    ("openpay_cancel", "whether …/charges/{id}/cancel cancels, or answers 1013"),
    ("cashypay_expired", "PAYING or FAIL: the status after the time is over"),
    ("cashypay_mode", "per_order (a CLABE for each) or centralised (shared, with concept)"),
    ("smilepayz_amount_unit", "minor (centavos) or major (pesos)"),
  ]

  private static let choices = [
    (
      "openpay",
      [
        "a charge is completed by exactly its amount; tills refuse anything else; a transfer of"
          + " another amount or a second one is kept without a trace on the charge (shown_as"
          + " null), a late one completes an expired or cancelled charge",
        "expiry: status cancelled and transaction.expired; without due_date a charge waits for"
          + " ever",
        "order_id is free again after a failed charge; lists show the merchant's own charges or"
          + " one customer's, never both",
        "a webhook is tried again after 1, 5, 15, 60, 180, 360, 720 and 1440 minutes",
        "webhook URLs: as documented, and http on the own machine",
        "amount may be a text, order_id a number and currency in lower case, as the vendor's"
          + " plugins send them",
        "refund and capture answer 1013; cards, payouts and the rest are not there (1005)",
      ]
    ),
    (
      "cashypay",
      [
        "refusals come with HTTP 200; a repeated mchOrderNo is 500 mchOrderNo_is_exist, an"
          + " unknown order 500 Order_not_exist, wrong merchants and signs are 401",
        "an order is paid by exactly its amount, also late; any other money makes a PATCH order,"
          + " and the order stays as it is; channelOrderNo is the tracking key",
        "failure and cancellation are told by webhook, expiry is not; the fee is one peso",
        "a CLABE takes transfers for 180 days, and 180 more if used in its last 60",
        "payType \(CashyPayType.store.rawValue) is OXXO, a number of this sandbox; its tills take"
          + " an open order's own amount only",
      ]
    ),
    (
      "smilepayz",
      [
        "refusals come with HTTP 200 and code 01 field, 02 partner or signature, 03 duplicate"
          + " orderNo, 04 not found, 05 timestamp, 99 system",
        "an order is paid by exactly its amount, also late; any other money stands in the query's"
          + " subOrderList, without a callback",
        "callbacks for SUCCESS, FAILED and CANCELLED, not for EXPIRED; tried again after 1, 5, 15,"
          + " 60, 180 and 360 minutes with the first try's X-TIMESTAMP",
        "no prefix is demanded of orderNo; unknown fields are refused, area 14 and payer are known",
      ]
    ),
    (
      "paynet",
      [
        "takes cash for Openpay's store references; \(PaynetDesk.standingReference) takes any"
          + " amount, any number of times, and belongs to no order",
        "an identical repeat is answered as the first time, one with other data is 12; a closed"
          + " charge is 12, another amount 88, a malformed reference 30, an unknown one 93",
        "a reversal needs the payment's own data, is repeatable, and opens the charge again"
          + " without a webhook; what was never authorized, or paid again after it, is 12",
      ]
    ),
  ]
}
