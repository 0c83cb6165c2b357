declare const brand: unique symbol

/** A string that has been checked to be a `Name`; made only by that name's `parse` function. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
