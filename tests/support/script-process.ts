import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { spawnScript, type ScriptName } from './spawn-script.ts'

export interface ScriptResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of package.json to its end, see {@link spawnScript}. */
export async function runScript(
  name: ScriptName,
  flags: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ScriptResult> {
  const child = spawnScript(name, flags, variables)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}
