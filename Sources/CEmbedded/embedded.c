#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CEmbedded.h"

static const uint8_t openapi[] = {
#embed "../../openapi/pasarela.json"
};
const size_t pasarela_openapi_size = sizeof openapi;
const uint8_t *pasarela_openapi_bytes(void) { return openapi; }

static const uint8_t dashboard[] = {
#embed "dashboard.html"
};
const size_t pasarela_dashboard_size = sizeof dashboard;
const uint8_t *pasarela_dashboard_bytes(void) { return dashboard; }

static const uint8_t payer_style[] = {
#embed "payer.css"
};
const size_t pasarela_payer_style_size = sizeof payer_style;
const uint8_t *pasarela_payer_style_bytes(void) { return payer_style; }

static const uint8_t payer_script[] = {
#embed "payer.js"
};
const size_t pasarela_payer_script_size = sizeof payer_script;
const uint8_t *pasarela_payer_script_bytes(void) { return payer_script; }

static const uint8_t default_rules[] = {
#embed "../../routing-rules/default.json5"
};
const size_t pasarela_default_rules_size = sizeof default_rules;
const uint8_t *pasarela_default_rules_bytes(void) { return default_rules; }

static const uint8_t cashypay_readme[] = {
#embed "../Providers/CashyPay/README.md"
};
const size_t pasarela_cashypay_readme_size = sizeof cashypay_readme;
const uint8_t *pasarela_cashypay_readme_bytes(void) { return cashypay_readme; }

static const uint8_t openpay_readme[] = {
#embed "../Providers/Openpay/README.md"
};
const size_t pasarela_openpay_readme_size = sizeof openpay_readme;
const uint8_t *pasarela_openpay_readme_bytes(void) { return openpay_readme; }

static const uint8_t paynet_readme[] = {
#embed "../Providers/Paynet/README.md"
};
const size_t pasarela_paynet_readme_size = sizeof paynet_readme;
const uint8_t *pasarela_paynet_readme_bytes(void) { return paynet_readme; }

static const uint8_t smilepayz_readme[] = {
#embed "../Providers/SmilePayz/README.md"
};
const size_t pasarela_smilepayz_readme_size = sizeof smilepayz_readme;
const uint8_t *pasarela_smilepayz_readme_bytes(void) { return smilepayz_readme; }
