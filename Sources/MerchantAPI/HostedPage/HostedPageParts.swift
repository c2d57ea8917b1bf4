/// What payers' pages are made of besides their pay-ins.
public struct HostedPageParts: Sendable {
  /// The page's style sheet and its script; nothing else in a page may style or run.
  public var style: String
  public var script: String
  /// How each merchant shows itself, by its id.
  public var displays: [String: Display]

  public init(style: String = "", script: String = "", displays: [String: Display] = [:]) {
    self.style = style
    self.script = script
    self.displays = displays
  }

  func dress(of merchant: String) -> HostedPageDress {
    HostedPageDress(displays[merchant] ?? Display(name: merchant), self)
  }
}

/// A merchant's face with the page's style and script, and what a browser is told to allow of them.
struct HostedPageDress: Sendable {
  let display: Display
  let head: HTML
  let script: HTML
  let policy: ContentSecurityPolicy

  init(_ display: Display, _ parts: HostedPageParts) {
    self.display = display
    let colours = ":root{--brand:\(display.colour.text);--on-brand:\(display.colour.ink)}"
    head = """
      <style>\(HTML(ours: colours))</style><style>\(HTML(ours: parts.style))</style>
      """
    script = "<script>\(HTML(ours: parts.script))</script>"
    policy = ContentSecurityPolicy(
      styles: [colours, parts.style], scripts: [parts.script],
      sources: ["img-src": "'self' data:", "connect-src": "'self'"])
  }
}
