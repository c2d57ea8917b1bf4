import JSONText
import Payins

/// The payer's page, in Spanish, without scripts.
struct HostedPage {
  let html: String
  /// Until it should be shown anew, while payment is awaited. A header says so, not the page: what
  /// merchants and providers wrote stands in the page.
  let refreshSeconds: Int?

  init(_ payin: Payin) {
    let amount = DecimalText.text(payin.request.amount, places: 2)
    var body = "<p class=\"amount\">$\(amount) \(payin.request.currency.rawValue)</p>"
    body += "<p>\(Markup.escaped(payin.request.description))</p>"
    body += Self.status(payin)
    if payin.status == .pending || payin.status == .partiallyPaid {
      body += Self.instructions(payin)
      body +=
        "<p>Paga antes del <strong>\(Self.deadline(payin))</strong>"
        + " (hora de la Ciudad de México).</p>"
    }
    if let url = payin.request.returnURL {
      body += "<p><a href=\"\(Markup.escaped(url))\">Volver a la tienda</a></p>"
    }
    refreshSeconds = payin.status.isOpen ? 15 : nil
    html = """
      <!doctype html>
      <html lang="es"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex"><title>Pago</title>
      <style>\(Self.style)</style></head><body><main>\(body)</main></body></html>
      """
  }

  static let policy = ContentSecurityPolicy(styles: [style], sources: ["img-src": "'self'"])

  private static let style = """
    body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#1c2430}
    main{max-width:28rem;margin:2rem auto;padding:1.5rem;background:#fff;border-radius:12px}
    .amount{font-size:2rem;font-weight:700;margin:0}
    dt{color:#5b6675;font-size:.875rem}dd{margin:0 0 .75rem;font-size:1.125rem;
    overflow-wrap:anywhere;user-select:all}img{max-width:100%;height:auto}
    .state{padding:.5rem .75rem;border-radius:8px;background:#eef2ff}
    """

  private static func status(_ payin: Payin) -> String {
    let text =
      switch payin.status {
      case .processing: "Estamos preparando tu pago. Esta página se actualiza sola."
      case .pending: "Esperando tu pago."
      case .partiallyPaid:
        "Recibimos $\(DecimalText.text(payin.amountReceived, places: 2)). Falta completar el pago."
      case .succeeded: "Pago recibido. ¡Gracias!"
      case .failed: "No fue posible preparar este pago."
      case .expired: "Este pago venció. No lo pagues."
      case .cancelled: "Este pago fue cancelado. No lo pagues."
      }
    return "<p class=\"state\">\(text)</p>"
  }

  private static func instructions(_ payin: Payin) -> String {
    switch payin.instructions {
    case .spei(let spei):
      return list([
        ("CLABE", spei.clabe), ("Banco", spei.bank), ("Beneficiario", spei.beneficiary),
        ("Convenio CIE", spei.agreement), ("Referencia", spei.reference),
        ("Concepto", spei.concept),
      ])
    case .store(let store):
      let barcode =
        Code128(store.reference) == nil
        ? "" : "<img alt=\"Código de barras\" src=\"/pay/\(payin.token)/barcode.svg\">"
      return "<p>Muestra esta referencia en la caja:</p>\(barcode)"
        + list([
          ("Referencia", store.reference), ("Tiendas", store.networks.joined(separator: ", ")),
        ])
    case nil: return ""
    }
  }

  private static func list(_ rows: [(String, String?)]) -> String {
    let items = rows.compactMap { name, value -> String? in
      guard let value, !value.isEmpty else { return nil }
      return "<dt>\(name)</dt><dd>\(Markup.escaped(value))</dd>"
    }
    return "<dl>\(items.joined())</dl>"
  }

  private static func deadline(_ payin: Payin) -> String {
    String(payin.expiresAt.localText(offsetMinutes: Instant.mexicoCityOffset).dropLast(3))
  }
}
