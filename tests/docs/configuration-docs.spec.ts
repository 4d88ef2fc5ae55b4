import { expect } from 'chai'
import { readConfiguration, type Configuration } from '../../bootstrap/configuration.ts'
import { codeSpans, readDocument, section, tableRows } from './support/markdown.ts'
import { variablesRead } from './support/variables-read.ts'

const read = unique([...variablesRead()].map(ofAnyProvider))
const [reference = ''] = section(readDocument('README.md'), '## Configuration').split('\n### ')
const rows = tableRows(reference)
/** `# NAME=value`: commented out, with the default as its value. */
const example = new Map(
  [...readDocument('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
)

describe('documentation of the configuration', () => {
  it('finds what the configuration reads, also what is read under some settings only', () => {
    expect(read).to.include.members(['APP_ENV', 'DATA_DIR', 'ATTESTATION_AUDIENCE', 'OIDC_<KIND>_JWKS_URL', 'REVISION'])
  })

  it('README.md has each variable once, and no other', () => {
    const named = rows.flatMap(([names = '']) => codeSpans(names))
    expect(named.toSorted()).to.deep.equal(read)
  })

  it('.env.example has each variable, and no other', () => {
    expect(unique([...example.keys()].map(ofAnyProvider))).to.deep.equal(read)
  })

  it('.env.example sets nothing as it stands', () => {
    expect(readDocument('.env.example')).to.not.match(/^[^#\n]/m)
  })

  it('.env.example shows the defaults of development', () => {
    expect(settings(Object.fromEntries(example))).to.deep.equal(settings({}))
  })

  it('README.md shows the defaults of development', () => {
    const defaults = rows.flatMap(([names = '', value = '']) => {
      const [[name], [fallback]] = [codeSpans(names), value.startsWith('`') ? codeSpans(value) : []]
      return name === undefined || fallback === undefined ? [] : [[name, fallback] as const]
    })
    expect(defaults.length).to.be.greaterThan(10)
    expect(settings(Object.fromEntries(defaults))).to.deep.equal(settings({}))
    for (const [name, fallback] of defaults) expect(example.get(name), name).to.equal(fallback)
  })
})

/** Without what only tells whether a variable was given. */
function settings(variables: Readonly<Record<string, string>>): Configuration {
  return { ...readConfiguration(variables), metricsPortNamed: false }
}

/** The providers that are known have variables like every other. */
function ofAnyProvider(name: string): string {
  return name.replace(/^OIDC_[A-Z0-9_]+?_(CLIENT_IDS|ISSUER|JWKS_URL)$/, 'OIDC_<KIND>_$1')
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted()
}
