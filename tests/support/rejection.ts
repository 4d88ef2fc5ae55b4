/** What a promise rejects with. @throws {Error} if it does not */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise should have been rejected')
}
