/** What several hundred answers took. */
export interface Distribution {
  readonly median: number
  /** The first and the third quartile. */
  readonly quartiles: readonly [number, number]
}

/** Of both samples together: what is slower was held up by something else, and would hide the rest. */
const KEPT_SHARE = 0.95

export function distributionOf(values: readonly number[]): Distribution {
  const sorted = values.toSorted((left, right) => left - right)
  return { median: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)] }
}

/**
 * Welch's t of two samples, without their slowest values.
 * @returns beyond ±4.5 the means are taken to differ, as is usual where leaks are looked for
 */
export function welchT(left: readonly number[], right: readonly number[]): number {
  const sorted = [...left, ...right].sort((one, other) => one - other)
  const limit = quantile(sorted, KEPT_SHARE)
  const [one, other] = [left, right].map((values) => moments(values.filter((value) => value <= limit)))
  return (one!.mean - other!.mean) / Math.sqrt(one!.varianceOfMean + other!.varianceOfMean)
}

function moments(values: readonly number[]): { readonly mean: number; readonly varianceOfMean: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, varianceOfMean: squares / (values.length - 1) / values.length }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
}
