import {
  type Copy,
  type Mark,
  type Plan,
  type PruneState,
  packsOf,
  type Rules,
  type World,
  without,
} from './model-world.ts'

interface Chosen {
  readonly pack: string
  readonly copy: Copy
  readonly rank: number
}

/** What a prune decides by what it has seen; undefined where something that is needed cannot be found, so that it fails. */
export function planPrune(
  { store }: World,
  prune: PruneState,
  rules: Rules,
  patient: boolean,
): { readonly plan: Plan; readonly adopted: readonly string[] } | undefined {
  const { old = {}, roots = {}, listed = [], known = {} } = prune
  const present = Object.keys(store.packs).sort()
  const condemned = packsOf(known)
  const adopted = without(present, [...listed, ...condemned])
  const all = present.filter((pack) => listed.includes(pack) || adopted.includes(pack))
  const due = Object.keys(old).filter(
    (id) => !patient && old[id]?.before !== null && (!rules.waits || old[id]?.waiting.length === 0),
  )
  const isDue = due.flatMap((id) => old[id]?.packs ?? [])
  const waiting = without(packsOf(old), isDue)
  const copiesIn = (pack: string): readonly Copy[] => store.packs[pack] ?? []

  const choose = (object: string, below = 256): Chosen | undefined => {
    const candidates = all.flatMap((pack) =>
      copiesIn(pack)
        .filter((copy) => copy.object === object && copy.version < below)
        .map((copy) => ({ pack, copy, rank: copy.version + (condemned.includes(pack) ? 256 : 0) })),
    )
    return candidates.sort((a, b) => a.rank - b.rank || (a.pack < b.pack ? -1 : 1))[0]
  }
  const chosen = new Map<string, Chosen>()
  const need = (object: string, below = 256): boolean => {
    const before = chosen.get(object)
    if (before !== undefined && before.copy.version < below) return true
    const choice = choose(object, below)
    if (choice === undefined) return false
    chosen.set(object, choice)
    const { base, version } = choice.copy
    if (base === undefined || !rules.followsBases) return true
    const isStoredWhole = prune.purge && !(rules.purgeFollowsWaiting && waiting.includes(choice.pack))
    return isStoredWhole || need(base, version)
  }
  for (const object of Object.values(roots).flat()) if (!need(object)) return undefined

  const stays = (pack: string) => copiesIn(pack).filter(({ object }) => chosen.get(object)?.pack === pack)
  const isLoose = ({ base }: Copy): boolean => prune.purge && base !== undefined && !chosen.has(base)
  const isMoved = (pack: string): boolean => {
    const kept = stays(pack)
    if (kept.length === 0 || waiting.includes(pack) || (!rules.walksAgain && isDue.includes(pack))) return false
    if (rules.condemnedGo && isDue.includes(pack)) return true
    return kept.some(isLoose) || (prune.tidy && kept.length < copiesIn(pack).length)
  }
  const moving = all.filter(isMoved)
  const moved = moving.flatMap(stays).map((copy) => (isLoose(copy) ? { object: copy.object, version: 0 } : copy))
  const isUnneeded = (pack: string): boolean => stays(pack).length === 0 || moving.includes(pack)
  const isHeld = (pack: string): boolean =>
    rules.lastCopiesStay &&
    copiesIn(pack).some(({ object }) => {
      const choice = chosen.get(object)
      return (
        choice !== undefined && choice.pack !== pack && condemned.includes(choice.pack) && !moving.includes(choice.pack)
      )
    })
  const isDeletable = (pack: string): boolean => !rules.walksAgain || (isUnneeded(pack) && !isHeld(pack))
  const fresh = present.filter((pack) => !packsOf(old).includes(pack) && isUnneeded(pack))
  const plan: Plan = {
    patient,
    moved,
    fresh,
    deleted: isDue.filter(isDeletable),
    due: Object.fromEntries(due.map((id) => [id, old[id] as Mark])),
    freshDeletable: fresh.filter((pack) => !isHeld(pack)),
    missing: without(listed, present),
  }
  return { plan, adopted }
}
