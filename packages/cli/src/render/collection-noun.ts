/** What people call a collection of an engine. */
export function collectionNoun(engine: string): 'table' | 'collection' {
  return engine === 'mongodb' ? 'collection' : 'table'
}
