import Payins

/// What each state says below the summary.
extension HostedPage {
  var content: HTML {
    switch state {
    case .waiting, .partlyPaid: payable
    case .paid: receipt + returnLink
    case .pastTime, .expired, .ended, .cancelled: note(over) + arrived + returnLink
    case .preparing: note(preparing) + reload
    case .inDoubt: note(doubt) + reload
    }
  }

  private func note(_ text: HTML) -> HTML { "<section class=\"card note\">\(text)</section>" }

  private var payable: HTML {
    let steps: HTML =
      switch payin.instructions {
      case .spei(let spei): transfer(spei)
      case .store(let store): counter(store)
      case nil: .none
      }
    return """
      <div class="slip"><div class="ways">\(steps)</div>\(phone)</div>
      \(live)\(returnLink)
      """
  }

  private var live: HTML {
    """
    <div class="card live"><p>\(t(
      "Deja abierta esta página o vuelve más tarde: aquí verás cuando llegue tu pago.",
      "Leave this page open or come back later: it will tell you when your payment arrives."))</p>
    \(printButton(t("Imprimir estas instrucciones", "Print these instructions")))</div>\(reload)
    """
  }

  func printButton(_ text: HTML) -> HTML {
    "<button type=\"button\" class=\"print\" data-print>\(text)</button>"
  }

  /// For browsers that run no scripts.
  private var reload: HTML {
    """
    <noscript><p class="card">\(t(
      "Para ver si ya llegó tu pago, <a href=\"\">vuelve a cargar esta página</a>.",
      "To see whether your payment has arrived, <a href=\"\">load this page again</a>."))</p>
    </noscript>
    """
  }

  private var preparing: HTML {
    """
    <h2>\(t("Estamos preparando tu pago", "We are preparing your payment"))</h2>
    <p>\(t(
      "Tarda unos segundos. Las instrucciones aparecerán aquí solas.",
      "This takes a few seconds. The instructions will appear here by themselves."))</p>
    """
  }

  private var doubt: HTML {
    """
    <h2>\(t("Todavía no pagues", "Do not pay yet"))</h2>
    <p>\(t(
      """
      Estamos confirmando con el proveedor cómo podrás pagar. Puede tardar unos minutos; las \
      instrucciones aparecerán aquí solas.
      """,
      """
      We are confirming with the provider how you can pay. This may take a few minutes; the \
      instructions will appear here by themselves.
      """))</p>
    """
  }

  /// Why nothing is to be paid any more.
  private var over: HTML {
    let name = display.name
    let paid = t(
      "Si ya pagaste, guarda tu comprobante y contacta a \(name).",
      "If you have paid already, keep your receipt and contact \(name).")
    let again = t(
      "Si todavía quieres pagar, pide a \(name) un pago nuevo.",
      "If you still want to pay, ask \(name) for a new payment.")
    switch state {
    case .pastTime:
      return """
        <p><strong>\(t("Ya no pagues.", "Do not pay any more."))</strong> \(t(
          "El tiempo para pagar terminó el", "The time to pay ended on"))
        \(spoken(payin.expiresAt)) \(mexicoCity).</p>
        <p>\(t(
          "Si pagaste a tiempo, lo estamos confirmando y esta página te avisará.",
          "If you paid in time, we are confirming it and this page will tell you."))</p>
        """
    case .cancelled:
      return
        "<p>\(t("\(name) canceló este pago.", "\(name) cancelled this payment."))</p><p>\(paid)</p>"
    case .ended where payin.instructions == nil:
      return """
        <p>\(t("No fue posible preparar este pago.", "This payment could not be prepared."))</p>
        <p>\(again)</p>
        """
    case .ended:
      return """
        <p>\(t(
          "El proveedor del pago lo cerró: ya no puede recibirse.",
          "The payment provider has closed it: it can no longer be received."))</p>
        <p>\(again) \(paid)</p>
        """
    case .expired, .waiting, .partlyPaid, .paid, .preparing, .inDoubt:
      // A provider may end an order before the payer's time is over.
      let when =
        now < payin.expiresAt
        ? t("Este pago venció.", "This payment has expired.")
        : t("Este pago venció el", "This payment expired on")
          + " \(spoken(payin.expiresAt)) \(mexicoCity)."
      return "<p>\(when)</p><p>\(again) \(paid)</p>"
    }
  }

  private var mexicoCity: HTML { t("(hora de la Ciudad de México)", "(Mexico City time)") }

  /// Money that came all the same.
  private var arrived: HTML {
    guard payin.amountReceived > 0 else { return .none }
    let received = PesoText.text(payin.amountReceived)
    let asked = PesoText.text(payin.request.amount)
    return note(
      """
      <h2>\(t("Recibimos \(received) de \(asked)", "We received \(received) of \(asked)"))</h2>
      <p>\(t(
        "\(display.name) ya lo sabe: acuerda con la tienda cómo seguir.",
        "\(display.name) knows: settle with the shop how to go on."))</p>\(receiptList)
      """)
  }

  private var returnLink: HTML {
    guard let url = payin.request.returnURL else { return .none }
    return """
      <p class="back"><a href="\(url)">\(t(
        "Volver a \(display.name)", "Back to \(display.name)"))</a></p>
      """
  }

  // MARK: The receipt

  private var receipt: HTML {
    let over = payin.amountReceived - payin.request.amount
    let more: HTML =
      over <= 0
      ? .none
      : """
      <p class="warning">\(t(
        "Son \(PesoText.text(over)) más de lo pedido: pide la diferencia a \(display.name).",
        "That is \(PesoText.text(over)) too much: ask \(display.name) for the difference."))</p>
      """
    return """
      <section class="card receipt"><h2>\(t("Comprobante de pago", "Payment receipt"))</h2>\
      \(receiptList)\(more)\(printButton(t("Imprimir comprobante", "Print receipt")))</section>
      """
  }

  private var receiptList: HTML {
    let method =
      payin.method == .spei
      ? t("Transferencia SPEI", "SPEI transfer") : t("Efectivo en tienda", "Cash at a store")
    let rows = payin.receipts.map { receipt -> HTML in
      """
      <dl class="facts"><div><dt>\(t("Importe", "Amount"))</dt>\
      <dd>\(PesoText.text(receipt.amount))</dd></div>\
      <div><dt>\(t("Fecha", "Date"))</dt><dd>\(spoken(receipt.receivedAt)) \(mexicoCity)</dd></div>\
      <div><dt>\(t("Forma de pago", "Paid by"))</dt><dd>\(method)</dd></div>\
      <div><dt>\(t("Folio", "Receipt number"))</dt>\
      <dd>\(receipt.providerReference ?? receipt.id.text)</dd></div></dl>
      """
    }
    return "\(rows)"
  }
}
