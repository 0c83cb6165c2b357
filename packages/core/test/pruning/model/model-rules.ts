/** What the protocol says, each with the loss that it prevents. `docs/format/prune-protocol.md`. */
export const RULES = {
  registersFirst: 'a writer registers before it lists marks',
  condemnedIsAbsent: 'a writer does not rest on what lies in condemned packs',
  readsChains: 'a writer counts a delta as stored only when its whole chain is there and trusted',
  asksWhomItRestsOn: 'a writer reuses what its parent names without a look only where no mark names the parent',
  namesAreClosed: 'who declares a writer dead closes the name under which it publishes',
  listsAfterMark: 'a prune lists writers after its mark was put',
  waits: 'a prune deletes only when those who were listed have ended',
  walksAgain: 'a prune deletes only what no root needs that is there then',
  followsBases: 'what deltas rest on is needed too',
  purgeFollowsWaiting: 'a purge keeps the bases of deltas that it does not move',
  namesNewRoots: 'a mark names the roots that were published after its prune had listed them',
  pruneIsWriter: 'a prune is registered as a writer',
  condemnedGo: 'a condemned pack is never taken off the list again: what is needed of it is moved',
  lastCopiesStay: 'a pack is not deleted while a chosen copy lies in a condemned pack',
  knowsOtherMarks: 'a mark that was put beside one its prune did not know names all roots',
  marksGoLast: 'a mark is removed after its packs',
} as const

export type Rule = keyof typeof RULES
