/** How many records of each kind a shop has. */
export interface ShopSize {
  readonly customers: number
  readonly products: number
  readonly orders: number
  readonly auditEntries: number
}

/** Scale 1 makes about 200 000 records: every order has one to three lines, two on average. */
export function shopSize(scale: number): ShopSize {
  const size = (full: number) => Math.max(50, Math.round(full * scale))
  return { customers: size(20_000), products: size(2_000), orders: size(48_000), auditEntries: size(34_000) }
}
