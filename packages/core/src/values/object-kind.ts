/** What an object holds. The number is its code in the repository format; codes are never reused. */
export const OBJECT_KINDS = { chunk: 1, node: 2, document: 3, segments: 4, diffPage: 5 } as const

/** Name of a kind. */
export type ObjectKind = keyof typeof OBJECT_KINDS
