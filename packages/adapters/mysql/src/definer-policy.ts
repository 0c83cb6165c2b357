/**
 * Whose rights views, triggers, routines and events have after a restore. `keep`: the account that the snapshot names,
 * which takes the privilege to name others. `drop`: whoever restores. `{ account }`: this one, as in `app@localhost`.
 */
export type DefinerPolicy = 'keep' | 'drop' | { readonly account: string }
