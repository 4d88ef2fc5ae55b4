import { ConfigurationError, readConfiguration } from '../../../bootstrap/configuration.ts'

type Variables = Readonly<Record<string, string>>

/** Accepted by few variables and refused by many; both tell something. */
const PROBE = 'probe'

/**
 * Every variable that the configuration reads, under any setting of the others. Found by trying: whatever is read is
 * given each value that it takes, and a probe, and what is read then is followed in turn.
 */
export function variablesRead(): ReadonlySet<string> {
  const read = new Set<string>()
  const waiting: Variables[] = [{}]
  for (let variables = waiting.pop(); variables !== undefined; variables = waiting.pop()) {
    const settings = variables
    for (const name of namesRead(settings)) {
      if (read.has(name)) continue
      read.add(name)
      for (const value of [PROBE, ...choicesOf(name, settings)]) waiting.push({ ...settings, [name]: value })
    }
  }
  return read
}

function namesRead(variables: Variables): ReadonlySet<string> {
  const names = new Set<string>()
  const recorder = new Proxy(variables, {
    get: (target, name) => {
      if (typeof name !== 'string') return undefined
      names.add(name)
      return target[name]
    },
  })
  faultsOf(recorder)
  return names
}

/** A variable with a few values only names them when it gets another. */
function choicesOf(name: string, variables: Variables): readonly string[] {
  const prefix = `${name} is one of `
  const fault = faultsOf({ ...variables, [name]: PROBE }).find((text) => text.startsWith(prefix))
  return fault?.slice(prefix.length).split(', ') ?? []
}

function faultsOf(variables: Variables): readonly string[] {
  try {
    readConfiguration(variables)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
}
