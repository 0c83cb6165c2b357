import type { Catalog } from './catalog.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

/** Adds what `ALTER ... DEPENDS ON EXTENSION` has said: dropping the extension takes the object along. */
export function addExtensionDependencies(catalog: Catalog, drafts: readonly Draft[]): void {
  const names = new Map(
    drafts.flatMap(({ kind, name, addresses: [own] }) =>
      kind === 'extension' && own !== undefined ? [[own, name]] : [],
    ),
  )
  for (const draft of drafts) {
    const found = draft.addresses.flatMap((own) =>
      catalog
        .dependenciesOf(own)
        .flatMap(({ type, referenced }) => (type === 'x' ? [names.get(referenced) ?? ''] : [])),
    )
    if (found.length === 0 || draft.sql === undefined) continue
    const extensions = [...new Set(found)].filter((name) => name !== '').sort()
    draft.definition.dependsOnExtensions = extensions
    for (const name of extensions)
      draft.statements.push(`ALTER ${draft.sql} DEPENDS ON EXTENSION ${quoteIdentifier(name)}`)
  }
}
