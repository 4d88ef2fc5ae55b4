/** Bytes: of a backup's content. */
export const MAX_BYTES = 96

/** Milliseconds by which the clock of an instance is wrong at most. */
export const LARGEST_SKEW = 30_000
