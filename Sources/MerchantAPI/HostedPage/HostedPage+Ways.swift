import Payins

/// The steps of each way to pay.
extension HostedPage {
  private func steps(_ items: [HTML]) -> HTML {
    // The list counts for those who hear it.
    let steps = items.enumerated().map {
      "<li><b aria-hidden=\"true\">\($0.offset + 1)</b>\($0.element)</li>" as HTML
    }
    return "<ol>\(steps)</ol>"
  }

  private func providerPage(_ url: String?) -> HTML {
    guard let url else { return .none }
    return """
      <p class="provider"><a href="\(url)" rel="noreferrer noopener">\(t(
        "Ver también las instrucciones del proveedor del pago",
        "See the payment provider's own instructions too"))</a></p>
      """
  }

  // MARK: Cash

  func counter(_ store: StoreInstructions) -> HTML {
    let chain = StoreChain(store.networks.first)
    let name = chain.name
    let show: HTML = """
      \(t("Muestra este código en la caja:", "Show this code at the till:"))\(bars(store.reference))
      \(list([field(t("Referencia", "Reference"), store.reference, groups: [4])]))
      \(hint(t(
        "Si no se puede escanear, dicta la referencia.",
        "If it cannot be scanned, read out the reference.")))
      """
    let pay = t(
      "Paga <strong>\(amount)</strong> en efectivo. Si te piden otro importe, no pagues.",
      "Pay <strong>\(amount)</strong> in cash. If asked for another amount, do not pay."
    )
    let fee = t(
      "La tienda cobra aparte una comisión por recibir el pago: pregunta cuánto antes de pagar.",
      "The store charges its own fee for taking the payment: ask how much before you pay.")
    return """
      <section class="card way"><h2>\(t("Paga en efectivo en \(name)", "Pay cash at \(name)"))</h2>
      \(steps([
        "\(chain.where(language))\(chips(chain.shops, chain.map))",
        """
        \(t("Di en la caja:", "Say at the till:"))<p class="say" lang="es">«\(chain.phrase)»</p>
        """,
        show, pay + hint(fee),
        t("Guarda el ticket: es tu comprobante.", "Keep the slip: it is your proof of payment."),
      ]))\(providerPage(store.paymentURL))</section>
      """
  }

  private func hint(_ text: HTML) -> HTML { "<p class=\"hint\">\(text)</p>" }

  private func chips(_ shops: [String], _ map: String?) -> HTML {
    guard !shops.isEmpty else { return .none }
    let nearest = t("Buscar la tienda más cercana", "Find the nearest store")
    let link: HTML =
      map.map { "\(hint("<a href=\"\($0)\" rel=\"noreferrer noopener\">\(nearest)</a>"))" } ?? .none
    return """
      <ul class="shops">\(shops.map { "<li>\($0)</li>" as HTML })\
      <li>\(t("y más", "and more"))</li></ul>\(link)
      """
  }

  // MARK: Transfers

  func transfer(_ spei: SPEIInstructions) -> HTML {
    guard let agreement = spei.agreement, let concept = spei.concept else {
      return anyBank(spei, t("Transfiere por SPEI", "Transfer by SPEI"))
    }
    return """
      \(fromBBVA(agreement, concept))\
      \(anyBank(spei, t("Desde cualquier otro banco", "From any other bank")))
      """
  }

  /// A payment of services to the agreement: its reference is what other banks take as concept
  /// (S002; Providers/CashyPay/README 2.5, Providers/Openpay/README 3.4).
  private func fromBBVA(_ agreement: String, _ reference: String) -> HTML {
    let menu = t(
      "En tu app o en bbva.mx elige <strong>Pagar → De servicios</strong>.",
      """
      In your app or at bbva.mx choose <strong lang="es">Pagar → De servicios</strong> (pay, \
      services).
      """)
    let fields: [HTML] = [
      field(t("Convenio CIE", "CIE agreement (convenio)"), agreement, groups: [7]),
      field(t("Referencia", "Reference (referencia)"), reference, groups: [4]), amountField(),
    ]
    return """
      <section class="card way"><h2>\(t("Desde BBVA", "From BBVA"))</h2>\(steps([
        menu, t("Escribe estos datos:", "Enter these details:") + list(fields), exactly,
        t("Guarda el comprobante.", "Keep the receipt."),
      ]))</section>
      """
  }

  private func anyBank(_ spei: SPEIInstructions, _ title: HTML) -> HTML {
    let add = t(
      "En la app de tu banco elige <strong>Transferir</strong> y agrega esta cuenta:",
      """
      In your bank's app choose <strong lang="es">Transferir</strong> (transfer) and add this \
      account:
      """)
    var account = [field(t("CLABE", "CLABE"), spei.clabe, groups: [3, 3, 11, 1])]
    if let bank = Banks.name(clabe: spei.clabe) ?? spei.bank {
      account.append(fact(t("Banco", "Bank"), "\(bank)"))
    }
    account.append(field(t("Beneficiario", "Beneficiary"), beneficiary(spei)))
    let concept = t("Concepto de pago", "Concept (concepto)")
    var order = [amountField()]
    if let given = spei.concept {
      order.append(field(concept, given, groups: [4]))
    } else {
      order.append(
        fact(concept, t("El que quieras, por ejemplo tu pedido", "Any, such as your order")))
    }
    if let reference = spei.reference ?? spei.agreement {
      let name = t("Referencia numérica", "Numeric reference (referencia)")
      order.append(field(name, reference, groups: [7]))
    }
    return """
      <section class="card way"><h2>\(title)</h2>\(steps([
        add + list(account),
        t("Llena la transferencia así:", "Fill in the transfer:") + list(order),
        spei.agreement == nil ? anyAmount : exactly, keep,
      ]))\(providerPage(spei.paymentURL))</section>
      """
  }

  private func list(_ fields: [HTML]) -> HTML { "<dl class=\"fields\">\(fields)</dl>" }

  private func beneficiary(_ spei: SPEIInstructions) -> String {
    spei.beneficiary ?? display.beneficiary ?? display.name
  }

  /// The account is shared: its bank returns what does not fit the order.
  private var exactly: HTML {
    t(
      """
      Paga <strong>exactamente \(amount)</strong> y copia los números tal cual: con otro importe o \
      referencia tu banco puede rechazar o devolver el pago.
      """,
      """
      Pay <strong>exactly \(amount)</strong> and copy the numbers as they are: with another amount \
      or reference your bank may refuse or return the payment.
      """)
  }

  private var anyAmount: HTML {
    t(
      """
      Transfiere <strong>exactamente \(amount)</strong>. Si envías menos, aquí verás cuánto falta; \
      si envías más, tendrás que pedir la diferencia a \(display.name).
      """,
      """
      Transfer <strong>exactly \(amount)</strong>. If you send less, this page will show what is \
      left; if you send more, you will have to ask \(display.name) for the difference.
      """)
  }

  private var keep: HTML {
    t(
      "Guarda el comprobante con su clave de rastreo.",
      "Keep the receipt with its tracking key (clave de rastreo).")
  }
}

/// A network of tills as payers know it.
private struct StoreChain {
  let name: String
  /// Chains that belong to the network; empty where the network is a chain.
  var shops: [String] = []
  /// Where the nearest one is found.
  var map: String?
  /// What is said at the till.
  let phrase: String

  /// - Parameter network: as providers' adapters name it.
  init(_ network: String?) {
    switch network {
    case "oxxo":
      name = "OXXO"
      phrase = "Quiero hacer un pago con esta referencia"
    case "paynet":
      name = "Paynet"
      shops = [
        "7-Eleven", "Circle K", "Extra", "Walmart", "Bodega Aurrerá", "Sam’s Club",
        "Farmacias del Ahorro", "Farmacias Guadalajara", "Waldo’s", "Kiosko",
      ]
      map = "https://www.paynet.com.mx/mapa-tiendas/index.html"
      phrase = "Quiero hacer un pago de servicio Paynet"
    default:
      name = network ?? "la tienda"
      phrase = "Quiero pagar con esta referencia"
    }
  }

  func `where`(_ language: PageLanguage) -> HTML {
    shops.isEmpty
      ? language("Ve a cualquier tienda \(name).", "Go to any \(name) store.")
      : language(
        "Ve a una tienda que reciba pagos de \(name):", "Go to a store that takes \(name) payments:"
      )
  }
}
