import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const LAYERS = ['domain', 'application', 'adapters', 'bootstrap']

/** A call of an `EventLog`, and the event's name or what it is put together from. */
const LOGGED = /\b(?:log|events)\.(?:warn|error)\((?:'([a-z_]+)'|`\$\{what\}([a-z_]+)`)/g

/** Of `logRefusal`. */
const WHAT = ['request', 'attestation']

/** The names of all events that are logged as warnings or errors, as they stand in the source. */
export function eventsToWatchFor(): readonly string[] {
  const events = LAYERS.flatMap(sourcesOf).flatMap((source) =>
    [...source.matchAll(LOGGED)].flatMap(([, name, end = '']) => name ?? WHAT.map((what) => what + end)),
  )
  return [...new Set(events)].toSorted()
}

function sourcesOf(layer: string): readonly string[] {
  const files = readdirSync(join(ROOT, layer), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(ROOT, layer, file), 'utf8'))
}
