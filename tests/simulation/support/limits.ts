/** Bytes: of a backup's content. */
export const MAX_BYTES = 96

/** Seconds that the sweeper leaves a blob alone: longer than any request lives here, however slow its calls are. */
export const SWEEP_GRACE = 300

/** Milliseconds by which the clock of an instance is wrong at most. */
export const LARGEST_SKEW = 30_000
