/** Of a JSON body, and of the payload part of a multipart one. */
export const MAX_JSON_BYTES = 1024 * 1024
/** Boundaries and part headers around the two parts. */
const MULTIPART_OVERHEAD = 64 * 1024

/** The most that any request may send. */
export function maxBodyBytes(maxBackupBytes: number): number {
  return maxBackupBytes + MAX_JSON_BYTES + MULTIPART_OVERHEAD
}
