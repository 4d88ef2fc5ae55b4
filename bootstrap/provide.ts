import type { Container, MapToResolvedValueInjectOptions } from 'inversify'

/** A name in the container that knows what it stands for. */
export type Token<T> = symbol & { readonly resolves?: T }

type TokensOf<Needs extends unknown[]> = { readonly [Index in keyof Needs]: Token<Needs[Index]> }

export function token<T>(name: string): Token<T> {
  return Symbol(name)
}

/**
 * Binds what is made once from what it needs. Unlike a bare `toResolvedValue`, which takes any symbol for any
 * parameter, this does not compile with the wrong one.
 */
export function provide<T, Needs extends unknown[]>(
  container: Container,
  target: Token<T>,
  create: (...needs: Needs) => T,
  needs: TokensOf<Needs>,
): void {
  container
    .bind<T>(target)
    .toResolvedValue(create, needs as unknown as MapToResolvedValueInjectOptions<Needs>)
    .inSingletonScope()
}

/** Makes at once what nobody else needs, and so has no token of its own; type-checked as {@link provide} is. */
export function makerFrom(container: Container) {
  return <T, Needs extends unknown[]>(made: new (...needs: Needs) => T, ...needs: TokensOf<Needs>): T =>
    new made(...(needs.map((need) => resolve(container, need)) as Needs))
}

/** Binds what is there already. */
export function provideValue<T>(container: Container, target: Token<T>, value: T): void {
  container.bind<T>(target).toConstantValue(value)
}

/** What a token stands for; made at the first call. */
export function resolve<T>(container: Container, target: Token<T>): T {
  return container.get<T>(target)
}
