/** Whether a call of Node failed for this reason, as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** What `call` resolves to, or `undefined` where it fails because there is no such file or folder. */
export async function ifPresent<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}
