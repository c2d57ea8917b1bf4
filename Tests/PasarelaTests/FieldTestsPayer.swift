import Glibc
import JSONText
import Payins
import Testing

extension FieldTests {
  @Suite("what the payer is called, told and shown") struct Payer {
    private static func payer(_ name: String, _ email: String, phone: Bool = true) -> JSON {
      let payer: JSON = ["name": .string(name), "email": .string(email)]
      return phone ? payer.with("/phone", "+525500000000") : payer
    }

    private static func isPlain(_ text: String?, _ limit: Int = 32) -> Bool {
      guard let text else { return false }
      return (1...limit).contains(text.utf8.count)
        && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    @Test("cashypay_emoji_and_apostrophe: what CashyPay hears is plain, short and never empty")
    func emoji() async throws {
      let bench = try FieldBench.current
      for (index, description) in ["😁✌️", "Café & <b>té</b> \"#1\""].enumerated() {
        let email = "emoji-\(index)@example.mx"
        let script = bench.wire.script(email)
        _ = try await bench.pending(
          "cashypay_emoji-\(index)", via: "cashypay-main",
          changing: [
            "description": .string(description),
            "payer": Self.payer("Ñandú D’Ricco Peña-Güemes", email),
          ])
        #expect(Self.isPlain(script.sent["remark"]?.string), "\(script.sent)")
        #expect(Self.isPlain(script.sent["realName"]?.string), "\(script.sent)")
      }
    }

    @Test("names_of_other_scripts: are taken by both, and are plain where they must be")
    func scripts() async throws {
      let bench = try FieldBench.current
      for (index, name) in ["Luis Johnson`s", "Γιώργος Παπαδόπουλος"].enumerated() {
        for (account, method) in [("cashypay-main", "spei"), ("openpay-main", "store")] {
          let email = "scripts-\(index)-\(method)@x.mx"
          let script = bench.wire.script(email)
          _ = try await bench.pending(
            "names-\(index)-\(method)", via: account, method,
            changing: ["payer": Self.payer(name, email)])
          guard method == "spei" else { continue }
          #expect(Self.isPlain(script.sent["realName"]?.string), "\(script.sent)")
        }
      }
    }

    @Test("openpay_description: fits, whole characters only, and a short one is unchanged")
    func description() async throws {
      let bench = try FieldBench.current
      let long = String(repeating: "Añ", count: 65) + String(repeating: "😁", count: 120)
      let short = #"<b>Dos</b> "boletos" \ 'hoy' & mañana"#
      for (index, description) in [long, short].enumerated() {
        let email = "description-\(index)@example.mx"
        let script = bench.wire.script(email)
        _ = try await bench.pending(
          "openpay_description-\(index)", via: "openpay-main", "store",
          changing: [
            "description": .string(description), "payer": Self.payer("Ana Prueba", email),
          ])
        let sent = try #require(script.sent["description"]?.string)
        #expect(sent.utf16.count <= 250 && description.utf8.starts(with: sent.utf8))
        #expect(index == 0 ? sent.utf16.count >= 249 : sent == description)
      }
    }

    @Test("openpay_customer_fields: a charge each, no field beyond 100, no empty last_name")
    func customer() async throws {
      let bench = try FieldBench.current
      let name = String(repeating: "Maximiliana ", count: 9).dropLast(8)
      #expect(name.utf8.count == 100)
      let long = "customer-1@" + String(repeating: "example.", count: 9) + "shop.mx"
      #expect(long.utf8.count == 90)
      for (index, payer) in [
        Self.payer("Cher", "customer-0@example.mx"), Self.payer(String(name), long),
        Self.payer("Ana Prueba", "customer-2@example.mx", phone: false),
      ].enumerated() {
        let email = try #require(payer["email"]?.string)
        let script = bench.wire.script(email)
        _ = try await bench.pending(
          "openpay_customer_fields-\(index)", via: "openpay-main", "store",
          changing: ["payer": payer])
        let customer = try #require(script.sent["customer"]?.object)
        #expect(customer["email"]?.string == email)
        for (key, value) in customer.members {
          #expect((1...100).contains(value.string?.utf16.count ?? 0), "\(key)")
        }
      }
    }

    @Test("openpay_due_date_instant: the same instant, with an offset, whatever the host's zone")
    func dueDate() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("openpay_due_date_instant")
      let wish = Instant(seconds: FieldBench.now + 2 * 86_400)
      let placed = try await bench.pending(
        "openpay_due_date_instant", via: "openpay-main", "store",
        changing: ["expires_at": .string(wish.text(offsetMinutes: -420))])
      let sent = try #require(script.sent["due_date"]?.string)
      #expect(Instant(rfc3339: sent) == wish, "\(sent)")
      #expect(placed.made["expires_at"]?.string == wish.rfc3339)
      // The page speaks Mexico City's time, which has no summer time.
      let clock = wish.localText(offsetMinutes: -360).unicodeScalars.dropFirst(11).prefix(5)
      let page = try await bench.page(placed.made)
      #expect(page.contains(wish.rfc3339))
      let spoken = clock.first == "0" ? clock.dropFirst() : clock
      #expect(page.contains(" \(Substring(spoken))\u{A0}h"), "\(Substring(clock))")
    }

    @Test("zones_in_july: border towns keep summer time, the others have none")
    func zones() async throws {
      let bench = try FieldBench.current
      let hours = [("Mexico_City", 12), ("Monterrey", 12), ("Tijuana", 11), ("Ciudad_Juarez", 12)]
        .map { "now.getHours('America/\($0)') == \($1)" }.joined(separator: " && ")
      try bench.installation.place.write(
        """
        { rules: [ { name: "july", when: "\(hours)",
            route: { priority: ["openpay-main/spei"] } } ],
          otherwise: { priority: ["cashypay-main/spei"] },
          tests: [ { name: "of July", now: "2027-07-15T18:30:00Z",
            payin: { method: "spei", amount: 15000 }, expect: { rule: "july" } } ] }
        """, to: "july/july.json5")
      let checked = try await Program.run(
        ["rules", "check", "july"], in: bench.installation.place.path,
        environment: [
          "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": WebhookTests.secret,
          "TZ": "America/Tijuana",
        ])
      #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
      let noon = Instant(rfc3339: "2027-07-15T18:30:00Z")
      #expect(
        noon?.localText(offsetMinutes: Instant.mexicoCityOffset) == "2027-07-15 12:30:00")
    }

    @Test("openpay_shared_clabe: CLABE, concept and agreement, each in its place and on the page")
    func sharedCLABE() async throws {
      let bench = try FieldBench.current
      let placed = try await bench.pending("openpay_shared_clabe", via: "openpay-main")
      let shown = try #require(placed.made["instructions"])
      let clabe = try #require(shown["clabe"]?.string)
      let concept = try #require(shown["concept"]?.string)
      #expect(clabe.utf8.starts(with: "012".utf8) && clabe.utf8.count == 18)
      #expect(concept.utf8.count == 20)
      let agreement = try #require(shown["agreement"]?.string)
      #expect(!agreement.isEmpty && agreement != concept)
      let page = try await bench.page(placed.made)
      for part in [clabe, concept, agreement] { #expect(page.contains("data-copy=\"\(part)\"")) }
    }

    @Test(
      "store_reference_zeros: the API, the page and the bar code say exactly that",
      arguments: ["0000012345678900", "000001234567890"])
    func zeros(_ reference: String) async throws {
      let bench = try FieldBench.current
      let name = "store_reference_zeros-\(reference.utf8.count)"
      _ = bench.wire.script(name) { call in
        await call.forward().with("/payment_method/reference", .string(reference))
      }
      let placed = try await bench.pending(name, via: "openpay-main", "store")
      #expect(placed.made["instructions"]?["reference"]?.string == reference)
      #expect(try await bench.page(placed.made).contains("data-copy=\"\(reference)\""))
      let url = try #require(placed.made["hosted_url"]?.string)
      let path = String(url.dropFirst(FieldBench.publicURL.count))
      let svg = try await bench.client.get("\(path)/barcode.svg").body
      #expect(ReadBarcode.text(inSVG: String(decoding: svg, as: UTF8.self)) == reference)
    }

    @Test("merchant_amount_forms: only whole centavos are an amount, and nothing is made")
    func amountForms() async throws {
      let bench = try FieldBench.current
      for (index, form) in [
        JSON.digits("150.00"), "15000", .digits("15000.0"), .digits("1.5e4"), "15,000", -1, .null,
        true,
      ].enumerated() {
        let name = "merchant_amount_forms-\(index)"
        let answer = try await bench.buy(name, via: "openpay-main", changing: ["amount": form])
        #expect(answer.status == 400 && answer.pointers == ["/amount"], "\(form)")
        let made = try await bench.client.get("/v1/payins?merchant_reference=\(name)")
        #expect(made.json["data"] == [])
      }
    }

    @Test("public_url_joints: one slash at each joint, and the path is kept")
    func joints() async throws {
      let bench = try FieldBench.current
      let script = bench.wire.script("public_url_joints")
      let placed = try await bench.pending("public_url_joints", via: "cashypay-main")
      let address = "\(FieldBench.publicURL)/callbacks/cashypay-main"
      #expect(script.sent["notifyUrl"]?.string == address)
      #expect(try await bench.page(placed.made).contains("Paga antes del"))
    }
  }
}

extension FieldBench {
  /// Seconds since 1970, by the host's clock.
  static var now: Int64 { Int64(time(nil)) }
}
