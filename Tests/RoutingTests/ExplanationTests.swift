import JSONText
import Payins
import Routing
import Testing

@Suite("Explanations")
struct ExplanationTests {
  private let text = """
    { rules: [
        { name: 'large', when: "payin.amount > 100000 && payin.method == 'spei'",
          route: { priority: ['openpay-main/spei'] } },
        { name: 'tier', when: "payin.metadata.tier == 'vip'", route: { priority: ['openpay-main/spei'] } },
        { name: 'split', when: "payin.method == 'spei'", retry: ['declined'],
          route: { split: { 'cashypay-main/spei': 0, 'smilepayz-main/spei': 100 },
                   then: ['openpay-main/spei', 'openpay-main/store'] } },
        { name: 'last', when: "payin.amount > 1", route: { priority: ['openpay-main/spei'] } },
      ],
      otherwise: { priority: ['openpay-main/spei'] } }
    """

  @Test("show every rule, candidate and reason")
  func full() throws {
    let decision = try RuleSet(text).decide(question(15_000, payer: Payer()))
    let expected: JSON = [
      "rules_version": "v1", "rule": "split",
      "rules": [
        [
          "name": "large", "file": "rules.json5", "result": false,
          "why": [
            ["expression": "payin.amount > 100000", "value": "false"],
            ["expression": "payin.amount", "value": "15000"],
          ],
        ],
        [
          "name": "tier", "file": "rules.json5", "result": "error",
          "error": "no such key: 'tier' in payin.metadata.tier",
          "why": [
            [
              "expression": "payin.metadata.tier",
              "error": "no such key: 'tier' in payin.metadata.tier",
            ],
            ["expression": "payin.metadata", "value": "{}"],
          ],
        ],
        ["name": "split", "file": "rules.json5", "result": true],
        ["name": "last", "file": "rules.json5", "result": "not_reached"],
      ],
      "strategy": "split",
      "candidates": [
        [
          "target": "cashypay-main/spei", "kept": false, "reason": "payer_field_missing",
          "detail": "the account needs payer.name and payer.phone and payer.email",
        ],
        [
          "target": "smilepayz-main/spei", "kept": true, "reason": nil,
          "detail": "weight 100, drawn by the pay-in's id",
        ],
        ["target": "openpay-main/spei", "kept": true, "reason": nil, "detail": "then"],
        [
          "target": "openpay-main/store", "kept": false, "reason": "method_mismatch",
          "detail": "the pay-in asks for spei",
        ],
      ],
      "order": ["smilepayz-main/spei", "openpay-main/spei"], "retry": ["declined"],
    ]
    #expect(decision.explanation(.full).pretty == expected.pretty)
  }

  @Test("are kept with a pay-in in a short form")
  func compact() throws {
    let decision = try RuleSet(text).decide(question(15_000, payer: Payer()))
    let expected: JSON = [
      "rules": [
        [
          "name": "tier", "file": "rules.json5", "result": "error",
          "error": "no such key: 'tier' in payin.metadata.tier",
        ]
      ],
      "strategy": "split",
      "candidates": [
        [
          "target": "cashypay-main/spei", "kept": false, "reason": "payer_field_missing",
          "detail": "the account needs payer.name and payer.phone and payer.email",
        ],
        ["target": "smilepayz-main/spei", "kept": true],
        ["target": "openpay-main/spei", "kept": true],
        [
          "target": "openpay-main/store", "kept": false, "reason": "method_mismatch",
          "detail": "the pay-in asks for spei",
        ],
      ],
      "order": ["smilepayz-main/spei", "openpay-main/spei"],
    ]
    let record = decision.record
    #expect(record.explanation.pretty == expected.pretty)
    #expect(record.rule == "split" && record.rulesVersion == "v1")
    #expect(record.candidates == decision.candidates && record.retry == [.declined])
  }

  @Test("name the route of last resort where no rule holds")
  func otherwise() throws {
    let rules = try RuleSet(when: "payin.amount > 100000")
    let explanation = rules.decide(question(method: .store)).explanation(.full)
    #expect(explanation["rule"] == "otherwise")
    #expect(explanation.at(pointer: "/rules/0/result") == false)
    #expect(explanation["order"] == ["openpay-main/store"])
  }

  @Test("say what each strategy went by")
  func details() throws {
    let fees = """
      { 'openpay-main/spei': { percent: 2.9, fixed: 250 },
        'smilepayz-main/spei': { percent: 1, fixed: 0 } }
      """
    let targets = "['openpay-main/spei', 'smilepayz-main/spei']"
    let cheapest = try RuleSet(route: "{ cheapest: \(targets) }", fees: fees)
    let byFee = cheapest.decide(question(15_050)).explanation(.full)
    #expect(byFee.at(pointer: "/candidates/0/detail") == "fee $6.86", "436.45 + 250 centavos")
    #expect(byFee.at(pointer: "/candidates/1/detail") == "fee $1.51", "150.5 centavos")

    let healthiest = try RuleSet(route: "{ healthiest: \(targets) }")
    let health = AccountHealth(acceptsCreates: true, successPermille: 975, latencyMilliseconds: 40)
    var explored = 0
    for number in 0..<300 {
      let asked = question(id: "payin_\(number)", health: ["smilepayz-main": health])
      let decision = healthiest.decide(asked)
      let detail = decision.explanation(.full).at(pointer: "/candidates/1/detail")?.string ?? ""
      #expect(detail.hasPrefix("success rate 97.5 %, latency 40 ms"))
      let isFirst = decision.targets[0] == "smilepayz-main/spei"
      #expect(detail.hasSuffix("to notice a recovery") == isFirst)
      explored += isFirst ? 1 : 0
    }
    #expect(explored > 0)

    let priority = try RuleSet(route: "{ priority: \(targets) }")
    let plain = priority.decide(question()).explanation(.full)
    #expect(plain.at(pointer: "/candidates/0/detail") == .null)
  }

  @Test(
    "show no payer's data",
    arguments: [
      "payin.payer.email == 'x'", "payin.payer.email + 'x' == 'y'", "int(payin.payer.phone) == 5",
      "int(payin.payer.name) == 5", "payin.payer.phone in ['1']", "[payin].size() == 5",
      "[payin.payer] == []", "payin.metadata.copy == 'x'", "[payin].map(p, p.payer.name) == ['x']",
      "int(payin.metadata.copy) == 5", "bytes(payin.payer.name) == b'x'",
      "payin.payer.name.startsWith('x')", "size(payin.payer.name) == 3",
      "[payin].exists(p, int(p.payer.name) == 5)", "[payin] == []",
      // Half of the data, or the data in another form.
      "payin.payer.email.split('@') == []", "payin.payer.?email == optional.none()",
      "payin.payer.?email.orValue('').substring(0, 6) == 'x'", "payin.`payer`.email.trim() == ''",
      "payin.payer.?email.optMap(e, e.replace('y', '')) == optional.of('')",
      "int(payin.payer.email.substring(0, 6)) == 5", "int(payin.payer.email.charAt(30)) == 1",
      "accounts[payin.payer.email.substring(0, 6)].healthy", "[1][int(payin.payer.phone)] == 1",
      "''.matches(payin.payer.email.replace('@', '(')) || false",
      "[payin.payer.email].map(e, int(e.substring(0, 6))) == []",
      "payin.metadata.copy.split('@') == []", "payin.metadata.?copy.orValue('').trim() == 'x'",
      "['a'].map(x, payin.metadata.copy.substring(3, 9)) == ['x']",
      "int(payin.metadata.copy.substring(3, 9)) == 5",
      "('\(String(repeating: "x", count: 250))' + payin.payer.email).substring(250, 256) == ''",
    ])
  func redacted(_ when: String) throws {
    let payer = Payer(
      name: "O'Malley \\ Núñez\t\u{1}\u{7F}\r\n", email: "canary@example.mx", phone: "+525512345678"
    )
    let asked = question(payer: payer, metadata: ["copy": "to canary@example.mx"])
    var shouted = asked
    shouted.request.metadata = [Metadatum(key: "copy", value: "to CANARY@EXAMPLE.MX")]
    for question in [asked, shouted] {
      let decision = try RuleSet(when: when).decide(question)
      #expect(decision.rule == "otherwise")
      let text = decision.explanation(.full).text + decision.explanation(.compact).text
      for secret in ["Malley", "canary", "CANARY", "525512345678"] {
        #expect(!text.contains(secret), "\(text)")
      }
    }
  }

  @Test("show no payer's data even where a long value is cut inside it")
  func cutRedacted() throws {
    let rules = try RuleSet(when: "[payin] == []")
    for length in 1...150 {
      var asked = question(payer: Payer(email: "canary@example.mx"))
      asked.request.description = String(repeating: "x", count: length)
      #expect(!rules.decide(asked).explanation(.full).text.contains("canary"))
    }
  }

  @Test("still say whether a condition about the payer held")
  func redactionKeepsAnswers() throws {
    let condition = "payin.payer.email.endsWith('.mx') && payin.amount > 100000"
    let decision = try RuleSet(when: condition).decide(question())
    let why = decision.explanation(.full).at(pointer: "/rules/0/why")?.array
    #expect(
      why?.first
        == ["expression": "payin.payer.email.endsWith('.mx')", "value": "true"])
    let absent = try RuleSet(when: "payin.payer.email == 'x'").decide(question(payer: Payer()))
    #expect(
      absent.explanation(.full).at(pointer: "/rules/0/error") == "payin.payer.email is absent")
  }
}
