import { expect } from 'chai'
import { numberText } from '../../../adapters/attestation/number-text.ts'

/** What serde_json prints for the number it reads from the same text. */
const VECTORS: readonly (readonly [json: string, expected: string])[] = [
  ['0', '0'],
  ['-0', '-0.0'],
  ['7', '7'],
  ['-7', '-7'],
  ['9007199254740991', '9007199254740991'],
  ['-9007199254740991', '-9007199254740991'],
  ['9223372036854775808', '9223372036854775808'],
  ['-9223372036854775808', '-9223372036854775808'],
  ['1152921504606846976', '1152921504606846976'],
  ['18446744073709551616', '1.8446744073709552e19'],
  ['1e21', '1e21'],
  ['-1e21', '-1e21'],
  ['1.5e300', '1.5e300'],
  ['0.1', '0.1'],
  ['-0.1', '-0.1'],
  ['0.30000000000000004', '0.30000000000000004'],
  ['12.34', '12.34'],
  ['123456.789', '123456.789'],
  ['1234567890.5', '1234567890.5'],
  ['100000000000000.5', '100000000000000.5'],
  ['0.001234', '0.001234'],
  ['0.00001', '0.00001'],
  ['0.000012', '0.000012'],
  ['0.000001', '1e-6'],
  ['0.00000123', '1.23e-6'],
  ['-1.5e-7', '-1.5e-7'],
  ['5e-324', '5e-324'],
]

describe('numbers in canonical JSON', () => {
  for (const [json, expected] of VECTORS) {
    it(`writes ${json} as ${expected}`, () => {
      expect(numberText(Number(json))).to.equal(expected)
    })
  }

  it('writes what is no JSON for a number beyond all that can be attested', () => {
    expect(numberText(Number('1e999'))).to.equal('Infinity')
  })
})
