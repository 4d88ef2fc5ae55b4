/** What a service is configured to keep beside what is in use. */
export interface Retention {
  /** How many superseded blobs a backup keeps. */
  readonly history: number
  /** Seconds for which a deletion can be undone, 0 for never. */
  readonly deletionGrace: number
}
