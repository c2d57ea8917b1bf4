import Payins

/// The payer's page of one pay-in.
struct HostedPage {
  let payin: Payin
  let dress: HostedPageDress
  let language: PageLanguage
  /// The gateway's own address, without a slash at its end.
  let publicURL: String
  let now: Instant

  var display: Display { dress.display }
  var state: PageState { PageState(payin, at: now) }
  /// What is still to be paid.
  var amount: String { PesoText.text(payin.amountLeft) }

  func t(_ spanish: HTML, _ english: HTML) -> HTML { language(spanish, english) }

  func spoken(_ instant: Instant) -> HTML {
    """
    <time datetime="\(instant.rfc3339)">\(SpokenTime(instant).text(language))</time>
    """
  }

  var html: HTML {
    let live: HTML = state.isLive ? " data-live" : ""
    return Self.document(
      language, dress, title: t("Pago a \(display.name)", "Payment to \(display.name)"),
      header: banner,
      main: """
        <main data-state="\(state.rawValue)" data-version="\(payin.pageVersion)"\(live)>
        \(summary)\(content)
        </main>
        """,
      footer: footer, icon: display.logo == nil ? "data:," : "/pay/\(payin.token)/logo")
  }

  /// A small page for an address that leads nowhere.
  static func unknown(_ language: PageLanguage, _ dress: HostedPageDress) -> HTML {
    let title = language("No encontramos este pago", "We cannot find this payment")
    let advice = language(
      """
      Revisa que la dirección esté completa, tal como te la enviaron. Si sigue sin abrir, pide a \
      la tienda que te la mande otra vez.
      """,
      """
      Check that the address is complete, just as it was sent to you. If it still does not open, \
      ask the shop to send it again.
      """)
    return document(
      language, dress, title: title, header: .none,
      main:
        "<main><section class=\"card summary\"><h1>\(title)</h1><p>\(advice)</p></section></main>",
      footer: languageLink(language))
  }

  private static func document(
    _ language: PageLanguage, _ dress: HostedPageDress, title: HTML, header: HTML, main: HTML,
    footer: HTML, icon: String = "data:,"
  ) -> HTML {
    """
    <!doctype html>
    <html lang="\(language.rawValue)">
    <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex"><meta name="format-detection" content="telephone=no">
    <meta name="theme-color" content="\(dress.display.colour.text)">
    <link rel="icon" href="\(icon)"><title>\(title)</title>
    \(dress.head)</head>
    <body>
    \(header)
    \(main)
    <footer>\(footer)</footer>
    <p id="say" class="unseen" role="status"></p>
    \(dress.script)
    </body>
    </html>

    """
  }

  private var banner: HTML {
    let logo: HTML =
      display.logo == nil ? .none : "<img src=\"/pay/\(payin.token)/logo\" alt=\"\" height=\"40\">"
    return "<header><div>\(logo)<strong>\(display.name)</strong></div></header>"
  }

  private static func languageLink(_ language: PageLanguage) -> HTML {
    let other = language.other
    return """
      <a href="?lang=\(other.rawValue)" lang="\(other.rawValue)" hreflang="\(other.rawValue)">\
      \(other("Ver en español", "View in English"))</a>
      """
  }

  private var footer: HTML {
    let name = display.name
    let help = t(
      "¿Dudas de tu compra? Pregunta a \(name) y menciona tu pedido.",
      "Questions about your purchase? Ask \(name) and give your order number.")
    return """
      <p>\(help)</p><p>\(Self.languageLink(language))</p>
      """
  }

  // MARK: What it is about

  private var summary: HTML {
    """
    <section class="card summary"><p class="state">\(stateName)</p>
    \(headline)
    <dl class="order"><div><dt>\(t("Pedido", "Order"))</dt>\
    <dd>\(payin.request.merchantReference)</dd></div>\
    <div><dt>\(t("Concepto", "For"))</dt><dd>\(payin.request.description)</dd></div></dl>
    \(state.isPayable ? deadline : .none)</section>
    """
  }

  private var stateName: HTML {
    switch state {
    case .waiting: t("Esperando tu pago", "Waiting for your payment")
    case .partlyPaid: t("Pago incompleto", "Partly paid")
    case .paid: t("Pago recibido", "Payment received")
    case .pastTime: t("Confirmando", "Checking")
    case .expired: t("Vencido", "Expired")
    case .ended: t("Cerrado", "Closed")
    case .cancelled: t("Cancelado", "Cancelled")
    case .preparing: t("En preparación", "Being prepared")
    case .inDoubt: t("Por confirmar", "Being confirmed")
    }
  }

  private var headline: HTML {
    let name = display.name
    let asked = PesoText.text(payin.request.amount)
    switch state {
    case .waiting, .preparing, .inDoubt:
      return """
        <h1>\(t("Pagar", "Pay")) \(big(payin.request.amount)) \(t("a \(name)", "to \(name)"))</h1>
        """
    case .partlyPaid:
      let left = big(payin.amountLeft)
      let received = PesoText.short(payin.amountReceived)
      return """
        <h1>\(t("Faltan \(left) para \(name)", "\(left) left to pay \(name)"))</h1>
        <p>\(t(
          "Ya recibimos \(received) de \(asked).", "We have received \(received) of \(asked)."))</p>
        """
    case .paid:
      let received = big(payin.amountReceived)
      return "<h1>\(t("Pagaste \(received) a \(name)", "You paid \(received) to \(name)"))</h1>"
    case .pastTime:
      return "<h1>\(t("Estamos confirmando si pagaste", "We are checking whether you paid"))</h1>"
    case .expired, .ended, .cancelled:
      return """
        <h1>\(t("Ya no lo pagues", "Do not pay this any more"))</h1>
        """
    }
  }

  private func big(_ centavos: Int64) -> HTML {
    "<b>\(PesoText.short(centavos)) <small>MXN</small></b>"
  }

  private var deadline: HTML {
    let seconds = payin.expiresAt.milliseconds(since: now) / 1000
    return """
      <p class="until">\(t("Paga antes del", "Pay before"))
      <strong>\(spoken(payin.expiresAt))</strong>
      <small>\(t("Hora de la Ciudad de México", "Mexico City time"))</small>
      <span class="left" data-left="\(seconds)" \
      data-words="\(TimeLeft.words(language).joined(separator: "|"))">\
      \(TimeLeft.text(seconds: seconds, language))</span></p>
      """
  }
}
