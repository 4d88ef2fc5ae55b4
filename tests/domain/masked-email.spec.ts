import { expect } from 'chai'
import fc from 'fast-check'
import { maskEmail } from '../../domain/masked-email.ts'

describe('maskEmail', () => {
  const rows = [
    ['keeps two characters of a long local part', 'jane.doe@example.org', 'ja***@example.org'],
    ['masks from the third character on', 'abc@example.org', 'ab***@example.org'],
    ['leaves a local part of two as it is', 'ab@example.org', 'ab@example.org'],
    ['leaves a local part of one as it is', 'a@example.org', 'a@example.org'],
    ['hides how long the local part is', `${'x'.repeat(64)}@example.org`, 'xx***@example.org'],
    ['hides a tag', 'ja+backup@example.org', 'ja***@example.org'],
    ['keeps case', 'JANE@Example.ORG', 'JA***@Example.ORG'],
    ['keeps a domain of one character', 'jane@x', 'ja***@x'],
    ['keeps an international domain', 'jane@bücher.example', 'ja***@bücher.example'],
    ['keeps a domain literal', 'jane@[IPv6:2001:db8::1]', 'ja***@[IPv6:2001:db8::1]'],
    ['counts an emoji as one character', '😀😁😂@example.org', '😀😁***@example.org'],
    ['leaves two emoji as they are', '😀😁@example.org', '😀😁@example.org'],
    ['counts an emoji after a letter as one', 'a😀b@example.org', 'a😀***@example.org'],
    ['counts code points of a joined emoji', '👩‍🚀@example.org', '👩\u200d***@example.org'],
    ['counts a combining accent as a character', 'e\u0301@example.org', 'e\u0301@example.org'],
    ['counts a letter and a combining accent as two', 'e\u0301a@example.org', 'e\u0301***@example.org'],
    ['takes a precomposed letter for one', 'éa@example.org', 'éa@example.org'],
    ['keeps the quote of a quoted local part', '"jane doe"@example.org', '"j***@example.org'],
    ['leaves an empty quoted local part as it is', '""@example.org', '""@example.org'],
    ['takes the last @ for the separator of a quoted local part', '"a@b"@example.org', '"a***@example.org'],
    ['takes the last of several @ for the separator', 'jane@doe@example.org', 'ja***@example.org'],
    ['masks an @ among the first two', 'a@b@example.org', 'a@***@example.org'],
    ['leaves a short local part with an @ as it is', 'a@@example.org', 'a@@example.org'],
    ['gives nothing for no text', '', ''],
    ['gives nothing without @', 'jane.doe', ''],
    ['gives nothing for one character', 'j', ''],
    ['gives nothing for @ alone', '@', ''],
    ['gives nothing without a local part', '@example.org', ''],
    ['gives nothing without a domain', 'jane@', ''],
    ['gives nothing without a domain after several @', 'jane@example.org@', ''],
  ] as const
  for (const [behaviour, email, masked] of rows) {
    it(`${behaviour}: ${JSON.stringify(email.length > 40 ? `${email.slice(0, 40)}…` : email)}`, () => {
      expect(maskEmail(email)).to.equal(masked)
    })
  }

  const character = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
  const domain = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('@'))

  it('keeps the first two of three or more characters, and of them alone', () => {
    fc.assert(
      fc.property(fc.array(character, { minLength: 3 }), domain, (local, host) => {
        expect(maskEmail(`${local.join('')}@${host}`)).to.equal(`${local[0]!}${local[1]!}***@${host}`)
      }),
    )
  })

  it('keeps a local part of one or two characters', () => {
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 2 }), domain, (local, host) => {
        expect(maskEmail(`${local.join('')}@${host}`)).to.equal(`${local.join('')}@${host}`)
      }),
    )
  })

  it('gives nothing for any text without @', () => {
    fc.assert(fc.property(domain, (text) => maskEmail(text) === ''))
  })
})
