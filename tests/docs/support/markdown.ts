import { readFileSync } from 'node:fs'

const ROOT = new URL('../../../', import.meta.url)

/** A fenced block under `<!-- vector: name -->`: a worked value that a test gives to the real code. */
const VECTOR = /<!-- vector: ([a-z-]+) -->\n```(json|text)\n(.*?)\n```/gs

export function readDocument(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** The worked values of a document, by name: JSON parsed, text as it stands. */
export class Vectors {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(markdown: string) {
    this.#values = new Map(
      [...markdown.matchAll(VECTOR)].map(([, name = '', language, body = '']) => [
        name,
        language === 'json' ? JSON.parse(body) : body,
      ]),
    )
  }

  /** @throws {Error} when the document has no such value */
  get<Shape>(name: string): Shape {
    if (!this.#values.has(name)) throw new Error(`the document has no vector ${name}`)
    return this.#values.get(name) as Shape
  }

  names(): readonly string[] {
    return [...this.#values.keys()]
  }
}

/** From a heading to the next one of the same or a higher level. */
export function section(markdown: string, heading: string): string {
  const lines = markdown.split('\n')
  const start = lines.indexOf(heading)
  if (start === -1) throw new Error(`there is no heading "${heading}"`)
  const level = heading.indexOf(' ')
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level)
  return lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n')
}

/** The rows of every table in the text, without headings and rulers: a list of cells each. */
export function tableRows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'))
  const rulers = new Set(lines.flatMap((line, index) => (/^\|[-|: ]+$/.test(line) ? [index, index - 1] : [])))
  return lines
    .filter((_line, index) => !rulers.has(index))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

/** What stands between back-ticks. */
export function codeSpans(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)
}
