import Payins

/// Numbers that a payer types or shows, and codes that a machine reads.
extension HostedPage {
  /// A name with its value, which a button copies.
  /// - Parameter groups: lengths after which the value is parted for the eye; nothing parts what is
  ///   copied.
  func field(_ name: HTML, _ value: String, groups: [Int] = []) -> HTML {
    """
    <div><dt>\(name)</dt><dd>\(Self.grouped(value, groups))\
    <button type="button" data-copy="\(value)" data-done="\(t("Copiado", "Copied"))" \
    aria-label="\(t("Copiar", "Copy")) \(name)">\(t("Copiar", "Copy"))</button></dd></div>
    """
  }

  /// Without a button.
  func fact(_ name: HTML, _ value: HTML) -> HTML { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

  /// The amount, copied as banks take it: digits and a point.
  func amountField() -> HTML {
    let centavos = payin.amountLeft % 100
    let plain = "\(payin.amountLeft / 100).\(centavos / 10)\(centavos % 10)"
    return """
      <div><dt>\(t("Importe", "Amount"))</dt><dd><span class="number">\(amount)</span>\
      <button type="button" data-copy="\(plain)" data-done="\(t("Copiado", "Copied"))" \
      aria-label="\(t("Copiar importe", "Copy amount"))">\(t("Copiar", "Copy"))</button></dd></div>
      """
  }

  static func grouped(_ value: String, _ lengths: [Int]) -> HTML {
    guard !lengths.isEmpty else { return "<span class=\"text\">\(value)</span>" }
    var rest = Substring(value).unicodeScalars
    var groups: [HTML] = []
    var index = 0
    while !rest.isEmpty {
      let length = lengths[min(index, lengths.count - 1)]
      groups.append("<i>\(String(rest.prefix(length)))</i>")
      rest = rest.dropFirst(length)
      index += 1
    }
    return "<span class=\"number\">\(groups)</span>"
  }

  /// Lying where it fits the width, upright where it does not; one CSS pixel to a module, which the
  /// script widens to as many whole device pixels as there is room for.
  func bars(_ reference: String) -> HTML {
    guard let code = Code128(reference) else { return .none }
    let modules = code.modules
    let width: HTML =
      modules <= 286 ? "narrow" : modules <= 356 ? "medium" : "wide"
    let name = t("Código de barras de la referencia", "Bar code of the reference")
    return """
      <div class="bars \(width)"><svg class="flat" role="img" aria-label="\(name)" \
      data-modules="\(modules)" width="\(modules)" height="84" viewBox="0 0 \(modules) 60" \
      preserveAspectRatio="none" shape-rendering="crispEdges"><path id="bars" \
      d="\(HTML(ours: code.path(height: 60)))"/></svg>\
      <svg class="upright" role="img" aria-label="\(name)" data-modules="\(modules)" width="84" \
      height="\(modules)" viewBox="0 0 60 \(modules)" preserveAspectRatio="none" \
      shape-rendering="crispEdges"><use href="#bars" transform="matrix(0 1 1 0 0 0)"/></svg></div>
      """
  }

  /// The page's own address for a phone's camera.
  var phone: HTML {
    guard let code = QRCode("\(publicURL)/pay/\(payin.token)") else { return .none }
    let side = code.size + 2 * QRCode.quiet
    return """
      <section class="card phone"><svg role="img" aria-label="\(t(
        "Código QR de esta página", "QR code of this page"))" width="\(side * 3)" \
      height="\(side * 3)" viewBox="0 0 \(side) \(side)" shape-rendering="crispEdges">\
      <rect width="\(side)" height="\(side)" fill="#fff"/>\
      <path stroke="#000" d="\(HTML(ours: code.path))"/></svg>\
      <div><h2>\(t("Síguelo en tu teléfono", "Go on with your phone"))</h2><p>\(t(
        "Escanea el código para abrir esta página y ver cuando llegue tu pago.",
        "Scan the code to open this page and see when your payment arrives."))</p></div></section>
      """
  }
}
