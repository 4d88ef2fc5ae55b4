export const INVARIANTS = {
  1: 'an acknowledged backup can be retrieved, byte for byte, with exactly its manifest hash',
  2: 'a factor row exists exactly when its factor is in the backup it names',
  3: 'what was acknowledged is never undone, what was refused never had an effect',
  4: 'a challenge, sync factor token or nonce has at most one effect',
  5: 'of concurrent changes of one base state exactly one wins',
  6: 'deleting leaves no row and no blob behind, and id and factors can be used anew',
  7: 'whatever goes in, the service answers or refuses with a documented code',
  8: 'for as long as its grace lasts a deletion can be undone, and then no more',
} as const
export type Invariant = keyof typeof INVARIANTS

/** Something that must never be. */
export class Violation extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, message: string) {
    super(message)
    this.name = 'Violation'
    this.invariant = invariant
  }
}
