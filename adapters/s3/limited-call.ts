/**
 * Gives up a call that is not over in time. The client's own time-outs end where an answer begins: without this, one
 * that begins and stops would be waited for without end.
 * @param milliseconds for all attempts together
 * @throws whatever `call` throws
 */
export async function limitedCall<Result>(
  milliseconds: number,
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const timer = setTimeout(() => {
    controller.abort(new Error(`not over after ${milliseconds} ms`))
  }, milliseconds)
  try {
    return await call({ abortSignal: controller.signal })
  } finally {
    // A download goes on: from here, its reader has its own patience.
    clearTimeout(timer)
  }
}
