import Expressions
import Testing

/// What is refused when it is loaded, with its place.
@Suite struct FaultTests {
  static let account = ObjectType(
    "account",
    [
      .required("healthy", .bool), .required("success_rate", .double),
      .required("latency_ms", .int),
    ])
  static let payer = ObjectType(
    "payer", [.optional("email", .string), .optional("phone", .string)])
  static let payin = ObjectType(
    "payin",
    [
      .optional("method", .string), .required("amount", .int), .required("currency", .string),
      .optional("payer", .object(payer)),
      .required("metadata", .map(key: .string, value: .string)),
    ])
  static let declarations = Declarations([
    "payin": .object(payin), "now": .timestamp,
    "accounts": .map(key: .string, value: .object(account)),
  ])

  static func fault(
    _ source: String, expecting expected: ExpressionType = .bool
  ) -> ExpressionFault? {
    do {
      _ = try Expression(source, declarations: declarations, expecting: expected)
      return nil
    } catch {
      return error
    }
  }

  /// One line each: a source, and its fault as `column+length message`; all on line 1.
  @Test(
    "names the place, what was found, what was expected and what was meant",
    arguments: [
      // Names
      ("payin.amout < 5", "7+5 payin has no field 'amout'; did you mean 'amount'?"),
      ("payin.Amount < 5", "7+6 payin has no field 'Amount'; did you mean 'amount'?"),
      (
        "payin.zip == 'a'",
        "7+3 payin has no field 'zip'; there is method, amount, currency, payer, metadata"
      ),
      ("payin.payer.emial == 'a'", "13+5 payer has no field 'emial'; did you mean 'email'?"),
      ("has(payin.metod)", "11+5 payin has no field 'metod'; did you mean 'method'?"),
      ("payn.amount < 5", "1+4 unknown variable 'payn'; did you mean 'payin'?"),
      ("amount < 5", "1+6 unknown variable 'amount'; did you mean 'payin.amount'?"),
      ("merchant == 'a'", "1+8 unknown variable 'merchant'; there is payin, now, accounts"),
      (
        "payin.method.startWith('a')",
        "14+9 unknown function 'startWith'; did you mean 'startsWith'?"
      ),
      ("hours(now, 'UTC') == 1", "1+5 unknown function 'hours'; did you mean 'hour'?"),
      ("accounts['a'].helthy", "15+6 account has no field 'helthy'; did you mean 'healthy'?"),
      (
        "payin.metadata.all(k, key == 'a')",
        "23+3 unknown variable 'key'; there is k, payin, now, accounts"
      ),
      ("payin.method.length == 1", "14+6 a string has no field 'length'"),
      (
        "payin.method.size == 1",
        "14+4 a string has no field 'size'; a function is called as size()"
      ),
      ("payin['amount'] == 1", "1+15 a field of payin is read with a dot, as in value.field"),
      ("if == 1", "1+2 'if' is a reserved word"),
      // Types
      (
        "payin.method == 5",
        "17+1 cannot compare string with int: expected a string to compare with payin.method, found an int"
      ),
      (
        "payin.amount == '100'",
        "17+5 cannot compare int with string: expected an int to compare with payin.amount, found a string"
      ),
      (
        "payin.amount < '100'",
        "16+5 cannot compare int with string: expected an int to compare with payin.amount, found a string"
      ),
      (
        "payin.payer.email == null",
        "1+17 a string is never null; has() asks whether a field is there"
      ),
      (
        "payin.amount == 1u",
        "17+2 cannot compare int with uint: expected an int to compare with payin.amount, found a uint; "
          + "convert it with int()"
      ),
      (
        "1.5 in [payin.amount]",
        "1+3 expected an int to look for in [payin.amount], found a double; convert it with int()"
      ),
      ("{1: 2}[1.0] == 2", "8+3 expected an int as key, found double"),
      // Optionals
      (
        "payin.?method == 'spei'",
        "18+6 cannot compare optional(string) with string: expected an optional(string) to compare with "
          + "payin.?method, found a string; orValue() gives what it has, or something else"
      ),
      (
        "'spei' == payin.?method",
        "11+13 cannot compare string with optional(string): expected a string to compare with 'spei', "
          + "found an optional(string); orValue() gives what it has, or something else"
      ),
      (
        "payin.?method.startsWith('a')",
        "1+13 startsWith expects a string, found optional(string); orValue() gives what it has, or something else"
      ),
      (
        "accounts[?'a'].healthy && true",
        "1+22 '&&' expects a bool, found optional(bool); orValue() gives what it has, or something else"
      ),
      (
        "payin.?method == null",
        "1+13 an optional(string) is never null; hasValue() asks whether it has one"
      ),
      ("payin.?metod.hasValue()", "8+5 payin has no field 'metod'; did you mean 'method'?"),
      (
        "payin.?payer.emial.hasValue()",
        "14+5 payer has no field 'emial'; did you mean 'email'?"
      ),
      ("payin.?method.orValue(5) == 'a'", "23+1 orValue expects a string, found int"),
      (
        "accounts[?'a'].success_rate.orValue(1) > 0.5",
        "37+1 orValue expects a double, found int; convert it with double()"
      ),
      (
        "payin.?method.or(payin.?amount).hasValue()",
        "18+13 or expects an optional(string), found optional(int)"
      ),
      ("payin.method.orValue('a') == 'a'", "1+12 orValue expects an optional, found string"),
      ("payin.method.optMap(m, m) == 'a'", "1+12 optMap() expects an optional, found string"),
      ("[1].optMap(m, m) == 'a'", "1+3 optMap() expects an optional, found list(int)"),
      ("payin.?method.all(m, true)", "1+13 all() expects a list or a map, found optional(string)"),
      (
        "payin.?method.optFlatMap(m, m).hasValue()",
        "29+1 optFlatMap() expects an optional, found string"
      ),
      (
        "optional.off(1).hasValue()",
        "1+12 unknown function 'optional.off'; did you mean 'optional.of'?"
      ),
      ("optional.of().hasValue()", "1+11 optional.of takes 1 argument, found 0"),
      ("optional == 1", "1+8 unknown variable 'optional'; there is payin, now, accounts"),
      ("has(payin.?method)", "1+18 has() asks for one field, as in has(payin.method)"),
      ("payin.metadata.?a('b')", "18+1 expected the end or an operator, found '('"),
      ("payin.?", "8+1 expected a name after '.', found the end"),
      ("[?payin.?method] == []", "2+1 expected a value, found '?'"),
      // Texts
      (
        "payin.method.lowerASCII() == 'a'",
        "14+10 unknown function 'lowerASCII'; did you mean 'lowerAscii'?"
      ),
      ("payin.method.substring('a') == 'a'", "24+3 substring expects an int, found string"),
      ("payin.method.split(',', 1, 2) == []", "14+5 split takes 1 or 2 arguments, found 3"),
      (
        "payin.method.split(',') == ','",
        "28+3 cannot compare list(string) with string: expected a list(string) to compare with "
          + "payin.method.split(','), found a string"
      ),
      (
        "payin.method.split == ','",
        "14+5 a string has no field 'split'; a function is called as split()"
      ),
      ("payin < payin", "1+5 '<' cannot order payin"),
      (
        "payin.method in 'spei'",
        "17+6 'in' expects a list or a map on its right, found string; a text is searched with contains()"
      ),
      ("payin.method in [1, 2]", "1+12 expected an int to look for in [1, 2], found a string"),
      ("5 in payin.metadata", "1+1 expected a string to look for in payin.metadata, found an int"),
      (
        "payin.amount + 1.5 > 2.0",
        "16+3 '+' after an int expects an int, found double; convert it with int()"
      ),
      ("payin.amount + 'a' == 'b'", "16+3 '+' after an int expects an int, found string"),
      ("payin.method - 'a' == 'b'", "1+12 '-' does not apply to string"),
      ("now + 5 > now", "7+1 '+' after a timestamp expects a duration, found int"),
      ("payin.amount", "1+12 the expression must be a bool, but is an int"),
      ("payin.amount && true", "1+12 '&&' expects a bool, found int"),
      ("true || payin.method", "9+12 '||' expects a bool, found string"),
      ("!payin.amount", "2+12 '!' expects a bool, found int"),
      ("-payin.method == 'a'", "2+12 '-' expects an int or a double, found string"),
      ("payin.method ? true : false", "1+12 '?' expects a bool, found string"),
      (
        "(true ? 1 : 'a') == 1",
        "13+3 both branches must have one type: the first is int, the second string"
      ),
      ("payin.amount.startsWith('a')", "1+12 startsWith expects a string, found int"),
      ("payin.method.startsWith(5)", "25+1 startsWith expects a string, found int"),
      ("payin.method.startsWith()", "14+10 startsWith takes 1 argument, found 0"),
      ("size(1) == 1", "6+1 size expects a string, bytes, a list or a map, found int"),
      ("hour(now) == 1", "1+4 hour takes 2 arguments, found 1"),
      ("now.hour('UTC') == 1", "5+4 hour is called as hour(…), without a dot"),
      (
        "startsWith(payin.method, 'a')",
        "1+10 startsWith is called after a dot, as in value.startsWith(…)"
      ),
      ("now.getHours('UTC', 1) == 1", "5+8 getHours takes 0 or 1 argument, found 2"),
      ("payin.metadata[1] == 'a'", "16+1 expected a string as key, found int"),
      ("[1][true] == 1", "5+4 expected an int as index of a list, found bool"),
      ("payin.amount[0] == 1", "1+12 an int has no elements to index"),
      (
        "{payin.amount + 0: 1, null: 2} == {}",
        "23+4 expected a string, int, uint or bool as key, found null"
      ),
      ("{'a': 1, 'a': 2} == {}", "10+3 the key 'a' stands twice"),
      ("payin.metadata.all(k, 5)", "23+1 all() expects a bool, found int"),
      ("payin.amount.all(k, true)", "1+12 all() expects a list or a map, found int"),
      // Form
      ("payin.metadata.all(k)", "16+3 all is written all(variable, condition), found 1 argument"),
      (
        "payin.metadata.all(1, true)",
        "20+1 expected the name of a variable, as in all(variable, condition)"
      ),
      ("has(payin)", "1+10 has() asks for one field, as in has(payin.method)"),
      ("has(payin.metadata['a'])", "1+24 has() asks for one field, as in has(payin.method)"),
      ("payin{}", "6+1 objects cannot be made in an expression"),
      ("payin.amount = 5", "14+1 unexpected '='; to compare, write '=='"),
      ("true & false", "6+1 unexpected '&'; 'and' is written '&&'"),
      ("true and false", "6+3 expected the end or an operator, found 'and'; 'and' is written '&&'"),
      ("payin.method == “spei”", "17+1 unexpected '“'; texts stand in straight quotes"),
      ("payin.amount >", "15+1 expected a value, found the end"),
      ("(payin.amount > 1", "18+1 expected ')' to close the parenthesis, found the end"),
      ("[1, 2 == []", "12+1 expected ',' or ']', found the end"),
      ("true ? 1", "9+1 expected ':' between the branches of the condition, found the end"),
      ("", "1+1 expected a value, found the end"),
      ("payin.method == 'spei", "17+5 the text that begins here has no closing quote"),
      ("'a\\qb' == ''", "3+2 unknown escape '\\q'"),
      ("'a\\xg' == ''", "3+2 '\\x' needs 2 hexadecimal digits"),
      ("'\\477' == ''", "2+2 unknown escape '\\4'"),
      ("'\\ud800' == ''", "2+6 '\\ud800' is no code point"),
      ("'\\ud800\\u0041' == ''", "2+6 '\\ud800' is no code point"),
      (
        "'\\uD83D\\uDE03' == ''",
        "2+12 '\\uD83D\\uDE03' are no code points; write '\\U0001f603'"
      ),
      (
        "payin.metadata.`a:b` == ''",
        "16+2 a name in back quotes has letters, digits and '_.-/ '; other keys stand in ['…']"
      ),
      (
        "payin.metadata.`` == ''",
        "16+1 a name in back quotes has letters, digits and '_.-/ '; other keys stand in ['…']"
      ),
      ("payin.metadata.`a`() == ''", "19+1 expected the end or an operator, found '('"),
      ("`payin`.amount > 1", "1+7 expected a value, found '`payin`'"),
      ("'\\U00110000' == ''", "2+10 '\\U00110000' is no code point"),
      ("b'\\u00ff' == b''", "3+2 '\\u' has no meaning in bytes"),
      ("9223372036854775808 > 1", "1+19 9223372036854775808 is outside the range of int"),
      ("18446744073709551616u > 1u", "1+21 18446744073709551616u is outside the range of uint"),
      ("1e999 > 1.0", "1+5 1e999 is outside the range of double"),
      ("1000000pesos > 1", "1+12 '1000000pesos' is no number"),
      ("-1u < 1u", "1+3 a uint cannot be negative"),
      // Values known when loaded
      (
        "hour(now, 'America/Mexico') == 1",
        "11+16 unknown time zone; expected a name such as 'America/Mexico_City' or an offset such as '-06:00'"
      ),
      (
        "now > timestamp('2026-02-30T00:00:00Z')",
        "17+22 expected a time such as '2026-07-01T09:30:00-06:00' (RFC 3339, years 1 to 9999)"
      ),
      (
        "now - duration('1 day') > now",
        "16+7 expected a duration such as '90s' or '1h30m', up to 292 years"
      ),
      ("payin.method.matches('(spei')", "22+7 in the pattern: a group has no closing ')'"),
    ])
  func names(source: String, expected: String) throws {
    let fault = try #require(Self.fault(source), "\(source) was accepted")
    #expect(fault.line == 1)
    #expect("\(fault.column)+\(fault.length) \(fault.message)" == expected)
  }

  @Test("counts lines and columns in code points, whatever the bytes and line ends")
  func countsCharacters() throws {
    let first = try #require(Self.fault("'é🎉👨‍👩‍👧' == payin.metod"))
    #expect([first.line, first.column, first.length] == [1, 20, 5])
    let unix = try #require(Self.fault("true &&\n  // a remark\n\tpayin.metod == 'a'"))
    #expect([unix.line, unix.column] == [3, 8])
    let windows = try #require(Self.fault("true &&\r\n  true &&\r\n  payin.metod == 'a'"))
    #expect([windows.line, windows.column] == [3, 9])
    let spanning = try #require(Self.fault("payin.amount +\n  1"))
    #expect([spanning.line, spanning.column, spanning.length] == [1, 1, 14])
  }

  @Test("shows the line at fault with a mark under the place")
  func rendersCaret() throws {
    let source = "payin.method == 'spei' &&\n\tpayin.amout < 5 || true"
    let fault = try #require(Self.fault(source))
    #expect(
      fault.excerpt(of: source) == """
        \tpayin.amout < 5 || true
        \t      ^^^^^
        """)
    #expect(fault.description == "2:8: payin has no field 'amout'; did you mean 'amount'?")
    let atEnd = try #require(Self.fault("payin.amount >"))
    #expect(
      atEnd.excerpt(of: "payin.amount >") == """
        payin.amount >
                      ^
        """)
    #expect(fault.excerpt(of: "another text") == nil)
  }

  @Test(
    "accepts what the language allows",
    arguments: [
      "payin.amount < 1.5", "accounts['a'].success_rate > 1", "1u < payin.amount",
      "dyn(payin.amount) == 1.0", "[1, 2.0] == [1u, 2]",
      "payin.?payer.email.orValue('') == '' && payin.metadata[?'a'].hasValue()",
      "payin.metadata.`content-type` == '/'", "payin.?method == optional.of('spei')",
      "payin.?method == optional.none()", "type(payin.?method) == optional_type",
      "payin.payer.?email.optMap(e, e.size()).orValue(0) > 1", "dyn(1).orValue(true)",
      "accounts[?'a'].healthy.orValue(true)", "has(accounts[?'a'].healthy)",
      "[payin].exists(optional, optional.amount > 1)", "{'or': 1}.or == 1",
      "dyn(payin.method) == 5", "[1, 'a', null].size() == 3", "payin.metadata == {}",
      "payin.method in []", "{'if': 1}.if == 1", ".payin.amount > 1", "type(payin.amount) == int",
      "type(now) == google.protobuf.Timestamp", "[].map(x, x).size() == 0", "payin == payin",
      "payin.payer == payin.payer", "(true ? [1] : []) == [1]", "has(payin.metadata.tier)",
      "{}.map(k, k) == []", "payin.metadata.size() > 0 // remark", "dyn(payin).amount > 1",
      "[now] == [now]", "payin.metadata.exists(payin, payin == 'a')",
    ])
  func accepts(source: String) {
    #expect(Self.fault(source) == nil)
  }

  @Test("takes the expected type of the result seriously")
  func expectsType() {
    #expect(Self.fault("payin.amount", expecting: .int) == nil)
    #expect(Self.fault("payin.method", expecting: .int)?.message.contains("must be an int") == true)
    #expect(Self.fault("[payin.amount]", expecting: .list(.int)) == nil)
    #expect(Self.fault("[payin.amount]", expecting: .list(.string)) != nil)
    #expect(Self.fault("dyn(payin.amount)", expecting: .bool) == nil)
  }
}
