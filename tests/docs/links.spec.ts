import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { readDocument } from './support/markdown.ts'

const ROOT = new URL('../../', import.meta.url)

for (const path of ['README.md', 'SECURITY.md', 'docs/client-guide.md']) {
  describe(`links of ${path}`, () => {
    const markdown = readDocument(path)
    const targets = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)

    for (const target of new Set(targets.filter((link) => !link.includes('://') && !link.startsWith('#')))) {
      it(`leads to ${target}`, () => {
        expect(existsSync(new URL(target, new URL(path, ROOT)))).to.be.true
      })
    }

    for (const anchor of new Set(targets.filter((link) => link.startsWith('#')))) {
      it(`leads to ${anchor}`, () => {
        expect(anchorsOf(markdown)).to.include(anchor)
      })
    }

    it('names only operations that exist', () => {
      const { paths } = parse(readDocument('openapi.yaml')) as { paths: Record<string, unknown> }
      const named = [...markdown.matchAll(/\/v1(\/[a-z][a-z/-]*[a-z])/g)].map(([, operation = '']) => operation)
      expect(named).to.not.be.empty
      expect(Object.keys(paths)).to.include.members(named)
    })
  })
}

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map(
    (heading) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')}`,
  )
}
