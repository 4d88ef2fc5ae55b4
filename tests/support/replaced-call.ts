import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

type Call = 'link' | 'open'

/** Runs `use` while a call of `node:fs/promises` is another, for what no file system of this machine does. */
export async function withCall<Name extends Call, Result>(
  name: Name,
  replacement: (original: (typeof fs)[Name]) => (typeof fs)[Name],
  use: () => Promise<Result>,
): Promise<Result> {
  const original = fs[name]
  const set = (call: (typeof fs)[Name]): void => {
    fs[name] = call
    // Otherwise who imported it by its name would go on with the old one.
    syncBuiltinESMExports()
  }
  set(replacement(original))
  try {
    return await use()
  } finally {
    set(original)
  }
}
