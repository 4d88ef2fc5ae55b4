import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export type ScriptName = keyof typeof manifest.scripts

/**
 * Starts a script of package.json that is run by `node`, as `npm run` does it, but in an empty folder: a `.env` of the
 * working copy is not for tests.
 */
export function spawnScript(
  name: ScriptName,
  flags: readonly string[],
  variables: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  const [, ...args] = manifest.scripts[name].split(' ') // behind `node`
  const folder = mkdtempSync(join(tmpdir(), 'backup-service-script-'))
  const child = spawn(process.execPath, [...args.map(fromRoot), ...flags], {
    cwd: folder,
    env: { ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.once('close', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return child
}

/** Files of the project are named from its root. */
function fromRoot(argument: string): string {
  return /\.[jt]s$/.test(argument) ? resolve(ROOT, argument) : argument
}
