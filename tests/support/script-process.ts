import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface ScriptResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of package.json to its end, as `npm run` does it. */
export async function runScript(
  name: keyof typeof manifest.scripts,
  flags: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ScriptResult> {
  const [, ...args] = manifest.scripts[name].split(' ') // behind `node`
  const child = spawn(process.execPath, [...args, ...flags], {
    cwd: ROOT,
    env: { ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}
