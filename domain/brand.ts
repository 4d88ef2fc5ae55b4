declare const brand: unique symbol

/** A primitive that only its own parser can make: the compiler refuses an unchecked value in its place. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }
