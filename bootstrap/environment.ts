/** Environment variables read with their faults collected, so that all of them can be told at once. */
export class Environment {
  readonly #variables: Readonly<Record<string, string | undefined>>
  /** One sentence each. */
  readonly faults: string[] = []

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#variables = variables
  }

  /** Empty means unset. */
  text(name: string): string | undefined {
    const value = this.#variables[name]?.trim()
    return value === '' ? undefined : value
  }

  /** Comma-separated; empty entries do not count. */
  list(name: string): readonly string[] {
    const entries = this.text(name)?.split(',') ?? []
    return entries.map((entry) => entry.trim()).filter((entry) => entry !== '')
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.text(name)
    if (value === undefined) return fallback
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) this.fault(name, `is one of ${choices.join(', ')}`)
    return choice ?? fallback
  }

  /** `true` or `false`; unset is false. */
  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false'], 'false') === 'true'
  }

  integer(name: string, [least, most]: readonly [number, number], fallback: number): number {
    const value = this.text(name)
    if (value === undefined) return fallback
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : NaN
    if (number >= least && number <= most) return number
    this.fault(name, `is a whole number from ${least} to ${most}`)
    return fallback
  }

  /** @returns `undefined` for `off` */
  integerOrOff(
    name: string,
    [least, most]: readonly [number, number],
    fallback: number | undefined,
  ): number | undefined {
    const value = this.text(name)
    if (value === undefined) return fallback
    if (value === 'off') return undefined
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : NaN
    if (number >= least && number <= most) return number
    this.fault(name, `is off or a whole number from ${least} to ${most}`)
    return fallback
  }

  /** @param secureOnly refuses anything but https */
  url(name: string, secureOnly: boolean): URL | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const url = URL.parse(value)
    const protocols = secureOnly ? ['https:'] : ['https:', 'http:']
    if (url !== null && protocols.includes(url.protocol)) return url
    this.fault(name, `is a URL with ${secureOnly ? 'https' : 'https or http'}`)
    return undefined
  }

  /** @param expectation never quotes the value of a secret */
  fault(name: string, expectation: string): void {
    this.faults.push(`${name} ${expectation}`)
  }
}
