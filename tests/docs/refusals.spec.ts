import { expect } from 'chai'
import { parse } from 'yaml'
import { readDocument, section } from './support/markdown.ts'

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, ObjectSchema>>
}

interface OpenApi {
  readonly info: { readonly description: string }
  readonly components: { readonly schemas: { readonly Error: ObjectSchema } }
}

const { info, components } = parse(readDocument('openapi.yaml')) as OpenApi

/** The names of all members, and of theirs. */
function membersOf({ properties = {} }: ObjectSchema): readonly string[] {
  return Object.entries(properties).flatMap(([name, schema]) => [name, ...membersOf(schema)])
}

const PLACES = [
  ["openapi.yaml's introduction", section(info.description, '## Errors')],
  ['SECURITY.md', section(readDocument('SECURITY.md'), '## What answers reveal')],
] as const

describe('what a refusal holds', () => {
  const members = membersOf(components.schemas.Error)

  it('is found in openapi.yaml', () => {
    expect(members).to.include.members(['allowRetry', 'code', 'message', 'details', 'currentManifestHash'])
  })

  for (const [place, text] of PLACES) {
    it(`is told in ${place}, every member of it`, () => {
      for (const member of members) expect(text).to.match(new RegExp(`\\b${member}\\b`))
    })
  }
})
