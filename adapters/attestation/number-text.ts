const MIN_I64 = -(2 ** 63)
const MAX_U64 = 2 ** 64
/** Decimal points further than this from the first digit are written as exponents. */
const MAX_INTEGER_DIGITS = 16
const MAX_LEADING_ZEROS = 4

/** A number as serde_json prints it: integers of 64 bits in full, others by the shortest digits in the layout of ryu. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value) // of `1e999`, which serde_json refuses: nothing attested has it
  const isNegativeZero = Object.is(value, -0)
  if (Number.isInteger(value) && value >= MIN_I64 && value < MAX_U64 && !isNegativeZero) return BigInt(value).toString()
  return isNegativeZero || value < 0 ? `-${floatText(-value)}` : floatText(value)
}

/** @param value not negative */
function floatText(value: number): string {
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  const integerDigits = Number(exponent) + 1
  if (integerDigits > 0 && integerDigits <= MAX_INTEGER_DIGITS) {
    const integer = digits.slice(0, integerDigits).padEnd(integerDigits, '0')
    return `${integer}.${digits.slice(integerDigits) || '0'}`
  }
  if (integerDigits <= 0 && integerDigits >= -MAX_LEADING_ZEROS) return `0.${'0'.repeat(-integerDigits)}${digits}`
  return `${mantissa}e${Number(exponent)}`
}
