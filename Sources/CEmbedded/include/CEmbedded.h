// Files of the project that the executable carries.
#ifndef PASARELA_CEMBEDDED_H
#define PASARELA_CEMBEDDED_H
#include <stddef.h>
#include <stdint.h>
extern const size_t pasarela_openapi_size;
extern const size_t pasarela_dashboard_size;
extern const size_t pasarela_payer_style_size;
extern const size_t pasarela_payer_script_size;
extern const size_t pasarela_default_rules_size;
const uint8_t *pasarela_openapi_bytes(void);
const uint8_t *pasarela_dashboard_bytes(void);
const uint8_t *pasarela_payer_style_bytes(void);
const uint8_t *pasarela_payer_script_bytes(void);
const uint8_t *pasarela_default_rules_bytes(void);
extern const size_t pasarela_cashypay_readme_size;
const uint8_t *pasarela_cashypay_readme_bytes(void);
extern const size_t pasarela_openpay_readme_size;
const uint8_t *pasarela_openpay_readme_bytes(void);
extern const size_t pasarela_paynet_readme_size;
const uint8_t *pasarela_paynet_readme_bytes(void);
extern const size_t pasarela_smilepayz_readme_size;
const uint8_t *pasarela_smilepayz_readme_bytes(void);
#endif
